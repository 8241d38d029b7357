"""Goldens of a network small enough to be committed: tests/golden/micro.

Computed in double precision and rounded to fp32 at the end, so that the bytes do not depend on the order in which
some library adds. Weights are not in the file: they follow from their names (hashed_weights.py).
"""
from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

import training_free
from byte_tokenizer import ByteTokenizer
from checkpoint_formats import write_safetensors
from clip_towers import CLIP
from hashed_weights import hash_fill, photo, uniform
from rpn_reference import RPN, Config

CLASSES = ("cat", "dog", "sky", "grass", "potted plant")
CONTEXT, WINDOW, STRIDE = 32, 32, 27


def micro_clip(vocab: int) -> CLIP:
    """8 px patches on a 4x4 grid, 4 layers of width 128 with 2 heads, joint width 32; 2 text layers of width 64."""
    clip = CLIP(image_size=32, patch=8, width=128, layers=4, heads=2, joint=32,
                text_width=64, text_layers=2, text_heads=1, context=CONTEXT, vocab=vocab)
    hash_fill(clip, "clip.")
    return clip


def variant(clip: CLIP, name: str, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
    """Every traced stage, patch logits on both grids, and class planes of the photo: as it is, and resized."""
    rpn = RPN(clip, Config(name, vpt_tokens=3, seen=[0, 1]))
    hash_fill(rpn, skip="clip.")
    rpn = rpn.double().eval()
    text, rgb, stages = inputs["text"], inputs["photo"].numpy(), {}
    out = {"patch_logits": rpn(inputs["image"], text, stages),
           "rectangular_patch_logits": rpn(inputs["wide_image"], text),
           "slide": rpn.segment(rgb, text, WINDOW, STRIDE, short=rgb.shape[0]),
           "segment": rpn.segment(rgb, text, WINDOW, STRIDE, short=WINDOW)}
    return {f"{name}.{key}": value for key, value in (stages | out).items()}


def write(folder: Path) -> None:
    tokenizer = ByteTokenizer()
    clip = micro_clip(tokenizer.vocab).double()
    e = {"tokens": torch.tensor([tokenizer.tokens(f"a photo of a {name}", CONTEXT) for name in CLASSES]),
         "image": uniform("image", 2, 3, 32, 32).double() * 2,
         "wide_image": uniform("wide_image", 1, 3, 24, 40).double() * 2,   # 3x5 patches: positions and h are resized
         "photo": photo("photo", 40, 57)}
    with torch.no_grad():
        e["text"] = clip.encode_text(e["tokens"]).float().double()         # what a test reads is what is computed with
        for head in training_free.HEADS:
            e[f"{head}.probabilities"] = training_free.probabilities(clip, e["image"], e["text"], head)
        for name in ("official", "paper"):
            e |= variant(clip, name, e)
    write_safetensors(folder / "expected.safetensors",
                      {k: v.float() if v.is_floating_point() else v for k, v in e.items()})
    (folder / "merges.txt").write_text(tokenizer.merges_file())
