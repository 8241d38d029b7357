"""Models by their names, from a small hub on this machine (tests/hub/hub_server.py)."""

import json
import os
import shutil
import subprocess
import sys
import time
import types

import numpy as np
import pytest
import relprompt
from conftest import ROOT
from relprompt.__main__ import program


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """A hub with the bundled model as org/tiny, and an empty cache."""
    library = os.path.join(os.path.dirname(program()), "..", "lib", "librelprompt-hub.so")
    if not os.path.exists(library):
        pytest.skip("built without libcurl: nothing can be fetched")
    root = tmp_path / "hub"
    shutil.copytree(ROOT / "models" / "demo", root / "org" / "tiny")
    server = subprocess.Popen(
        [sys.executable, ROOT / "tests/hub/hub_server.py", root], stderr=subprocess.DEVNULL
    )
    for _ in range(600):
        if (root / "ports").exists():
            break
        time.sleep(0.05)
    for name in (
        "HF_HUB_CACHE",
        "HUGGINGFACE_HUB_CACHE",
        "HF_TOKEN",
        "HF_HUB_OFFLINE",
        "TRANSFORMERS_OFFLINE",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:" + (root / "ports").read_text().split()[0])
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("no_proxy", "*")
    yield root
    server.kill()
    server.wait()


def test_a_model_by_its_name(hub, model, classes, scene, result):
    fetched = relprompt.Model("org/tiny", threads=1)
    assert fetched.hash == model.hash and "org/tiny" in repr(fetched)
    assert np.array_equal(relprompt.Segmenter(fetched, classes)(scene).labels, result.labels)
    assert relprompt.Model("org/tiny", offline=True).hash == model.hash


def test_a_name_that_the_hub_does_not_know(hub):
    with pytest.raises(relprompt.NotFoundError) as caught:
        relprompt.Model("org/other")
    assert caught.value.code == "model_not_found"


def test_progress_is_shown_where_there_is_tqdm(hub, monkeypatch):
    bars = []

    class Bar:
        def __init__(self, total, unit, unit_scale, disable):
            self.total, self.n, self.open = total, 0, True
            bars.append(self)

        def set_description(self, text, refresh):
            self.text = text

        def update(self, more):
            self.n += more

        def close(self):
            self.open = False

    monkeypatch.setitem(sys.modules, "tqdm", types.ModuleType("tqdm"))
    auto = types.ModuleType("tqdm.auto")
    auto.tqdm = Bar
    monkeypatch.setitem(sys.modules, "tqdm.auto", auto)
    slow_down(hub, 0.03)
    relprompt.Model("org/tiny")
    (bar,) = bars
    assert not bar.open and 0 < bar.n <= bar.total and bar.text


def slow_down(hub, seconds):
    fault = {"path": "clip.safetensors", "method": "GET", "do": "slow", "chunk": 65536, "seconds": seconds}
    faults = [fault, {**fault, "path": "", "where": "cdn"}]
    (hub / "faults.json").write_text(json.dumps(faults))


def test_ctrl_c_ends_a_download_and_keeps_what_is_here(hub, model):
    slow_down(hub, 0.2)
    script = """
import os, signal, threading, relprompt
threading.Timer(1.5, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    relprompt.Model("org/tiny")
except KeyboardInterrupt:
    print("stopped")
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert run.returncode == 0 and run.stdout == "stopped\n", run.stderr
    (hub / "faults.json").unlink()
    assert relprompt.Model("org/tiny").hash == model.hash
    ranges = [line.split()[3] for line in (hub / "log").read_text().splitlines() if line.split()[1] == "GET"]
    assert any(
        value.startswith("bytes=") and value != "bytes=0-" for value in ranges
    ), "it went on from there"
