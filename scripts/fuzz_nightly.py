#!/usr/bin/env python3
"""Fuzzes every target for a long time with a corpus that is kept, and adds what was done to fuzz/counts.json.

  scripts/fuzz_nightly.py [--seconds 3600] [--executions N] [--goal N] [--goal-seconds N] [--part I/N] [--corpus DIR]
                          [--no-build] [TARGET...]

Each target runs until its seconds, or its executions where a number is given, are over, with its seeds and its dictionary;
then its corpus is reduced to what adds coverage. fuzz/counts.json keeps, for every target, the sum of all executions so far
and of their processor time, the edges covered, the size of the corpus and the findings of the last run;
docs/development/fuzzing.md has the table that `--table` prints. Findings stay in build/fuzz/findings; the exit status is 1
if there are any."""
import argparse
import contextlib
import datetime
import fcntl
import json
import os
import re
import resource
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BIN = os.path.join(ROOT, "build", "fuzz", "bin")
SEEDS = os.path.join(ROOT, "fuzz", "seeds")
FINDINGS = os.path.join(ROOT, "build", "fuzz", "findings")
COUNTS = os.path.join(ROOT, "fuzz", "counts.json")
MOST_EXECUTIONS = 2**31 - 1  # that libFuzzer can be asked for; no target makes them in an hour
NEVER_RUN = {"executions": 0, "edges": 0, "seconds": 0}


def build():
    for command in (["cmake", "--preset", "fuzz"], ["cmake", "--build", "--preset", "fuzz", "--parallel", "2", "--target", "fuzzers"]):
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def all_targets():
    return sorted(name[len("fuzz_"):] for name in os.listdir(BIN) if name.startswith("fuzz_"))


def read_counts():
    if not os.path.exists(COUNTS):
        return {}
    with open(COUNTS, encoding="utf-8") as file:
        return json.load(file)


@contextlib.contextmanager
def counts_to_change():
    """The counts, written back at the end. One process at a time: several may fuzz, each its part of the targets."""
    with open(os.path.join(ROOT, "build", "fuzz", "counts.lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        counts = read_counts()
        yield counts
        write_counts(counts)


def write_counts(counts):
    with open(COUNTS + ".tmp", "w", encoding="utf-8") as file:
        json.dump(counts, file, indent=1, sort_keys=True)
        file.write("\n")
    os.replace(COUNTS + ".tmp", COUNTS)


def processor_seconds():
    """Of the children that have ended: what the fuzzers got of a machine that others use as well."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def left_to_do(row, arguments):
    """(executions, seconds) that the next run of a target may take; one of them is 0 or less if a goal is reached."""
    executions, seconds = arguments.executions, arguments.seconds
    if arguments.goal is not None:
        executions = min(executions, arguments.goal - row["executions"])
    if arguments.goal_seconds is not None:
        seconds = min(seconds, arguments.goal_seconds - row["seconds"])
    return executions, seconds


def fuzz(target, executions, seconds, arguments):
    """(executions, edges covered, processor seconds, findings)"""
    corpus = os.path.join(arguments.corpus, target)
    findings = os.path.join(FINDINGS, target)
    for folder in (corpus, findings):
        os.makedirs(folder, exist_ok=True)
    before = set(os.listdir(findings))
    command = [os.path.join(BIN, "fuzz_" + target), f"-max_total_time={seconds}", f"-runs={executions}",
               "-timeout=20", "-report_slow_units=20", "-rss_limit_mb=2500", "-print_final_stats=1", f"-artifact_prefix={findings}/"]
    dictionary = os.path.join(SEEDS, target + ".dict")
    if os.path.exists(dictionary):
        command.append("-dict=" + dictionary)
    seeds = os.path.join(SEEDS, target)
    command += [corpus] + ([seeds] if os.path.isdir(seeds) else [])
    begin = processor_seconds()
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    executions = re.search(r"stat::number_of_executed_units:\s*(\d+)", result.stdout)
    covered = re.findall(r"cov: (\d+)", result.stdout)
    new = sorted(set(os.listdir(findings)) - before)
    if result.returncode != 0 and not new:
        new = ["no file; the last lines: " + result.stdout[-500:]]
    return int(executions.group(1)) if executions else 0, int(covered[-1]) if covered else 0, processor_seconds() - begin, new


def reduce_corpus(target, arguments):
    """Keeps the inputs that add coverage."""
    corpus = os.path.join(arguments.corpus, target)
    small = corpus + ".small"
    shutil.rmtree(small, ignore_errors=True)
    os.makedirs(small)
    merged = subprocess.run([os.path.join(BIN, "fuzz_" + target), "-merge=1", small, corpus], stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL, check=False)
    if merged.returncode == 0 and os.listdir(small):
        shutil.rmtree(corpus)
        os.rename(small, corpus)
    shutil.rmtree(small, ignore_errors=True)
    return len(os.listdir(corpus))


def table(counts):
    lines = ["| target | executions so far | minutes of one core | edges covered | inputs kept | last run | findings open |",
             "|---|---|---|---|---|---|---|"]
    for target, row in sorted(counts.items()):
        lines.append(f"| `{target}` | {row['executions']:,} | {row['seconds'] / 60:.1f} | {row['edges']:,} | {row['corpus']} | "
                     f"{row['date']} | {len(row['findings'])} |")
    total, seconds, findings = (sum(column) for column in zip(*((row["executions"], row["seconds"], len(row["findings"]))
                                                                for row in counts.values())))
    return "\n".join(lines + [f"| all {len(counts)} | {total:,} | {seconds / 60:.0f} | | | | {findings} |"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("targets", nargs="*")
    parser.add_argument("--seconds", type=int, default=3600)
    parser.add_argument("--executions", type=int, default=MOST_EXECUTIONS)
    parser.add_argument("--goal", type=int, help="executions in all, those of earlier runs included: a target that has them is left out")
    parser.add_argument("--goal-seconds", type=int, help="processor seconds in all, likewise: a target stops at the first of its goals")
    parser.add_argument("--part", default="0/1", help="I/N: every N-th target from I on, for several machines")
    parser.add_argument("--corpus", default=os.path.join(ROOT, "build", "fuzz", "corpus"))
    parser.add_argument("--no-build", action="store_true")
    parser.add_argument("--table", action="store_true", help="only print the table of fuzz/counts.json")
    arguments = parser.parse_args()
    if arguments.table:
        print(table(read_counts()))
        return 0
    if not arguments.no_build:
        build()
    part, parts = (int(word) for word in arguments.part.split("/"))
    targets = (arguments.targets or all_targets())[part::parts]
    found = False
    for number, target in enumerate(targets):
        left = (len(targets) - number) * arguments.seconds / 60
        print(f"{target}: {number + 1} of {len(targets)}, at most {left:.0f} min left", file=sys.stderr)
        executions, seconds = left_to_do(read_counts().get(target, NEVER_RUN), arguments)
        if executions <= 0 or seconds <= 0:
            continue
        executions, edges, seconds, findings = fuzz(target, executions, seconds, arguments)
        corpus = reduce_corpus(target, arguments)
        with counts_to_change() as counts:
            row = counts.setdefault(target, dict(NEVER_RUN))
            row.update(executions=row["executions"] + executions, edges=max(row["edges"], edges), corpus=corpus,
                       findings=findings, seconds=row["seconds"] + round(seconds), date=datetime.date.today().isoformat())
        found = found or bool(findings)
        print(f"{target}: {executions:,} executions, {edges:,} edges, {len(findings)} findings", file=sys.stderr)
    counts = read_counts()
    print(table({target: counts[target] for target in targets}))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
