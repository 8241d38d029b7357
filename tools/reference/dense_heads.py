"""Dense heads of a bare CLIP: its image tower's last layer computed so that each patch describes itself.

Formulas are those of the authors' code, with which these functions were compared: MaskCLIP (Zhou, Loy, Dai, ECCV 2022),
ClearCLIP (Lan and others, ECCV 2024), SCLIP (Wang, Mei, Yuille, ECCV 2024), NACLIP (Hajimiri, Ben Ayed, Dolz, WACV 2025),
ResCLIP (Yang and others, CVPR 2025), SC-CLIP (Bai and others, 2024). Positions of another grid are resized bilinearly,
where theirs are bicubic.

One image a call: h x w patches, N = h w, T = 1 + N tokens with the class token first, D width, H heads of d = D / H, E
joint width, L layers. A head takes tower and image [1,3,height,width] and gives [h,w,E] before unit length.
"""
from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from clip_towers import Block, VisionTower


# ------------------------------------------------------------------ what heads share
def layer_of_12(layer: int, layers: int) -> int:
    """A layer (counted from 1) of the towers of 12 that heads are published for, in one of `layers`; never the last."""
    return min(max(math.floor(layer * layers / 12 + 0.5), 1), layers - 1)


def encode(v: VisionTower, image: Tensor) -> tuple[list[Tensor], int, int]:
    """Tokens [T,D] before layer 1 and after each of 1 to L-1 (place in the list = layers done), and h, w."""
    x, h, w = v.embed(image, class_embedding_twice=False)
    stream = [x]
    for block in v.transformer.resblocks[:-1]:
        stream.append(block(stream[-1]))
    return [s[:, 0] for s in stream], h, w


def project_qkv(block: Block, x: Tensor) -> list[Tensor]:
    """Queries, keys and values of a layer for the tokens x [T,D] that enter it: [H,T,d] each."""
    y = F.linear(block.ln_1(x), block.attn.in_proj_weight, block.attn.in_proj_bias)
    return [t.reshape(len(x), block.attn.num_heads, -1).transpose(0, 1) for t in y.chunk(3, -1)]


def scores(a: Tensor, b: Tensor) -> Tensor:
    """[H,T,d] x [H,T,d] -> [H,T,T]."""
    return a @ b.transpose(1, 2) * a.shape[-1] ** -0.5


def attend(block: Block, weights: Tensor, values: Tensor) -> Tensor:
    """Weighted values through the output projection. [.,T,T], [H,T,d] -> [T,D]."""
    y = (weights @ values).transpose(0, 1)
    return block.attn.out_proj(y.reshape(len(y), -1))


def with_mlp(block: Block, x: Tensor, y: Tensor) -> Tensor:
    x = x + y
    return x + block.mlp(block.ln_2(x))


def to_joint(v: VisionTower, patches: Tensor, h: int, w: int) -> Tensor:
    return (v.ln_post(patches) @ v.proj).reshape(h, w, -1)


def unit(x: Tensor) -> Tensor:
    return x / x.norm(dim=-1, keepdim=True)


# ------------------------------------------------------------------ heads of the last layer alone
def maskclip(v: VisionTower, image: Tensor, residual: bool = False) -> Tensor:
    """Every patch attends to itself alone."""
    stream, h, w = encode(v, image)
    block, x = v.transformer.resblocks[-1], stream[-1]
    value = project_qkv(block, x)[2]
    y = block.attn.out_proj(value.transpose(0, 1).reshape(len(x), -1))
    return to_joint(v, (with_mlp(block, x, y) if residual else y)[1:], h, w)


def clearclip(v: VisionTower, image: Tensor) -> Tensor:
    """Queries attend to queries; no residual, no MLP."""
    stream, h, w = encode(v, image)
    block = v.transformer.resblocks[-1]
    q, _, value = project_qkv(block, stream[-1])
    return to_joint(v, attend(block, scores(q, q).softmax(-1), value)[1:], h, w)


def sclip(v: VisionTower, image: Tensor) -> Tensor:
    """The sum, not the mean, of attention by queries and by keys; residual and MLP stay."""
    stream, h, w = encode(v, image)
    block, x = v.transformer.resblocks[-1], stream[-1]
    q, k, value = project_qkv(block, x)
    y = attend(block, scores(q, q).softmax(-1) + scores(k, k).softmax(-1), value)
    return to_joint(v, with_mlp(block, x, y)[1:], h, w)


def neighbourhood(h: int, w: int, sigma: float) -> Tensor:
    """exp(-distance^2 / (2 sigma^2)) of patches; 0 in the class token's row and column. [T,T]."""
    y, x = torch.arange(h).repeat_interleave(w).double(), torch.arange(w).repeat(h).double()
    near = torch.exp(-((y[:, None] - y) ** 2 + (x[:, None] - x) ** 2) / (2 * sigma**2))
    return F.pad(near, (1, 0, 1, 0))


def naclip(v: VisionTower, image: Tensor, sigma: float = 5.0) -> Tensor:
    """Keys attend to keys, with a bonus for neighbours before the softmax; no residual, no MLP."""
    stream, h, w = encode(v, image)
    block = v.transformer.resblocks[-1]
    _, k, value = project_qkv(block, stream[-1])
    weights = (scores(k, k) + neighbourhood(h, w, sigma).to(k)).softmax(-1)
    return to_joint(v, attend(block, weights, value)[1:], h, w)


# ------------------------------------------------------------------ ResCLIP
def resclip(v: VisionTower, image: Tensor, feedback: Tensor | None = None, rcs: tuple[float, float] = (2.0, 0.4),
            sfr: tuple[float, float] = (1.8, 0.7), sigma: float = 5.0) -> Tensor:
    """NACLIP's attention mixed with the mean plain attention of layers 6 to 9 (RCS), and with the attention `feedback`
    [N,N] that a first pass suggests (SFR, dense_feedback.py). rcs, sfr: temperature and share."""
    stream, h, w = encode(v, image)
    blocks = v.transformer.resblocks
    middle = []
    for i in range(layer_of_12(6, len(blocks)), layer_of_12(9, len(blocks)) + 1):
        q, k, _ = project_qkv(blocks[i - 1], stream[i - 1])            # of one layer: its own, blocks[-1]
        middle.append(scores(q, k).softmax(-1))
    _, k, value = project_qkv(blocks[-1], stream[-1])
    weights = scores(k, k)
    if feedback is not None:
        weights = sfr[0] * ((1 - sfr[1]) * weights + sfr[1] * F.pad(feedback / feedback.max(), (1, 0, 1, 0)))
    weights = (weights + neighbourhood(h, w, sigma).to(k)).softmax(-1)
    weights = rcs[0] * ((1 - rcs[1]) * weights + rcs[1] * torch.stack(middle).mean(0))      # rows sum to rcs[0]
    return to_joint(v, attend(blocks[-1], weights, value)[1:], h, w)


# ------------------------------------------------------------------ SC-CLIP
def outlier_scores(x: Tensor, k: int = 30) -> Tensor:
    """r_i is the squared distance of x_i to its k-th nearest other, score i the mean of r_i / r_j over the k nearest j.
    The authors' code needs N > k; below that k is half of the others. x [N,D] -> [N]."""
    if len(x) < 3:
        return torch.ones(len(x)).to(x)
    k = k if len(x) > k else (len(x) - 1) // 2
    squared = torch.cdist(x, x, compute_mode="donot_use_mm_for_euclid_dist") ** 2
    near, index = squared.topk(k + 1, largest=False)
    radius, index = near[:, -1], index[:, 1:]                          # column 0 is the patch itself
    return (radius[:, None] / radius[index]).mean(1)


def outliers(score: Tensor, share: float = 0.05) -> list[int]:
    return torch.where(score > torch.quantile(score, 1 - share))[0].tolist() if len(score) > 2 else []


def repair(x: Tensor, bad: list[int], h: int, w: int) -> Tensor:
    """Each outlier becomes the mean of those of its 8 neighbours that are none; without such it stays."""
    out = x.clone()
    for i in bad:
        near = [(i // w + dy) * w + i % w + dx for dy in (-1, 0, 1) for dx in (-1, 0, 1)
                if 0 <= i // w + dy < h and 0 <= i % w + dx < w]
        near = [j for j in near if j not in bad]
        if near:
            out[i] = x[near].mean(0)
    return out


def aggregate(similar: Tensor, x: Tensor, beta: float) -> Tensor:
    """Mean of patches weighted by similarities of at least beta. [N,N], [N,D] -> [N,D]."""
    weights = torch.where(similar < beta, torch.zeros_like(similar), similar)
    return weights / (weights.sum(-1, keepdim=True) + 1e-6) @ x


def scclip(v: VisionTower, image: Tensor, beta: float = 0.4, class_share: float = 0.3, sharpness: float = 3.0,
           trace: dict | None = None) -> Tensor:
    stream, h, w = encode(v, image)
    block, n = v.transformer.resblocks[-1], len(v.transformer.resblocks)
    score = outlier_scores(stream[-1][1:])
    bad = outliers(score)
    repaired = repair(stream[-1][1:], bad, h, w)

    middle = unit(repair(stream[layer_of_12(9, n)][1:], bad, h, w))
    early = unit(stream[layer_of_12(4, n)][1:])
    s, s_early = middle @ middle.t(), early @ early.t()
    lift = sharpness * (s - s.mean())
    lift = torch.where(lift < 0, torch.full_like(lift, -math.inf), lift)
    lift.diagonal().copy_((sharpness * (s.diagonal() - s.mean())).clamp(min=0))     # ours: no row without an entry

    def last_layer(patches: Tensor, class_token: Tensor) -> Tensor:
        _, key, value = project_qkv(block, patches)                    # no class token in this attention
        weights = (lift.softmax(-1) + scores(key, key).softmax(-1)) / 2
        return attend(block, weights, value) + class_share * class_token

    first = aggregate(s_early, last_layer(aggregate(s, repaired, beta), stream[-1][0]), beta)
    total = sum(stream[layer_of_12(4, n): layer_of_12(10, n) + 1])     # outliers left in
    second = aggregate(s_early, last_layer(total[1:], total[0]), beta)
    if trace is not None:
        trace.update(score=score, similarity=s, early_similarity=s_early)
    return to_joint(v, first + second, h, w)


HEADS = {"maskclip": maskclip, "maskclip-residual": lambda v, image: maskclip(v, image, residual=True),
         "clearclip": clearclip, "sclip": sclip, "naclip": naclip, "resclip": resclip, "scclip": scclip}
