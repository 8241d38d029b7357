"""The types that the package states are those that it has."""

import ast
import subprocess
import sys

import pytest
from conftest import ROOT
from relprompt import _core

PACKAGE = ROOT / "python" / "relprompt"


def public(names):
    return {name for name in names if not name.startswith("_")}


def stub_names(body):
    names = set()
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.AnnAssign):
            names.add(node.target.id)
    return public(names)


def test_the_stub_names_what_the_extension_has():
    stub = ast.parse((PACKAGE / "_core.pyi").read_text())
    assert stub_names(stub.body) == public(vars(_core))
    of_enums = {"name", "value"}
    for node in stub.body:
        if isinstance(node, ast.ClassDef):
            members = vars(getattr(_core, node.name))
            inherited = of_enums if "__members__" in members else set()
            assert stub_names(node.body) == public(members) - inherited, node.name


def arguments_of(doc):
    """Names in the signature that pybind11 writes into a docstring."""
    inside = doc[doc.index("(") + 1 : doc.index(") ->")]
    depth, names, word, begin = 0, [], "", True
    for character in inside:
        if begin and character == ":":
            names.append(word.strip())
            word, begin = "", False
        elif character == "," and depth == 0:
            word, begin = "", True
        elif begin:
            word += character
        depth += {"[": 1, "]": -1, "(": 1, ")": -1}.get(character, 0)
    return names


def test_functions_take_the_arguments_that_the_stub_says():
    stub = ast.parse((PACKAGE / "_core.pyi").read_text())
    for node in stub.body:
        if isinstance(node, ast.FunctionDef):
            said = [argument.arg for argument in node.args.args]
            doc = getattr(_core, node.name).__doc__
            assert arguments_of(doc) == said, node.name


USER = """
import numpy as np
import relprompt
from numpy.typing import NDArray

model = relprompt.Model("models/demo", precision="int8", threads=2)
segmenter = relprompt.Segmenter(model, "road, sky", unknown=0.2)
result: relprompt.Result = segmenter("street.jpg", scores=True)
labels: NDArray[np.uint16] = result.labels
names: list[str] = result.classes
files: dict[str, list[str]] = result.save("out", ["labels"])
for one in segmenter.map(["a.jpg", b"bytes", np.zeros((2, 2, 3), np.uint8)], workers=2):
    count: int = one.unknown
try:
    relprompt.Segmenter(model, np.zeros((2, 128), np.float32))
except relprompt.Error as error:
    code: str = error.code
reveal_type(result.scores)
"""

MISUSE = """
import relprompt
relprompt.Model(3)
relprompt.Segmenter("models/demo")
relprompt.Segmenter("models/demo", "road").nothing
"""


def mypy(*arguments, tmp_path):
    pytest.importorskip("mypy")
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--cache-dir",
        str(tmp_path / "cache"),
        "--config-file",
        str(ROOT / "pyproject.toml"),
        *map(str, arguments),
    ]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_mypy_finds_nothing_in_the_package(tmp_path):
    run = mypy(PACKAGE, tmp_path=tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr


def test_mypy_understands_users(tmp_path):
    (tmp_path / "user.py").write_text(USER)
    run = mypy(tmp_path / "user.py", tmp_path=tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "float" in run.stdout or "_16Bit" in run.stdout
    (tmp_path / "misuse.py").write_text(MISUSE)
    run = mypy(tmp_path / "misuse.py", tmp_path=tmp_path)
    assert run.stdout.count("error:") == 3, run.stdout
