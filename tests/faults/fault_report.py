"""Counts of tried faults, progress on the screen, and the table of docs/measurements/reliability.md."""
import sys
import time


class Report:
    """Counts and progress."""

    def __init__(self, total):
        self.total, self.done, self.begin = total, 0, time.monotonic()
        self.rows, self.wrong = {}, []

    def add(self, command, fault, calls, wrong, place):
        row = self.rows.setdefault((command, fault), {"calls": calls, "tried": 0, "survived": 0})
        row["tried"] += 1
        row["survived"] += not wrong
        self.wrong += [f"{command}, {fault}, call {place}: {text}" for text in wrong]
        for text in wrong:
            print(f"\n{command}, {fault}, call {place}: {text}", file=sys.stderr)
        self.done += 1
        left = (time.monotonic() - self.begin) / self.done * (self.total - self.done)
        print(f"\r{self.done} of {self.total}, {left / 60:.1f} min left, {len(self.wrong)} violations ", end="", file=sys.stderr)

    def table(self):
        lines = ["| command | fault | calls it can strike | tried | survived |", "|---|---|---|---|---|"]
        lines += [f"| {command} | {fault} | {row['calls']} | {row['tried']} | {row['survived']} |"
                  for (command, fault), row in self.rows.items()]
        tried, survived = (sum(row[key] for row in self.rows.values()) for key in ("tried", "survived"))
        return "\n".join(lines + [f"| all | | | {tried} | {survived} |"])

    def json(self):
        return [{"command": command, "fault": fault, **row} for (command, fault), row in self.rows.items()]
