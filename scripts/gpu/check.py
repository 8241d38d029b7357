"""The GPU check: see scripts/gpu_check.sh, which starts this, and docs/measurements/gpu.md."""
from __future__ import annotations

import argparse
import datetime
import json
import signal
import sys
import time
from pathlib import Path

import runner
from context import ROOT, Check, Rows, StepFailed
from runner import Step


def all_steps(bundle: str) -> list[Step]:
    import building
    import cores
    import fast
    import real_size
    import right
    import training
    return [
        Step("machine", "build", "what this machine is", 30, building.machine),
        Step("bundle", "build", "headers and libraries", 30, lambda c, r: building.unpack(c, r, bundle), 120),
        Step("configure", "build", "CMake finds all of it", 60, lambda c, r: building.configure(c, r, bundle), 120),
        Step("build", "build", "programs and tests", 240, building.build, 3600, "build"),
        Step("references", "build", "what the repository does not hold", 120, right.references, 300, "build"),
        Step("goldens", "right", "staged numbers of both variants and ten methods, fp32", 60, right.goldens, 300, "right"),
        Step("tf32", "right", "the same with TF32 in products", 60, right.goldens_in_tf32, 300, "right"),
        Step("labels", "right", "label maps of 20 scenes", 60, right.labels, 300, "right"),
        Step("steps", "right", "gradients, three steps, 200 updates beside the goldens", 60, right.steps, 300, "right"),
        Step("updates", "right", "200 updates of `relprompt train` beside the CPU's", 60, training.updates, 300, "right"),
        Step("resume", "right", "training that is killed and resumed", 60, training.resume, 300, "right"),
        Step("on_gpus", "right", "the tests called OnGpus", 75, right.on_gpus, 300, "right"),
        Step("memory", "right", "memory that does not suffice", 30, training.out_of_memory),
        Step("real_size", "right", "200 updates of ViT-B/16 beside eager PyTorch's", 100, real_size.beside_eager),
        Step("windows", "fast", "a window beside eager PyTorch", 60, fast.windows),
        Step("classes", "fast", "847 classes against 20", 25, fast.classes),
        Step("folder", "fast", "a folder of photos, end to end", 40, fast.folder),
        Step("training_step", "fast", "a training step beside eager PyTorch", 50, fast.training_step),
        Step("scaling", "cpu", "our engine on the CPU's cores", 70, cores.scaling),
        Step("rivals", "cpu", "ONNX Runtime and PyTorch on the CPU's cores", 100, cores.rivals),
    ]


def self_test_steps() -> list[Step]:
    """For the ctest: one step that finds a fault, one that breaks, one that hangs, and one behind them."""
    def crash(_: Check, __: Rows) -> None:
        raise ZeroDivisionError

    def refuse(_: Check, __: Rows) -> None:
        raise StepFailed("three apples expected, two found")

    return [Step("finds", "right", "finds a fault", 20, lambda c, r: r.at_most("apples", 3, 2), 20),
            Step("refuses", "right", "refuses", 20, refuse, 20),
            Step("breaks", "right", "breaks", 20, crash, 20),
            Step("looks_at_nothing", "right", "looks at nothing", 20, lambda c, r: None, 20),
            Step("hangs", "right", "hangs", 0.5, lambda c, r: time.sleep(60), 0.5),
            Step("passes", "fast", "passes", 20, lambda c, r: r.at_least("pears", 3, 2), 20)]


def chosen(steps: list[Step], only: str) -> list[Step]:
    words = [word for word in only.split(",") if word]
    known = {name for step in steps for name in (step.name, step.group)}
    unknown = [word for word in words if word not in known]
    if unknown:
        sys.exit(f"gpu_check.sh: no step or group {', '.join(unknown)}; expected of: {', '.join(s.name for s in steps)}, "
                 "or build, right, fast, cpu")
    return [step for step in steps if not words or step.name in words or step.group in words]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="gpu_check.sh", add_help=False)
    parser.add_argument("results", type=Path, nargs="?")
    parser.add_argument("--cpu", action="store_true")
    parser.add_argument("--bundle", default=str(ROOT / "build/gpu_bundle/bundle.tar.xz"))
    parser.add_argument("--work", type=Path, default=ROOT / "build/gpu_check")
    parser.add_argument("--build", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--minutes", type=float)
    for flag in ("--list", "--self-test"):
        parser.add_argument(flag, action="store_true")
    parser.add_argument("--step")    # this and the next: one step, in the process that the runner starts
    parser.add_argument("--check")
    return parser.parse_args()


def main() -> int:
    a = arguments()
    steps = self_test_steps() if a.self_test else all_steps(a.bundle)
    if a.list:
        print("\n".join(f"{s.group:6} {s.name:14} {s.limit:4g} s  {s.what}" for s in steps))
        return 0
    if a.step:
        check = Check(**json.loads(a.check))
        logs = check.results / "logs"
        step = next(s for s in steps if s.name == a.step)
        return runner.run_here(step, check, logs / f"{a.step}.rows", logs / f"{a.step}.problem")
    if a.results is None:
        sys.exit("gpu_check.sh: no folder for the results is given (try --help)")
    steps = chosen(steps, a.only)
    if a.build:
        steps = [s for s in steps if s.name not in ("bundle", "configure", "build")]
    check = Check(a.results, a.work, a.build or a.work / "build", "cpu" if a.cpu else "cuda", a.cpu)
    for folder in (check.results, check.work):
        folder.mkdir(parents=True, exist_ok=True)
    now = datetime.datetime.now(datetime.timezone.utc)
    facts = {"date": f"{now:%Y-%m-%d %H:%M} UTC", "command": "scripts/gpu_check.sh " + " ".join(sys.argv[1:])}
    minutes = a.minutes or (60 if a.cpu else 8)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, runner.stop)
    failed = runner.run_steps(steps, check, minutes * 60, facts, a.self_test)
    print(f"{check.results / 'gpu.md'}: {len(steps) - failed} of {len(steps)} steps passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
