#!/usr/bin/env python3
"""mIoU, flicker and speed of each option of `relprompt video` on scenes in motion, as a Markdown table.

  bench/video_options.py [PROGRAM] [--frames N] [--scenes N] [--threads N]

Scenes and results go to a temporary folder. Time is the processor's (user and system), so that other work on the machine
changes it little: of the whole command less one of a single frame, by the frames between. Labels and lines alone are
written; comparing with the truth is part of it.
"""

import argparse
import json
import pathlib
import resource
import subprocess
import tempfile

OPTIONS = [
    ("each frame alone, every window computed", ["--reuse", "off"]),
    ("each frame alone (`--reuse 0`, the default)", []),
    ("`--reuse 8`", ["--reuse", "8"]),
    ("`--reuse 16`", ["--reuse", "16"]),
    ("`--smooth 0.5`", ["--smooth", "0.5"]),
    ("`--smooth 0.7`", ["--smooth", "0.7"]),
    ("`--smooth 0.9`", ["--smooth", "0.9"]),
    ("`--smooth 0.5 --flow`", ["--smooth", "0.5", "--flow"]),
    ("`--smooth 0.7 --flow`", ["--smooth", "0.7", "--flow"]),
    ("`--smooth 0.9 --flow`", ["--smooth", "0.9", "--flow"]),
    ("`--every 2`", ["--every", "2"]),
    ("`--every 5`", ["--every", "5"]),
    ("`--every 10`", ["--every", "10"]),
    ("`--every 5 --smooth 0.5 --flow`", ["--every", "5", "--smooth", "0.5", "--flow"]),
]


def run(words):
    """Seconds of the processor."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([str(word) for word in words], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(arguments, place, noise, speed):
    for seed in range(arguments.scenes):
        run([arguments.program, "world", "--moving", arguments.frames, "--seed", seed, "--noise", noise, "--speed", speed,
             "--min-objects", 3, "-q", "-o", place / f"scene{seed}"])
    print(f"\nNoise {noise}, fastest object {speed} pixels a frame, {arguments.scenes} scenes of {arguments.frames} frames\n")
    print("| options | mIoU | pixels right | flicker | windows computed | ms a frame |\n|---|---|---|---|---|---|")
    for name, words in OPTIONS:
        sums = {"miou": 0.0, "accuracy": 0.0, "flicker": 0.0, "seconds": 0.0, "windows": 0, "frames": 0}
        for seed in range(arguments.scenes):
            scene = place / f"scene{seed}"
            command = [arguments.program, "video", scene / "frames", "-m", arguments.model, "--class-file",
                       scene / "classes.txt", "--threads", arguments.threads, "--truth", scene / "truth",
                       "--save", "labels-video,json", "-q", *words]
            seconds = run([*command, "-o", place / "out"]) - run([*command, "-o", place / "one", "--frames", 1])
            report = json.loads((place / "out/run.json").read_text())
            for key in ("miou", "accuracy", "flicker"):
                sums[key] += report["truth"][key] / arguments.scenes
            sums["seconds"] += seconds
            sums["windows"] += report["windows"] - report["windows_reused"]
            sums["frames"] += report["frames"]
        print(f"| {name} | {100 * sums['miou']:.1f} | {100 * sums['accuracy']:.1f} | {100 * sums['flicker']:.2f} % "
              f"| {sums['windows']} of {sums['frames']} "
              f"| {1000 * sums['seconds'] / (sums['frames'] - arguments.scenes):.1f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", nargs="?", default="build/release/bin/relprompt")
    parser.add_argument("--model", default="models/demo")
    parser.add_argument("--frames", type=int, default=120)
    parser.add_argument("--scenes", type=int, default=4)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    for noise, speed in ((8, 1.5), (0, 1.5), (8, 4)):
        with tempfile.TemporaryDirectory() as folder:
            measure(arguments, pathlib.Path(folder), noise, speed)


if __name__ == "__main__":
    main()
