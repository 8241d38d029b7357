"""The exceptions of this package.

Everything that the library refuses is an `Error`. Its `code` is one of the closed list in
include/relprompt/error.h, such as "bad_class_list"; the subclasses are also the built-in exceptions that a
Python user expects. An argument of a wrong type raises TypeError, as everywhere in Python.
"""

from __future__ import annotations

from typing import Dict, Tuple, Type


class Error(Exception):
    """Anything that the library refuses or cannot do.

    `code` is the stable name of what went wrong, such as "not_an_image"; str() says what, where, what was
    expected, what was found and what to do.
    """

    code: str

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code

    def __str__(self) -> str:
        return str(self.args[0])

    def __reduce__(self) -> Tuple[Type[Error], Tuple[str, str]]:
        return type(self), (self.code, str(self))


class ArgumentError(Error, ValueError):
    """A value, class list, vocabulary or template that is malformed or out of range."""


class ImageError(Error, ValueError):
    """Bytes that are no image, a damaged image, or one with too many pixels."""


class ModelError(Error, ValueError):
    """A model or checkpoint file that is corrupt, hostile, or of an unknown kind."""


class FileError(Error, OSError):
    """A path that cannot be read or written, a full disk, a hub that cannot be reached."""


class NotFoundError(FileError, FileNotFoundError):
    """No image or model at that path or of that name."""


class OutOfMemoryError(Error, MemoryError):
    """The machine has not enough memory."""


class DeviceError(Error, RuntimeError):
    """A device or optional library that is not here."""


CLASSES: Dict[str, Type[Error]] = {
    "bad_argument": ArgumentError,
    "bad_class_list": ArgumentError,
    "bad_vocabulary": ArgumentError,
    "bad_template": ArgumentError,
    "text_too_long": ArgumentError,
    "not_found": NotFoundError,
    "unreadable": FileError,
    "not_an_image": ImageError,
    "truncated_image": ImageError,
    "image_too_large": ImageError,
    "not_writable": FileError,
    "disk_full": FileError,
    "model_not_found": NotFoundError,
    "unknown_format": ModelError,
    "truncated_archive": ModelError,
    "bad_header": ModelError,
    "bad_offsets": ModelError,
    "overlap": ModelError,
    "shape_overflow": ModelError,
    "unsupported_dtype": ModelError,
    "duplicate_name": ModelError,
    "zip_bomb": ModelError,
    "bad_zip": ModelError,
    "pickle_opcode": ModelError,
    "pickle_global": ModelError,
    "pickle_malformed": ModelError,
    "legacy_pickle": ModelError,
    "tensor_mismatch": ModelError,
    "wrong_hash": ModelError,
    "bad_model_config": ModelError,
    "no_device": DeviceError,
    "out_of_memory": OutOfMemoryError,
    "no_network": FileError,
    "lost_worker": DeviceError,
    "cancelled": Error,
    "diverged": Error,
    "internal": Error,
}
"""Every code and its exception."""


def error_of(code: str, message: str) -> Error:
    """The exception for a code; the extension module raises what this returns."""
    return CLASSES.get(code, Error)(code, message)
