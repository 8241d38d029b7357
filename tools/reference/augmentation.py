"""The training pipeline of mmsegmentation 0.x for one image, restated from its documentation with NumPy and OpenCV:
Resize, RandomCrop, RandomFlip, PhotoMetricDistortion, Normalize, Pad. Images are BGR while it runs, as there.

Chance is asked through a Draws object, in mmsegmentation's order, so that another program can be given the same answers.
"""
from __future__ import annotations

import cv2
import numpy as np

IGNORE = 255


class Draws:
    """NumPy's legacy generator as mmsegmentation uses it, keeping what was drawn as rows [kind, low, high, value];
    kind 0 is a real number in [low, high), 1 an integer in [low, high), 2 a coin. Values are rounded to fp32."""

    def __init__(self, seed: int):
        self.source, self.rows = np.random.RandomState(seed), []

    def _keep(self, kind: int, low: float, high: float, value: float) -> float:
        value = float(np.float32(value))
        self.rows.append([kind, low, high, value])
        return value

    def between(self, low: float, high: float) -> float:
        return self._keep(0, low, high, self.source.random_sample() * (high - low) + low)

    def integer(self, low: int, high: int) -> int:
        return int(self._keep(1, low, high, self.source.randint(low, high)))

    def coin(self) -> bool:
        return bool(self._keep(2, 0, 2, self.source.randint(2)))


def rescaled_size(height: int, width: int, scale: tuple[int, int]) -> tuple[int, int]:
    """(height, width) of mmcv.imrescale: the largest of the image's shape that fits into `scale`, either way round."""
    factor = min(max(scale) / max(height, width), min(scale) / min(height, width))
    return int(height * float(factor) + 0.5), int(width * float(factor) + 0.5)


def resize(image, labels, draws, img_scale, ratio_range):
    """Resize(img_scale, ratio_range, keep_ratio=True): both numbers of img_scale times one ratio, cut to integers."""
    ratio = draws.between(*ratio_range)
    scale = int(img_scale[0] * ratio), int(img_scale[1] * ratio)
    height, width = rescaled_size(*labels.shape, scale)
    return (cv2.resize(image, (width, height), interpolation=cv2.INTER_LINEAR),
            cv2.resize(labels, (width, height), interpolation=cv2.INTER_NEAREST))


def random_crop(image, labels, draws, crop, cat_max_ratio):
    """RandomCrop(crop_size, cat_max_ratio): up to ten looks at a box; the eleventh is taken as it comes."""
    def box():
        top = draws.integer(0, max(labels.shape[0] - crop, 0) + 1)
        left = draws.integer(0, max(labels.shape[1] - crop, 0) + 1)
        return np.s_[top:top + crop, left:left + crop]

    chosen = box()
    if cat_max_ratio < 1:
        for _ in range(10):
            names, counts = np.unique(labels[chosen], return_counts=True)
            counts = counts[names != IGNORE]
            if len(counts) > 1 and np.max(counts) / np.sum(counts) < cat_max_ratio:
                break
            chosen = box()
    return image[chosen], labels[chosen]


def random_flip(image, labels, draws, probability):
    if draws.between(0, 1) < probability:
        return image[:, ::-1].copy(), labels[:, ::-1].copy()
    return image, labels


def convert(values, alpha=1.0, beta=0.0):
    """values * alpha + beta in fp32, cut to 0..255; the fraction is dropped."""
    return np.clip(values.astype(np.float32) * alpha + beta, 0, 255).astype(np.uint8)


def photo_metric_distortion(image, draws, brightness_delta=32, contrast=(0.5, 1.5), saturation=(0.5, 1.5), hue_delta=18):
    """Each step with probability 1/2, on 8-bit values; hue and saturation through OpenCV's 8-bit HSV."""
    def change_contrast(image):
        return convert(image, alpha=draws.between(*contrast)) if draws.coin() else image

    if draws.coin():
        image = convert(image, beta=draws.between(-brightness_delta, brightness_delta))
    contrast_first = draws.coin()
    if contrast_first:
        image = change_contrast(image)
    if draws.coin():
        hsv = cv2.cvtColor(image, cv2.COLOR_BGR2HSV)
        hsv[:, :, 1] = convert(hsv[:, :, 1], alpha=draws.between(*saturation))
        image = cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR)
    if draws.coin():
        hsv = cv2.cvtColor(image, cv2.COLOR_BGR2HSV)
        hsv[:, :, 0] = (hsv[:, :, 0].astype(int) + draws.integer(-hue_delta, hue_delta)) % 180
        image = cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR)
    return image if contrast_first else change_contrast(image)


def normalize(image, mean, std):
    """Normalize(to_rgb=True): BGR bytes to RGB fp32."""
    out = cv2.cvtColor(image.astype(np.float32), cv2.COLOR_BGR2RGB)
    cv2.subtract(out, np.float64(mean).reshape(1, -1), out)
    cv2.multiply(out, 1 / np.float64(std).reshape(1, -1), out)
    return out


def pad(values, side, value):
    """Below and to the right."""
    missing = [(0, side - values.shape[0]), (0, side - values.shape[1])] + [(0, 0)] * (values.ndim - 2)
    return np.pad(values, missing, constant_values=value)
