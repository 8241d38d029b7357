"""The package as a user has it: the program in it, beside other libraries, and as a wheel by pip."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import zipfile

import pytest
import relprompt
from conftest import ROOT
from relprompt.__main__ import program


def python(code, **environment):
    """Runs a script in a Python of its own."""
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_the_module_is_the_program():
    run = subprocess.run([sys.executable, "-m", "relprompt", "--version"], capture_output=True, text=True)
    assert run.returncode == 0 and relprompt.__version__ in run.stdout
    bad = subprocess.run(
        [sys.executable, "-m", "relprompt", "segment", "--nonsense"], capture_output=True, text=True
    )
    assert bad.returncode == 2 and "--nonsense" in bad.stderr


def test_a_closed_pipe_ends_the_program_as_it_does_without_python():
    command = f"{sys.executable} -m relprompt classes ade-150 | head -c 1 >/dev/null; exit ${{PIPESTATUS[0]}}"
    run = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert run.returncode in (0, 141) and "Traceback" not in run.stderr


def test_no_torch_and_no_program_is_loaded():
    loaded = python("import relprompt; print(open('/proc/self/maps').read())")
    assert "librelprompt.so" in loaded
    for name in ("libtorch", "libc10", "libcurl", "librelprompt-torch", "opencv_highgui"):
        assert name not in loaded, name


USE = """
segmenter = relprompt.Segmenter("models/demo", "sand, grass, water")
print(segmenter("examples/world.png").pixels.tolist())
"""


@pytest.mark.parametrize("order", ["import relprompt, torch", "import torch, relprompt"])
def test_beside_torch_in_either_order(order):
    """In one process, both computing."""
    have = subprocess.run([sys.executable, "-c", "import torch"], capture_output=True)
    if have.returncode != 0:
        pytest.skip("no torch in this Python")
    alone = python("import relprompt" + USE)
    product = "\nx = torch.ones(64, 64); print(float((x @ x).sum()))"
    both = python(order + product + USE + product)
    assert both.splitlines() == ["262144.0", *alone.splitlines(), "262144.0"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    if "RELPROMPT_BUILD_DIR" not in os.environ:
        pytest.skip("RELPROMPT_BUILD_DIR names no build folder: a wheel would compile everything")
    for needed in ("pip", "setuptools", "wheel", "venv", "ensurepip"):
        if importlib.util.find_spec(needed) is None:
            pytest.skip(f"no {needed} in this Python")
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-build-isolation",
        "--no-deps",
        "--no-index",
        "-w",
        folder,
        ROOT,
    ]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    run = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    (made,) = folder.glob("*.whl")
    return made


def test_what_a_wheel_holds(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    inside = {re.sub(r"\.cpython-\w+-[\w-]+", "", name) for name in names if name.startswith("relprompt/")}
    assert {
        "relprompt/__init__.py",
        "relprompt/py.typed",
        "relprompt/_core.pyi",
        "relprompt/_core.so",
        "relprompt/bin/relprompt",
    } <= inside
    binaries = {name for name in inside if name.startswith(("relprompt/lib/", "relprompt/bin/"))}
    allowed = {"relprompt/bin/relprompt", "relprompt/lib/librelprompt-hub.so", "relprompt/lib/librelprompt-fonts.so",
               "relprompt/lib/librelprompt-heif.so", "relprompt/lib/librelprompt-tar.so"}
    rest = binaries - allowed
    assert len(rest) == 1 and re.fullmatch(r"relprompt/lib/librelprompt\.so\.\d+\.\d+", rest.pop())


def snippet():
    """The Python of README.md's section on Python, on the bundled model and scene."""
    section = (ROOT / "README.md").read_text().split("## Python", 1)[1].split("\n## ", 1)[0]
    (code,) = re.findall(r"```python\n(.*?)```", section, re.S)
    code = re.sub(r'"openai/[^"]*"', repr(str(ROOT / "models/demo")), code)
    return code.replace('"street.jpg"', repr(str(ROOT / "examples/world.png")))


def test_the_wheel_in_an_environment_of_its_own(wheel, tmp_path):
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--system-site-packages", venv], check=True)
    install = [venv / "bin/pip", "install", "--no-index", "--no-deps", wheel]
    subprocess.run(install, env=environment, check=True, capture_output=True)
    images = [ROOT / "examples/world.png", ROOT / "examples/scene.png"]
    (tmp_path / "photos").mkdir()
    for image in images:
        shutil.copy(image, tmp_path / "photos")
    run = subprocess.run(
        [venv / "bin/python", "-c", snippet() + "\nprint(relprompt.__file__)"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    assert str(venv) in run.stdout.splitlines()[-1]
    labels = (tmp_path / "out/world.labels.png").read_bytes()
    classes = re.search(r'Segmenter\(model, "([^"]*)"', snippet()).group(1)
    subprocess.run(
        [
            venv / "bin/relprompt",
            "segment",
            images[0],
            "-m",
            ROOT / "models/demo",
            "-c",
            classes,
            "-o",
            tmp_path / "program",
            "--save",
            "labels",
            "--precision",
            "int8",
        ],
        check=True,
        capture_output=True,
        env=environment,
    )
    assert (tmp_path / "program/world.labels.png").read_bytes() == labels
    run = subprocess.run([program(), "--version"], capture_output=True, text=True)
    own = subprocess.run([venv / "bin/relprompt", "--version"], capture_output=True, text=True)
    assert own.stdout == run.stdout
