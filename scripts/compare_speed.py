#!/usr/bin/env python3
"""Compares how fast two commits label, by alternating runs on this machine.

  scripts/compare_speed.py OLD NEW                   two commits, built in worktrees below build/compare
  scripts/compare_speed.py --programs OLD NEW        two programs that are built
  scripts/compare_speed.py --save [NEW]              one commit or program; its times go into bench/baseline.json

Options: --rounds 7, --precisions fp32,bf16,int8, --classes 20, --threads 2, --model FOLDER (default: a random ViT-B/16).

A round runs `relprompt bench` of both once, in turn, the order changing from round to round; what counts is the ratio of a
round's two medians, NEW by OLD. Printed are the median of these ratios and the range of the middle half. Exit status 1 if in
any precision the whole middle half is above 1.02: slower, and not by chance. Absolute times of other machines or days say
little; bench/baseline.json keeps some with the machine they are from."""
import argparse
import datetime
import json
import os
import statistics
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WORK = os.path.join(ROOT, "build", "compare")
BASELINE = os.path.join(ROOT, "bench", "baseline.json")
SLOWER = 1.02


def say(text):
    print(text, file=sys.stderr)


def build(commit, name):
    """The program of a commit, in a worktree of its own."""
    tree = os.path.join(WORK, name)
    subprocess.run(["git", "worktree", "remove", "--force", tree], cwd=ROOT, check=False, stderr=subprocess.DEVNULL)
    subprocess.run(["git", "worktree", "add", "--detach", tree, commit], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    folder = os.path.join(tree, "build", "no-torch")
    environment = dict(os.environ, CCACHE_BASEDIR=tree, CCACHE_NOHASHDIR="1")
    say(f"building {commit}")
    for command in (["cmake", "--preset", "no-torch", "-DRELPROMPT_TESTS=OFF"],
                    ["cmake", "--build", "--preset", "no-torch", "--parallel", "2", "--target", "relprompt_cli"]):
        subprocess.run(command, cwd=tree, env=environment, check=True, stdout=subprocess.DEVNULL)
    return os.path.join(folder, "bin", "relprompt")


def remove_worktrees(names):
    for name in names:
        subprocess.run(["git", "worktree", "remove", "--force", os.path.join(WORK, name)], cwd=ROOT, check=False)
    subprocess.run(["git", "worktree", "prune"], cwd=ROOT, check=False)


def random_model(program):
    """A ViT-B/16 with random weights, made once."""
    model = os.path.join(WORK, "model")
    if not os.path.exists(os.path.join(model, "config.json")):
        subprocess.run([program, "init", "--arch", "ViT-B-16", "--seed", "7", "-o", model], check=True, stdout=subprocess.DEVNULL)
    return model


def measure(program, model, precision, arguments):
    """A window's median in milliseconds."""
    command = [program, "bench", "-m", model, "--precision", precision, "--classes", str(arguments.classes), "--threads",
               str(arguments.threads), "--repeat", "3", "--json"]
    environment = dict(os.environ, RELPROMPT_CONFIG="off")
    result = json.loads(subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE, text=True).stdout)
    return result["median_ms"]


def quartiles(values):
    if len(values) < 2:
        return values[0], values[0]
    cuts = statistics.quantiles(values, n=4, method="inclusive")
    return cuts[0], cuts[2]


def compare(programs, model, arguments):
    """{precision: {"old_ms", "new_ms", "ratio", "low", "high"}}"""
    result = {}
    for precision in arguments.precisions.split(","):
        times = ([], [])
        for number in range(arguments.rounds):
            for side in ((0, 1) if number % 2 == 0 else (1, 0)):
                times[side].append(measure(programs[side], model, precision, arguments))
            say(f"{precision}: round {number + 1} of {arguments.rounds}: {times[0][-1]:.0f} and {times[1][-1]:.0f} ms")
        ratios = [new / old for old, new in zip(*times)]
        low, high = quartiles(ratios)
        result[precision] = {"old_ms": statistics.median(times[0]), "new_ms": statistics.median(times[1]),
                             "ratio": statistics.median(ratios), "low": low, "high": high}
    return result


def machine():
    """The processor's name and the number of cores."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return {"cpu": names[0] if names else "unknown", "cores": os.cpu_count()}


def save(program, model, arguments):
    rows = {}
    for precision in arguments.precisions.split(","):
        times = []
        for _ in range(arguments.rounds):
            times.append(measure(program, model, precision, arguments))
        rows[precision] = {"window_ms": round(statistics.median(times), 1), "quartiles_ms": [round(q, 1) for q in quartiles(times)]}
        say(f"{precision}: {rows[precision]['window_ms']} ms")
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    document = {"date": datetime.date.today().isoformat(), "commit": commit, "machine": machine(), "threads": arguments.threads,
                "classes": arguments.classes, "rounds": arguments.rounds, "windows": rows}
    with open(BASELINE, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=1, sort_keys=True)
        file.write("\n")
    print(BASELINE)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("sides", nargs="*")
    parser.add_argument("--programs", action="store_true")
    parser.add_argument("--save", action="store_true")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--precisions", default="fp32,bf16,int8")
    parser.add_argument("--classes", type=int, default=20)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--model")
    arguments = parser.parse_args()
    wanted = 1 if arguments.save else 2
    sides = arguments.sides or (["HEAD"] if arguments.save else [])
    if len(sides) != wanted:
        parser.error(f"expected {wanted} commits or programs, found {len(sides)}")
    os.makedirs(WORK, exist_ok=True)
    names = [] if arguments.programs else ["old", "new"][-wanted:]
    try:
        programs = [os.path.abspath(side) for side in sides] if arguments.programs else [
            build(side, name) for side, name in zip(sides, names)]
        model = arguments.model or random_model(programs[-1])
        if arguments.save:
            save(programs[0], model, arguments)
            return 0
        result = compare(programs, model, arguments)
    finally:
        remove_worktrees(names)
    slower = [precision for precision, row in result.items() if row["low"] > SLOWER]
    print("| precision | old | new | new by old | middle half |\n|---|---|---|---|---|")
    for precision, row in result.items():
        print(f"| {precision} | {row['old_ms']:.0f} ms | {row['new_ms']:.0f} ms | {row['ratio']:.3f} | {row['low']:.3f} to {row['high']:.3f} |")
    print(f"slower: {', '.join(slower)}" if slower else "not slower")
    return 1 if slower else 0


if __name__ == "__main__":
    sys.exit(main())
