"""Tensors in safetensors files, with NumPy alone."""
from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy

TYPES = {"F32": "float32", "F16": "float16", "F64": "float64", "I64": "int64", "U8": "uint8"}


def read_tensors(path: Path) -> dict[str, numpy.ndarray]:
    import numpy
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header, body = json.loads(data[8:8 + length]), memoryview(data)[8 + length:]
    return {name: numpy.frombuffer(body[slice(*entry["data_offsets"])], TYPES[entry["dtype"]]).reshape(entry["shape"])
            for name, entry in header.items() if name != "__metadata__"}


def largest_difference(a: dict[str, numpy.ndarray], b: dict[str, numpy.ndarray]) -> tuple[str, float]:
    """-> the tensor's name, and the difference; infinite where names or shapes differ or a number is none."""
    import numpy
    if a.keys() != b.keys():
        return ", ".join(sorted(a.keys() ^ b.keys())), float("inf")
    worst = ("none", 0.0)
    for name in a:
        away = numpy.abs(a[name].astype(numpy.float64) - b[name]).max() if a[name].shape == b[name].shape else numpy.inf
        if not away <= worst[1]:
            worst = (name, float("inf") if numpy.isnan(away) else float(away))
    return worst
