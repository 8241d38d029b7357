"""The bundled model on the bundled scene, and the program of the same build to compare with."""

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

import relprompt
from relprompt.__main__ import program

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """Embeddings and packs of tests stay out of the user's cache."""
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def scene():
    return ROOT / "examples" / "world.png"


@pytest.fixture(scope="session")
def classes():
    return f"@{ROOT / 'examples' / 'world_classes.txt'}"


@pytest.fixture(scope="session")
def model(own_cache):
    return relprompt.Model(ROOT / "models" / "demo", threads=1)


@pytest.fixture(scope="session")
def segmenter(model, classes):
    return relprompt.Segmenter(model, classes)


@pytest.fixture(scope="session")
def result(segmenter, scene):
    return segmenter(scene, scores=True)


@pytest.fixture(scope="session")
def pixels(result):
    """The scene as an array."""
    return result.image.copy()


@pytest.fixture(scope="session")
def tiny(model):
    """A segmenter whose calls take half a millisecond, and an image for it."""
    segmenter = relprompt.Segmenter(model, ["sand", "grass", "water"], short_side=16, window=16, stride=16)
    image = np.arange(8 * 8 * 3, dtype=np.uint8).reshape(8, 8, 3)
    return segmenter, image


@pytest.fixture(scope="session")
def run_program():
    """The program's output for arguments, run in a folder."""

    def run(*arguments, folder=ROOT):
        command = [program(), *map(str, arguments)]
        return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout

    return run
