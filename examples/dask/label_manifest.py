#!/usr/bin/env python3
"""Labels a long list of images on a Dask cluster, a shard a task, and joins the results (docs/guide/clusters.md).

    label_manifest.py --scheduler tcp://HOST:8786 --manifest list.txt --shards 64 \\
        -m my-model --class-file classes.txt -o out [-- more options of relprompt segment]

List, model, classes and output folder lie on a file system that this machine and all workers share. Started again, it
does what is left. A worker that dies takes no image with it: Dask gives its shards to others, which go on behind the
last image.
"""
import argparse
import collections
import heapq
import logging
import os
import queue
import shlex
import signal
import subprocess
import sys
import threading
import time
import uuid

# What relprompt's exit status says about trying again: docs/guide/sharding.md. Others, and signals, are tried again.
DONE = 0
IMAGES_FAILED = 3  # named by merge; the shard's other images are done
SAME_FOR_EVERY_SHARD = (2, 4)  # command line, class list, manifest; model
BUG = 70
STOPPED = 143
FINAL = (DONE, IMAGES_FAILED, *SAME_FOR_EVERY_SHARD, BUG)


def die_with_worker(worker):
    """Runs in the new process. Else a program would outlive its killed worker, and hold its shard against the next."""
    import ctypes

    ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG
    if os.getppid() != worker:
        os._exit(137)


def label_shard(command, stop_name):
    """Runs on a worker. Returns the exit status, as a shell gives it, and the end of what the program said."""
    from distributed import Event

    stop = Event(stop_name)
    if stop.is_set():  # Dask gives a worker many tasks at once
        return STOPPED, ""
    worker = os.getpid()
    try:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True, errors="replace",
                                   preexec_fn=lambda: die_with_worker(worker))
    except OSError as error:
        return 2, f"{command[0]} cannot be started on {os.uname().nodename}: {error.strerror}"
    said = collections.deque(maxlen=20)
    reader = threading.Thread(target=lambda: said.extend(process.stderr), daemon=True)
    reader.start()
    while process.poll() is None:
        try:
            process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            if stop.is_set():
                process.terminate()  # ends with the image under way
    reader.join()
    status = process.returncode
    return (status if status >= 0 else 128 - status), "".join(said).strip()


class Run:
    """The shards of a list on their way through the cluster."""

    def __init__(self, client, arguments):
        from distributed import Event

        self.client = client
        self.arguments = arguments
        self.stop_name = f"relprompt-stop-{uuid.uuid4().hex}"
        self.stop = Event(self.stop_name, client=client)
        self.shard_of = {}  # of futures
        self.outcomes = queue.Queue()  # futures that ended
        self.starts = collections.Counter()
        self.final = {}  # status of shards
        self.begun = time.monotonic()

    def command(self, shard):
        given = self.arguments
        classes = ["--class-file", given.class_file] if given.class_file else []
        return [*shlex.split(given.program), "segment", "--manifest", given.manifest,
                "--shard", f"{shard}/{given.shards}", "-m", given.model, *classes, "-o", given.output,
                "--threads", str(given.threads), "--resume", "-q", *given.options]

    def submit(self, shard):
        self.starts[shard] += 1
        future = self.client.submit(label_shard, self.command(shard), self.stop_name, pure=False,
                                    key=f"shard-{shard}-start-{self.starts[shard]}-{self.stop_name}")
        self.shard_of[future] = shard
        future.add_done_callback(self.outcomes.put)

    def ended(self, future):
        """Notes an outcome. Returns the shard if it is to be tried again."""
        shard = self.shard_of.pop(future)
        # Dask itself gives up on a task whose workers died several times, and passes on what the task raised.
        status, said = future.result() if future.status == "finished" else (5, f"{future.exception()!r}")
        if status not in FINAL and self.starts[shard] < self.arguments.tries:
            self.note(f"shard {shard}: status {status}, start {self.starts[shard]}; is tried again", said)
            return shard
        self.final[shard] = status
        if status != DONE:
            self.note(f"shard {shard}: status {status}", said)
        if status in SAME_FOR_EVERY_SHARD:
            raise SystemExit(status)
        self.progress()
        return None

    def progress(self):
        done, of = len(self.final), self.arguments.shards
        passed = time.monotonic() - self.begun
        left = f", {passed / done * (of - done):.0f} s left" if done < of else ""
        workers = len(self.client.scheduler_info()["workers"])
        self.note(f"{done} of {of} shards in {passed:.0f} s{left}; {workers} workers")

    def note(self, sentence, said=""):
        print(sentence, *said.splitlines(), sep="\n  ", file=sys.stderr, flush=True)

    def label(self):
        waiting = []  # (when, shard), to be started again
        for shard in range(self.arguments.shards):
            self.submit(shard)
        while self.shard_of or waiting:
            now = time.monotonic()
            while waiting and waiting[0][0] <= now:
                self.submit(heapq.heappop(waiting)[1])
            try:
                shard = self.ended(self.outcomes.get(timeout=max(0.1, waiting[0][0] - now) if waiting else None))
            except queue.Empty:
                continue
            if shard is not None:
                # Memory, network, or the programs of a client that was killed: not at once.
                delay = min(self.arguments.delay * 2 ** (self.starts[shard] - 1), 60)
                heapq.heappush(waiting, (time.monotonic() + delay, shard))

    def end(self):
        """No shard works on when this has returned, or a minute has passed."""
        from distributed import wait

        if not self.shard_of:
            return
        self.stop.set()
        working = {key for keys in self.client.processing().values() for key in keys}
        left = [future for future in self.shard_of if future.key in working]
        self.client.cancel([future for future in self.shard_of if future.key not in working])
        try:
            if left:
                wait(left, timeout=60)
        except TimeoutError:
            self.note("some shards are still being worked on")


def parse(words):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scheduler", required=True, help="address of the Dask scheduler, such as tcp://HOST:8786")
    parser.add_argument("--scheduler-wait", type=float, default=30, help="seconds to wait for it [default: 30]")
    parser.add_argument("--manifest", required=True, help="list of the images")
    parser.add_argument("--shards", required=True, type=int, help="parts of the list: some for each worker")
    parser.add_argument("-m", "--model", required=True, help="folder of the model, or its name on the hub")
    parser.add_argument("--class-file", help="file with one class a line; else --vocabulary or --classes after --")
    parser.add_argument("-o", "--output", required=True, help="folder that all shards write into")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads of a shard [default: 1]")
    parser.add_argument("--tries", type=int, default=5, help="starts a shard may have [default: 5]")
    parser.add_argument("--delay", type=float, default=5,
                        help="seconds before the second start, doubled each time [default: 5]")
    parser.add_argument("--program", default="relprompt",
                        help="what runs on the workers, such as 'python3 -m relprompt' [default: relprompt]")
    own, more = (words[:words.index("--")], words[words.index("--") + 1:]) if "--" in words else (words, [])
    arguments = parser.parse_args(own)
    if arguments.shards < 1 or arguments.tries < 1 or arguments.threads < 1:
        parser.error("--shards, --tries and --threads are at least 1")
    for name in ("manifest", "class_file", "output"):  # the workers' current folder is another
        if getattr(arguments, name):
            setattr(arguments, name, os.path.abspath(getattr(arguments, name)))
    if os.path.exists(arguments.model):  # else a name on the hub
        arguments.model = os.path.abspath(arguments.model)
    arguments.options = more
    return arguments


def main(words):
    arguments = parse(words)
    try:
        from distributed import Client
    except ImportError:
        print("label_manifest.py: Dask is missing: apt-get install python3-distributed", file=sys.stderr)
        return 5
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # Dask leaves time-outs behind when a client closes
    try:
        client = Client(arguments.scheduler, timeout=arguments.scheduler_wait)
    except (OSError, ValueError, TimeoutError) as error:
        print(f"label_manifest.py: no Dask scheduler answers at {arguments.scheduler}: {error}", file=sys.stderr)
        return 5
    with client:
        run = Run(client, arguments)
        try:
            run.label()
        finally:
            run.end()
    unfinished = {shard: status for shard, status in run.final.items() if status not in (DONE, IMAGES_FAILED)}
    if unfinished:
        listed = ", ".join(f"{shard} ({status})" for shard, status in sorted(unfinished.items()))
        print(f"unfinished shards (status): {listed}; the same command goes on", file=sys.stderr)
        return BUG if BUG in unfinished.values() else 5
    return subprocess.run([*shlex.split(arguments.program), "merge", arguments.output], check=False).returncode


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
