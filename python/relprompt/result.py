"""What was found in an image."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Sequence, Tuple

import numpy as np

from . import _core, adapters
from .images import Loaded
from .saving import Folder, Saver, names_of, options_of, stem_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

UNKNOWN = 65535
"""The label of pixels where no class was sure enough."""


def class_color(label: int) -> Tuple[int, int, int]:
    """Red, green and blue of a label, the same in all palettes, overlays and legends; UNKNOWN is black."""
    color = _core.class_color(label)
    return color >> 16, color >> 8 & 255, color & 255


class Result:
    """Labels of one image. All arrays are read-only and lie in the memory that the library wrote, which
    lives as long as an array of it does; `array.copy()` is one's own."""

    def __init__(
        self,
        found: _core.Found,
        loaded: Loaded,
        session: _core.Session,
        options: _core.SegmentOptions,
        decode: _core.DecodeOptions,
    ) -> None:
        self._found = found
        self._loaded = loaded
        self._session = session
        self._options = options
        self._decode = decode

    @property
    def name(self) -> str:
        """The image's path or name."""
        return self._loaded.name

    @property
    def labels(self) -> "NDArray[np.uint16]":
        """A class's position for every pixel, uint16 [H, W] of the image's own size; UNKNOWN where there is
        none."""
        return self._found.labels

    @property
    def classes(self) -> List[str]:
        """What people are shown for each class, [C]."""
        return list(self._session.classes.titles)

    @property
    def pixels(self) -> "NDArray[np.uint64]":
        """How many pixels each class has, uint64 [C]."""
        return self._found.pixels

    @property
    def unknown(self) -> int:
        """How many pixels have no class."""
        return self._found.unknown

    @property
    def scores(self) -> Optional["NDArray[np.float16]"]:
        """Calibrated scores, float16 [C, H, W]; None unless asked for. The first class of a pixel's largest
        score is its label."""
        return self._found.scores

    @property
    def image(self) -> "NDArray[np.uint8]":
        """The image as it was labelled, RGB uint8 [H, W, 3], upright."""
        return self._loaded.image.pixels

    @property
    def notes(self) -> List[str]:
        """What decoding decided or left out, a sentence each; empty for the usual image."""
        return self._loaded.image.notes

    @property
    def windows(self) -> int:
        """Windows that were computed."""
        return self._found.windows

    @property
    def seconds(self) -> Dict[str, float]:
        """Where the time went: "resize", "network", "scores"."""
        return self._found.seconds

    def mask(self, name: str) -> "NDArray[np.bool_]":
        """True where a class is, bool [H, W]. Raises ArgumentError for a name that is no class's."""
        from .classes import label_of

        return np.equal(self.labels, label_of(name, self._session.classes))

    def overlay(
        self,
        *,
        alpha: float = 0.5,
        contours: bool = True,
        legend: bool = True,
        region_names: bool = True,
        min_side: int = 320,
    ) -> "NDArray[np.uint8]":
        """The classes' colours over the image, RGB uint8 [H', W', 3].

        alpha: weight of the colours, 0 to 1. contours: light lines where labels meet. legend: a band with
        names and shares below the image. region_names: names of classes in their regions. min_side: images whose shorter side is below this are enlarged by
        a whole factor, so that the letters do not dwarf them; 1 never enlarges. Without legend and
        enlargement H' = H and W' = W."""
        options = _core.OverlayOptions()
        options.alpha = alpha
        options.contours = contours
        options.legend = legend
        options.region_names = region_names
        options.min_side = min_side
        return _core.draw_overlay(self._loaded.image, self._found, self._session.classes, options).pixels

    def palette(self) -> "NDArray[np.uint8]":
        """The labels in their classes' colours, RGB uint8 [H, W, 3]; UNKNOWN is black."""
        count = len(self._session.classes)
        colors = np.array([class_color(label) for label in range(count)] + [(0, 0, 0)], dtype=np.uint8)
        image: NDArray[np.uint8] = colors[np.minimum(self.labels, count)]
        return image

    def to_sv_detections(self) -> Any:
        """supervision.Detections, one entry for each class that was found. See adapters.sv_detections."""
        return adapters.sv_detections(self)

    def to_fiftyone(self) -> Any:
        """fiftyone.Segmentation. See adapters.fiftyone_segmentation."""
        return adapters.fiftyone_segmentation(self)

    def to_hf(self) -> Dict[str, Any]:
        """A dict as Hugging Face's image processors give it. See adapters.hf_segmentation."""
        return adapters.hf_segmentation(self)

    def to_coco(
        self, *, polygons: bool = False, simplify: float = 0.0, min_polygon: int = 0
    ) -> Dict[str, Any]:
        """A COCO document of this image: "images", "annotations" (one for each class that was found, with
        compressed RLE, or polygons; area and box in pixels), "categories" in the order of the classes. See
        save for the rest."""
        form = "coco-polygons" if polygons else "coco"
        (document,) = self.encode(form, simplify=simplify, min_polygon=min_polygon).values()
        coco: Dict[str, Any] = json.loads(document)
        return coco

    def encode(self, format: str, *, simplify: float = 0.0, min_polygon: int = 0) -> Dict[str, bytes]:
        """The files that save would write in one format, by their names, as bytes; any format but "scores".
        Raises ArgumentError."""
        stem = stem_of(self.name)
        if format == "json":
            return {stem + ".json": self.report([]).encode()}
        name = os.fsencode(os.path.basename(self.name))
        options = options_of(simplify, min_polygon)
        files = _core.encode(
            format, name, os.fsencode(stem), self._found, self._loaded.image, self._session.classes, options
        )
        return dict(files)

    def report(self, files: Sequence[Tuple[str, str]] = ()) -> str:
        """The text of STEM.json: classes, pixels, protocol, model.

        files: kind and path of what was written beside it.
        """
        image, found, options = self._loaded, self._found, self._options
        return _core.report(
            self._session,
            image.image,
            found,
            options,
            self._decode,
            image.name,
            image.sha256,
            names_of(files),
        )

    def save(
        self,
        folder: Folder,
        outputs: Sequence[str] = ("labels", "overlay"),
        *,
        stem: str = "",
        simplify: float = 0.0,
        min_polygon: int = 0,
    ) -> Dict[str, List[str]]:
        """Writes this image as a run of its own; see relprompt.save, which writes many. Gives the paths by
        format.

        outputs: names of relprompt.formats(), such as "labels", "palette", "overlay", "json", "scores"
        (where they were asked for), "coco", "labelme", "geojson". stem: what the files' names begin with;
        that of the image's name if empty."""
        saver = Saver(folder, outputs, self, simplify, min_polygon)
        saver.add(self, stem or stem_of(self.name))
        return saver.finish()

    def __repr__(self) -> str:
        height, width = self.labels.shape
        found = int(np.count_nonzero(self.pixels))
        size = f"{height} x {width}, {found} of {len(self.pixels)} classes found"
        return f"<relprompt.Result of {self.name!r}: {size}>"
