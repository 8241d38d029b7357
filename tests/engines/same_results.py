"""Compares two folders of results: label files and coco.json by their bytes, reports of images without the seconds."""
import argparse
import json
import pathlib
import sys


def results_in(folder):
    """Names of what users see: not the journals, nor run.json, which tells of the shards."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()
            and not any(part.startswith(".relprompt") for part in path.relative_to(folder).parts)} - {"run.json"}


def report_of(path):
    report = json.loads(path.read_text())
    if "seconds" not in report:
        raise SystemExit(f"{path}: no report of an image: it does not say how many seconds it took")
    del report["seconds"]
    return report


def same(one, other):
    if one.suffix == ".json" and one.name != "coco.json":
        return report_of(one) == report_of(other)
    return one.read_bytes() == other.read_bytes()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("one", type=pathlib.Path)
    parser.add_argument("other", type=pathlib.Path)
    parser.add_argument("--images", type=int, required=True, help="that there must be")
    arguments = parser.parse_args()
    names = results_in(arguments.one)
    others = results_in(arguments.other)
    problems = [f"only in {arguments.one}: {name}" for name in sorted(names - others)]
    problems += [f"only in {arguments.other}: {name}" for name in sorted(others - names)]
    expected = 2 * arguments.images + 1
    if len(names) != expected:
        problems.append(f"{arguments.one}: {len(names)} files instead of {expected}")
    problems += [f"differs: {name}" for name in sorted(names & others)
                 if not same(arguments.one / name, arguments.other / name)]
    for problem in problems[:20]:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
