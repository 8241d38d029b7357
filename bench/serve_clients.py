"""Clients of `relprompt serve` for bench/serve_load.py: many connections at once that share a number of requests, compare
each answer with the labels that it should have, and say how far they are."""
import asyncio
import statistics
import sys
import time
import urllib.parse


def resident_mb(pid):
    """Memory of a process that is in RAM, in megabytes (10^6 bytes)."""
    with open(f"/proc/{pid}/status", encoding="ascii") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) * 1024 / 1e6


async def ask(streams, head, image):
    reader, writer = streams
    writer.write(head % len(image) + image)
    await writer.drain()
    answer = await reader.readuntil(b"\r\n\r\n")
    length = int(answer.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    body = await reader.readexactly(length)
    return int(answer.split(b" ", 2)[1]), body


class Load:
    """labels: base64 of the label PNG of each image, as the program writes it."""

    def __init__(self, server, images, labels, classes):
        self.pid = server.pid
        self.host, self.port = server.address.removeprefix("http://").rsplit(":", 1)
        query = urllib.parse.urlencode({"classes": classes})
        self.head = (f"POST /v1/segment?{query} HTTP/1.1\r\nHost: {self.host}\r\nContent-Type: image/png\r\n".replace("%", "%%") +
                     "Content-Length: %d\r\n\r\n").encode()
        self.images = images
        self.expected = [b'"labels":"' + label + b'"' for label in labels]
        self.restart()

    def restart(self):
        self.times, self.memory, self.wrong, self.failed, self.next = [], [], 0, 0, 0

    async def client(self, count, gate):
        streams = await asyncio.open_connection(self.host, self.port, limit=1 << 24)
        await gate.wait()
        while self.next < count:
            number, self.next = self.next, self.next + 1
            which = number % len(self.images)
            start = time.perf_counter()
            status, body = await ask(streams, self.head, self.images[which])
            self.times.append(time.perf_counter() - start)
            self.failed += status != 200
            self.wrong += self.expected[which] not in body
            if len(self.times) == (count + 1) // 2:
                self.memory.append(resident_mb(self.pid))
        streams[1].close()

    async def watch(self, title, count, every=5):
        start = time.perf_counter()
        while True:
            await asyncio.sleep(every)
            done, passed = len(self.times), time.perf_counter() - start
            left = f"{(count - done) * passed / done / 60:.1f} min left" if done else "no answer yet"
            print(f"{title}: {done} of {count}, {done / passed:.0f} a second, {left}, {self.wrong} wrong, "
                  f"{resident_mb(self.pid):.1f} MB", file=sys.stderr, flush=True)

    async def run_all(self, title, clients, count):
        gate = asyncio.Event()
        tasks = [asyncio.create_task(self.client(count, gate)) for _ in range(clients)]
        await asyncio.sleep(0.5 + clients / 500)
        watch = asyncio.create_task(self.watch(title, count))
        self.memory.append(resident_mb(self.pid))
        start = time.perf_counter()
        gate.set()
        await asyncio.gather(*tasks)
        seconds = time.perf_counter() - start
        self.memory.append(resident_mb(self.pid))
        watch.cancel()
        return seconds

    def run(self, title, clients, count):
        """What `count` requests took. A connection that breaks ends everything."""
        self.restart()
        seconds = asyncio.run(self.run_all(title, clients, count))
        times = sorted(self.times)
        return {"requests": len(times), "seconds": round(seconds, 2), "per_second": round(len(times) / seconds, 2),
                "p50_ms": round(1000 * statistics.median(times), 1), "p99_ms": round(1000 * times[int(0.99 * (len(times) - 1))], 1),
                "wrong": self.wrong, "other_status": self.failed}
