"""Open-vocabulary semantic segmentation: a label for every pixel, from class names that you type.

    import relprompt

    model = relprompt.Model("openai/clip-vit-base-patch16")      # a path or a name on the hub
    segmenter = relprompt.Segmenter(model, "road, sky, car;vehicle, tree")
    result = segmenter("street.jpg")
    result.labels                                                # uint16 [H, W]
    result.save("out/", ["labels", "overlay"])

It is the C++ library of the program `relprompt`, on plain CPUs, and gives the same numbers.
"""

from ._core import __version__
from .classes import templates, vocabularies, vocabulary
from .errors import (
    ArgumentError,
    DeviceError,
    Error,
    FileError,
    ImageError,
    ModelError,
    NotFoundError,
    OutOfMemoryError,
)
from .model import Model, heads
from .result import UNKNOWN, Result, class_color
from .saving import formats, save
from .segmenter import Segmenter

__all__ = [
    "UNKNOWN",
    "ArgumentError",
    "DeviceError",
    "Error",
    "FileError",
    "ImageError",
    "Model",
    "ModelError",
    "NotFoundError",
    "OutOfMemoryError",
    "Result",
    "Segmenter",
    "__version__",
    "class_color",
    "formats",
    "heads",
    "save",
    "templates",
    "vocabularies",
    "vocabulary",
]
