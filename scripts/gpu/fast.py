"""How fast it is on the device, beside eager PyTorch (tools/reference) in the same order; medians of each program's runs."""
from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any, Mapping

from context import NONE, ROOT, Check, Rows, StepFailed, run, run_measured
from real_size import Setting, model
from right import NO_TF32


def size_of(check: Check) -> int:
    return 64 if check.small else 512


def ours(check: Check, precision: str, batch: int, classes: int,
         variables: Mapping[str, str] = NONE) -> tuple[dict[str, Any], float]:
    size = size_of(check)
    return run_measured(check, [check.program("relprompt"), "bench", "-m", model(check, size), "--device", check.device,
                                "--precision", precision, "--classes", str(classes), "--window", str(size), "--batch",
                                str(batch), "--repeat", "5" if check.small else "30", "--json"], variables)


def eager(check: Check, case: str, variables: Mapping[str, str] = NONE) -> float:
    said = run(check, [sys.executable, ROOT / "scripts/gpu/eager.py", "windows", "--device", check.device, "--size",
                       str(size_of(check)), "--cases", case, "--repeat", "5" if check.small else "30"], variables=variables)
    return float(json.loads(said.stdout.strip().splitlines()[-1])[case])


def product_rate(check: Check) -> float:
    """GFLOP/s of one large bf16 product of random numbers, PyTorch's."""
    import torch
    from eager import median_ms
    n = 512 if check.small else 8192
    a, b = (torch.randn(n, n, device=check.device).to(torch.bfloat16) for _ in range(2))
    return 2 * n**3 / median_ms(lambda: a @ b, check.device, 15) / 1e6


def windows(check: Check, rows: Rows) -> None:
    one = ours(check, "bf16", 1, 20)[0]["median_ms"]
    theirs = eager(check, "bf16:1:20")
    rows.at_most(f"window, bf16, batch 1, over eager PyTorch's {theirs:.2f} ms", one / theirs, 1 / 3, full_size=True,
                 ours_ms=one, eager_ms=theirs)
    rows.at_most("window, bf16, batch 1", one, 3, " ms", full_size=True)
    kernels = ours(check, "bf16", 1, 20, {"RELPROMPT_CUDA_GRAPHS": "0"})[0]["median_ms"]
    rows.add("the same without a CUDA graph", f"{kernels:.2f} ms", ours_ms=kernels)
    fp32 = ours(check, "fp32", 1, 20, NO_TF32)[0]["median_ms"]
    theirs = eager(check, "fp32:1:20", NO_TF32)
    rows.at_most(f"window, fp32 with TF32 off, over eager PyTorch's {theirs:.2f} ms", fp32 / theirs, 1, full_size=True,
                 ours_ms=fp32, eager_ms=theirs)
    batch = 4 if check.small else 32
    many, rate = ours(check, "bf16", batch, 20)[0], product_rate(check)
    rows.at_least(f"window, bf16, batch {batch}: its rate over that of a bf16 product ({rate / 1e3:.3g} TFLOP/s)",
                  100 * many["gflops"] / rate, 50, "%", full_size=True, window_ms=many["median_ms"], product_gflops=rate)
    theirs = eager(check, f"bf16:{batch}:20")
    rows.add(f"the same beside eager PyTorch's {theirs:.2f} ms", f"{many['median_ms']:.2f} ms", eager_ms=theirs)


def classes(check: Check, rows: Rows) -> None:
    few, few_mb = ours(check, "bf16", 1, 20)
    many, many_mb = ours(check, "bf16", 1, 847)
    rows.at_most(f"847 classes over 20 ({few['median_ms']:.2f} ms), labels only: time", many["median_ms"] / few["median_ms"],
                 1.4, full_size=True, few_ms=few["median_ms"], many_ms=many["median_ms"])
    rows.at_most(f"the same: memory ({few_mb:.0f} MB)", many_mb / max(few_mb, 1), 1.2, full_size=True, few_mb=few_mb,
                 many_mb=many_mb)


def make_photos(folder: Path, height: int, width: int, count: int) -> None:
    """JPEGs of smooth random colours, as large files as photos are."""
    import numpy
    from PIL import Image
    random = numpy.random.default_rng(3)
    for i in range(count):
        coarse = Image.fromarray(random.integers(0, 256, (height // 16, width // 16, 3), dtype=numpy.uint8))
        smooth = numpy.asarray(coarse.resize((width, height), Image.BICUBIC), dtype=numpy.int16)
        noisy = numpy.clip(smooth + random.integers(-12, 13, smooth.shape), 0, 255).astype(numpy.uint8)
        Image.fromarray(noisy).save(folder / f"{i:03}.jpg", quality=90)


def folder(check: Check, rows: Rows) -> None:
    """Two folders, of which the larger one's additional photos count: opening the model is in both."""
    size, counts = size_of(check), (4, 16) if check.small else (32, 160)
    seconds = {}
    for count in counts:
        photos, out = check.folder(f"photos-{count}"), check.folder(f"photos-{count}-out")
        make_photos(photos, size, size * 4 // 3 + (0 if check.small else 1), count)
        start = time.monotonic()
        run(check, [check.program("relprompt"), "segment", photos, "-m", model(check, size), "--vocabulary", "voc-20", "--device",
                    check.device, "--precision", "bf16", "--short-side", str(size), "--window", str(size), "--stride", str(size),
                    "-o", out, "--save", "labels", "-q"])
        seconds[count] = time.monotonic() - start
        made = len(list(out.rglob("*.labels.png")))
        if made != count:
            raise StepFailed(f"{made} label maps of {count} photos in {out}")
    rate = 2 * (counts[1] - counts[0]) / (seconds[counts[1]] - seconds[counts[0]])
    window = 1e3 / ours(check, "bf16", 8, 20)[0]["median_ms"]
    rows.at_least(f"windows a second over those of `bench` at batch 8 ({window:.1f})", 100 * rate / window, 80, "%",
                  full_size=True, windows_a_second=rate, bench=window)


def training_step(check: Check, rows: Rows) -> None:
    setting, updates = Setting(check, "bf16"), 3 if check.small else 30
    mine, my_mb = setting.ours(updates)
    try:
        theirs, their_mb = setting.eager(updates)
    except StepFailed as problem:
        if not check.small:
            raise
        rows.add(f"our training step, bf16, batch {setting.batch}",
                 f"{mine['update_ms']:.1f} ms; PyTorch's does not run here: {problem}")
        return
    rows.at_least(f"eager PyTorch's training step ({theirs['update_ms']:.1f} ms, bf16, batch {setting.batch}) over ours",
                  theirs["update_ms"] / mine["update_ms"], 2.5, full_size=True, ours_ms=mine["update_ms"],
                  eager_ms=theirs["update_ms"])
    rows.at_most(f"our memory over its {their_mb:.0f} MB", 100 * my_mb / max(their_mb, 1), 60, "%", full_size=True,
                 ours_mb=my_mb, eager_mb=their_mb)
