"""Goldens of evaluation: tests/golden/evaluation. Confusion counts of twenty label maps for every way in which the kinds of
data sets store labels, against predictions of which some are unknown.

Maps follow from their names; what a stored value means is restated here from the data sets' own documentation, and counted
with numpy.bincount.
"""
from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from checkpoint_formats import write_safetensors
from hashed_weights import hash_uniform

IMAGES, UNKNOWN, DROPPED = 20, 65535, -1


@dataclass
class Case:
    """`meaning`: label by stored value. Values in `ignored` count nowhere."""

    name: str
    classes: int
    meaning: dict[int, int]
    ignored: list[int] = field(default_factory=lambda: [255])


def as_stored(classes: int) -> dict[int, int]:
    return {label: label for label in range(classes)}


def zero_is_ignored(name: str, classes: int) -> Case:
    """mmsegmentation's reduce_zero_label: 0 becomes 255, and every other label one less."""
    return Case(name, classes, {label + 1: label for label in range(classes)}, [0, 255])


def coco_raw() -> list[int]:
    """Ids of COCO-Stuff's 171 classes, counted from 0: 182 less the eleven things that COCO never labelled (street sign,
    hat, shoe, eye glasses, plate, mirror, window, desk, door, blender, hair brush)."""
    never = [12, 26, 29, 30, 45, 66, 68, 69, 71, 83, 91]
    return [i for i in range(182) if i + 1 not in never]


def coco_objects(ids: list[int], last: int) -> dict[int, int]:
    """Things in the order of their ids become 1 to 80; all else, unlabelled pixels as well, is background."""
    return {value: 0 for value in [*range(last + 1), 255]} | {value: i + 1 for i, value in enumerate(ids[:80])}


def cityscapes() -> Case:
    """The 19 ids with a trainId in cityscapesScripts; all others are not measured."""
    ids = [7, 8, 11, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33]
    return Case("cityscapes-19.raw", 19, {value: i for i, value in enumerate(ids)},
                [i for i in range(34) if i not in ids] + [255])


CASES = [
    zero_is_ignored("voc-20", 20), Case("voc-21", 21, as_stored(21)),
    Case("coco-stuff-171.train_ids", 171, as_stored(171)),
    Case("coco-stuff-171.raw", 171, {value: i for i, value in enumerate(coco_raw())}),
    Case("coco-object-81.object_ids", 81, as_stored(81)),
    Case("coco-object-81.train_ids", 81, coco_objects(list(range(171)), 170), []),
    Case("coco-object-81.raw", 81, coco_objects(coco_raw(), 181), []),
    Case("cityscapes-19.train_ids", 19, as_stored(19)), cityscapes(),
    zero_is_ignored("context-59", 59), Case("context-60", 60, as_stored(60)),
    Case("context-459", 459, as_stored(459), [459, 65535]),
    zero_is_ignored("ade-150", 150), Case("ade-847", 847, as_stored(847), [65535]),
    Case("folder.8bit", 7, as_stored(7)), Case("folder.16bit", 300, as_stored(300), [65535]),
]


def pick(u: np.ndarray, choices: int) -> np.ndarray:
    """Numbers in [-1, 1) as integers below `choices`, in fp32."""
    return np.minimum(((u + np.float32(1)) * np.float32(0.5) * np.float32(choices)).astype(int), choices - 1)


def maps(case: Case, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Stored values and predicted labels [height, width]. Both are of few classes, mostly the same ones."""
    height, width = 4 + 5 * number % 13, 3 + 7 * number % 17
    u = hash_uniform(f"evaluation.{case.name}.{number}", 1 + 4 * height * width).numpy()
    a, b, c, d = u[1:].reshape(-1, 4).T
    values = np.array(list(case.meaning))
    first = pick(u[:1], len(values))[0]
    stored = values[(first + pick(b, 5)) % len(values)]
    if case.ignored:
        stored = np.where(pick(a, 10) == 0, np.array(case.ignored)[pick(b, len(case.ignored))], stored)
    predicted = np.where(pick(c, 10) == 0, UNKNOWN, (first + pick(d, 6)) % case.classes)
    return stored.reshape(height, width), predicted.reshape(height, width)


def confusion(case: Case) -> tuple[np.ndarray, int]:
    """Pixels by (label, prediction), unknown predictions in one more column; and how many are ignored."""
    table = np.full(65536, -2)
    table[list(case.meaning)] = list(case.meaning.values())
    table[case.ignored] = DROPPED
    pairs, ignored = np.zeros((case.classes, case.classes + 1), np.uint64), 0
    for number in range(IMAGES):
        stored, predicted = maps(case, number)
        truth = table[stored]
        assert truth.min() > -2
        counts = truth != DROPPED
        cells = truth[counts] * (case.classes + 1) + np.minimum(predicted[counts], case.classes)
        pairs += np.bincount(cells, minlength=pairs.size).reshape(pairs.shape).astype(np.uint64)
        ignored += int((~counts).sum())
    return pairs, ignored


def scores(pairs: np.ndarray) -> list[float]:
    """Pixel accuracy, and mean IoU over classes with a labelled pixel and over all."""
    hits, labelled, predicted = np.diag(pairs), pairs.sum(1), pairs[:, :-1].sum(0)
    union = labelled + predicted - hits
    iou = hits / np.maximum(union, 1)
    return [hits.sum() / labelled.sum(), iou[labelled > 0].mean(), iou.mean()]


def write(folder: Path) -> None:
    e = {}
    for case in CASES:
        pairs, ignored = confusion(case)
        counts = np.stack([np.diag(pairs), pairs[:, :-1].sum(0), pairs.sum(1)], 1)
        assert counts.max() <= 2048                                  # fp16 holds such integers exactly
        e[f"{case.name}.stored"] = torch.tensor(list(case.meaning), dtype=torch.float32)
        e[f"{case.name}.ignored"] = torch.tensor(case.ignored, dtype=torch.float32)
        e[f"{case.name}.counts"] = torch.from_numpy(counts.astype(np.float16))
        e[f"{case.name}.pixels"] = torch.tensor([int(pairs.sum()), ignored])
        e[f"{case.name}.scores"] = torch.tensor(scores(pairs.astype(float)), dtype=torch.float32)
        digest = hashlib.sha256(np.ascontiguousarray(pairs, "<u8").tobytes()).digest()
        e[f"{case.name}.sha256"] = torch.tensor(list(digest), dtype=torch.uint8)
        print(case.name, "pixels", int(pairs.sum()), "ignored", ignored, "hits", int(np.diag(pairs).sum()))
    write_safetensors(folder / "expected.safetensors", e)
