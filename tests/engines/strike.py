"""Kills a process, or all of a node, while it labels a shard: some images done, some not. Or worker 1 of a training,
when there is a checkpoint.

Found are only processes whose environment holds the marker RELPROMPT_ENGINES=WORK, which test_engines.sh sets, so that
nothing else on the machine can be struck.
"""
import argparse
import os
import pathlib
import signal
import sys
import time


def environment(pid):
    try:
        entries = pathlib.Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return {}
    return dict(entry.decode(errors="replace").split("=", 1) for entry in entries if b"=" in entry)


def own_processes(work):
    """pid -> environment of every process that test_engines.sh started, this one left out."""
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and int(entry) != os.getpid():
            variables = environment(entry)
            if variables.get("RELPROMPT_ENGINES") == work:
                found[int(entry)] = variables
    return found


def parent_of(pid):
    try:
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("PPid:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


def state_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return ""


def name_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def open_journal(pid):
    """The journal of the shard that this process works on; None if it has none open."""
    try:
        for entry in os.listdir(f"/proc/{pid}/fd"):
            try:
                target = os.readlink(f"/proc/{pid}/fd/{entry}")
            except OSError:
                continue
            if "/.relprompt-shards/" in target and target.endswith(".jsonl"):
                return pathlib.Path(target)
    except OSError:
        pass
    return None


def send(pid, number):
    try:
        os.kill(pid, number)
        return True
    except ProcessLookupError:
        return False


def caught_in_the_middle(pid):
    """Stops the process if its shard is begun and not ended. Returns whether it did, the journal, images done."""
    journal = open_journal(pid)
    if journal is None or not journal.exists() or journal.read_bytes().count(b'"status":"done"') == 0:
        return False, journal, 0
    if not send(pid, signal.SIGSTOP):
        return False, journal, 0
    while state_of(pid) not in ("T", "t", "Z", "X", ""):
        time.sleep(0.001)
    text = journal.read_bytes()
    if state_of(pid) == "T" and open_journal(pid) == journal and b'"end":true' not in text:
        return True, journal, text.count(b'"status":"done"')
    send(pid, signal.SIGCONT)
    return False, journal, 0


def processes_of_node(node, own):
    """slurmd of a node, its slurmstepds and what runs under them: what a machine takes with it when it dies."""
    jobs = [pid for pid, variables in own.items() if variables.get("SLURMD_NODENAME") == node]
    steps = {parent_of(pid) for pid in jobs}
    daemons = [pid for pid, variables in own.items()
               if variables.get("ENGINES_NODE") == node and name_of(pid) == "slurmd"]
    return daemons + [pid for pid in steps if name_of(pid) == "slurmstepd"] + jobs


def kill_node(node, work):
    """Daemons are stopped first, so that none can tell of the death of another."""
    while True:
        victims = processes_of_node(node, own_processes(work))
        if not victims:
            return
        for pid in victims:
            send(pid, signal.SIGSTOP)
        for pid in victims:
            send(pid, signal.SIGKILL)
        time.sleep(0.05)


def strike_training(pid, variables):
    try:
        folder = pathlib.Path(os.readlink(f"/proc/{pid}/cwd")) / "run"
    except OSError:
        return False
    if variables.get("SLURM_PROCID") != "1" or not (folder / "checkpoint.safetensors").exists():
        return False
    if (folder / "result.json").exists() or not send(pid, signal.SIGKILL):
        return False
    print(f"SIGKILL to worker 1 on {variables.get('SLURMD_NODENAME')}, which trained {folder.name}")
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", required=True, help="value of RELPROMPT_ENGINES")
    parser.add_argument("--strike", required=True, choices=["program", "node", "dask-worker", "training-worker"])
    parser.add_argument("--seconds", type=float, default=120)
    arguments = parser.parse_args()
    end = time.monotonic() + arguments.seconds
    while time.monotonic() < end:
        own = own_processes(arguments.work)
        for pid, variables in own.items():
            if name_of(pid) != "relprompt":
                continue
            if arguments.strike == "training-worker":
                if strike_training(pid, variables):
                    return 0
                continue
            caught, journal, images = caught_in_the_middle(pid)
            if not caught:
                continue
            where = f"{journal.name.removesuffix('.jsonl')}, {images} images done"
            if arguments.strike == "program":
                send(pid, signal.SIGKILL)
                print(f"SIGKILL to the program on shard {where}")
            elif arguments.strike == "node":
                node = variables.get("SLURMD_NODENAME", "")
                kill_node(node, arguments.work)
                print(f"SIGKILL to all of node {node}, which worked on shard {where}")
            else:
                worker = parent_of(pid)
                send(worker, signal.SIGKILL)
                print(f"SIGKILL to Dask worker {worker}, whose program worked on shard {where}")
                send(pid, signal.SIGCONT)
            return 0
        time.sleep(0.002)
    print(f"strike.py: nothing could be caught in the middle of its work within {arguments.seconds:.0f} s",
          file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
