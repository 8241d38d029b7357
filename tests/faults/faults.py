#!/usr/bin/env python3
"""Lets system calls of relprompt fail, one at a time, and checks what is left (docs/measurements/reliability.md).

  faults.py --program RELPROMPT --strike STRIKE --clock LIBRARY [--commands segment,train] [--faults kill,disk-full]
            [--points 4 | --all] [--json FILE] [--work DIR]

For every command and fault, the calls that the fault can strike are counted in an undisturbed run; then the command runs once
for each of them (--all) or for some, evenly spaced (--points), with that call failing, and once more as a user would go on.
Checked after each:

- the program was killed as asked, or ended with a documented exit status, never by a signal;
- with status 0 its files are those of the undisturbed run; whatever the status, every file under its final name is, or is the
  older one that stood there (commands called -older, for which a model folder is all older or all new);
- the next run ends with status 0 and the files of the undisturbed run, byte for byte;
- no temporary file is left then, every list of own files has its header once, and files that relprompt did not write, beside
  the results and (segment, eval) among them, are as they were.

Exit status 1 if anything is violated, 77 where processes cannot be traced. Python's standard library alone."""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile

import scenarios
from fault_report import Report

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FAULTS = ["kill", "disk-full", "write-error", "sync-error", "rename-error", "open-error", "interrupted", "short-read",
          "short-write"]
HARMLESS = {"interrupted", "short-read", "short-write", "clock"}  # the program must not even notice
SKIPPED = 77


class Tools:
    """What scenarios name in their commands."""

    def __init__(self, arguments, work):
        self.program, self.strike, self.clock = arguments.program, arguments.strike, arguments.clock
        self.model = os.path.join(ROOT, "models", "demo")
        self.image = os.path.join(work, "image.png")
        self.scenes = os.path.join(work, "scenes")
        self.config = os.path.join(ROOT, "configs", "world-zero-shot.yaml")
        self.older = os.path.join(work, "older")
        self.environment = dict(os.environ, XDG_CACHE_HOME=os.path.join(work, "cache"), RELPROMPT_CONFIG="off",
                                OMP_NUM_THREADS="1", OMP_WAIT_POLICY="passive")
        shutil.copy(os.path.join(ROOT, "examples", "world.png"), self.image)
        self.run([self.program, "world", "-o", self.scenes, "--scenes", "6", "--train-share", "0.67", "--size", "64", "-q"], work, check=True)

    def run(self, command, folder, preload=None, check=False):
        environment = dict(self.environment, **({"LD_PRELOAD": preload} if preload else {}))
        result = subprocess.run(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, errors="replace", timeout=300)
        if check and result.returncode != 0:
            sys.exit(f"faults.py: {' '.join(command)} failed:\n{result.stderr}")
        return result

    def make_older(self, scenario):
        """{path: bytes} of the results that stand in the folder when the command begins, made once and kept for all runs."""
        folder = os.path.join(self.older, scenario.name)
        os.makedirs(folder)
        command = scenario.older_command(self)
        if command:
            self.run(command, folder, check=True)
        return scenario.files(folder)

    def new_folder(self, work, scenario):
        """A folder in which the command can begin."""
        folder = tempfile.mkdtemp(dir=work)
        shutil.copytree(os.path.join(self.older, scenario.name), folder, dirs_exist_ok=True)
        for place in scenario.places(folder):
            os.makedirs(place, exist_ok=True)
            with open(os.path.join(place, scenarios.FOREIGN), "wb") as file:
                file.write(scenarios.FOREIGN_TEXT)
        return folder

    def strike_at(self, scenario, folder, fault, number):
        """(calls, struck, status, what the program said)"""
        where = os.path.realpath(folder)
        result = self.run([self.strike, where, fault, str(number)] + scenario.command(self), folder)
        if result.returncode == 125:
            print(result.stderr, file=sys.stderr)
            sys.exit(SKIPPED)
        words = result.stdout.split()
        return int(words[-5]), words[-3] == "1", int(words[-1]), result.stderr


def strike(tools, scenario, work, fault, number):
    """(folder, call that was struck, status, what the program said)

    How many calls a run makes depends on the clock, as lists are flushed once a second: a run may end before its last ones are
    reached. Then the last call of that run is struck in another one."""
    for attempt in range(5):
        folder = tools.new_folder(work, scenario)
        calls, struck, status, said = tools.strike_at(scenario, folder, fault, number)
        if struck or status != 0 or attempt == 4:
            return folder, number, status, said if struck else "not struck; " + said
        shutil.rmtree(folder)
        number = max(1, min(number, calls) - attempt)


def can_trace(tools, work):
    """Whether a call can be struck here at all: containers may forbid it."""
    folder = os.path.realpath(tempfile.mkdtemp(dir=work))
    result = tools.run([tools.strike, folder, "kill", "1", "touch", os.path.join(folder, "x")], folder)
    return result.returncode == 0 and result.stdout.split()[-3:] == ["1", "status", "137"]


def foreign_is_as_it_was(place):
    with open(os.path.join(place, scenarios.FOREIGN), "rb") as file:
        return file.read() == scenarios.FOREIGN_TEXT


def spoilt(scenario, found, expected, older):
    """What is wrong with files under their final names after a struck run; every entry a sentence."""
    wrong = []
    for name, data in found.items():
        if scenario.trains:  # of an earlier iteration perhaps, but whole
            if name.endswith(".safetensors") and not scenarios.whole_safetensors(data):
                wrong.append(f"{name} is half-written")
        elif data not in (expected.get(name), older.get(name)):
            wrong.append(f"{name} is not as it should be")
    if scenario.at_once and found not in (expected, older):
        wrong.append(f"older and new files are mixed, or some are missing: {sorted(found)}")
    return wrong


def violations(tools, scenario, folder, fault, status, said, expected, older):
    """What is wrong after a struck run and the next one; every entry a sentence."""
    wrong = []
    allowed = {137} if fault == "kill" else {0} if fault in HARMLESS else {0, 3, 4, 5}
    if status not in allowed:
        wrong.append(f"exit status {status}, expected {sorted(allowed)}: {said[-300:]}")
    if status != 0 and fault != "kill" and "error:" not in said:
        wrong.append(f"exit status {status} without a message")
    found = scenario.files(folder)
    wrong += spoilt(scenario, found, expected, older)
    if status == 0 and found != expected:
        different = [name for name in sorted(found.keys() | expected.keys()) if found.get(name) != expected.get(name)]
        wrong.append(f"exit status 0 and other files: {different}")
    result = tools.run(scenario.again(tools, folder), folder)
    if result.returncode != 0:
        wrong.append(f"the next run ends with {result.returncode}: {result.stderr[-300:]}")
    again = scenario.files(folder)
    different = [name for name in sorted(again.keys() | expected.keys()) if again.get(name) != expected.get(name)]
    if different:
        wrong.append(f"after the next run other bytes in {different}")
    if scenario.strays(folder):
        wrong.append(f"temporary files stay: {scenario.strays(folder)}")
    if scenario.bad_lists(folder):
        wrong.append(f"lists of own files are spoilt: {scenario.bad_lists(folder)}")
    wrong += [f"{place}/{scenarios.FOREIGN} was changed" for place in scenario.places(folder) if not foreign_is_as_it_was(place)]
    return wrong


def numbers(calls, points):
    """Which calls to strike: all of them, or some evenly spaced."""
    if points is None or calls <= points:
        return list(range(1, calls + 1))
    return sorted({1 + round(i * (calls - 1) / (points - 1)) for i in range(points)}) if points > 1 else [1 + calls // 2]


def plan_of(tools, chosen, faults, work, points):
    """[(scenario, expected files, older files, fault, calls, number)]"""
    plan = []
    for scenario in chosen:
        older = tools.make_older(scenario)
        folder = tools.new_folder(work, scenario)
        tools.run(scenario.command(tools), folder, check=True)
        expected = scenario.files(folder)
        shutil.rmtree(folder)
        for fault in faults:
            if fault == "clock":
                plan.append((scenario, expected, older, fault, 1, 1))
                continue
            folder = tools.new_folder(work, scenario)
            calls = tools.strike_at(scenario, folder, fault, 0)[0]
            shutil.rmtree(folder)
            plan += [(scenario, expected, older, fault, calls, number) for number in numbers(calls, points)]
    return plan


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--strike", required=True)
    parser.add_argument("--clock", required=True)
    parser.add_argument("--commands", default=",".join(s.name for s in scenarios.ALL))
    parser.add_argument("--faults", default=",".join(FAULTS + ["clock"]))
    parser.add_argument("--points", type=int, default=4)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--json")
    parser.add_argument("--work")
    arguments = parser.parse_args()
    wanted = arguments.commands.split(",")
    chosen = [scenario for scenario in scenarios.ALL if scenario.name in wanted]
    with tempfile.TemporaryDirectory(dir=arguments.work) as work:
        work = os.path.realpath(work)
        tools = Tools(arguments, work)
        if not can_trace(tools, work):
            print("faults.py: processes cannot be traced here", file=sys.stderr)
            return SKIPPED
        plan = plan_of(tools, chosen, arguments.faults.split(","), work, None if arguments.all else arguments.points)
        report = Report(len(plan))
        for scenario, expected, older, fault, calls, number in plan:
            if fault == "clock":
                folder = tools.new_folder(work, scenario)
                result = tools.run(scenario.command(tools), folder, preload=arguments.clock)
                status, said = result.returncode, result.stderr
            else:
                folder, number, status, said = strike(tools, scenario, work, fault, number)
            wrong = violations(tools, scenario, folder, fault, status, said, expected, older)
            report.add(scenario.name, fault, calls, wrong, number)
            shutil.rmtree(folder)
    print("\r" + " " * 70 + "\r", end="", file=sys.stderr)
    print(report.table())
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump({"rows": report.json(), "violations": report.wrong}, file, indent=1)
    return 1 if report.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
