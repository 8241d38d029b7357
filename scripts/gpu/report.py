"""gpu.json and gpu.md: what every step found, after every step."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

MARKS = {True: "yes", False: "**no**", None: ""}


def write(folder: Path, facts: dict[str, Any], steps: list[dict[str, Any]]) -> None:
    """facts: of the run and the machine. steps: name, what, status, seconds, limit, problem, rows."""
    (folder / "gpu.json").write_text(json.dumps({"facts": facts, "steps": steps}, indent=1) + "\n")
    (folder / "gpu.md").write_text(markdown(facts, steps))


def markdown(facts: dict[str, Any], steps: list[dict[str, Any]]) -> str:
    lines = ["# What the GPU check found", ""]
    lines += [f"- {key}: {value}" for key, value in facts.items()]
    lines += ["", "| step | status | seconds | limit |", "|---|---|---|---|"]
    lines += [f"| {s['name']}: {s['what']} | {s['status']} | {s['seconds']:.1f} | {s['limit']:g} |" for s in steps]
    for step in steps:
        if not step["rows"] and not step["problem"]:
            continue
        lines += ["", f"## {step['name']}: {step['what']}", ""]
        if step["problem"]:
            lines += [f"{step['status']}: {step['problem']}", ""]
        if step["rows"]:
            lines += ["| what | wanted | measured | holds |", "|---|---|---|---|"]
        lines += [f"| {cell(r['what'])} | {cell(r['wanted'])} | {cell(r['measured'])} | {MARKS[r['holds']]} |"
                  for r in step["rows"]]
    return "\n".join(lines) + "\n"


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
