#!/usr/bin/env python3
"""Loads `relprompt serve` on the loopback address and prints what docs/guide/serving.md reports.

  bench/serve_load.py [--program build/release/bin/relprompt] [--model models/demo] [--clients 500] [--requests 100000]
                      [--images 40] [--rounds 3] [--threads N] [--workers N]

1. CLIENTS connections at once send REQUESTS small images, after a twentieth as many that bring everything into memory;
   resident memory is read at the start, in the middle and at the end.
2. IMAGES larger images five times over from a few clients, beside `relprompt segment` on the same files, ROUNDS times in
   turn; the medians count.

Every answer is compared with the labels that `relprompt segment` wrote. How far it is goes to the standard error, the
result to the standard output as JSON; the exit status is 1 if an answer is wrong. Python's standard library alone. Bounded
in number; nothing but this machine is asked."""
import argparse
import base64
import contextlib
import json
import os
import statistics
import struct
import subprocess
import sys
import tempfile
import types
import zlib

from serve_clients import Load, resident_mb

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
COPIES = 5  # of each larger image
CLASSES = "circle, square, triangle, sky;blue, grass;ground"


def png(width, height, seed):
    """An image of soft colours and noise; another one for another seed."""
    rows, state = b"", seed * 2654435761 % 4294967296 or 1
    for y in range(height):
        row = bytearray(b"\0")
        for x in range(width):
            state = (state * 1664525 + 1013904223) % 4294967296
            noise = state >> 28
            row += bytes(((x * 255 // width + noise) % 256, (y * 255 // height + seed * 40) % 256, (noise * 8 + seed * 9) % 256))
        rows += bytes(row)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def write_images(folder, images):
    os.makedirs(folder)
    for i, image in enumerate(images):
        with open(os.path.join(folder, f"{i:04}.png"), "wb") as file:
            file.write(image)


def expected_labels(options, folder, out):
    """Base64 of the labels that the program writes, and its seconds from the first image to the last."""
    done = subprocess.run([options.program, "segment", folder, "-m", options.model, "-c", CLASSES, "-o", out, "--save", "labels",
                           "--threads", str(options.threads), "--json"], check=True, capture_output=True)
    seconds = json.loads(done.stdout)["totals"]["seconds"]
    labels = []
    for name in sorted(os.listdir(out)):
        if name.endswith(".labels.png"):
            with open(os.path.join(out, name), "rb") as file:
                labels.append(base64.b64encode(file.read()))
    return labels, seconds


@contextlib.contextmanager
def server(options):
    command = [options.program, "serve", "--model", options.model, "--port", "0", "--threads", str(options.threads), "--queue",
               str(options.clients + 8), "--max-connections", str(options.clients + 64), "--timeout", "600", "--quiet"]
    if options.workers:
        command += ["--workers", str(options.workers)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield types.SimpleNamespace(pid=process.pid, address=process.stdout.readline().split()[-1])
    finally:
        process.terminate()
        status = process.wait()
    if status != 0:
        raise SystemExit(f"the server ended with {status}")


def small_requests(options, folder):
    images = [png(32, 24, seed) for seed in range(20)]
    write_images(os.path.join(folder, "small"), images)
    labels, _ = expected_labels(options, os.path.join(folder, "small"), os.path.join(folder, "small-out"))
    with server(options) as running:
        fresh = resident_mb(running.pid)
        load = Load(running, images, labels, CLASSES)
        load.run("warming up", options.clients, max(2 * options.clients, options.requests // 20))
        result = load.run("small requests", options.clients, options.requests)
        start, middle, end = load.memory
    return {"clients": options.clients, **result, "memory_mb": {"fresh": round(fresh, 1), "start": round(start, 1),
                                                                "middle": round(middle, 1), "end": round(end, 1)},
            "memory_change_percent": round(100 * (end / start - 1), 2)}


def throughput(options, folder):
    images = [png(320, 240, seed) for seed in range(options.images)]
    write_images(os.path.join(folder, "large"), images * COPIES)
    write_images(os.path.join(folder, "few"), images)
    rounds = []
    with server(options) as running:
        for number in range(options.rounds):
            print(f"throughput: round {number + 1} of {options.rounds}", file=sys.stderr, flush=True)
            out = os.path.join(folder, f"out-{number}")
            labels, seconds = expected_labels(options, os.path.join(folder, "large"), out)
            _, start = expected_labels(options, os.path.join(folder, "few"), out + "-few")
            program = (COPIES - 1) * len(images) / (seconds - start)  # without the start of the program
            load = Load(running, images, labels, CLASSES)
            load.run("first requests", 1, 2)
            many = load.run("throughput", max(2, options.workers + 1), COPIES * options.images)
            alone = load.run("one client", 1, min(20, options.images))
            rounds.append({**many, "alone_p50_ms": alone["p50_ms"], "alone_p99_ms": alone["p99_ms"],
                           "segment_per_second": round(program, 2), "share_of_segment": round(many["per_second"] / program, 3)})
            rounds[-1]["wrong"] += alone["wrong"]
    wrong = sum(one["wrong"] for one in rounds)
    return {**{key: round(statistics.median(one[key] for one in rounds), 3) for key in rounds[0]}, "wrong": wrong,
            "shares_of_segment": [one["share_of_segment"] for one in rounds]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=os.path.join(ROOT, "build/release/bin/relprompt"))
    parser.add_argument("--model", default=os.path.join(ROOT, "models/demo"))
    parser.add_argument("--clients", type=int, default=500)
    parser.add_argument("--requests", type=int, default=100000)
    parser.add_argument("--images", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--workers", type=int, default=0, help="0: the server's default")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = {"small": small_requests(options, folder), "throughput": throughput(options, folder)}
    print(json.dumps(result, indent=2))
    return 1 if result["small"]["wrong"] or result["throughput"]["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
