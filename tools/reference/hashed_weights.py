"""Weights and inputs made from names alone, so that goldens need no weights: C++ tests make the same ones
(src/base/random.h, src/model/random_model.h)."""
from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn


def hash_uniform(name: str, count: int) -> Tensor:
    """`count` fp32 numbers in [-1, 1): the name's FNV-1a hash (64 bits) seeds SplitMix64, and the top 24 bits of each
    of its outputs make a number."""
    seed = 0xCBF29CE484222325
    for ch in name.encode():
        seed = ((seed ^ ch) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + (np.arange(1, count + 1, dtype=np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    u = (z >> np.uint64(40)).astype(np.float32) / np.float32(1 << 24)
    return torch.from_numpy(u * np.float32(2) - np.float32(1))


def uniform(name: str, *shape: int) -> Tensor:
    """hash_uniform in a shape."""
    return hash_uniform(name, math.prod(shape)).reshape(shape)


def photo(name: str, height: int, width: int) -> Tensor:
    """Noise as an RGB image, uint8 [height,width,3]."""
    return ((uniform(name, height, width, 3) + 1) * 127.5).to(torch.uint8)


def hash_fill(module: nn.Module, prefix: str = "", token_period: int | None = None, skip: str = "") -> None:
    """Fills every parameter from `prefix` and its name, but those whose names begin with `skip` (if given).

    With u = hash_uniform: norm weights 1 + 0.1 u, biases 0.1 u, embeddings and positions 0.5 u, matrices
    u sqrt(3 / fan_in), so that activations keep unit scale; fan_in is the first dimension of matrices that multiply
    from the right and the product of all others but the first elsewhere. Scalars (logit_scale) become log(1 / 0.07).
    token_period: rows of the token embedding repeat after so many ids, which lets files of a large vocabulary
    compress.
    """
    with torch.no_grad():
        for name, p in module.named_parameters():
            if skip and name.startswith(skip):
                continue
            if token_period is not None and "token_embedding" in name:
                rows = uniform(prefix + name, token_period, p.shape[1])
                u = rows.repeat(p.shape[0] // token_period + 1, 1)[: len(p)]
            else:
                u = uniform(prefix + name, *p.shape)
            leaf = name.rsplit(".", 1)[-1]
            if p.dim() == 0:
                p.fill_(math.log(1 / 0.07))
            elif leaf == "bias" or leaf == "in_proj_bias":
                p.copy_(0.1 * u)
            elif leaf in ("class_embedding", "positional_embedding", "vpt") or "token_embedding" in name:
                p.copy_(0.5 * u)
            elif p.dim() == 1:
                p.copy_(1 + 0.1 * u)
            elif leaf in ("proj", "text_projection", "gate", "noise", "h"):
                p.copy_(u * math.sqrt(3 / p.shape[0]))
            else:
                p.copy_(u * math.sqrt(3 / p[0].numel()))
