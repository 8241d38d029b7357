"""Arrays are views of the library's memory, which lives exactly as long as it must."""

import gc
import resource
import sys

import numpy as np
import pytest
import relprompt


def owner(array):
    return array.base


def references_to(thing):
    """Not inside an assert: pytest would hold another one."""
    return sys.getrefcount(thing)


def test_arrays_are_views_that_nobody_can_write(result):
    for array in [result.labels, result.scores, result.pixels, result.image]:
        assert not array.flags.owndata and not array.flags.writeable and array.flags.c_contiguous
        with pytest.raises(ValueError):
            array[...] = 0
        with pytest.raises(ValueError):
            array.setflags(write=True)
    again = result.labels
    assert again.__array_interface__["data"] == result.labels.__array_interface__["data"]
    assert owner(again) is owner(result.labels) is owner(result.scores)


def test_types_and_shapes(result):
    assert result.labels.dtype == np.uint16 and result.labels.shape == (96, 96)
    assert result.scores.dtype == np.float16 and result.scores.shape == (13, 96, 96)
    assert result.pixels.dtype == np.uint64 and result.pixels.shape == (13,)
    assert np.array_equal(result.pixels, np.bincount(result.labels.ravel(), minlength=13))
    assert result.unknown == 0 and len(result.classes) == 13


def test_labels_outlive_everything(scene, classes, result):
    from conftest import ROOT

    model = relprompt.Model(ROOT / "models" / "demo", threads=1)
    labels = relprompt.Segmenter(model, classes)(scene).labels
    del model
    gc.collect()
    assert np.array_equal(labels, result.labels)


def test_an_array_keeps_its_buffer_alone(tiny):
    segmenter, image = tiny
    result = segmenter(image)
    labels = result.labels
    before = references_to(segmenter._core)
    del result
    after = references_to(segmenter._core)
    assert after == before - 1, "the result held the session, its labels do not"
    assert labels.shape == (8, 8)


def test_references_and_memory_over_many_calls(tiny):
    segmenter, image = tiny

    def calls(count):
        for i in range(count):
            result = segmenter(image, scores=i % 8 == 0)
            assert result.labels.shape == (8, 8)
            if i % 64 == 0:
                result.overlay(min_side=1)

    calls(1000)
    gc.collect()
    held = [segmenter._core, image, None]
    references = [references_to(thing) for thing in held]
    objects = len(gc.get_objects())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    calls(10_000)
    gc.collect()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 4096, f"resident memory grew by {grown} kB"
    assert len(gc.get_objects()) - objects < 100
    now = [references_to(thing) for thing in held]
    assert now[:2] == references[:2]
    assert abs(now[2] - references[2]) < 1000


def test_errors_leave_nothing_behind(tiny):
    segmenter, image = tiny
    before = references_to(segmenter._core)
    for _ in range(1000):
        with pytest.raises(relprompt.ImageError):
            segmenter(b"no image at all")
        with pytest.raises(relprompt.ArgumentError):
            segmenter(image, window=-5)
    gc.collect()
    after = references_to(segmenter._core)
    assert after == before
