"""The main job: an image and class names in, a label for every pixel out."""

from __future__ import annotations

import os
from typing import Any, Dict, Iterable, Iterator, List, Optional, Sequence, Tuple, Union

from . import _core
from .classes import Classes, class_list, embedded_classes, is_embeddings
from .images import ImageLike, Loaded, load
from .model import Model
from .protocol import segment_options, text_options
from .reading import read_ahead
from .result import Result


class Segmenter:
    """A model, a class list and the memory to work in.

    model: a Model, which any number of segmenters may share, or what Model takes.
    classes: "road, car;vehicle" (`;` between names of one class); the name of a built-in list, see
        vocabularies(); "@FILE" with a class a line; a list with an entry for each class, a text or a list of
        its names; or ready-made embeddings, float [C, E] with E = model.joint_width.
    titles: what people are shown for ready-made embeddings.

    How names become embeddings:
    templates: sentences with one "{}" each, or the name of a set ("single", "paper", "imagenet"); None: the
        model's.
    names: several names of a class: "average" or "max"; empty: the model's rule.
    background: "NAME;phrase;phrase", the class that stands for everything else.
    contrast: a list of one class gets a background of built-in words beside it, where the model is a bare
        CLIP.
    truncate: cut texts that exceed the text tower's context instead of failing.
    text_cache: keep embeddings under XDG_CACHE_HOME/relprompt.

    How files are decoded:
    bands: of a file, counted from 1: three become red, green and blue, one becomes grey.
    range: (min, max), sample values that become black and white.
    max_decoded_pixels: refuse larger images before decoding; 10^8 by default.

    protocol: how an image is cut, scored and labelled. These keywords may also be given for one image,
    where they replace those of the segmenter; zeros and absent ones mean the model's own:
        short_side (pixels), window (pixels or "whole"), stride (pixels), batch (windows computed together),
        logit_scale, mean ("logits" or "probabilities"),
        unknown (pixels whose best score is below this have no label or go to the background: a score from -1
            to 1, or {class: score}, with "" for all other classes),
        min_area (classes with no more than this share of the foreground are left out, 0 to below 1),
        refine ("none" or "pamr"), scales (of short_side, whose probabilities are averaged) and flip (mirrored
            as well): test-time augmentation, seen (classes that training saw, or "auto"), calibration (0 to 1),
        max_pixels (refuse images that have more after resizing).

    A segmenter may be called from any thread; calls take turns. For computing at the same time make one
    segmenter a thread. Ctrl-C ends the wait for a result. After a fork, make a new Model in the new process.

    Raises ArgumentError ("bad_class_list", "bad_vocabulary", "bad_template", "text_too_long",
    "bad_argument"), and as Model does.
    """

    def __init__(
        self,
        model: Union[Model, str, "os.PathLike[str]"],
        classes: Classes,
        *,
        titles: Optional[Sequence[str]] = None,
        templates: Optional[Union[str, Sequence[str]]] = None,
        names: str = "",
        background: str = "",
        contrast: bool = True,
        truncate: bool = False,
        text_cache: bool = True,
        bands: Sequence[int] = (),
        range: Optional[Tuple[float, float]] = None,  # the program's word
        max_decoded_pixels: int = 0,
        **protocol: Any,
    ) -> None:
        self.model = model if isinstance(model, Model) else Model(model)
        if is_embeddings(classes):
            rows, listed = embedded_classes(classes, titles, self.model.joint_width)
            self._core = _core.session_by_embeddings(self.model._core, rows, listed)
        else:
            about = _core.BackgroundOptions()
            about.background = background
            about.contrast = contrast
            text = text_options(templates, names, truncate, text_cache)
            self._core = _core.session_by_names(self.model._core, class_list(classes), text, about)
        self._decode = _core.DecodeOptions()
        self._decode.bands = list(bands)
        if range is not None:
            self._decode.set_range(float(range[0]), float(range[1]))
        if max_decoded_pixels:
            self._decode.max_decoded_pixels = max_decoded_pixels
        self._protocol: Dict[str, Any] = protocol
        self._core.check(self._options({}))  # finds what is wrong with the keywords now

    @property
    def classes(self) -> List[str]:
        """What people are shown for each class; a class's label is its position. A background that was
        asked for, or built-in contrast, is in it."""
        return list(self._core.classes.titles)

    @property
    def class_names(self) -> List[List[str]]:
        """All names of each class."""
        return [list(names) for names in self._core.classes.names]

    @property
    def unknown_words(self) -> List[str]:
        """Words of the class names that the model's CLIP never saw in training, where the model says them."""
        return list(self._core.unknown_words)

    def __call__(self, image: ImageLike, *, scores: bool = False, name: str = "", **protocol: Any) -> Result:
        """Labels every pixel of an image.

        image: a path; bytes of a JPEG, PNG, TIFF, WebP or BMP file; a PIL image (turned upright, alpha over
            white, as files are); uint8 [H, W, 3] RGB or [H, W] grey.
        scores: keep the scores of all classes too, 2 bytes a class and pixel.
        name: how results and messages call an image that is no path.
        protocol: see Segmenter.

        Raises NotFoundError, FileError ("unreadable"), ImageError, ArgumentError, OutOfMemoryError; TypeError
        for something that is no image.
        """
        return self._segment(load(image, self._decode, name), scores, protocol)

    def map(
        self,
        images: Iterable[ImageLike],
        *,
        workers: int = 2,
        scores: bool = False,
        progress: bool = True,
        errors: str = "raise",
        **protocol: Any,
    ) -> Iterator[Result]:
        """Labels many images in their order, while the next ones are read and decoded.

        workers: threads that decode; they are at most workers + 1 images ahead. One image is computed at a
            time, with the threads of the model.
        progress: show a bar with tqdm, where that is installed and the screen is a terminal.
        errors: "raise" ends at the first image that cannot be read; "skip" leaves it out with a warning.

        An iterator: nothing is read before the first result is asked for. Raises as a call does.
        """
        self._core.check(self._options(protocol))
        ahead = read_ahead(images, lambda image: load(image, self._decode), workers, progress, errors)
        return (self._segment(loaded, scores, protocol) for loaded in ahead)

    def _options(self, protocol: Dict[str, Any]) -> _core.SegmentOptions:
        return segment_options(self._core.classes, **{**self._protocol, **protocol})

    def _segment(self, loaded: Loaded, scores: bool, protocol: Dict[str, Any]) -> Result:
        options = self._options(protocol)
        found = self._core.segment(loaded.image, options, scores)
        return Result(found, loaded, self._core, options, self._decode)

    def __repr__(self) -> str:
        return f"relprompt.Segmenter({self.model!r}, {len(self._core.classes)} classes)"
