"""Measurements as JSON and facts as bytes: plain data, for the workspace's database."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.qa.registry import Facts, Measurement


def pack(facts: Facts) -> bytes:
    """Small arrays by name as bytes: a header in JSON, then the arrays one after the other."""
    arrays = {name: np.ascontiguousarray(array) for name, array in facts.items()}
    header = json.dumps(
        [[name, array.dtype.str, array.shape] for name, array in arrays.items()]
    ).encode()
    return b"".join(
        [struct.pack("<I", len(header)), header, *(array.tobytes() for array in arrays.values())]
    )


def unpack(data: bytes) -> Facts:
    """The inverse of `pack`. The arrays are read-only."""
    (length,) = struct.unpack_from("<I", data)
    place = 4 + length
    facts: dict[str, np.ndarray[Any, Any]] = {}
    for name, kind, shape in json.loads(data[4:place]):
        dtype = np.dtype(kind)
        count = math.prod(shape)
        facts[name] = np.frombuffer(data, dtype, count, place).reshape(shape)
        place += count * dtype.itemsize
    return facts


def measurement_to_json(measurement: Measurement) -> list[Any]:
    """A measurement as a value that JSON can hold."""
    return [
        measurement.score,
        list(measurement.values),
        [list(box) for box in measurement.boxes],
        dict(measurement.notes),
    ]


def measurement_from_json(data: Sequence[Any]) -> Measurement:
    """The inverse of `measurement_to_json`."""
    score, values, boxes, notes = data
    places = tuple((int(x), int(y), int(w), int(h)) for x, y, w, h in boxes)
    return Measurement(score, tuple(values), places, notes)


def measurements_to_json(measurements: Mapping[str, Measurement]) -> str:
    """Measurements by check as JSON."""
    return json.dumps({check: measurement_to_json(each) for check, each in measurements.items()})


def measurements_from_json(text: str) -> dict[str, Measurement]:
    """The inverse of `measurements_to_json`."""
    return {check: measurement_from_json(data) for check, data in json.loads(text).items()}
