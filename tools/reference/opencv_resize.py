"""cv2.resize of uint8 with INTER_LINEAR, also where OpenCV is not installed: the same bits by NumPy."""
from __future__ import annotations

import numpy as np

try:
    import cv2
except ImportError:
    cv2 = None

ONE = 1 << 11  # OpenCV computes with weights of 11 bits


def _axis(inputs: int, outputs: int, columns: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """For each output: two positions to read, and their weights. Beyond the ends columns have one weight, rows have two
    for the same position."""
    place = ((np.arange(outputs) + 0.5) * (1 / (outputs / inputs)) - 0.5).astype(np.float32)
    low = np.floor(place).astype(np.int64)
    share = place - low.astype(np.float32)
    if columns:
        share[(low < 0) | (low >= inputs - 1)] = 0
    low, high = low.clip(0, inputs - 1), (low + 1).clip(0, inputs - 1)
    weight = lambda x: np.rint(x * np.float32(ONE)).astype(np.int64)
    return low, high, weight(np.float32(1) - share), weight(share)


def resize_by_numpy(rgb: np.ndarray, width: int, height: int) -> np.ndarray:
    """uint8 [H, W, C] -> uint8 [height, width, C]"""
    low, high, a, b = _axis(rgb.shape[1], width, columns=True)
    wide = rgb.astype(np.int64)
    rows = wide[:, low] * a[None, :, None] + wide[:, high] * b[None, :, None]
    low, high, a, b = _axis(rgb.shape[0], height, columns=False)
    top = (a[:, None, None] * (rows[low] >> 4)) >> 16
    bottom = (b[:, None, None] * (rows[high] >> 4)) >> 16
    return ((top + bottom + 2) >> 2).clip(0, 255).astype(np.uint8)


def resize(rgb: np.ndarray, width: int, height: int) -> np.ndarray:
    if cv2 is None:
        return resize_by_numpy(rgb, width, height)
    return cv2.resize(rgb, (width, height), interpolation=cv2.INTER_LINEAR)
