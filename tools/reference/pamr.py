"""Pixel-adaptive refinement of score planes (PAMR; Araslanov and Roth, CVPR 2020) with 8 neighbours a dilation."""
from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def around(x: Tensor, dilations: tuple[int, ...], centre: bool) -> Tensor:
    """Neighbours of every pixel, [C,H,W] -> [offsets,C,H,W]; borders go on. centre: the pixel too, once a dilation."""
    height, width = x.shape[-2:]
    out = []
    for d in dilations:
        p = F.pad(x[None], [d] * 4, mode="replicate")[0]
        out += [p[:, y: y + height, z: z + width]
                for y in (0, d, 2 * d) for z in (0, d, 2 * d) if centre or (y, z) != (d, d)]
    return torch.stack(out)


def pamr(image: Tensor, planes: Tensor, steps: int = 10, dilations: tuple[int, ...] = (8, 16)) -> Tensor:
    """image [3,H,W] normalised, planes [C,H,W] -> [C,H,W]. In each step a pixel becomes the weighted mean of its
    neighbours; a weight falls with the difference of colours over the local deviation."""
    deviation = around(image, dilations, centre=True).std(0)
    distance = (image - around(image, dilations, centre=False)).abs() / (1e-8 + 0.1 * deviation)
    weights = (-distance.mean(1)).softmax(0)
    for _ in range(steps):
        planes = (around(planes, dilations, centre=False) * weights[:, None]).sum(0)
    return planes
