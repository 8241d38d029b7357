"""Bad input of each kind: the exception, its code, its message."""

import os
import pickle
import subprocess
import sys

import numpy as np
import pytest
import relprompt
from conftest import ROOT
from relprompt import _core, errors


def test_every_code_of_the_library_has_its_exception():
    codes = dict(_core.error_codes())
    assert set(errors.CLASSES) == set(codes)
    for code, status in codes.items():
        kind = errors.CLASSES[code]
        error = errors.error_of(code, "what went wrong")
        assert type(error) is kind and error.code == code and str(error) == "what went wrong"
        if status == 2:
            assert issubclass(kind, ValueError)
        if status == 3:
            assert issubclass(kind, (OSError, ValueError))
        if status == 4:
            assert issubclass(kind, (ValueError, FileNotFoundError))
    assert issubclass(errors.CLASSES["out_of_memory"], MemoryError)
    assert issubclass(errors.CLASSES["not_found"], FileNotFoundError)
    assert issubclass(errors.CLASSES["model_not_found"], FileNotFoundError)


def test_errors_travel_between_processes():
    error = pickle.loads(pickle.dumps(errors.error_of("disk_full", "no space")))
    assert type(error) is relprompt.FileError and error.code == "disk_full" and str(error) == "no space"


def expect(kind, code, *words):
    class Expectation:
        def __enter__(self):
            self.raises = pytest.raises(kind)
            self.caught = self.raises.__enter__()

        def __exit__(self, *about):
            handled = self.raises.__exit__(*about)
            assert type(self.caught.value) is kind
            assert self.caught.value.code == code
            for word in words:
                assert word in str(self.caught.value)
            return handled

    return Expectation()


def test_models(tmp_path):
    with expect(relprompt.NotFoundError, "model_not_found", "nothing-here"):
        relprompt.Model(tmp_path / "nothing-here")
    (tmp_path / "text.bin").write_bytes(b"this is no checkpoint" * 100)
    with expect(relprompt.ModelError, "unknown_format", "text.bin"):
        relprompt.Model(tmp_path / "text.bin")
    short = tmp_path / "short.safetensors"
    short.write_bytes((ROOT / "models/demo/clip.safetensors").read_bytes()[:5000])
    with pytest.raises(relprompt.ModelError) as caught:
        relprompt.Model(short)
    assert isinstance(caught.value, ValueError)
    with expect(relprompt.ArgumentError, "bad_argument", "int4"):
        relprompt.Model(ROOT / "models/demo", precision="int4")
    with expect(relprompt.DeviceError, "no_device"):
        relprompt.Segmenter(relprompt.Model(ROOT / "models/demo", device="cuda"), "sand, grass")
    with pytest.raises(TypeError):
        relprompt.Model(ROOT / "models/demo", threads="many")


def test_a_hub_that_may_not_be_asked(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(relprompt.FileError) as caught:
        relprompt.Model("some-org/some-model", offline=True)
    assert caught.value.code in ("no_network", "model_not_found")
    assert "some-org/some-model" in str(caught.value)


@pytest.mark.parametrize(
    "classes, code, word",
    [
        ("", "bad_class_list", "class"),
        ("road, road", "bad_class_list", "road"),
        ([], "bad_class_list", "empty"),
        (["road", ""], "bad_class_list", ""),
        (["road", "road"], "bad_class_list", "road"),
        ("@/nowhere/at/all.txt", "bad_class_list", "/nowhere/at/all.txt"),
        (["x" * 2000], "bad_class_list", ""),
        (np.zeros((3, 7), np.float32), "bad_argument", "[C, 128]"),
        (np.zeros((3, 128), np.int64), "bad_argument", "int64"),
        (np.zeros((3, 128), np.float32), "bad_argument", "length 0"),
        (np.full((3, 128), np.nan, np.float32), "bad_argument", ""),
        (np.zeros((0, 128), np.float32), "bad_class_list", ""),
    ],
)
def test_classes(model, classes, code, word):
    with expect(relprompt.ArgumentError, code, word):
        relprompt.Segmenter(model, classes)


@pytest.mark.parametrize("classes", [None, 3, b"road", [3], [["road", 3]], [[]]])
def test_classes_of_wrong_types(model, classes):
    with pytest.raises(TypeError, match="classes: expected"):
        relprompt.Segmenter(model, classes)


@pytest.mark.parametrize(
    "keywords, code",
    [
        ({"templates": ["no place for the name"]}, "bad_template"),
        ({"templates": "imagenette"}, "bad_template"),
        ({"names": "best"}, "bad_argument"),
        ({"background": "sky;;"}, "bad_class_list"),
        ({"window": "half"}, "bad_argument"),
        ({"window": 32, "stride": 64}, "bad_argument"),
        ({"mean": "median"}, "bad_argument"),
        ({"refine": "crf"}, "bad_argument"),
        ({"scales": [0.5, 9]}, "bad_argument"),
        ({"unknown": {"car": 0.5}}, "bad_argument"),
        ({"seen": "all"}, "bad_argument"),
        ({"seen": "auto"}, "bad_argument"),
        ({"seen": [9]}, "bad_argument"),
    ],
)
def test_keywords(model, keywords, code):
    with expect(relprompt.ArgumentError, code):
        relprompt.Segmenter(model, "sand, grass", **keywords)


def test_unknown_keywords(tiny):
    segmenter, image = tiny
    with pytest.raises(TypeError, match="windows"):
        segmenter(image, windows=3)
    with pytest.raises(TypeError, match="windows"):
        segmenter.map([image], windows=3)


def test_images(segmenter, scene, tmp_path):
    data = scene.read_bytes()
    with expect(relprompt.NotFoundError, "not_found", "no.png"):
        segmenter(tmp_path / "no.png")
    with expect(relprompt.FileError, "unreadable", str(tmp_path)):
        segmenter(tmp_path)
    with expect(relprompt.ImageError, "not_an_image", "hello"):
        segmenter(b"hello")
    with expect(relprompt.ImageError, "not_an_image"):
        segmenter(b"")
    with expect(relprompt.ImageError, "truncated_image", "half"):
        segmenter(data[: len(data) // 2], name="half")
    with expect(relprompt.ImageError, "image_too_large"):
        relprompt.Segmenter(segmenter.model, "sand, grass", max_decoded_pixels=100)(data)
    with expect(relprompt.ImageError, "image_too_large"):
        segmenter(data, max_pixels=100)


def test_outputs(result, segmenter, scene, tmp_path):
    with expect(relprompt.ArgumentError, "bad_argument", "labels", "mask"):
        result.save(tmp_path, ["mask"])
    with expect(relprompt.ArgumentError, "bad_argument", "scores=True"):
        segmenter(scene).save(tmp_path, ["scores"])
    with expect(relprompt.ArgumentError, "bad_argument", "list"):
        result.save(tmp_path, "labels")
    with expect(relprompt.ArgumentError, "bad_argument"):
        result.overlay(alpha=3)
    assert not os.listdir(tmp_path)
    (tmp_path / "world.labels.png").write_bytes(b"somebody else's")
    with expect(relprompt.FileError, "not_writable", "world.labels.png"):
        result.save(tmp_path, ["labels"])
    assert (tmp_path / "world.labels.png").read_bytes() == b"somebody else's"


def test_a_forked_process_is_told():
    script = f"""
import os, numpy, relprompt
segmenter = relprompt.Segmenter(relprompt.Model({str(ROOT / 'models/demo')!r}, threads=1), "sand, grass")
image = numpy.zeros((8, 8, 3), numpy.uint8)
segmenter(image)
child = os.fork()
if child == 0:
    try:
        segmenter(image)
    except relprompt.ArgumentError as error:
        os._exit(7 if "spawn" in str(error) else 8)
    os._exit(9)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
segmenter(image)
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
