"""The engine on the CPU's cores: how it scales, beside ONNX Runtime and PyTorch on the same network."""
from __future__ import annotations

import importlib.util
import json
import sys
import time
from pathlib import Path
from typing import Any

from context import ROOT, Check, Rows, run
from real_size import model
from right import agreement, label_maps, make_scenes

PRECISIONS = ("fp32", "bf16", "int8")
EFFICIENCY = {8: 85, 16: 75}   # percent


def size_of(check: Check) -> int:
    return 64 if check.small else 512


def thread_counts(check: Check) -> list[int]:
    return [n for n in (1, 2, 4, 8, 16) if n <= check.cores]


def repeats(check: Check) -> str:
    return "5" if check.small else "3"


def window_ms(check: Check, precision: str, threads: int) -> float:
    size = size_of(check)
    said = run(check, [check.program("relprompt"), "bench", "-m", model(check, size), "--precision", precision, "--classes", "20",
                       "--window", str(size), "--threads", str(threads), "--repeat", repeats(check), "--json"])
    return float(json.loads(said.stdout)["median_ms"])


def scaling(check: Check, rows: Rows) -> None:
    for precision in PRECISIONS:
        alone = window_ms(check, precision, 1)
        rows.add(f"{precision}, 1 thread", f"{alone:.1f} ms", ms=alone)
        for threads in thread_counts(check)[1:]:
            ms = window_ms(check, precision, threads)
            efficiency, wanted = 100 * alone / (ms * threads), EFFICIENCY.get(threads)
            holds = efficiency >= wanted if wanted and rows.at_full_size else None
            rows.add(f"{precision}, {threads} threads", f"{ms:.1f} ms, efficiency {efficiency:.0f}%",
                     f"at least {wanted}%" if wanted else "", holds, ms=ms, efficiency=efficiency)
    scenes = make_scenes(check, 20, 551, 0)
    exact = label_maps(check, scenes, "engine-fp32", ["--precision", "fp32"])
    for precision in PRECISIONS[1:]:
        maps = label_maps(check, scenes, f"engine-{precision}", ["--precision", precision])
        rows.at_least(f"labels in {precision} as in fp32, bundled model, 20 scenes", agreement(maps, exact), 99.5, "%")


def onnx_ms(file: Path, threads: int, repeat: int) -> tuple[float, Any]:
    """ONNX Runtime's milliseconds a window, and its scores."""
    import onnxruntime
    from tensors import read_tensors
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    given = read_tensors(file.parent / "b16.safetensors")
    inputs, times = {name: given[name] for name in ("image", "text")}, []
    for _ in range(repeat + 1):
        start = time.perf_counter()
        scores = session.run(None, inputs)[0]
        times.append(1e3 * (time.perf_counter() - start))
    return sorted(times[1:])[repeat // 2], scores


def rivals(check: Check, rows: Rows) -> None:
    """Theirs end with scores at patch resolution, ours with a label for every pixel of the window."""
    counts, out, repeat = thread_counts(check), check.folder("onnx"), repeats(check)
    few = sorted({1, counts[-1]})
    mine = {f"{p} {n}": window_ms(check, p, n) for n in counts for p in PRECISIONS if p != "bf16" or n in few}
    run(check, [*eager_command(check), "onnx", "--onnx", out / "b16.onnx"])
    if importlib.util.find_spec("onnxruntime") is None:
        rows.add("ONNX Runtime", "is not installed")
    else:
        _onnx_rows(rows, out, counts, int(repeat), mine)
    for form, threads in (("eager", few), ("compile", counts[-1:])):
        said = run(check, [*eager_command(check), "cores", "--form", form, "--repeat", repeat, "--threads",
                           ",".join(map(str, threads))])
        for name, found in json.loads(said.stdout.strip().splitlines()[-1]).items():
            precision, n = name.split()
            what = f"PyTorch {form}, {precision}, {n} threads, over our {precision}"
            if isinstance(found, str):
                rows.add(what, f"does not run: {found}")
            else:
                rows.at_least(f"{what} ({found:.1f} ms)", found / mine[name], 1, full_size=True, ms=found, ours_ms=mine[name])


def eager_command(check: Check) -> list[Any]:
    return [sys.executable, ROOT / "scripts/gpu/eager.py", "--size", str(size_of(check))]


def _onnx_rows(rows: Rows, out: Path, counts: list[int], repeat: int, mine: dict[str, float]) -> None:
    import numpy
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from tensors import read_tensors
    quantize_dynamic(out / "b16.onnx", out / "int8.onnx", weight_type=QuantType.QInt8)
    exact = read_tensors(out / "b16.safetensors")["scores"]
    for precision, file in (("fp32", "b16.onnx"), ("int8", "int8.onnx")):
        for threads in counts:
            ms, scores = onnx_ms(out / file, threads, repeat)
            rows.at_least(f"ONNX Runtime {precision}, {threads} threads ({ms:.1f} ms) over our {precision}",
                          ms / mine[f"{precision} {threads}"], 1, full_size=True, ms=ms)
        same = 100 * float((scores.argmax(1) == exact.argmax(1)).mean())
        rows.add(f"ONNX Runtime {precision}: patches with PyTorch's best class", f"{same:.2f}%", share=same)
        if precision == "fp32":
            rows.at_most("its scores from PyTorch's", float(numpy.abs(scores - exact).max()), 1e-3)
