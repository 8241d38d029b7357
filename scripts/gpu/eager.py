"""The reference network (tools/reference) in eager PyTorch, for comparison: one command, one JSON object on stdout.

  eager.py windows --device D --size S --cases fp32:1:20,bf16:32:20   milliseconds a window, from image to label map
  eager.py updates --device D --size S --config JSON --batches FILE --write FILE   what bench_updates does
  eager.py cores   --size S --form eager|compile --threads 1,2        milliseconds a window on the CPU, to patch scores
  eager.py onnx    --size S --onnx FILE                               the network for ONNX Runtime
"""
from __future__ import annotations

import argparse
import importlib.util
import inspect
import itertools
import json
import sys
import time
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any, Callable

import torch
from torch import Tensor

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools/reference"))

from checkpoint_formats import write_safetensors  # noqa: E402
from clip_towers import CLIP  # noqa: E402
from hashed_weights import hash_fill  # noqa: E402
from losses import sigmoid_loss  # noqa: E402
from rpn_reference import RPN, Config  # noqa: E402
from tensors import read_tensors  # noqa: E402
from training_golden import Settings, scheduled  # noqa: E402


def network(size: int, hashed: bool) -> RPN:
    """ViT-B/16 for windows of this size, official variant; with the weights of `relprompt init --seed 0` if hashed. Its text
    tower has one layer: embeddings are given."""
    torch.manual_seed(1)
    rpn = RPN(CLIP(size, 16, 768, 12, 12, 512, 64, 1, 1, vocab=2), Config("official", vpt_tokens=10))
    if hashed:
        hash_fill(rpn, skip="clip.")
        hash_fill(rpn.clip.visual, "clip.visual.")
    else:
        with torch.no_grad():
            for name, value in rpn.named_parameters():
                if value.dim() > 1:
                    value.normal_(0, 0.02)
    return rpn.eval()


def unit_rows(count: int, width: int = 512) -> Tensor:
    return torch.nn.functional.normalize(torch.randn(count, width, generator=torch.Generator().manual_seed(2)), dim=-1)


def wait(device: str) -> None:
    if device.startswith("cuda"):
        torch.cuda.synchronize()


def median_ms(work: Callable[[], object], device: str, repeat: int) -> float:
    times = []
    for i in range(repeat + 2):
        wait(device)
        start = time.perf_counter()
        work()
        wait(device)
        times.append(time.perf_counter() - start)
    times = sorted(times[2:])       # the first two warm up
    return 1e3 * times[len(times) // 2]


@torch.inference_mode()
def windows(a: argparse.Namespace) -> dict[str, float]:
    """bf16 is measured by autocast and with the whole network in bf16: the faster one counts."""
    result = {}
    for case in a.cases.split(","):
        precision, batch, classes = case.split(":")
        image, text = torch.randn(int(batch), 3, a.size, a.size, device=a.device), unit_rows(int(classes)).to(a.device)
        rpn = network(a.size, hashed=False).to(a.device)
        forms: list[tuple[Any, ...]] = [(rpn, nullcontext(), image, text)]
        if precision == "bf16":
            half = network(a.size, hashed=False).to(a.device, torch.bfloat16)
            forms = [(rpn, torch.autocast(a.device.split(":")[0], torch.bfloat16), image, text),
                     (half, nullcontext(), image.bfloat16(), text.bfloat16())]
        found = []
        for net, context, x, t in forms:
            try:
                with context:
                    found.append(median_ms(lambda: net.predict(x, t).argmax(1).cpu(), a.device, a.repeat) / int(batch))
            except RuntimeError as problem:    # an operation that has no bfloat16 there
                print(f"eager.py: {case}: {problem}", file=sys.stderr)
        result[case] = min(found)
    return result


def updates(a: argparse.Namespace) -> dict[str, object]:
    """Focal and dice loss, AdamW with a rate of its own for h, mmcv's poly schedule: what the released run does."""
    settings, data = Settings(), {k: torch.from_numpy(v.copy()) for k, v in read_tensors(Path(a.batches)).items()}
    rpn = network(a.size, hashed=True).to(a.device)
    trained = {name: p for name, p in rpn.named_parameters() if p.requires_grad}
    groups = [[p for name, p in trained.items() if (name == "h") == of_h] for of_h in (True, False)]
    optimizer = torch.optim.AdamW([{"params": g} for g in groups], lr=settings.rate, betas=settings.betas,
                                  weight_decay=settings.weight_decay)
    text, count = data["text"].to(a.device), sum(name.startswith("images.") for name in data)
    losses, times = [], []
    for update in range(a.updates):
        start = time.perf_counter()
        images = data[f"images.{update % count}"].to(a.device)
        labels = data[f"labels.{update % count}"].long().to(a.device)
        with torch.autocast(a.device.split(":")[0], torch.bfloat16, enabled=a.precision == "bf16"):
            logits = rpn.logits(images, text, (a.size, a.size))
        focal, dice = sigmoid_loss(logits.float(), labels)
        optimizer.zero_grad(set_to_none=True)
        (focal + dice).backward()
        for group, base in zip(optimizer.param_groups, (settings.knowledge_rate, settings.rate)):
            group["lr"] = scheduled(base, update, settings)
        optimizer.step()
        losses.append([float(focal + dice), float(focal), float(dice)])
        wait(a.device)
        times.append(1e3 * (time.perf_counter() - start))
    if a.write:
        with torch.inference_mode():
            labels = rpn.logits(data["held_out"].to(a.device), text, (a.size, a.size)).argmax(1)
        write_safetensors(Path(a.write), {**{n: p.detach().cpu() for n, p in trained.items()}, "labels": labels.float().cpu()})
    times = sorted(times[1:] or times)
    return {"losses": losses, "update_ms": times[len(times) // 2], "updates": a.updates}


def without_onnx_package() -> None:
    """PyTorch's exporter asks for the package onnx only to add functions written in ONNX Script. There are none here."""
    if importlib.util.find_spec("onnx") is not None:
        return
    for name in ("torch.onnx._internal.torchscript_exporter.onnx_proto_utils", "torch.onnx._internal.onnx_proto_utils"):
        with suppress(ImportError):
            importlib.import_module(name)._add_onnxscript_fn = lambda model, _: model


def export(a: argparse.Namespace) -> dict[str, str]:
    """The network for ONNX Runtime, and beside it what goes in and must come out."""
    rpn, image, text = network(a.size, hashed=True), torch.randn(1, 3, a.size, a.size), unit_rows(20)
    without_onnx_package()
    older = {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}
    with torch.no_grad():
        torch.onnx.export(rpn, (image, text), a.onnx, opset_version=17, input_names=["image", "text"], output_names=["scores"],
                          **older)
        scores = rpn(image, text)
    write_safetensors(Path(a.onnx).with_suffix(".safetensors"), {"image": image, "text": text, "scores": scores})
    return {"onnx": a.onnx}


def cores(a: argparse.Namespace) -> dict[str, object]:
    """Milliseconds of "PRECISION THREADS", or why it does not run."""
    rpn, image, text = network(a.size, hashed=True), torch.randn(1, 3, a.size, a.size), unit_rows(20)
    result: dict[str, object] = {}
    for threads, precision in itertools.product(map(int, a.threads.split(",")), ("fp32", "bf16")):
        torch.set_num_threads(threads)
        try:
            net = rpn if a.form == "eager" else getattr(torch, "compile")(rpn)
            with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
                result[f"{precision} {threads}"] = median_ms(lambda: net(image, text), "cpu", a.repeat)
        except Exception as problem:   # noqa: BLE001: a compiler or torch.compile may be missing; the row then says so
            result[f"{precision} {threads}"] = (str(problem).splitlines() or [repr(problem)])[0][:200]
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=("windows", "updates", "cores", "onnx"))
    for name in ("cases", "batches", "write", "threads", "onnx", "form"):
        parser.add_argument(f"--{name}", default="")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--precision", default="fp32")
    for name, value in (("size", 512), ("repeat", 30), ("updates", 200)):
        parser.add_argument(f"--{name}", type=int, default=value)
    a = parser.parse_args()
    print(json.dumps({"windows": windows, "updates": updates, "cores": cores, "onnx": export}[a.command](a)))


if __name__ == "__main__":
    main()
