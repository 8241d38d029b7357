"""Goldens of the refinement: tests/golden/pamr. Its inputs follow from their names (hashed_weights.py)."""
from __future__ import annotations

from pathlib import Path

from checkpoint_formats import write_safetensors
from hashed_weights import uniform
from pamr import pamr

HEIGHT, WIDTH = 41, 67


def write(folder: Path) -> None:
    image, planes = uniform("pamr.image", 3, HEIGHT, WIDTH).double() * 2, uniform("pamr.planes", 2, HEIGHT, WIDTH)
    write_safetensors(folder / "expected.safetensors",
                      {"refined": pamr(image, planes.double()).float(),
                       "one_step": pamr(image, planes.double(), steps=1, dilations=(3,)).float()})
