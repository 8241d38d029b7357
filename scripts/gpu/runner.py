"""Runs steps one after the other, each in a process and with a limit of its own. What a step does to itself, the next one
does not feel: one that fails, crashes or hangs is written down, and the next one begins."""
from __future__ import annotations

import concurrent.futures
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable

import report
from context import Check, NotRun, Rows, StepFailed


@dataclass(frozen=True)
class Step:
    name: str
    group: str       # build, right, fast or cpu
    what: str
    limit: float     # seconds
    run: Callable[[Check, Rows], None]
    dry_limit: float = 600   # with --cpu, on two cores that others use
    together: str = ""       # neighbours of the same word measure no time and run at the same time, not so with --cpu

    def limit_for(self, check: Check) -> float:
        return self.dry_limit if check.small else self.limit


PASSED, FAILED, LATE, NOT_RUN = "passed", "failed", "out of time", "not run"
_STATUS = {0: PASSED, 1: FAILED, 3: NOT_RUN}
_running: set[int] = set()   # steps, each the first process of a session


def stop(number: int, _: object) -> None:
    """For signals: ends the steps with the check, which do not hear what it hears."""
    for pid in list(_running):
        os.killpg(pid, signal.SIGKILL)
    os._exit(128 + number)


def run_here(step: Step, check: Check, rows_file: Path, problem_file: Path) -> int:
    """The step itself, in a process of its own. -> exit status, of _STATUS."""
    rows = Rows(rows_file, at_full_size=not check.small)
    try:
        step.run(check, rows)
    except (StepFailed, NotRun) as problem:
        problem_file.write_text(str(problem))
        print(problem, flush=True)
        return 3 if isinstance(problem, NotRun) else 1
    failed = [row["what"] for row in rows.rows if row["holds"] is False]
    if failed:
        problem_file.write_text("does not hold: " + "; ".join(failed))
    elif not rows.rows:
        problem_file.write_text("the step looked at nothing")
        return 1
    return 1 if failed else 0


def _start(step: Step, check: Check, limit: float, command: list[str]) -> int | None:
    """-> exit status; None if it ran past the limit."""
    with open(check.log(step.name), "w", encoding="utf-8") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        _running.add(process.pid)
        try:
            return process.wait(limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)   # the step and what it started
            process.wait()
            return None
        finally:
            _running.discard(process.pid)


def run_step(step: Step, check: Check, left: float, command: list[str]) -> dict[str, Any]:
    rows_file, problem_file = (check.results / "logs" / f"{step.name}.{end}" for end in ("rows", "problem"))
    for file in (rows_file, problem_file):
        file.unlink(missing_ok=True)
    limit, start = min(step.limit_for(check), left), time.monotonic()
    result = {"name": step.name, "group": step.group, "what": step.what, "limit": round(limit, 1), "problem": ""}
    if left < 5:
        return {**result, "status": NOT_RUN, "seconds": 0.0, "rows": [], "problem": "no time was left"}
    status = _start(step, check, limit, command)
    result["seconds"] = round(time.monotonic() - start, 1)
    result["rows"] = json.loads(rows_file.read_text()) if rows_file.exists() else []
    result["status"] = LATE if status is None else _STATUS.get(status, FAILED)
    if problem_file.exists():
        result["problem"] = problem_file.read_text()
    elif status is None:
        result["problem"] = f"stopped after {limit:g} s; logs/{step.name}.log says how far it came"
    elif status != 0:
        said = check.log(step.name).read_text(errors="replace").strip().splitlines()[-1:] or ["nothing"]
        result["problem"] = f"exit status {status}; the end of logs/{step.name}.log: {said[0]}"
    for file in (rows_file, problem_file):
        file.unlink(missing_ok=True)
    return result


def run_steps(steps: list[Step], check: Check, seconds: float, facts: dict[str, Any], self_test: bool = False) -> int:
    """Runs all steps and writes the report after each. -> how many did not pass."""
    end, done = time.monotonic() + seconds, []  # type: float, list[dict[str, Any]]
    (check.results / "logs").mkdir(parents=True, exist_ok=True)

    def begin(step: Step) -> dict[str, Any]:
        print(f"{step.name}: {step.what}", flush=True)
        command = [sys.executable, "-u", str(Path(__file__).with_name("check.py")), "--step", step.name,
                   "--check", check.to_json()] + (["--self-test"] if self_test else [])
        result = run_step(step, check, end - time.monotonic(), command)
        problem = f": {result['problem']}" if result["problem"] else ""
        print(f"  {step.name}: {result['status']}, {result['seconds']:.1f} s{problem}", flush=True)
        return result

    for word, group in itertools.groupby(steps, key=lambda step: step.together):
        members = list(group)
        at_once = len(members) if word and not check.small else 1
        with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
            for result in pool.map(begin, members):
                done.append(result)
                facts.update(facts_of(done))
                report.write(check.results, facts, done)
    return sum(step["status"] != PASSED for step in done)


def facts_of(done: list[dict[str, Any]]) -> dict[str, str]:
    """What the step `machine` found stands at the top of the report."""
    rows = [row for step in done if step["name"] == "machine" for row in step["rows"]]
    passed = sum(step["status"] == PASSED for step in done)
    return {**{row["what"]: row["measured"] for row in rows}, "steps that passed": f"{passed} of {len(done)}"}
