"""Goldens of the tiny network (about 40 MB, not committed): inference, three training steps, and checkpoints in every
format that users have. Computed in fp32."""
from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from checkpoint_formats import write_checkpoints, write_safetensors
from clip_tokens import tokens_of
from clip_towers import CLIP
from hashed_weights import hash_fill, photo, uniform
from losses import sigmoid_loss, softmax_loss
from rpn_reference import RPN, Config

NAMES = ["aeroplane", "cat", "potted plant", "sheep", "sofa", "tv monitor"]
SEEN = [0, 1, 2, 3]
TOKEN_PERIOD = 97


def tiny_clip() -> CLIP:
    clip = CLIP()
    hash_fill(clip, "clip.", TOKEN_PERIOD)
    return clip


def tiny_rpn(clip: CLIP, name: str) -> RPN:
    rpn = RPN(clip, Config(name, vpt_tokens=5, seen=SEEN))
    hash_fill(rpn, skip="clip.")
    return rpn.eval()


def inputs() -> dict[str, Tensor]:
    e = {"tokens": tokens_of(NAMES), "image": uniform("image", 2, 3, 64, 64) * 2,
         "wide_image": uniform("wide_image", 1, 3, 100, 150) * 2, "photo": photo("photo", 90, 130)}
    target = ((uniform("target", 2, 64, 64) + 1) * 2).long().clamp(0, 3)
    target[:, :5] = 255
    target[1][target[1] == 2] = 255                       # class 2 is absent from the second image
    e["target"] = target
    return e


def inference(rpn: RPN, e: dict[str, Tensor]) -> dict[str, Tensor]:
    text, stages, name = e["text"], {}, rpn.cfg.variant
    out = {"patch_logits": rpn(e["image"], text, stages),
           "predict": rpn.predict(e["image"], text),
           "slide": rpn.slide(e["wide_image"], text, 64, 53),
           "segment": rpn.segment(e["photo"].numpy(), text, 64, 53, short=64),
           "rectangular_patch_logits": rpn(e["wide_image"][:, :, :96, :144], text)}   # 6x9 patches
    if name == "paper":
        x = uniform("m2oe_input", 2, 24, 128)
        m2oe = rpn.m2oe[0]
        out.update(m2oe_input=x, m2oe_output=m2oe(x, 4, 6), m2oe_scores=m2oe.scores(m2oe.down(x), None))
    return {f"{name}.{key}": value for key, value in (out | stages).items()}


def training(rpn: RPN, e: dict[str, Tensor]) -> dict[str, Tensor]:
    """Three steps of AdamW on the first four classes: losses, the first step's gradients, parameters at the end."""
    out, name = {}, rpn.cfg.variant
    trainable = {n: p for n, p in rpn.named_parameters() if p.requires_grad}
    rate = lambda n: 2e-5 if n == "h" else 2e-4
    opt = torch.optim.AdamW([{"params": [p], "lr": rate(n)} for n, p in trainable.items()], weight_decay=0.01)
    for step in range(3):
        logits = rpn.logits(e["image"], e["text"][: len(SEEN)], (64, 64))
        focal, dice = sigmoid_loss(logits, e["target"])
        opt.zero_grad()
        (focal + dice).backward()
        out[f"{name}.loss.step{step}"] = torch.stack([focal, dice]).detach()
        if step == 0:
            out.update({f"{name}.grad.{n}": p.grad.clone() for n, p in trainable.items() if p.grad is not None})
        opt.step()
    out.update({f"{name}.after3.{n}": p.detach().clone() for n, p in trainable.items()})
    return out


def write(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    clip, e = tiny_clip(), inputs()
    with torch.no_grad():
        e["text"] = clip.encode_text(e["tokens"])
        e["image_embedding"] = F.normalize(clip.visual.encode_image(e["image"]), dim=-1)
        e["softmax_loss"] = softmax_loss(uniform("logits", 2, 4, 64, 64) * 4, e["target"])
    for name in ("official", "paper"):
        rpn = tiny_rpn(clip, name)
        with torch.no_grad():
            e |= inference(rpn, e)
        e |= training(rpn, e)
    write_checkpoints(folder, tiny_clip(), tiny_rpn(tiny_clip(), "official"), NAMES)   # before the training steps
    write_safetensors(folder / "expected.safetensors", e)
