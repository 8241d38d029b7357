"""What the steps of the GPU check share: where things are, how programs are run, how results are written down."""
from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Mapping, Sequence

ROOT = Path(__file__).resolve().parents[2]
NONE: Mapping[str, str] = {}


class StepFailed(Exception):
    """A step found what it must not find; its message says what, where, expected and found."""


class NotRun(Exception):
    """A step cannot run on this machine; its message says what is missing."""


@dataclass(frozen=True)
class Check:
    """One run of the check."""

    results: Path   # gets gpu.json, gpu.md and logs/
    work: Path      # build and scratch
    build: Path     # bin/ and lib/ of the build
    device: str     # cuda or cpu
    small: bool     # the dry run's sizes

    def __post_init__(self) -> None:
        for name in ("results", "work", "build"):
            object.__setattr__(self, name, Path(getattr(self, name)).resolve())

    @property
    def on_gpu(self) -> bool:
        return self.device.startswith("cuda")

    @property
    def cores(self) -> int:
        return len(os.sched_getaffinity(0))

    def log(self, step: str) -> Path:
        return self.results / "logs" / f"{step}.log"

    def program(self, name: str) -> str:
        """A program of the build; NotRun without it."""
        path = self.build / "bin" / name
        if not path.exists():
            raise NotRun(f"{path} was not built: see logs/build.log")
        return str(path)

    def folder(self, name: str) -> Path:
        """An empty folder below the work folder."""
        path = self.work / name
        subprocess.run(["rm", "-rf", str(path)], check=True)
        path.mkdir(parents=True)
        return path

    def to_json(self) -> str:
        return json.dumps({key: str(value) if isinstance(value, Path) else value for key, value in asdict(self).items()})


class Rows:
    """What a step found; written after every row, so that a step out of time keeps what it has."""

    def __init__(self, path: Path, at_full_size: bool = True):
        self.path, self.at_full_size = path, at_full_size
        self.rows: list[dict[str, Any]] = []
        self._write()

    def add(self, what: str, measured: str, wanted: str = "", holds: bool | None = None, **numbers: Any) -> None:
        """holds: None for a figure of which nothing is wanted. numbers: the same for programs."""
        print(f"  {what}: {measured}" + (f" (wanted: {wanted})" if wanted else "") +
              {True: "", False: "  DOES NOT HOLD", None: ""}[holds], flush=True)
        self.rows.append({"what": what, "measured": measured, "wanted": wanted, "holds": holds, "numbers": numbers})
        self._write()

    def at_most(self, what: str, value: float, limit: float, unit: str = "", full_size: bool = False, **numbers: Any) -> None:
        """full_size: judged at full size only; at the dry run's sizes the figure says nothing."""
        holds = bool(value <= limit) if self.at_full_size or not full_size else None
        self.add(what, f"{value:.4g}{unit}", f"at most {limit:.3g}{unit}", holds, value=value, **numbers)

    def at_least(self, what: str, value: float, limit: float, unit: str = "", full_size: bool = False, **numbers: Any) -> None:
        holds = bool(value >= limit) if self.at_full_size or not full_size else None
        self.add(what, f"{value:.4g}{unit}", f"at least {limit:.3g}{unit}", holds, value=value, **numbers)

    def _write(self) -> None:
        self.path.write_text(json.dumps(self.rows))


def environment(check: Check, more: Mapping[str, str]) -> dict[str, str]:
    """Of programs of ours: no settings of the user's, a cache of their own; CMake and Ninja may be Python packages."""
    own = {"RELPROMPT_CONFIG": "off", "XDG_CACHE_HOME": str(check.work / "cache"),
           "PATH": f"{os.environ.get('PATH', os.defpath)}:{Path(sys.executable).parent}"}
    return {**os.environ, **own, **more}


def run(check: Check, command: Sequence[Any], status: int | None = 0,
        variables: Mapping[str, str] = NONE) -> subprocess.CompletedProcess[str]:
    """Runs a command and prints what it says into the step's log. StepFailed for another exit status; None takes any."""
    words = [str(word) for word in command]
    print("$ " + " ".join([f"{k}={v}" for k, v in variables.items()] + [shlex.join(words)]), flush=True)
    start = time.monotonic()
    done = subprocess.run(words, cwd=ROOT, env=environment(check, variables), text=True, capture_output=True)
    print(f"{done.stdout[-4000:]}{done.stderr[-4000:]}", flush=True)
    print(f"[{time.monotonic() - start:.1f} s, exit status {done.returncode}]", flush=True)
    if status is not None and done.returncode != status:
        said = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["nothing"]
        raise StepFailed(f"{words[0].rsplit('/', 1)[-1]} {' '.join(words[1:3])}: exit status {status} expected, "
                         f"{done.returncode} found; it said: {said[0]}")
    return done


class DeviceMemory:
    """The largest memory that others take on the GPU while this is open, beyond what was taken before. Bytes."""

    def __enter__(self) -> "DeviceMemory":
        import torch
        self._free = lambda: torch.cuda.mem_get_info()[0]
        self._before = self._least = self._free()
        self._open = True
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def _watch(self) -> None:
        while self._open:
            self._least = min(self._least, self._free())
            time.sleep(0.002)

    def __exit__(self, *_: object) -> None:
        self._open = False
        self._thread.join()
        self.peak = self._before - self._least


def run_measured(check: Check, command: Sequence[Any], variables: Mapping[str, str] = NONE) -> tuple[dict[str, Any], float]:
    """The JSON object that a command prints last, and its peak memory in MB: on the GPU, else resident."""
    if check.on_gpu:
        with DeviceMemory() as memory:
            text = run(check, command, variables=variables).stdout
        return json.loads(text.strip().splitlines()[-1] if "\n{" in text else text), memory.peak / 1e6
    timed = [sys.executable, str(ROOT / "scripts/gpu/peak_memory.py"), *map(str, command)]
    text, _, peak = run(check, timed, variables=variables).stdout.rpartition("peak_mb ")
    return json.loads(text.strip().splitlines()[-1] if "\n{" in text.strip() else text), float(peak)
