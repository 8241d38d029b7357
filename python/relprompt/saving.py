"""Result.save: the files of docs/formats.md, by the library's own writers."""

from __future__ import annotations

import os
from typing import Callable, Dict, List, Sequence, Tuple

from . import _core
from .errors import ArgumentError
from .images import Loaded

# In the order in which the program writes them; the report is last, because it says that the others are
# there.
ENDINGS = {
    "scores": ".scores.npy",
    "labels": ".labels.png",
    "palette": ".palette.png",
    "overlay": ".overlay.jpg",
    "json": ".json",
}


def save(
    found: _core.Found,
    loaded: Loaded,
    session: _core.Session,
    options: _core.SegmentOptions,
    decode: _core.DecodeOptions,
    folder: "os.PathLike[str] | str",
    outputs: Sequence[str],
    stem: str,
) -> Dict[str, str]:
    """See Result.save."""
    check_names(outputs)
    if "scores" in outputs and found.scores is None:
        raise ArgumentError(
            "bad_argument", "there are no scores to save: ask for them, segmenter(image, scores=True)"
        )
    begin = os.path.join(
        os.fspath(folder), stem or os.path.splitext(os.path.basename(loaded.name))[0] or "image"
    )
    files: Dict[str, str] = {kind: begin + ENDINGS[kind] for kind in ENDINGS if kind in outputs}

    def report(path: str) -> None:
        # As bytes: a name need not be UTF-8, and the report says so itself.
        names: List[Tuple[str, bytes]] = [
            (kind, os.fsencode(os.path.basename(file))) for kind, file in files.items()
        ]
        text = _core.report(session, loaded.image, found, options, decode, loaded.name, loaded.sha256, names)
        _core.write_text(path, text)

    writers: Dict[str, Callable[[str], None]] = {
        "scores": lambda path: _core.write_scores(path, found),
        "labels": lambda path: _core.write_labels(path, found),
        "palette": lambda path: _core.write_palette(path, found),
        "overlay": lambda path: _core.write_overlay(path, loaded.image, found, session.classes),
        "json": report,
    }
    for kind, path in files.items():
        writers[kind](path)
    return files


def check_names(outputs: Sequence[str]) -> None:
    """Raises ArgumentError that lists the names if there is another one among the outputs."""
    for name in outputs:
        if name not in ENDINGS:
            listed = ", ".join(repr(known) for known in ENDINGS)
            raise ArgumentError("bad_argument", f"outputs: {name!r} is none of {listed}")
