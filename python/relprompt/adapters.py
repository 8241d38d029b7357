"""Results in the forms of other packages. None of them is needed by relprompt: each is imported when its
adapter is called, and each adapter's numbers are made by a function of its own that needs NumPy alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List, Tuple

import numpy as np

if TYPE_CHECKING:
    from .result import Result


def found_classes(result: "Result") -> List[int]:
    """Labels of the classes that have pixels, in their order."""
    return [int(label) for label in np.flatnonzero(result.pixels)]


def box(mask: "np.ndarray[Any, Any]") -> Tuple[int, int, int, int]:
    """First and last column and row of a mask that is not empty: x1, y1, x2, y2, the last ones included."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]), int(rows[-1])


def mean_score(result: "Result", label: int) -> float:
    """The mean score of a class over its own pixels. The result must have scores."""
    assert result.scores is not None
    return float(result.scores[label][result.labels == label].mean(dtype=np.float64))


def sv_fields(result: "Result") -> Dict[str, Any]:
    """Arguments of supervision.Detections, an entry for each class that was found, N of them: xyxy float32
    [N, 4] (pixels, the last ones included, as supervision's mask_to_xyxy), mask bool [N, H, W], class_id
    int [N], confidence float32 [N] or None without scores, data with class_name [N]. Masks take a byte a
    pixel and entry."""
    labels = found_classes(result)
    masks = (
        np.stack([result.labels == label for label in labels])
        if labels
        else np.zeros((0, *result.labels.shape), bool)
    )
    confidence = None
    if result.scores is not None:
        confidence = np.array([mean_score(result, label) for label in labels], dtype=np.float32)
    names = result.classes
    return {
        "xyxy": np.array([box(mask) for mask in masks], dtype=np.float32).reshape(-1, 4),
        "mask": masks,
        "class_id": np.array(labels, dtype=int),
        "confidence": confidence,
        "data": {"class_name": np.array([names[label] for label in labels], dtype=str)},
    }


def sv_detections(result: "Result") -> Any:
    """supervision.Detections with sv_fields. Raises ImportError without the package supervision."""
    import supervision

    return supervision.Detections(**sv_fields(result))


def fiftyone_mask(result: "Result") -> "np.ndarray[Any, Any]":
    """A mask as FiftyOne shows it, [H, W]: 0, which it leaves transparent, is unknown, and a class is its
    label plus 1; uint8 with up to 255 classes, else uint16."""
    kind = np.uint8 if len(result.classes) <= 255 else np.uint16
    return (result.labels + np.uint16(1)).astype(kind)  # UNKNOWN + 1 is 0 in 16 bits


def fiftyone_targets(result: "Result") -> Dict[int, str]:
    """`mask_targets` of a FiftyOne data set for fiftyone_mask."""
    return {label + 1: title for label, title in enumerate(result.classes)}


def fiftyone_segmentation(result: "Result") -> Any:
    """fiftyone.Segmentation with fiftyone_mask. Raises ImportError without the package fiftyone."""
    import fiftyone

    return fiftyone.Segmentation(mask=fiftyone_mask(result))


def hf_segmentation(result: "Result") -> Dict[str, Any]:
    """A dict with the keys of Hugging Face's post_process_*_segmentation: "segmentation", int32 [H, W] with
    labels and -1 for unknown, as post_process_semantic_segmentation's map (torch.from_numpy makes its
    tensor); "segments_info", for each class that was found "id" and "label_id" (both its label),
    "was_fused" (False) and, with scores, "score"; and "id2label", as in a model's config."""
    segmentation = result.labels.astype(np.int32)
    segmentation[segmentation == 65535] = -1
    segments: List[Dict[str, Any]] = []
    for label in found_classes(result):
        segment: Dict[str, Any] = {"id": label, "label_id": label, "was_fused": False}
        if result.scores is not None:
            segment["score"] = mean_score(result, label)
        segments.append(segment)
    return {
        "segmentation": segmentation,
        "segments_info": segments,
        "id2label": dict(enumerate(result.classes)),
    }
