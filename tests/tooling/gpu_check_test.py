"""scripts/gpu_check.sh and scripts/gpu_bundle.sh as far as no GPU and no LibTorch are needed.

  gpu_check_test.py ROOT check   a step that finds a fault, breaks or hangs is written down, and the next one runs
  gpu_check_test.py ROOT bundle  the list of the bundle's contents is checked; 77 where no Debian packages are
"""
from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(sys.argv[1])
STATUSES = {"finds": "failed", "refuses": "failed", "breaks": "failed", "looks_at_nothing": "failed", "hangs": "out of time",
            "passes": "passed"}
PROBLEMS = {"finds": "does not hold: apples", "refuses": "three apples expected, two found", "breaks": "ZeroDivisionError",
            "looks_at_nothing": "looked at nothing", "hangs": "stopped after 0.5 s", "passes": ""}


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, text=True, capture_output=True, env={**os.environ, "PYTHON": sys.executable})


def expect(holds: bool, what: str) -> None:
    if not holds:
        sys.exit(f"gpu_check_test.py: {what}")


def check(folder: Path) -> None:
    script = str(ROOT / "scripts/gpu_check.sh")
    done = run(script, str(folder / "results"), "--self-test", "--work", str(folder / "work"))
    expect(done.returncode == 1, f"exit status 1 expected, {done.returncode} found:\n{done.stdout}{done.stderr}")
    steps = {step["name"]: step for step in json.loads((folder / "results/gpu.json").read_text())["steps"]}
    found = {name: step["status"] for name, step in steps.items()}
    expect(found == STATUSES, f"{STATUSES} expected, {found} found")
    for name, problem in PROBLEMS.items():
        expect(problem in steps[name]["problem"], f"{name}: '{problem}' expected, '{steps[name]['problem']}' found")
        expect((folder / f"results/logs/{name}.log").exists(), f"{name}: no log")
    page = (folder / "results/gpu.md").read_text()
    for row in ("| apples | at most 2 | 3 | **no** |", "| pears | at least 2 | 3 | yes |"):
        expect(row in page, f"no row {row} in\n{page}")
    one = run(script, str(folder / "one"), "--self-test", "--work", str(folder / "work"), "--only", "passes")
    expect(one.returncode == 0, f"--only passes: exit status 0 expected, {one.returncode} found:\n{one.stdout}{one.stderr}")
    wrong = run(script, str(folder / "none"), "--only", "pases")
    expect(wrong.returncode == 1 and "no step or group pases" in wrong.stderr, f"--only pases: {wrong.stderr}")
    listed = re.findall(r"^\w+ +(\w+) .* s  ", run(script, "--list").stdout, re.M)
    described = (ROOT / "docs/measurements/gpu.md").read_text()
    missing = [name for name in listed if f"`{name}`" not in described]
    expect(len(listed) > 15 and not missing, f"docs/measurements/gpu.md describes every step but {missing}")


def bundle(folder: Path) -> None:
    script, list_file = str(ROOT / "scripts/gpu_bundle.sh"), folder / "list"
    if shutil.which("dpkg") is None:
        sys.exit(77)
    made = run(script, "--list")
    list_file.write_text(made.stdout)
    whole = run(script, "--check", str(list_file))
    if "apt-get install libbenchmark-dev" in whole.stderr:   # packages that no other test needs may be missing
        print(whole.stderr)
        sys.exit(77)
    expect(made.returncode == 0 and whole.returncode == 0, f"the list is not whole:\n{made.stderr}{whole.stderr}")
    cuts = {"/libdnnl.so\n": "libdnnl.so of the package libdnnl-dev",
            "include/boost/beast/": "boost/beast/ of the package libboost-dev"}
    for cut, named in cuts.items():
        list_file.write_text("".join(line for line in made.stdout.splitlines(True) if cut not in line))
        lacking = run(script, "--check", str(list_file))
        expect(lacking.returncode == 1 and named in lacking.stderr, f"without {cut!r}: {lacking.returncode}, {lacking.stderr}")
    list_file.write_text(made.stdout + "usr/lib/x86_64-linux-gnu/libstdc++.so.6\n")
    expect(run(script, "--check", str(list_file)).returncode == 1, "a libstdc++ in the bundle is not refused")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        {"check": check, "bundle": bundle}[sys.argv[2]](Path(scratch))
