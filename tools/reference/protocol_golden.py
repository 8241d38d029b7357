"""Goldens of the protocol around a dense head: tests/golden/protocol. The micro network's tower, image and weights.

Three classes with five names; the first class is the background. `room` is printed: how far the scores are from what
would flip a label on another machine, in pixels that are nearer than the tolerance of the tests.
"""
from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from byte_tokenizer import ByteTokenizer
from checkpoint_formats import write_safetensors
from dense_heads import HEADS, unit
from hashed_weights import photo
from label_protocol import class_scores, labels_of, mean_cosines, resized, upsample
from micro_golden import micro_clip
from pamr import pamr

OWNER = [0, 0, 1, 2, 2]
RUNS = {  # short side, window, stride, scale, area, threshold, refined
    "naclip": (48, 32, 16, 40.0, 0.0, 0.0, False),
    "scclip": (48, 32, 16, 40.0, 0.0, 0.0, False),
    "clearclip": (40, 0, 16, 60.0, 0.3, 0.3, False),
    "sclip": (48, 32, 16, 40.0, 0.2, 0.0, True),
}


def names_of(features: Tensor) -> Tensor:
    """Names that each fit some patch more than the others: features [h,w,E] of five patches less the mean. [5,E]"""
    patches = unit(features).flatten(0, 1)
    return unit(patches[:: len(patches) // 5][:5] - patches.mean(0)).float()


def write(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    clip = micro_clip(ByteTokenizer().vocab).double()
    rgb = photo("photo", 40, 57).numpy()
    e = {}
    with torch.no_grad():
        for head, (short, window, stride, scale, area, threshold, refined) in RUNS.items():
            e[f"{head}.names"] = names = names_of(HEADS[head](clip.visual, resized(rgb, 48)[None]))
            image = resized(rgb, short)
            cosines = upsample(mean_cosines(clip, HEADS[head], image, names.double(), window, stride), rgb.shape[:2])
            if refined:
                cosines = pamr(upsample(image, rgb.shape[:2]), cosines)
            scores = class_scores(scale * cosines, OWNER)
            kept, labels = labels_of(scores, area, threshold)
            e[f"{head}.scores"], e[f"{head}.labels"] = kept.float(), labels
            top = kept.sort(0, descending=True).values
            room = torch.minimum(top[0] - top[1], (top[0] - threshold).abs())
            print(head, "pixels of each class", labels.flatten().bincount(minlength=3).tolist(),
                  "nearer than 1e-4 to another label:", int((room < 1e-4).sum()))
    write_safetensors(folder / "expected.safetensors", e)
