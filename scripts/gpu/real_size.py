"""Training at real size: ViT-B/16 with hashed weights, official variant, beside the reference in eager PyTorch on the same
device and the same batches."""
from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from context import ROOT, Check, Rows, run, run_measured
from right import NO_TF32

CONFIG = """protocol: supervised
data: {{train: {{kind: folder, split: train}}, test: {{kind: folder, split: val}}}}
train: {{iterations: 200, warmup_iterations: 20, batch: {batch}, precision: {precision}}}
threads: {threads}
device: {device}
"""


class Setting:
    """What both programs are given: a model, batches, a config."""

    def __init__(self, check: Check, precision: str):
        self.check, self.precision = check, precision
        self.size, self.batch, _ = self.sizes(check)
        self.model, self.batches = model(check, self.size), self.batches_of(check)
        self.config = check.work / f"updates-{precision}.yaml"
        self.config.write_text(CONFIG.format(batch=self.batch, precision=precision, threads=min(check.cores, 16),
                                             device=check.device))

    @staticmethod
    def sizes(check: Check) -> tuple[int, int, int]:
        """-> side of a window, images, classes"""
        return (64, 2, 5) if check.small else (512, 8, 20)

    @classmethod
    def batches_of(cls, check: Check) -> Path:
        size, batch, classes = cls.sizes(check)
        path = check.work / f"batches-{size}.safetensors"
        if not path.exists():
            make_batches(path, size, batch, classes)
        return path

    def ours(self, updates: int, write: str = "") -> tuple[dict[str, Any], float]:
        words: list[Any] = [self.check.program("bench_updates"), "--model", self.model, "--config", self.config,
                            "--batches", self.batches, "--updates", str(updates)]
        return run_measured(self.check, words + (["--write", write] if write else []), self.variables())

    def eager(self, updates: int, write: str = "") -> tuple[dict[str, Any], float]:
        words: list[Any] = [sys.executable, ROOT / "scripts/gpu/eager.py", "updates", "--device", self.check.device,
                            "--size", str(self.size), "--batches", self.batches, "--updates", str(updates),
                            "--precision", self.precision]
        return run_measured(self.check, words + (["--write", write] if write else []), self.variables())

    def variables(self) -> dict[str, str]:
        return NO_TF32 if self.precision == "fp32" else {}


def model(check: Check, size: int) -> Path:
    """ViT-B/16 for windows of this size with the weights of its names, which the reference makes too."""
    folder = check.work / f"b16-{size}"
    if not (folder / "config.json").exists():
        run(check, [check.program("relprompt"), "init", "--arch", "ViT-B-16", "--variant", "official", "--seed", "0",
                    "--image-size", str(size), "--set", f"knowledge_grid={size // 16}", "-o", folder])
    return folder


def make_batches(path: Path, size: int, batch: int, classes: int) -> None:
    """Images whose colours say the labels, under noise; four batches, and an image for the label map at the end."""
    import torch
    sys.path.insert(0, str(ROOT / "tools/reference"))
    from checkpoint_formats import write_safetensors
    from eager import unit_rows
    random = torch.Generator().manual_seed(5)
    colours = torch.rand(classes, 3, generator=random) * 4 - 2

    def draw(count: int) -> tuple[torch.Tensor, torch.Tensor]:
        cells = torch.randint(classes, (count, 8, 8), generator=random)
        labels = cells.repeat_interleave(size // 8, 1).repeat_interleave(size // 8, 2)
        noise = torch.rand(count, 3, size, size, generator=random) * 2 - 1
        return colours[labels].permute(0, 3, 1, 2) + noise, labels.float()

    tensors = {"text": unit_rows(classes), "held_out": draw(1)[0]}
    for i in range(4):
        tensors[f"images.{i}"], tensors[f"labels.{i}"] = draw(batch)
    write_safetensors(path, tensors)


def beside_eager(check: Check, rows: Rows) -> None:
    import numpy
    from tensors import read_tensors
    setting, updates, out = Setting(check, "fp32"), 8 if check.small else 200, check.folder("real-size")
    ours, _ = setting.ours(updates, str(out / "ours.safetensors"))
    eager, _ = setting.eager(updates, str(out / "eager.safetensors"))
    away = [abs(a[0] - b[0]) / abs(b[0]) for a, b in zip(ours["losses"], eager["losses"])]
    rows.at_most(f"largest relative difference of {updates} losses", max(away), 1e-3, first=eager["losses"][0][0],
                 last=eager["losses"][-1][0])
    first = ours["losses"][(updates - 1) % 4][0]   # of the same batch as the last one
    rows.at_most("last loss over the first of its batch: it learns", ours["losses"][-1][0] / first, 1, full_size=True)
    a, b = read_tensors(out / "ours.safetensors"), read_tensors(out / "eager.safetensors")
    same = 100 * float((a.pop("labels").ravel() == b.pop("labels").ravel()).mean())
    apart = {n: float(numpy.linalg.norm(a[n] - b[n]) / max(float(numpy.linalg.norm(b[n])), 1e-30)) for n in b}
    worst = max(apart, key=lambda name: apart[name])
    rows.at_most(f"parameters after them, largest relative difference ({worst})", apart[worst], 1e-3)
    rows.at_least("pixels of another image with the same label", same, 99.5, "%")
    print(json.dumps({"ours": ours["update_ms"], "eager": eager["update_ms"]}))
