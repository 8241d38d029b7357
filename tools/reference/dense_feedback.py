"""ResCLIP's semantic feedback (SFR): which patches should attend to each other, from the labels of a first pass."""
from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from dense_heads import unit
from pamr import pamr


def labels_of_patches(image: Tensor, features: Tensor, queries: Tensor, patch: int, scale: float = 40.0,
                      threshold: float = 0.11) -> Tensor:
    """Name of every patch after a first pass, features [h,w,E] of resclip without feedback. image [1,3,height,width],
    queries [Q,E] of unit length: names, not classes. -> int64 [h,w].

    Pixels whose best probability is below the threshold count as name 0; a patch takes its pixels' most frequent name,
    the first of several.
    """
    h, w = features.shape[:2]
    cosines = (unit(features) @ queries.t()).permute(2, 0, 1)
    cosines = F.interpolate(cosines[None], size=image.shape[-2:], mode="bilinear", align_corners=False)[0]
    best, label = (scale * pamr(image[0], cosines)).softmax(0).max(0)
    label[best < threshold] = 0
    blocks = label[: h * patch, : w * patch].reshape(h, patch, w, patch).transpose(1, 2).reshape(h * w, -1)
    return F.one_hot(blocks, len(queries)).sum(1).argmax(-1).reshape(h, w)


def attention_of_labels(labels: Tensor, sigma: float = 5.0) -> Tensor:
    """1 where two patches of labels [h,w] have the same; less where the straight path between them leaves the label.
    Then each row is smoothed by a Gaussian over the patch index and made to sum to 1. -> [N,N] in double precision."""
    h, w = labels.shape
    n, flat = h * w, labels.reshape(-1)
    a = (flat[:, None] == flat).double()
    yx = torch.stack([torch.arange(n) // w, torch.arange(n) % w], -1)
    start, end = yx[:, None].expand(n, n, 2), yx[None].expand(n, n, 2)
    steps = (start - end).abs().amax(-1)                               # Chebyshev distance
    longest = int(steps.max())
    joined = torch.ones(n, n, dtype=torch.bool)
    for s in range(1, longest + 1):                                    # step s of a pair is s/longest of its way (sic)
        total = start * (longest - s) + end * s
        p, twice = total // longest, 2 * (total % longest)             # nearest, half to even; the authors' fp32 leaves
        p = p + ((twice > longest) | ((twice == longest) & (p % 2 == 1))).long()      # halves to rounding
        joined &= (labels[p[..., 0], p[..., 1]] == flat[:, None]) | (s > steps)
    if longest > 0:
        a = torch.where(joined, a, a * torch.exp(-steps.double() / longest))
    size = min(n, int(6 * sigma + 1))
    size += 1 - size % 2
    x = torch.arange(size).double() - size // 2
    kernel = torch.exp(-(x**2) / (2 * sigma**2))
    a = F.conv1d(a[:, None], (kernel / kernel.sum())[None, None], padding=size // 2)[:, 0]
    return a / (a.sum(-1, keepdim=True) + 1e-8)
