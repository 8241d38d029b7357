"""`relprompt train` as a user runs it: the CPU's losses again, kills, memory that does not suffice."""
from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

from context import ROOT, Check, Rows, StepFailed, environment, run
from real_size import model
from right import NO_TF32, make_scenes
from tensors import largest_difference, read_tensors


def command(check: Check, scenes: Path, output: Path, device: str, updates: int, *changes: str) -> list[str]:
    settings = [f"train.iterations={updates}", "train.warmup_iterations=5", "train.batch=4", "train.log_every=1",
                "train.evaluate_every=0", "train.sheet_samples=0", *changes]
    return [check.program("relprompt"), "train", str(ROOT / "configs/world-zero-shot.yaml"), "--clip", "models/demo", "--data",
            str(scenes), "--device", device, "-o", str(output), *(word for s in settings for word in ("--set", s))]


def losses(folder: Path) -> list[float]:
    events = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    return [event["loss"] for event in events if event.get("event") == "step"]


def updates(check: Check, rows: Rows) -> None:
    """On the CPU and on the device from the same start; without a GPU the other run has another number of threads, so that
    its sums round differently."""
    count = 30 if check.small else 200
    scenes, runs = make_scenes(check, 60, 7, 0.8), check.folder("updates")
    for name, device, threads in (("cpu", "cpu", 1 if check.small else check.cores), ("device", check.device, 2)):
        run(check, command(check, scenes, runs / name, device, count, f"threads={threads}"), variables=NO_TF32)
    one, other = losses(runs / "cpu"), losses(runs / "device")
    if len(one) != count or len(other) != count:
        raise StepFailed(f"{len(one)} and {len(other)} losses in log.jsonl below {runs}: {count} expected")
    away = [abs(a - b) / abs(a) for a, b in zip(one, other)]
    rows.at_most(f"largest relative difference of {count} losses", max(away), 1e-3, first=one[0], last=one[-1])
    rows.at_most("last loss over the first: it learns", one[-1] / one[0], 0.95)
    a, b = (read_tensors(runs / name / "last/prompts.safetensors") for name in ("cpu", "device"))
    name, value = largest_difference(a, b)
    rows.add("largest difference of a parameter", f"{value:.2g} ({name})", value=value)


def resume(check: Check, rows: Rows) -> None:
    """Killed twice at moments that follow from a checkpoint, resumed, and compared with a run that nobody disturbed."""
    count = 24 if check.small else 120
    scenes, runs = make_scenes(check, 40, 8, 0.8), check.folder("resume")
    more = ("train.checkpoint_every=4", "threads=1")
    run(check, command(check, scenes, runs / "steady", check.device, count, *more), variables=NO_TF32)
    words, kills = command(check, scenes, runs / "killed", check.device, count, *more), 0
    for _ in range(2):
        kills += _kill(check, words, runs / "killed")
        words = [check.program("relprompt"), "train", "--resume", str(runs / "killed")]
    run(check, words, variables=NO_TF32)
    rows.at_least("kills before the end", kills, 1)
    a, b = (read_tensors(runs / name / "last/prompts.safetensors") for name in ("steady", "killed"))
    name, value = largest_difference(a, b)
    # On the CPU the same bits are promised; on a GPU sums have no fixed order.
    rows.at_most(f"largest difference of a parameter from the steady run ({name})", value, 1e-4 if check.on_gpu else 0)


def _kill(check: Check, words: list[str], folder: Path) -> bool:
    """Starts it and kills it after its next checkpoint. -> False if it ended before."""
    checkpoint = folder / "checkpoint.safetensors"
    before = checkpoint.stat().st_mtime_ns if checkpoint.exists() else 0
    print("$ " + " ".join(words) + "  # and SIGKILL after a checkpoint", flush=True)
    process = subprocess.Popen(words, cwd=ROOT, env=environment(check, NO_TF32), stdout=subprocess.DEVNULL,
                               stderr=subprocess.STDOUT)
    while process.poll() is None:
        if checkpoint.exists() and checkpoint.stat().st_mtime_ns != before:
            process.send_signal(signal.SIGKILL)
        time.sleep(0.002)
    return process.returncode == -signal.SIGKILL


def out_of_memory(check: Check, rows: Rows) -> None:
    """On a GPU another program holds all memory but a little; on the CPU the process may not have more."""
    folder = model(check, 64 if check.small else 512)
    words = [check.program("relprompt"), "bench", "-m", str(folder), "--device", check.device, "--window", "512", "--batch",
             "64", "--repeat", "1"]
    holder = None
    if check.on_gpu:
        code = "import torch; n = torch.cuda.mem_get_info()[0] - 3 * 2**30; x = torch.empty(n, dtype=torch.uint8, " \
               "device='cuda'); print('held', flush=True); input()"
        holder = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if holder.stdout is None or holder.stdout.readline() != "held\n":
            raise StepFailed("another program could not take the GPU's memory, which the step needs")
    limit = None if check.on_gpu else (lambda: resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30)))
    print("$ " + " ".join(words), flush=True)
    done = subprocess.run(words, cwd=ROOT, env=environment(check, {}), text=True, capture_output=True, preexec_fn=limit)
    if holder is not None:
        holder.communicate("\n")
    print(done.stdout[-2000:], done.stderr[-2000:], flush=True)
    rows.add("exit status", str(done.returncode), "5", done.returncode == 5)
    said = " ".join(done.stderr.split())
    rows.add("what it says", said[:300] or "nothing", "memory, and what would help", "memory" in said and "would help" in said)
