"""Files of results, as `relprompt segment --save` writes them (docs/reference/formats.md, docs/reference/mask_formats.md)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Dict, Iterable, List, Optional, Sequence, Tuple, Union

from . import _core
from .errors import ArgumentError

if TYPE_CHECKING:
    from .result import Result

Folder = Union[str, "os.PathLike[str]"]


def formats() -> Dict[str, str]:
    """What results can be saved as, each with a few words about it."""
    return {known.name: known.about for known in _core.output_formats()}


def save(
    results: Iterable["Result"],
    folder: Folder,
    outputs: Sequence[str] = ("labels", "overlay"),
    *,
    simplify: float = 0.0,
    min_polygon: int = 0,
) -> Dict[str, List[str]]:
    """Writes a run: the files of each result as it comes, such as those of Segmenter.map, and files about
    all of them, such as coco.json, at the end. Gives the paths by format.

    outputs: names of formats(); "scores" where they were asked for.
    simplify: corners of polygons within so many pixels of the line between those that are kept are left out.
    min_polygon: polygons of fewer pixels are left out, and holes of fewer filled.

    All results are of the same classes, and no two images have the same name. A file that relprompt wrote
    and nobody changed since is replaced; anything else stays. Raises FileError ("not_writable",
    "disk_full"), ArgumentError.
    """
    saver: Optional[Saver] = None
    for result in results:
        if saver is None:
            saver = Saver(folder, outputs, result, simplify, min_polygon)
        saver.add(result, stem_of(result.name))
    return saver.finish() if saver is not None else {}


def stem_of(name: str) -> str:
    """What an image's files are called: its name without folders and ending."""
    return os.path.splitext(os.path.basename(name))[0] or "image"


def options_of(simplify: float, min_polygon: int) -> _core.OutputOptions:
    """Options of the library's writers."""
    options = _core.OutputOptions()
    options.simplify = simplify
    options.min_polygon = min_polygon
    return options


class Saver:
    """A run that is being written."""

    def __init__(
        self, folder: Folder, outputs: Sequence[str], first: "Result", simplify: float, min_polygon: int
    ) -> None:
        if isinstance(outputs, str):
            raise ArgumentError("bad_argument", f"outputs: expected a list of names, such as [{outputs!r}]")
        self._formats = [_core.output_format(name) for name in dict.fromkeys(outputs)]
        self._names = [known.name for known in self._formats]
        self._require_scores(first)
        self._classes = first._session.classes
        self._folder = os.fspath(folder)
        # The library's writer takes all but two: scores are large, and a report stands for the other files.
        masks = [name for name in self._names if name not in ("scores", "json")]
        self._writer = _core.Writer(self._folder, masks, self._classes, options_of(simplify, min_polygon))
        self._files: Dict[str, List[str]] = {name: [] for name in self._names}

    def add(self, result: "Result", stem: str) -> None:
        """Writes the files of one image."""
        self._require_scores(result)
        if result._session.classes.names != self._classes.names:
            raise ArgumentError(
                "bad_argument", f"{result.name}: its classes are not those of the results before it"
            )
        files = [
            (known.name, os.path.join(self._folder, stem + known.image_file))
            for known in self._formats
            if known.image_file
        ]
        if "scores" in self._names:
            _core.write_scores(dict(files)["scores"], result._found)
        name = os.fsencode(os.path.basename(result.name))
        path = result._loaded.path and os.path.relpath(result._loaded.path, self._folder)
        self._writer.add(name, os.fsencode(stem), result._found, result._loaded.image, os.fsencode(path))
        if "json" in self._names:
            _core.write_text(dict(files)["json"], result.report(files))
        for kind, path in files:
            self._files[kind].append(path)

    def finish(self) -> Dict[str, List[str]]:
        """Writes the files of the run."""
        self._writer.finish()
        for known in self._formats:
            self._files[known.name] += [os.path.join(self._folder, file) for file in known.run_files]
        return self._files

    def _require_scores(self, result: "Result") -> None:
        if "scores" in self._names and result._found.scores is None:
            raise ArgumentError(
                "bad_argument", "there are no scores to save: ask for them, segmenter(image, scores=True)"
            )


def names_of(files: Sequence[Tuple[str, str]]) -> List[Tuple[str, bytes]]:
    """Kinds and names of files without their folder, as bytes: a name need not be UTF-8."""
    return [(kind, os.fsencode(os.path.basename(path))) for kind, path in files]
