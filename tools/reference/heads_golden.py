"""Goldens of dense heads: tests/golden/heads. Towers of several depths, and grids down to two patches.

As micro_golden.py: double precision, weights from their names. The thresholds of scclip are hard, so a number near one
would flip with the rounding of another machine: none is here.
"""
from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from checkpoint_formats import write_safetensors
from clip_towers import CLIP
from dense_feedback import attention_of_labels, labels_of_patches
from dense_heads import HEADS, layer_of_12, outliers, resclip, scclip
from hashed_weights import hash_fill, uniform

LAYERS = (1, 2, 4, 24)
PATCH, NAMES, JOINT = 8, 5, 16
GRIDS = {"square": (4, 4), "line": (1, 7), "pair": (1, 2), "large": (6, 7)}      # only `large` has more than 30 patches


def tower(layers: int) -> CLIP:
    """8 px patches on a 4x4 grid, width 32 with 2 heads, joint width 16; its text tower is not used."""
    clip = CLIP(image_size=32, patch=PATCH, width=32, layers=layers, heads=2, joint=JOINT,
                text_width=64, text_layers=1, text_heads=1, context=32, vocab=523)
    hash_fill(clip, "clip.")
    return clip.double()


def room(trace: dict[str, Tensor]) -> float:
    """The least distance of a similarity to a threshold of scclip."""
    s, early = trace["similarity"], trace["early_similarity"]
    near = torch.cat([(s - 0.4).abs().flatten(), (early - 0.4).abs().flatten(),
                      (s - s.mean()).abs()[~torch.eye(len(s), dtype=torch.bool)]])
    return float(near.min())


def write(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    names = uniform("heads.names", NAMES, JOINT).double()
    e = {"names": (names / names.norm(dim=-1, keepdim=True)).float()}
    least = 1.0
    with torch.no_grad():
        for layers in LAYERS:
            v = tower(layers).visual
            for grid, (h, w) in GRIDS.items():
                e[f"image.{grid}"] = uniform(f"heads.{grid}", 1, 3, h * PATCH, w * PATCH) * 2
                image, stem = e[f"image.{grid}"].double(), f"{layers}.{grid}"
                for head, features in HEADS.items():
                    e[f"{stem}.{head}"] = features(v, image)
                labels = labels_of_patches(image, e[f"{stem}.resclip"], e["names"].double(), PATCH, threshold=0.25)
                e[f"{stem}.labels"] = labels
                e[f"{stem}.resclip-sfr"] = resclip(v, image, feedback=attention_of_labels(labels))
                trace = {}
                scclip(v, image, trace=trace)
                e[f"{stem}.outliers"] = torch.tensor(outliers(trace["score"]), dtype=torch.int64)
                least = min(least, room(trace))
    print(f"similarities stay {least:.1e} clear of thresholds; layers 4, 9, 10 of 12 are",
          {n: [layer_of_12(i, n) for i in (4, 9, 10)] for n in LAYERS})
    write_safetensors(folder / "expected.safetensors",
                      {k: v.float() if v.is_floating_point() else v for k, v in e.items()})
