#!/usr/bin/env python3
"""Loads `relprompt serve` on the loopback address and prints what docs/serving.md reports.

  bench/serve_load.py [--program build/release/bin/relprompt] [--model models/demo] [--clients 500] [--requests 100000]
                      [--images 40] [--threads N] [--workers N]

1. CLIENTS connections at once send REQUESTS small images; resident memory is read from /metrics before and after, and
   every answer is compared with the labels that `relprompt segment` wrote.
2. IMAGES larger images one after the other from a few clients, beside `relprompt segment` on the same files.

Python's standard library alone. Bounded in number; nothing but this machine is asked."""
import argparse
import asyncio
import base64
import contextlib
import json
import os
import statistics
import struct
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request
import zlib

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
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
        yield process.stdout.readline().split()[-1]
    finally:
        process.terminate()
        status = process.wait()
    if status != 0:
        raise SystemExit(f"the server ended with {status}")


def metric(address, name):
    with urllib.request.urlopen(address + "/metrics") as answer:
        for line in answer.read().decode().splitlines():
            if line.startswith(name + " "):
                return float(line.split()[-1])
    return 0.0


async def ask(streams, head, image):
    reader, writer = streams
    writer.write(head % len(image) + image)
    await writer.drain()
    answer = await reader.readuntil(b"\r\n\r\n")
    length = int(answer.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    body = await reader.readexactly(length)
    return int(answer.split(b" ", 2)[1]), body


class Load:
    """Clients that share a number of requests."""

    def __init__(self, address, images, labels):
        self.host, self.port = address.removeprefix("http://").rsplit(":", 1)
        query = urllib.parse.urlencode({"classes": CLASSES})
        self.head = (f"POST /v1/segment?{query} HTTP/1.1\r\nHost: {self.host}\r\nContent-Type: image/png\r\n".replace("%", "%%") +
                     "Content-Length: %d\r\n\r\n").encode()
        self.images, self.labels = images, labels
        self.times, self.wrong, self.next = [], 0, 0

    async def client(self, count, gate):
        streams = await asyncio.open_connection(self.host, self.port, limit=1 << 24)
        await gate.wait()
        while self.next < count:
            number, self.next = self.next, self.next + 1
            which = number % len(self.images)
            start = time.perf_counter()
            status, body = await ask(streams, self.head, self.images[which])
            self.times.append(time.perf_counter() - start)
            self.wrong += status != 200 or b'"labels":"' + self.labels[which] + b'"' not in body
        streams[1].close()

    async def run_all(self, clients, count):
        gate = asyncio.Event()
        tasks = [asyncio.create_task(self.client(count, gate)) for _ in range(clients)]
        await asyncio.sleep(0.5 + clients / 500)
        start = time.perf_counter()
        gate.set()
        await asyncio.gather(*tasks)
        return time.perf_counter() - start

    def run(self, clients, count):
        self.times, self.wrong, self.next = [], 0, 0
        seconds = asyncio.run(self.run_all(clients, count))
        times = sorted(self.times)
        return {"requests": len(times), "seconds": round(seconds, 2), "per_second": round(len(times) / seconds, 2),
                "p50_ms": round(1000 * statistics.median(times), 1), "p99_ms": round(1000 * times[int(0.99 * (len(times) - 1))], 1),
                "wrong": self.wrong}


def small_requests(options, folder):
    images = [png(32, 24, seed) for seed in range(20)]
    write_images(os.path.join(folder, "small"), images)
    labels, _ = expected_labels(options, os.path.join(folder, "small"), os.path.join(folder, "small-out"))
    with server(options) as address:
        load = Load(address, images, labels)
        load.run(options.clients, max(2 * options.clients, options.requests // 20))  # until memory is in use
        before = metric(address, "process_resident_memory_bytes")
        result = load.run(options.clients, options.requests)
        after = metric(address, "process_resident_memory_bytes")
    return {"clients": options.clients, **result, "memory_mb_before": round(before / 1e6, 1), "memory_mb_after": round(after / 1e6, 1),
            "memory_change_percent": round(100 * (after / before - 1), 2)}


def throughput(options, folder):
    images = [png(320, 240, seed) for seed in range(options.images)]
    write_images(os.path.join(folder, "large"), images)
    few = max(1, len(images) // 5)
    write_images(os.path.join(folder, "few"), images[:few])
    labels, seconds = expected_labels(options, os.path.join(folder, "large"), os.path.join(folder, "large-out"))
    _, start = expected_labels(options, os.path.join(folder, "few"), os.path.join(folder, "few-out"))
    program = (len(images) - few) / (seconds - start)  # without the start of the program
    with server(options) as address:
        load = Load(address, images, labels)
        load.run(1, 2)
        result = load.run(max(2, options.workers + 1), 4 * options.images)
        one = load.run(1, min(20, options.images))
    return {**result, "alone_p50_ms": one["p50_ms"], "alone_p99_ms": one["p99_ms"], "segment_per_second": round(program, 2),
            "share_of_segment": round(result["per_second"] / program, 3)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=os.path.join(ROOT, "build/release/bin/relprompt"))
    parser.add_argument("--model", default=os.path.join(ROOT, "models/demo"))
    parser.add_argument("--clients", type=int, default=500)
    parser.add_argument("--requests", type=int, default=100000)
    parser.add_argument("--images", type=int, default=40)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--workers", type=int, default=0, help="0: the server's default")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps({"small": small_requests(options, folder), "throughput": throughput(options, folder)}, indent=2))


if __name__ == "__main__":
    main()
