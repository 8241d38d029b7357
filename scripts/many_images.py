#!/usr/bin/env python3
"""Labels many small images in shards that are killed and meet full disks, and compares with one undisturbed process.

  scripts/many_images.py [--images 100000] [--shards 16] [--kills 20] [--full-disks 2] [--at-once 2] [--work DIR]

1. makes scenes of the synthetic world and a manifest of them (kept in DIR, so that another run is shorter);
2. labels all with the bundled model in one process that nothing disturbs;
3. labels them in shards that share one output folder, on a file system of its own (a tmpfs, which needs root). At random
   moments it sends SIGKILL to a random shard, or fills the file system until a shard has failed by it. Every shard that
   ended before its end is started again by the same command with --resume;
4. joins the shards by `relprompt merge` and checks: every label file equals the one of the undisturbed process byte for byte,
   every image has exactly one, no other file is there, and the memory of each process stays flat over its run.

Prints a table and ends with 1 if a check fails. --json FILE has the same as numbers."""
import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OWN = {".relprompt-shards", "run.json"}  # accounts of the run, beside the lists of written files


def log(text):
    print(text, file=sys.stderr, flush=True)


def resident_mb(pid):
    """Resident memory now, or None if the process has ended."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
            for line in file:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) / 1024
    except OSError:
        pass
    return None


class Memory:
    """Resident memory of one process over its run: [(seconds, MB)]."""

    def __init__(self):
        self.begin = time.monotonic()
        self.seen = []

    def look(self, pid):
        now = resident_mb(pid)
        if now is not None:
            self.seen.append((time.monotonic() - self.begin, now))

    def largest(self, first, last):
        """Within this share of the run."""
        if not self.seen:
            return 0.0
        end = self.seen[-1][0]
        return max((mb for at, mb in self.seen if first * end <= at <= last * end), default=0.0)


class Run:
    def __init__(self, arguments):
        self.program = os.path.abspath(arguments.program)
        self.arguments = arguments
        self.work = os.path.abspath(arguments.work)
        self.environment = dict(os.environ, XDG_CACHE_HOME=os.path.join(self.work, "cache"), OMP_WAIT_POLICY="passive")
        self.manifest = os.path.join(self.work, "list.txt")
        self.single = os.path.join(self.work, "single")
        self.disk = os.path.join(self.work, "disk")
        self.output = os.path.join(self.disk, "out")
        self.random = random.Random(arguments.seed)
        self.problems = []

    def command(self, output, *more):
        scenes = os.path.join(self.work, "scenes")
        return [self.program, "segment", "--manifest", self.manifest, "-m", os.path.join(ROOT, "models", "demo"),
                "--classes", "@" + os.path.join(scenes, "classes.txt"), "-o", output, "--save", "labels",
                "--threads", "1", "-q", *more]

    def problem(self, text):
        self.problems.append(text)
        log("PROBLEM: " + text)

    # 1
    def make_images(self):
        scenes = os.path.join(self.work, "scenes")
        count = self.arguments.images
        if not os.path.exists(self.manifest):
            log(f"making {count} scenes")
            subprocess.run([self.program, "world", "--scenes", str(count), "--size", str(self.arguments.size), "--seed", "11",
                            "--max-objects", "3", "-o", scenes, "-q"], check=True, env=self.environment)
        images = []
        for folder, folders, names in os.walk(os.path.join(scenes, "images")):
            folders.sort()
            images += [os.path.join(folder, name) for name in sorted(names) if name.endswith(".png")]
        if len(images) != count:
            sys.exit(f"{scenes} holds {len(images)} images, not {count}: name another --work or remove it")
        with open(self.manifest + ".tmp", "w", encoding="utf-8") as file:
            # Splits may share stems, so each image has an id.
            for image in images:
                identity = os.path.splitext(os.path.relpath(image, os.path.join(scenes, "images")))[0]
                file.write(json.dumps({"image": image, "id": identity}) + "\n")
        os.replace(self.manifest + ".tmp", self.manifest)

    # 2
    def run_single(self):
        log("one process that nothing disturbs")
        shutil.rmtree(self.single, ignore_errors=True)
        begin = time.monotonic()
        process = subprocess.Popen(self.command(self.single), env=self.environment)
        memory = Memory()
        while process.poll() is None:
            memory.look(process.pid)
            time.sleep(0.2)
        if process.returncode != 0:
            self.problem(f"the undisturbed process ended with {process.returncode}")
        self.single_seconds = time.monotonic() - begin
        self.single_memory = memory

    # 3
    def mount(self):
        os.makedirs(self.disk, exist_ok=True)
        if os.path.ismount(self.disk):
            subprocess.run(["umount", self.disk], check=True)
        shutil.rmtree(self.disk)
        os.makedirs(self.disk)
        if self.arguments.full_disks:
            # A page and an inode a label file, and as much again.
            size = f"size={64 + self.arguments.images // 64}m,nr_inodes={self.arguments.images * 3 + 4096}"
            if subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", self.disk]).returncode != 0:
                log("no file system of its own can be mounted here: no disk will be full")
                self.arguments.full_disks = 0

    def unmount(self):
        if os.path.ismount(self.disk):
            subprocess.run(["umount", self.disk], check=False)

    def fill(self):
        """Writes until no block is free; returns the file's path."""
        path = os.path.join(self.disk, "ballast")
        with open(path, "wb", buffering=0) as file:
            for piece in (1 << 20, 4096):
                try:
                    while True:
                        if file.write(b"\1" * piece) < piece:
                            break
                except OSError:
                    pass
        return path

    def start(self, shard):
        name = f"{shard}/{self.arguments.shards}"
        with open(os.path.join(self.work, f"shard-{shard}.log"), "ab") as errors:
            process = subprocess.Popen(self.command(self.output, "--shard", name, "--resume"), env=self.environment, stderr=errors)
        return {"shard": shard, "process": process, "memory": Memory()}

    def run_shards(self):
        log(f"{self.arguments.shards} shards, {self.arguments.at_once} at once")
        arguments = self.arguments
        self.mount()
        self.kills = self.full = self.starts = 0
        self.by_full_disk = []
        self.shard_memory = []
        waiting = list(range(arguments.shards))
        running = []
        # Moments: shares of the undisturbed time, in which the shards would be done without disturbance.
        span = self.single_seconds / arguments.at_once
        moments = [(self.random.uniform(0.02, 0.98) * span, "kill") for _ in range(arguments.kills)]
        moments += [((0.3 + 0.4 * index / max(1, arguments.full_disks - 1)) * span, "fill") for index in range(arguments.full_disks)]
        moments.sort()
        begin = time.monotonic()
        ballast = None
        while waiting or running:
            while waiting and len(running) < arguments.at_once and ballast is None:
                running.append(self.start(waiting.pop(0)))
                self.starts += 1
            now = time.monotonic() - begin
            # What is left when the last shards work happens at once: all of it has to happen.
            last = not waiting and len(running) < arguments.at_once
            if moments and running and ballast is None and (moments[0][0] <= now or last):
                kind = moments.pop(0)[1]
                if kind == "kill":
                    victim = self.random.choice(running)
                    if last:
                        time.sleep(self.random.uniform(0.05, 0.4))
                    victim["process"].send_signal(signal.SIGKILL)
                    victim["process"].wait()
                    if victim["process"].returncode == -signal.SIGKILL:
                        self.kills += 1
                    else:
                        moments.insert(0, (now, "kill"))  # it had ended before
                else:
                    ballast = self.fill()
                    self.full += 1
                    log(f"  {now:.0f} s: the disk is full")
            for entry in list(running):
                entry["memory"].look(entry["process"].pid)
                status = entry["process"].poll()
                if status is None:
                    continue
                running.remove(entry)
                if status == 0:
                    self.shard_memory.append(entry["memory"])
                    continue
                if status != -signal.SIGKILL:
                    if ballast is None:
                        self.problem(f"shard {entry['shard']} ended with {status} on a disk that is not full")
                    self.by_full_disk.append(status)
                waiting.insert(0, entry["shard"])
            # Somebody makes room when a shard has ended by it, and all of them feel it.
            if ballast is not None and not running:
                os.remove(ballast)
                ballast = None
                log("  room was made")
            if self.starts > arguments.shards + 4 * (arguments.kills + arguments.full_disks * arguments.at_once) + 8:
                self.problem("shards are started again and again")
                break
            time.sleep(0.05)
        self.shard_seconds = time.monotonic() - begin

    # 4
    def check(self):
        log("merge and comparison")
        merged = subprocess.run([self.program, "merge", self.output, "-q"], env=self.environment)
        if merged.returncode != 0:
            self.problem(f"merge ended with {merged.returncode}")

        def labels(folder):
            found = {}
            for inside, _, names in os.walk(folder):
                for name in names:
                    path = os.path.join(inside, name)
                    relative = os.path.relpath(path, folder)
                    if name == ".relprompt-files" or relative.split(os.sep)[0] in OWN:
                        continue
                    with open(path, "rb") as file:
                        found[relative] = hashlib.sha256(file.read()).digest()
            return found

        expected, found = labels(self.single), labels(self.output)
        if len(expected) != self.arguments.images:
            self.problem(f"the undisturbed process left {len(expected)} files of {self.arguments.images} images")
        for name in sorted(set(expected) - set(found))[:5]:
            self.problem(f"{name} is missing")
        for name in sorted(set(found) - set(expected))[:5]:
            self.problem(f"{name} is a stray file")
        different = sorted(name for name in set(expected) & set(found) if expected[name] != found[name])
        for name in different[:5]:
            self.problem(f"{name} differs")
        self.equal = len(set(expected) & set(found)) - len(different)
        with open(os.path.join(self.output, "run.json"), encoding="utf-8") as file:
            inputs = [image.get("id", image.get("input")) for image in json.load(file)["images"]]
        if len(inputs) != self.arguments.images or len(set(inputs)) != len(inputs):
            self.problem(f"run.json has {len(inputs)} images, {len(set(inputs))} of them different")
        if sorted(os.listdir(self.disk)) != ["out"]:
            self.problem(f"beside the results: {sorted(os.listdir(self.disk))}")

    def report(self):
        early, late = self.single_memory.largest(0.05, 0.25), self.single_memory.largest(0.75, 1)
        shard_early = max((memory.largest(0.05, 0.25) for memory in self.shard_memory), default=0)
        shard_late = max((memory.largest(0.75, 1) for memory in self.shard_memory), default=0)
        numbers = {
            "images": self.arguments.images, "shards": self.arguments.shards, "at_once": self.arguments.at_once,
            "kills": self.kills, "full_disks": self.full, "ended_by_full_disk": len(self.by_full_disk),
            "statuses_by_full_disk": sorted(set(self.by_full_disk)), "starts": self.starts, "equal_label_files": self.equal,
            "single_seconds": round(self.single_seconds, 1), "shard_seconds": round(self.shard_seconds, 1),
            "single_mb": [round(early, 1), round(late, 1)], "shard_mb": [round(shard_early, 1), round(shard_late, 1)],
            "problems": self.problems,
        }
        print("| what | seen |\n|---|---|")
        print(f"| images, shards, at once | {numbers['images']}, {numbers['shards']}, {numbers['at_once']} |")
        print(f"| SIGKILLs | {self.kills} |")
        print(f"| full disks | {self.full}, by which {len(self.by_full_disk)} processes ended, with status "
              f"{', '.join(map(str, numbers['statuses_by_full_disk'])) or 'none'} |")
        print(f"| processes that were started | {self.starts} |")
        print(f"| label files equal to those of one process | {self.equal} of {numbers['images']} |")
        print(f"| seconds of one process, of the shards | {self.single_seconds:.0f}, {self.shard_seconds:.0f} |")
        print(f"| MB of one process in the first quarter of its run, in the last | {early:.1f}, {late:.1f} |")
        print(f"| the same of the largest shard | {shard_early:.1f}, {shard_late:.1f} |")
        print(f"| problems | {len(self.problems)} |")
        if self.arguments.json:
            with open(self.arguments.json, "w", encoding="utf-8") as file:
                json.dump(numbers, file, indent=1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=100000)
    parser.add_argument("--size", type=int, default=64, help="pixels a side")
    parser.add_argument("--shards", type=int, default=16)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--full-disks", type=int, default=2)
    parser.add_argument("--at-once", type=int, default=2, help="shards that work at the same time")
    parser.add_argument("--seed", type=int, default=1, help="of the moments")
    parser.add_argument("--program", default=os.path.join(ROOT, "build", "release", "bin", "relprompt"))
    parser.add_argument("--work", help="a folder that is kept; default: a new one that is removed")
    parser.add_argument("--json", help="file for the numbers")
    arguments = parser.parse_args()
    temporary = None
    if not arguments.work:
        temporary = arguments.work = tempfile.mkdtemp(prefix="many-images-")
    os.makedirs(arguments.work, exist_ok=True)
    run = Run(arguments)
    try:
        run.make_images()
        run.run_single()
        run.run_shards()
        run.check()
        run.report()
    finally:
        run.unmount()
        if temporary:
            shutil.rmtree(temporary, ignore_errors=True)
    return 1 if run.problems else 0


if __name__ == "__main__":
    sys.exit(main())
