"""Goldens of augmentation: tests/golden/augmentation. Images of several shapes whose pixels and labels follow from their
names, the draws of each sample, and what comes out."""
from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch

import augmentation as mmseg
from checkpoint_formats import write_safetensors
from hashed_weights import photo, uniform
from rpn_reference import MEAN, STD

IMG_SCALE, RATIO_RANGE, CROP, CAT_MAX_RATIO, FLIP = (128, 32), (0.5, 2.0), 32, 0.75, 0.5
BLOCK, CELL = 6, 8
SHAPES = [(45, 60), (60, 45), (31, 97), (20, 150), (37, 37), (50, 75), (24, 40), (90, 64)]
SAMPLES, ONE_CLASS = 12, 5                # the labels of sample 5 are 0 or 255, so that no box of it will do


def sample(number: int) -> tuple[np.ndarray, np.ndarray]:
    """RGB and labels: blocks of one colour under noise, and cells of classes 0 (most of them) to 3 and 255."""
    height, width = SHAPES[number % len(SHAPES)]
    name = f"augmentation.{number}"
    blocks = photo(f"{name}.blocks", -(-height // BLOCK), -(-width // BLOCK)).numpy().astype(int)
    blocks = blocks.repeat(BLOCK, 0).repeat(BLOCK, 1)[:height, :width]
    rgb = (3 * blocks + photo(f"{name}.noise", height, width).numpy()) // 4
    cells = ((uniform(f"{name}.labels", -(-height // CELL), -(-width // CELL)) + 1) * 5).long().numpy()
    labels = np.array([0, 0, 0, 0, 0, 0, 1, 2, 3, 255], np.uint8)[cells]
    if number == ONE_CLASS:
        labels[labels < 255] = 0
    return rgb.astype(np.uint8), labels.repeat(CELL, 0).repeat(CELL, 1)[:height, :width]


def write(folder: Path) -> None:
    e, looks, coins = {}, [], []
    for number in range(SAMPLES):
        rgb, labels = sample(number)
        draws = mmseg.Draws(number)
        image = np.ascontiguousarray(rgb[:, :, ::-1])
        image, labels = mmseg.resize(image, labels, draws, IMG_SCALE, RATIO_RANGE)
        image, labels = mmseg.random_crop(image, labels, draws, CROP, CAT_MAX_RATIO)
        looks.append(len(draws.rows) // 2)
        image, labels = mmseg.random_flip(image, labels, draws, FLIP)
        image = mmseg.photo_metric_distortion(image, draws)
        coins.append("".join(str(int(row[3])) for row in draws.rows if row[0] == 2))
        e[f"{number}.draws"] = torch.tensor(draws.rows, dtype=torch.float32)
        e[f"{number}.valid"] = torch.tensor(labels.shape)
        e[f"{number}.image"] = torch.from_numpy(mmseg.pad(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), CROP, 0))
        e[f"{number}.labels"] = torch.from_numpy(mmseg.pad(labels, CROP, mmseg.IGNORE))
        if number == 0:
            planes = mmseg.pad(mmseg.normalize(image, MEAN, STD), CROP, 0)
            e["normalized"] = torch.from_numpy(np.ascontiguousarray(planes.transpose(2, 0, 1))).half()
    print("boxes looked at:", looks, "coins:", " ".join(coins))
    write_safetensors(folder / "expected.safetensors", e)
