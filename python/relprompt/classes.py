"""Class lists: what a Segmenter's `classes` may be."""

from __future__ import annotations

import os
from typing import Any, Dict, List, Optional, Sequence, Tuple, Union

import numpy as np

from . import _core
from .errors import ArgumentError

Classes = Union[str, Sequence[Union[str, Sequence[str]]], "np.ndarray[Any, Any]"]
"""A text "road, car;vehicle"; the name of a built-in list; "@FILE"; a list with a text or several names for
each class; or embeddings, float [C, E]."""


def vocabularies() -> Dict[str, str]:
    """Names of the built-in class lists, each with a line of description."""
    return dict(_core.vocabulary_names())


def vocabulary(name: str) -> List[List[str]]:
    """The classes of a built-in list, each with all its names. Raises ArgumentError ("bad_vocabulary")."""
    return [list(names) for names in _core.vocabulary(name).names]


def templates(name_or_path: str) -> List[str]:
    """Sentences around a class name: "single", "paper" (15), "imagenet" (80), or those of a file, one a line.
    Raises ArgumentError ("bad_template")."""
    return list(_core.named_templates(name_or_path))


def is_embeddings(classes: object) -> bool:
    """True for an array of numbers, from NumPy or another library that NumPy understands."""
    return isinstance(classes, np.ndarray) or (
        not isinstance(classes, (str, bytes, list, tuple)) and hasattr(classes, "__array__")
    )


def class_list(classes: Classes) -> _core.ClassList:
    """The list of a text, a built-in name, "@FILE" or a Python list, checked as the program checks it."""
    if isinstance(classes, str):
        if classes in vocabularies():
            return _core.vocabulary(classes)
        if classes.startswith("@"):
            return _core.read_class_file(os.path.expanduser(classes[1:]))
        return _core.parse_class_list(classes)
    if isinstance(classes, (list, tuple)):
        if not classes:
            raise ArgumentError("bad_class_list", "the list of classes is empty")
        return _core.parse_class_list("\n".join(_line(entry) for entry in classes))
    raise TypeError(
        f"classes: expected a str, a list or an array of embeddings, found {type(classes).__name__}"
    )


def embedded_classes(
    embeddings: Any, titles: Optional[Sequence[str]], width: int
) -> Tuple["np.ndarray[Any, Any]", _core.ClassList]:
    """Rows for the library, float32 [C, E], and a list with their titles. Raises ArgumentError."""
    rows = np.asarray(embeddings)
    if rows.ndim != 2 or rows.shape[1] != width or rows.dtype.kind != "f":
        raise ArgumentError(
            "bad_argument",
            f"embeddings: expected floats of the shape [C, {width}], found {rows.dtype} {list(rows.shape)}",
        )
    names = [f"class {i}" for i in range(len(rows))] if titles is None else list(titles)
    if len(names) != len(rows):
        raise ArgumentError("bad_argument", f"titles: {len(names)} of them for {len(rows)} embeddings")
    return np.ascontiguousarray(rows, dtype=np.float32), _core.titled_classes(names)


def label_of(name: Union[str, int], classes: _core.ClassList) -> int:
    """The label of a class by its title, one of its names, or itself. Raises ArgumentError."""
    if isinstance(name, str):
        for label, (title, names) in enumerate(zip(classes.titles, classes.names)):
            if name == title or name in names:
                return label
    elif 0 <= name < len(classes):
        return int(name)
    raise ArgumentError(
        "bad_argument", f"{name!r} is neither a class name nor a label from 0 to {len(classes) - 1}"
    )


def _line(entry: Union[str, Sequence[str]]) -> str:
    """A class in the syntax of class lists; everything but `;` in a text belongs to its names."""
    names = entry.split(";") if isinstance(entry, str) else entry
    if isinstance(names, (list, tuple)) and all(isinstance(name, str) for name in names) and names:
        # White space is folded as the parser does outside quotes, where a line break would end the entry.
        return ";".join('"' + " ".join(name.split()).replace('"', '""') + '"' for name in names)
    raise TypeError(f"classes: expected a str or a list of str for each class, found {entry!r}")
