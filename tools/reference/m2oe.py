"""M2oE, the multi-scale mixture of experts of the paper's relationship prompt module (Eq. 1 and 12-15)."""
from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class M2oE(nn.Module):
    """One linear layer D -> r feeds gate and experts; expert j applies a depth-wise 3x3 convolution at scale 1/2^j,
    j = 0, 1, ...; one linear layer r -> D maps back. The gate sees the mean over an image's patches and keeps its
    `top_k` largest scores. Its noise is drawn in training only."""

    def __init__(self, width: int, rank: int = 3, experts: int = 4, top_k: int = 2):
        super().__init__()
        self.top_k = top_k
        self.down = nn.Linear(width, rank)
        self.gate = nn.Parameter(torch.zeros(rank, experts))
        self.noise = nn.Parameter(torch.zeros(rank, experts))
        self.experts = nn.ModuleList([nn.Conv2d(rank, rank, 3, padding=1, groups=rank) for _ in range(experts)])
        self.up = nn.Linear(rank, width)

    def scores(self, x: Tensor, noise: Tensor | None) -> Tensor:
        """Weights of the experts, 0 for all but top_k. x [B,N,r], standard normal noise [B,experts] or None
        -> [B,experts]."""
        a = x.mean(1)
        s = a @ self.gate
        if noise is not None:
            s = s + noise * F.softplus(a @ self.noise)
        top, idx = s.topk(self.top_k, dim=-1)
        return torch.full_like(s, float("-inf")).scatter(-1, idx, top).softmax(-1)

    def forward(self, p: Tensor, h: int, w: int, noise: Tensor | None = None) -> Tensor:
        """p + sum over j of g_j up(expert_j(down(p))). p [B,N,D], N = h*w -> [B,N,D]."""
        x = self.down(p)
        g = self.scores(x, noise)
        grid = x.permute(0, 2, 1).reshape(len(p), -1, h, w)
        out = p
        for j, conv in enumerate(self.experts):
            size = (max(1, h >> j), max(1, w >> j))
            e = grid if j == 0 else F.interpolate(grid, size=size, mode="bilinear", align_corners=False)
            e = conv(e)
            e = e if j == 0 else F.interpolate(e, size=(h, w), mode="bilinear", align_corners=False)
            out = out + g[:, j, None, None] * self.up(e.flatten(2).permute(0, 2, 1))
        return out
