"""The module gives the bits of the program and of the C++ library."""

import json

import numpy as np
import pytest
import relprompt
from conftest import ROOT

KINDS = ["labels", "palette", "overlay", "scores", "json"]


@pytest.fixture(scope="module")
def of_program(run_program, scene, classes, tmp_path_factory):
    folder = tmp_path_factory.mktemp("program")
    run_program(
        "segment",
        scene,
        "-m",
        ROOT / "models/demo",
        "-c",
        classes,
        "-o",
        folder,
        "--threads",
        "1",
        "--save",
        ",".join(KINDS),
        "--quiet",
    )
    return folder


def test_saved_files_are_the_programs(result, of_program, tmp_path):
    files = result.save(tmp_path, KINDS)
    assert sorted(files) == sorted(KINDS)
    for kind in ["labels", "palette", "overlay", "scores"]:
        (written,) = files[kind]
        assert open(written, "rb").read() == (of_program / written.rsplit("/", 1)[1]).read_bytes(), kind


def test_the_report_is_the_programs_but_for_times(result, of_program, tmp_path):
    own = json.loads(open(result.save(tmp_path, KINDS)["json"][0]).read())
    other = json.loads((of_program / "world.json").read_text())
    for report in own, other:
        report.pop("seconds", None)
        report.pop("timings", None)
    own["model"]["path"] = other["model"]["path"]
    assert own == other


def test_labels_and_scores_in_memory_are_those_of_the_files(result, of_program):
    image_module = pytest.importorskip("PIL.Image")
    assert np.array_equal(np.asarray(image_module.open(of_program / "world.labels.png")), result.labels)
    scores = np.load(of_program / "world.scores.npy")
    assert scores.dtype == result.scores.dtype == np.float16
    assert np.array_equal(scores, result.scores)
    assert np.array_equal(result.scores.argmax(axis=0), result.labels)


def test_labels_are_those_of_a_cpp_program(model, scene, tmp_path):
    """examples/two_class_lists.cpp, built beside the package, uses the C++ library alone."""
    import os
    import subprocess
    from relprompt.__main__ import program

    example = os.path.join(os.path.dirname(os.path.realpath(program())), "example_two_class_lists")
    if not os.path.exists(example):
        pytest.skip("the example is not built here")
    lists = ["sand, grass;green plain", "water, brick, orange falling"]
    subprocess.run([example, ROOT / "models/demo", scene, *lists], cwd=tmp_path, check=True)
    for number, names in enumerate(lists, 1):
        relprompt.Segmenter(model, names)(scene, name="own").save(tmp_path / "own", ["labels"])
        own = (tmp_path / "own" / "own.labels.png").read_bytes()
        assert own == (tmp_path / f"{number}.labels.png").read_bytes()


def test_settings_are_those_of_flags(model, scene, run_program, tmp_path):
    names = "sand, grass, water"
    flags = [
        "--short-side",
        64,
        "--window",
        48,
        "--stride",
        24,
        "--unknown",
        0.6,
        "--unknown",
        "grass=0.9",
        "--min-area",
        0.02,
        "--refine",
        "pamr",
        "--seen",
        "grass",
        "--calibration",
        0.2,
        "--templates",
        "paper",
    ]
    run_program(
        "segment",
        scene,
        "-m",
        ROOT / "models/demo",
        "-c",
        names,
        "-o",
        tmp_path,
        "--save",
        "labels,json",
        "--quiet",
        "--threads",
        1,
        *flags,
    )
    segmenter = relprompt.Segmenter(
        model,
        names,
        templates="paper",
        short_side=64,
        window=48,
        stride=24,
        min_area=0.02,
        unknown={"": 0.6, "grass": 0.9},
        refine="pamr",
        seen=["grass"],
        calibration=0.2,
    )
    result = segmenter(scene)
    assert 0 < result.unknown < result.labels.size
    files = result.save(tmp_path / "own", ["labels", "json"])
    assert open(files["labels"][0], "rb").read() == (tmp_path / "world.labels.png").read_bytes()
    own, other = json.loads(open(files["json"][0]).read()), json.loads((tmp_path / "world.json").read_text())
    assert own["protocol"] == other["protocol"]


def test_scales_and_mirrored_images(model, scene, run_program, tmp_path):
    views = ["--scales", "0.5,1", "--flip", "--save", "labels,json", "--quiet", "--threads", 1]
    run_program("segment", scene, "-m", ROOT / "models/demo", "-c", "sand, grass", "-o", tmp_path, *views)
    result = relprompt.Segmenter(model, "sand, grass")(scene, scales=[0.5, 1], flip=True)
    files = result.save(tmp_path / "own", ["labels", "json"])
    assert open(files["labels"][0], "rb").read() == (tmp_path / "world.labels.png").read_bytes()
    own, other = json.loads(open(files["json"][0]).read()), json.loads((tmp_path / "world.json").read_text())
    assert own["protocol"] == other["protocol"]
    assert own["protocol"]["scales"] == [0.5, 1] and own["protocol"]["flip"] is True
