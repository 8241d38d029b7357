"""What stands around a dense head: from an image and the embeddings of names to class scores and labels.

The authors' released segmentors do the same (SC-CLIP, NACLIP and SCLIP), with whose label maps it was compared.
"""
from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from clip_towers import CLIP
from dense_heads import unit

MEAN, STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)     # CLIP's, RGB, 0 to 1


def upsample(x: Tensor, size: tuple[int, int]) -> Tensor:
    """[C,h,w] -> [C,*size], bilinear, align_corners false."""
    return F.interpolate(x[None], size=size, mode="bilinear", align_corners=False)[0]


def resized(rgb, short: int) -> Tensor:
    """uint8 [H,W,3] (numpy) with its shorter side brought to `short`, normalised -> [3,h,w]."""
    import cv2
    h, w = rgb.shape[:2]
    s = short / min(h, w)
    small = cv2.resize(rgb, (int(w * s + 0.5), int(h * s + 0.5)), interpolation=cv2.INTER_LINEAR)
    x = torch.from_numpy(small).double() / 255
    return ((x - torch.tensor(MEAN).double()) / torch.tensor(STD).double()).permute(2, 0, 1)


def mean_cosines(clip: CLIP, head: Callable, image: Tensor, names: Tensor, window: int, stride: int) -> Tensor:
    """Cosines [Q,h,w] of an image [3,h,w] with names [Q,E], averaged where windows overlap; the last window of a row
    or column is moved inside. window 0: the whole image."""
    height, width = image.shape[-2:]
    window_h, window_w = (min(window or 10**9, n) for n in (height, width))
    total, count = torch.zeros(len(names), height, width).double(), torch.zeros(height, width).double()
    for y in range(0, max(height - window_h + stride - 1, 0) // stride + 1):
        for x in range(0, max(width - window_w + stride - 1, 0) // stride + 1):
            y1, x1 = min(y * stride, height - window_h), min(x * stride, width - window_w)
            here = (slice(y1, y1 + window_h), slice(x1, x1 + window_w))
            features = unit(head(clip.visual, image[None, :, here[0], here[1]]))
            total[:, here[0], here[1]] += upsample((features @ names.t()).permute(2, 0, 1), (window_h, window_w))
            count[here] += 1
    return total / count


def class_scores(logits: Tensor, owner: list[int]) -> Tensor:
    """Logits [Q,H,W] of names, owner[q] the class of a name -> the best probability of each class's names, [C,H,W]."""
    p = logits.softmax(0)
    return torch.stack([p[torch.tensor(owner) == c].amax(0) for c in range(max(owner) + 1)])


def labels_of(scores: Tensor, area: float, threshold: float) -> tuple[Tensor, Tensor]:
    """Class 0 is the background. Classes whose best pixels are at most `area` of the foreground score 0 from then on;
    then pixels whose best score is below the threshold become background. -> scores, labels."""
    label = scores.argmax(0)
    covered = torch.stack([(label == c).sum() for c in range(1, len(scores))])
    scores = scores.clone()
    scores[1:] *= (covered > area * covered.sum())[:, None, None]
    best, label = scores.max(0)
    label[best < threshold] = 0
    return scores, label
