"""Goldens of the real size: ViT-B/16 on one 512x512 image with the 20 VOC classes (not committed). Outputs alone:
weights follow from their names. Computed in fp32."""
from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F

from checkpoint_formats import write_safetensors
from clip_tokens import tokens_of
from clip_towers import CLIP
from hashed_weights import hash_fill, uniform
from rpn_reference import RPN, Config
from tiny_golden import TOKEN_PERIOD

VOC = ["aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow", "diningtable", "dog",
       "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor"]


def base_clip() -> CLIP:
    """The positions are hashed for CLIP's 14x14 grid and resized bilinearly to the 32x32 of 512 pixels, as an
    importer does it."""
    clip = CLIP(224, 16, 768, 12, 12, 512, 512, 12, 8)
    hash_fill(clip, "clip.", TOKEN_PERIOD)
    pos = clip.visual.positional_embedding.data
    grid = pos[1:].reshape(1, 14, 14, 768).permute(0, 3, 1, 2)
    grid = F.interpolate(grid, size=(32, 32), mode="bilinear", align_corners=False)
    clip.visual.positional_embedding = torch.nn.Parameter(torch.cat([pos[:1], grid.flatten(2)[0].t()]))
    clip.visual.grid = 32
    return clip


def write(folder: Path) -> None:
    clip, e = base_clip(), {"tokens": tokens_of(VOC)}
    image = uniform("base_image", 1, 3, 512, 512) * 2
    with torch.no_grad():
        e["text"] = clip.encode_text(e["tokens"])
        for name in ("official", "paper"):
            rpn = RPN(clip, Config(name, vpt_tokens=10, seen=list(range(15)))).eval()
            hash_fill(rpn, skip="clip.")
            stages = {}
            e[f"{name}.patch_logits"] = rpn(image, e["text"], stages)
            for stage in ("layer11.attention_map", "layer12.class_token"):
                e[f"{name}.{stage}"] = stages[stage]
    write_safetensors(folder / "expected.safetensors", e)
