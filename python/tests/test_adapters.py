"""Adapters against the documented structure of the packages, which Debian does not have: small stand-ins
with the fields and the checks that their pages describe."""

import sys
import types

import numpy as np
import pytest
import relprompt
from relprompt import adapters


@pytest.fixture(scope="module")
def unsure(segmenter, scene):
    """A result in which some pixels have no class."""
    result = segmenter(scene, scores=True, unknown=0.9)
    assert 0 < result.unknown < result.labels.size
    return result


class StandInDetections:
    """supervision.Detections as documented: arrays of one length, boxes [N, 4], masks [N, H, W]."""

    def __init__(
        self, xyxy, mask=None, confidence=None, class_id=None, tracker_id=None, data=None, metadata=None
    ):
        count = len(xyxy)
        assert isinstance(xyxy, np.ndarray) and xyxy.shape == (count, 4)
        assert mask is None or (mask.ndim == 3 and len(mask) == count and mask.dtype == bool)
        assert confidence is None or confidence.shape == (count,)
        assert class_id is None or class_id.shape == (count,)
        assert all(len(value) == count for value in (data or {}).values())
        self.xyxy, self.mask, self.confidence, self.class_id, self.data = (
            xyxy,
            mask,
            confidence,
            class_id,
            data,
        )


def test_supervision(unsure, monkeypatch):
    monkeypatch.setitem(sys.modules, "supervision", types.SimpleNamespace(Detections=StandInDetections))
    detections = unsure.to_sv_detections()
    found = np.flatnonzero(unsure.pixels)
    assert list(detections.class_id) == list(found)
    for row, label in enumerate(found):
        mask = unsure.labels == label
        assert np.array_equal(detections.mask[row], mask)
        rows, columns = np.nonzero(mask)
        assert list(detections.xyxy[row]) == [columns.min(), rows.min(), columns.max(), rows.max()]
        assert detections.confidence[row] == np.float32(unsure.scores[label][mask].astype(np.float64).mean())
        assert detections.data["class_name"][row] == unsure.classes[label]


def test_supervision_without_scores(segmenter, scene, monkeypatch):
    monkeypatch.setitem(sys.modules, "supervision", types.SimpleNamespace(Detections=StandInDetections))
    assert segmenter(scene).to_sv_detections().confidence is None


def test_supervision_without_any_class():
    labels = np.full((4, 5), relprompt.UNKNOWN, np.uint16)
    nothing = types.SimpleNamespace(
        labels=labels, pixels=np.zeros(2, np.uint64), scores=None, classes=["a", "b"]
    )
    detections = StandInDetections(**adapters.sv_fields(nothing))
    assert (
        detections.xyxy.shape == (0, 4)
        and detections.mask.shape == (0, 4, 5)
        and len(detections.class_id) == 0
    )


def test_fiftyone(unsure, monkeypatch):
    package = types.SimpleNamespace(Segmentation=lambda mask: types.SimpleNamespace(mask=mask))
    monkeypatch.setitem(sys.modules, "fiftyone", package)
    mask = unsure.to_fiftyone().mask
    assert mask.dtype == np.uint8 and mask.shape == unsure.labels.shape
    assert np.array_equal(mask == 0, unsure.labels == relprompt.UNKNOWN)
    assert np.array_equal(mask[mask > 0] - 1, unsure.labels[mask > 0])
    targets = adapters.fiftyone_targets(unsure)
    assert 0 not in targets and [targets[i + 1] for i in range(len(targets))] == unsure.classes


def test_fiftyone_with_many_classes(model, scene):
    rows = np.random.default_rng(2).standard_normal((300, model.joint_width))
    result = relprompt.Segmenter(model, rows)(scene)
    mask = adapters.fiftyone_mask(result)
    assert mask.dtype == np.uint16 and np.array_equal(mask - 1, result.labels)


def test_hugging_face(unsure, segmenter, scene):
    answer = unsure.to_hf()
    assert set(answer) == {"segmentation", "segments_info", "id2label"}
    segmentation = answer["segmentation"]
    assert segmentation.dtype == np.int32 and segmentation.flags.writeable
    assert np.array_equal(segmentation == -1, unsure.labels == relprompt.UNKNOWN)
    known = segmentation >= 0
    assert np.array_equal(segmentation[known], unsure.labels[known])
    assert [info["label_id"] for info in answer["segments_info"]] == list(np.flatnonzero(unsure.pixels))
    for info in answer["segments_info"]:
        assert set(info) == {"id", "label_id", "was_fused", "score"} and 0 <= info["score"] <= 1
        assert answer["id2label"][info["label_id"]] in unsure.classes
    assert "score" not in segmenter(scene).to_hf()["segments_info"][0]


def test_a_missing_package_is_an_import_error(result, monkeypatch):
    for name, call in [("supervision", result.to_sv_detections), ("fiftyone", result.to_fiftyone)]:
        monkeypatch.setitem(sys.modules, name, None)
        with pytest.raises(ImportError, match=name):
            call()


def test_drawings(result, unsure):
    bare = result.overlay(alpha=0, contours=False, legend=False, region_names=False, min_side=1)
    assert bare.tolist() == result.image.tolist()
    palette = unsure.palette()
    assert palette.shape == (96, 96, 3) and palette.dtype == np.uint8
    for label in [*np.flatnonzero(unsure.pixels), relprompt.UNKNOWN]:
        assert (palette[unsure.labels == label] == relprompt.class_color(int(label))).all()
    assert relprompt.class_color(relprompt.UNKNOWN) == (0, 0, 0)


def test_masks(result):
    title = result.classes[int(result.pixels.argmax())]
    assert result.mask(title).sum() == result.pixels.max()
    with pytest.raises(relprompt.ArgumentError, match="nowhere"):
        result.mask("nowhere")
