"""What a Segmenter takes for an image."""

from __future__ import annotations

import hashlib
import os
import sys
from dataclasses import dataclass, replace
from typing import Any, Union

import numpy as np

from . import _core
from .errors import ArgumentError

ImageLike = Union[str, "os.PathLike[str]", bytes, bytearray, memoryview, "np.ndarray[Any, Any]", Any]
"""A path; the bytes of a JPEG, PNG, TIFF, WebP or BMP file; a PIL image; uint8 [H, W, 3] or grey [H, W]."""


@dataclass(frozen=True)
class Loaded:
    """A decoded image and where it came from."""

    image: _core.Image
    name: str  # path as given, or "image"
    sha256: str  # of the file; empty for pixels
    path: str = ""  # of the file; empty for bytes and pixels


def load(source: ImageLike, decode: _core.DecodeOptions, name: str = "") -> Loaded:
    """Decodes or copies an image. Raises NotFoundError, FileError, ImageError, ArgumentError, TypeError.

    The GIL is free while a file is decoded, so threads can read ahead.
    """
    if isinstance(source, (str, os.PathLike)):
        return _from_file(os.fspath(source), decode, name)
    if isinstance(source, (bytes, bytearray, memoryview)):
        return _from_bytes(bytes(source), decode, name or "image")
    if _is_pil(source):
        return Loaded(_from_pixels(pixels_of_pil(source)), name or _pil_name(source), "")
    if isinstance(source, np.ndarray) or hasattr(source, "__array__"):
        return Loaded(_from_pixels(np.asarray(source)), name or "image", "")
    raise TypeError(
        "image: expected a path, bytes, a PIL image or a uint8 array [H, W, 3], found "
        + type(source).__name__
    )


def pixels_of_pil(image: Any) -> "np.ndarray[Any, Any]":
    """RGB of a PIL image as the library reads the same file: upright, alpha over white, the upper 8 of 16
    bits."""
    from PIL import ImageOps

    # Older versions read 16-bit grey PNG as 32-bit numbers.
    sixteen_bits = image.mode.startswith("I;16") or (image.mode == "I" and image.format == "PNG")
    image = ImageOps.exif_transpose(image)
    if sixteen_bits:
        return (np.asarray(image) >> 8).astype(np.uint8)
    if image.mode in ("I", "F"):
        raise ArgumentError(
            "bad_argument",
            f'a PIL image of the mode {image.mode!r} has no fixed black and white: convert it to "RGB" first',
        )
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        rgba = np.asarray(image.convert("RGBA")).astype(np.uint32)
        alpha = rgba[..., 3:]
        over_white: np.ndarray[Any, Any] = (rgba[..., :3] * alpha + 255 * (255 - alpha) + 127) // 255
        return over_white.astype(np.uint8)
    pixels: np.ndarray[Any, Any] = np.asarray(image if image.mode == "RGB" else image.convert("RGB"))
    return pixels


def _from_file(path: Union[str, bytes], decode: _core.DecodeOptions, name: str) -> Loaded:
    text = os.fsdecode(path)
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        # The library says what is wrong in its own words and with its own code.
        return Loaded(_core.read_image(text, decode), name or text, "", text)
    return replace(_from_bytes(data, decode, name or text), path=text)


def _from_bytes(data: bytes, decode: _core.DecodeOptions, name: str) -> Loaded:
    image = _core.decode_image(data, decode, os.fsencode(name))
    return Loaded(image, name, hashlib.sha256(data).hexdigest())


def _from_pixels(pixels: "np.ndarray[Any, Any]") -> _core.Image:
    if pixels.dtype != np.uint8:
        raise ArgumentError(
            "bad_argument",
            f"an image array: expected uint8 from 0 to 255, found {pixels.dtype}\n  a float image from 0 to "
            "1: "
            "(image * 255).round().astype(numpy.uint8)",
        )
    if pixels.ndim == 2:
        pixels = np.repeat(pixels[:, :, None], 3, axis=2)
    if pixels.ndim != 3 or pixels.shape[2] != 3 or 0 in pixels.shape:
        hint = (
            "\n  channels go last: image.transpose(1, 2, 0)"
            if pixels.ndim == 3 and pixels.shape[0] == 3
            else ""
        )
        raise ArgumentError(
            "bad_argument",
            f"an image array: expected the shape [H, W, 3] or [H, W], found {list(pixels.shape)}{hint}",
        )
    if max(pixels.shape) > 2**31 - 1:
        raise ArgumentError("bad_argument", f"an image array of {list(pixels.shape)} is too large")
    return _core.image_from_array(np.ascontiguousarray(pixels))


def _is_pil(source: object) -> bool:
    module = sys.modules.get("PIL.Image")  # an image of PIL exists only where PIL was imported
    return module is not None and isinstance(source, module.Image)


def _pil_name(image: Any) -> str:
    name = getattr(image, "filename", "")
    return os.fsdecode(name) if isinstance(name, (str, bytes)) and name else "image"
