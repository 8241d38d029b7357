"""Goldens of 200 updates of the micro network: tests/golden/training.

Fixed batches, no augmentation, no dropout, no gate noise; the optimizer groups, schedule and loss of the released run at
a shorter length. Computed in fp64. `python3 training_golden.py` prints how far the same run in fp32 and runs with one
setting changed end from it, which is what the bounds of tests/train/training_golden_test.cpp stand on.
"""
from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from byte_tokenizer import ByteTokenizer
from checkpoint_formats import write_safetensors
from hashed_weights import hash_fill, uniform
from losses import sigmoid_loss
from micro_golden import CLASSES, CONTEXT, micro_clip
from rpn_reference import RPN, Config

UPDATES, BATCHES, IMAGES, SIDE, CELL = 200, 8, 2, 32, 8
SEEN, IGNORE = 4, 255                   # the fifth class is unseen: a label that training must not know


@dataclass(frozen=True)
class Settings:
    """Of the released VOC run but for the lengths of run and warm-up."""

    rate: float = 2e-4
    knowledge_rate: float = 2e-5        # of h
    weight_decay: float = 0.01
    betas: tuple[float, float] = (0.9, 0.999)
    power: float = 0.9
    minimum: float = 1e-6
    warmup: int = 20
    warmup_ratio: float = 1e-6
    first_index: int = 0                # of the schedule


def scheduled(base: float, index: int, s: Settings) -> float:
    """mmcv's poly policy with linear warm-up: the decayed rate, times a factor that rises to 1."""
    decayed = (base - s.minimum) * max(0.0, 1 - index / UPDATES) ** s.power + s.minimum
    if index >= s.warmup:
        return decayed
    return decayed * (1 - (1 - index / s.warmup) * (1 - s.warmup_ratio))


def batch(number: int) -> tuple[Tensor, Tensor]:
    """Images [2,3,32,32] whose colours say the labels, under noise, and labels [2,32,32]: 0 to 4, the first rows 255."""
    cells = ((uniform(f"training.labels{number}", IMAGES, SIDE // CELL, SIDE // CELL) + 1) * 2.5).long()
    labels = cells.repeat_interleave(CELL, 1).repeat_interleave(CELL, 2)
    colours = uniform("training.colours", len(CLASSES), 3)[labels].permute(0, 3, 1, 2)
    images = colours * 2 + uniform(f"training.noise{number}", IMAGES, 3, SIDE, SIDE)
    labels[:, :3] = IGNORE
    return images, labels


def run(variant: str, text: Tensor, dtype: torch.dtype, s: Settings = Settings()) -> dict[str, Tensor]:
    """Losses [updates, 2] (focal, dice), rates [updates, 2] (of h, of the rest) and the change of each parameter."""
    rpn = RPN(micro_clip(ByteTokenizer().vocab), Config(variant, vpt_tokens=3))
    hash_fill(rpn, skip="clip.")
    rpn = rpn.to(dtype).eval()
    trained = {n: p for n, p in rpn.named_parameters() if p.requires_grad}
    start = {n: p.detach().clone() for n, p in trained.items()}
    groups = [[p for n, p in trained.items() if (n == "h") == of_h] for of_h in (True, False)]
    optimizer = torch.optim.AdamW([{"params": g} for g in groups], lr=s.rate, betas=s.betas,
                                  weight_decay=s.weight_decay)
    losses, rates = [], []
    for update in range(UPDATES):
        images, labels = batch(update % BATCHES)
        labels = labels.where(labels < SEEN, torch.tensor(IGNORE))
        focal, dice = sigmoid_loss(rpn.logits(images.to(dtype), text[:SEEN].to(dtype), (SIDE, SIDE)), labels)
        optimizer.zero_grad(set_to_none=True)
        (focal + dice).backward()
        for group, base in zip(optimizer.param_groups, (s.knowledge_rate, s.rate)):
            group["lr"] = scheduled(base, update + s.first_index, s)
        optimizer.step()
        losses.append(torch.stack([focal, dice]).detach().double())
        rates.append(torch.tensor([g["lr"] for g in optimizer.param_groups], dtype=torch.float64))
    out = {"losses": torch.stack(losses), "rates": torch.stack(rates)}
    return out | {f"change.{n}": (p.detach() - start[n]).double() for n, p in trained.items()}


def text_embeddings() -> Tensor:
    tokenizer = ByteTokenizer()
    tokens = torch.tensor([tokenizer.tokens(f"a photo of a {name}", CONTEXT) for name in CLASSES])
    with torch.no_grad():
        return micro_clip(tokenizer.vocab).double().encode_text(tokens).float()


def write(folder: Path) -> None:
    """Losses in fp32, changes in fp16: a rounding of 5e-4 where 1e-2 is the bound."""
    torch.set_num_threads(1)                                          # such small products gain nothing by two
    text, e = text_embeddings(), {}
    for variant in ("official", "paper"):
        for name, value in run(variant, text, torch.float64).items():
            e[f"{variant}.{name}"] = value.half() if name.startswith("change.") else value.float()
    write_safetensors(folder / "expected.safetensors", e)


def distance(found: dict[str, Tensor], want: dict[str, Tensor]) -> str:
    """Largest relative difference of the summed loss, of 20 updates and of all, and of a parameter's change."""
    loss = ((found["losses"].sum(1) - want["losses"].sum(1)).abs() / want["losses"].sum(1).abs())
    worst = max(((found[n] - v).norm() / v.norm(), n) for n, v in want.items()
                if n.startswith("change.") and v.norm() > 0)
    every = torch.cat([(found[n] - v).flatten() for n, v in want.items() if n.startswith("change.")]).norm()
    norm = torch.cat([v.flatten() for n, v in want.items() if n.startswith("change.")]).norm()
    return (f"losses {loss[:20].max():.1e} {loss.max():.1e}, parameters {every / norm:.1e}, "
            f"of {worst[1][7:]} {worst[0]:.1e}")


def main() -> None:
    torch.set_num_threads(1)
    text, released = text_embeddings(), Settings()
    for variant in ("official", "paper"):
        golden = run(variant, text, torch.float64)
        totals = golden["losses"].sum(1)
        print(variant, "loss", [round(v.item(), 4) for v in totals[[0, 20, 100, 199]]])
        print("  fp32:", distance(run(variant, text, torch.float32), golden))
        for name, changed in {"weight decay 0": replace(released, weight_decay=0.0),
                              "weight decay 0.02": replace(released, weight_decay=0.02),
                              "beta1 0.85": replace(released, betas=(0.85, 0.999)),
                              "beta2 0.99": replace(released, betas=(0.9, 0.99)),
                              "index + 1": replace(released, first_index=1)}.items():
            print(f"  {name}:", distance(run(variant, text, torch.float64, changed), golden))


if __name__ == "__main__":
    main()
