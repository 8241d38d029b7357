"""The keywords that say how an image is cut, scored and labelled, as options of the library."""

from __future__ import annotations

from typing import Mapping, Optional, Sequence, TypeVar, Union

from . import _core
from .classes import label_of
from .errors import ArgumentError

Choice = TypeVar("Choice")
Unknown = Union[float, Mapping[Union[str, int], float]]

_MEANS = {"logits": _core.WindowMean.LOGITS, "probabilities": _core.WindowMean.PROBABILITIES}
_REFINEMENTS = {"none": _core.Refinement.NONE, "pamr": _core.Refinement.PAMR}
_NAME_RULES = {"": _core.NameRule.BY_MODEL, "average": _core.NameRule.AVERAGE, "max": _core.NameRule.MAX}


def segment_options(
    classes: _core.ClassList,
    *,
    short_side: int = 0,
    window: Union[int, str] = 0,
    stride: int = 0,
    batch: int = 0,
    logit_scale: float = 0.0,
    mean: str = "",
    unknown: Optional[Unknown] = None,
    min_area: Optional[float] = None,
    refine: str = "",
    scales: Sequence[float] = (),
    flip: bool = False,
    seen: Union[str, Sequence[Union[str, int]]] = (),
    calibration: float = 0.1,
    max_pixels: int = 0,
) -> _core.SegmentOptions:
    """Zeros and empty values mean the model's own defaults. See Segmenter for each. Raises ArgumentError."""
    options = _core.SegmentOptions()
    options.short_side = short_side
    options.window = _core.WHOLE_IMAGE if window == "whole" else _pixels("window", window)
    options.stride = stride
    options.window_batch = batch
    options.logit_scale = logit_scale
    if mean:
        options.mean = one_of("mean", mean, _MEANS)
    if refine:
        options.refine = one_of("refine", refine, _REFINEMENTS)
    options.scales = [float(scale) for scale in scales]
    options.flip = flip
    if unknown is not None:
        _add_thresholds(options, unknown, classes)
    options.min_area = min_area
    options.seen = _seen(seen, classes)
    options.calibration = calibration
    if max_pixels:
        options.max_pixels = max_pixels
    return options


def text_options(
    templates: Optional[Sequence[str]], names: str, truncate: bool, text_cache: bool
) -> _core.TextOptions:
    """How class names become embeddings. Raises ArgumentError."""
    options = _core.TextOptions()
    if isinstance(templates, str):
        options.templates = _core.named_templates(templates)
    elif templates is not None:
        options.templates = list(templates)
    options.names = one_of("names", names, _NAME_RULES)
    options.truncate = truncate
    options.use_cache = text_cache
    return options


def one_of(keyword: str, value: str, choices: Mapping[str, Choice]) -> Choice:
    """The choice of this name. Raises ArgumentError that lists them."""
    if value in choices:
        return choices[value]
    listed = ", ".join(repr(name) for name in choices if name)
    raise ArgumentError("bad_argument", f"{keyword}: expected {listed}, found {value!r}")


def _pixels(keyword: str, value: Union[int, str]) -> int:
    if isinstance(value, int) and value >= 0:
        return value
    raise ArgumentError("bad_argument", f'{keyword}: expected pixels or "whole", found {value!r}')


def _add_thresholds(options: _core.SegmentOptions, unknown: Unknown, classes: _core.ClassList) -> None:
    if not isinstance(unknown, Mapping):
        options.unknown_threshold = float(unknown)
        return
    for name, threshold in unknown.items():
        if name == "":
            options.unknown_threshold = float(threshold)
        else:
            options.add_class_threshold(label_of(name, classes), float(threshold))


def _seen(seen: Union[str, Sequence[Union[str, int]]], classes: _core.ClassList) -> Sequence[int]:
    if seen == "auto":
        if not classes.seen:
            raise ArgumentError("bad_argument", 'seen="auto": this class list has no seen/unseen split')
        return [label for label, is_seen in enumerate(classes.seen) if is_seen]
    if isinstance(seen, str):
        raise ArgumentError("bad_argument", f'seen: expected "auto" or a list of classes, found {seen!r}')
    return sorted({label_of(name, classes) for name in seen})
