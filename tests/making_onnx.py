"""Making small ONNX models, byte by byte: a pair that osam's EfficientSAM code runs as its own.

An ONNX file is a protocol buffer (https://onnx.ai/onnx/repo-docs/IR.html has the numbers of its
fields), and the package `onnx` is not needed to write one.

The pair knows nothing of animals, but does what a real one does with its inputs: the encoder
computes something from the photo (its brightness), and the decoder finds an object in that with
clicks and a box (bright pixels near a positive click or inside the box, and not near a negative
one).
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

REACH = 12.0
"""A click means the bright pixels at most this far from it."""
SCORE = 0.875
"""What the decoder expects of its first mask."""
_FLOAT, _INT64 = 1, 7
_OPSET, _IR_VERSION = 17, 8


@dataclass(frozen=True)
class ModelFile:
    """An ONNX model, and the name that its bytes have for osam."""

    data: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    def install(self, home: Path) -> None:
        """Put it where osam looks for it in a home folder."""
        folder = home / ".cache" / "osam" / "models" / "blobs"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"sha256-{self.digest}").write_bytes(self.data)


def tiny_encoder() -> ModelFile:
    """`batched_images` float 1×3×H×W, 0 to 1 -> `image_embeddings` 1×1×H×W, the mean of colours."""
    nodes = [_node("ReduceMean", ["batched_images"], ["image_embeddings"], axes=[1], keepdims=1)]
    return _model(
        nodes,
        {},
        inputs=[_tensor_type("batched_images", _FLOAT, [1, 3, "height", "width"])],
        outputs=[_tensor_type("image_embeddings", _FLOAT, [1, 1, "height", "width"])],
    )


def tiny_decoder() -> ModelFile:
    """With the inputs and outputs of EfficientSAM's decoder."""
    nodes = [
        # The places of points, N×1, and for each label which points have it, N×1×1.
        _node("Gather", ["batched_point_coords", "zero"], ["points_x0"], axis=3),
        _node("Gather", ["batched_point_coords", "one"], ["points_y0"], axis=3),
        _node("Reshape", ["points_x0", "column"], ["points_x"]),
        _node("Reshape", ["points_y0", "column"], ["points_y"]),
        _node("Reshape", ["batched_point_labels", "block"], ["labels"]),
        *[
            node
            for name, label in {"negative": "label0", "positive": "label1", "start": "label2",
                                "end": "label3"}.items()
            for node in (
                _node("Equal", ["labels", label], [f"is_{name}"]),
                _node("Cast", [f"is_{name}"], [name], to=_FLOAT),
            )
        ],
        # How far each pixel is from each point, N×H×W.
        _node("Gather", ["orig_im_size", "zero"], ["height"], axis=0),
        _node("Gather", ["orig_im_size", "one"], ["width"], axis=0),
        _node("Range", ["zero", "width", "one"], ["columns0"]),
        _node("Range", ["zero", "height", "one"], ["rows0"]),
        _node("Cast", ["columns0"], ["columns"], to=_FLOAT),
        _node("Cast", ["rows0"], ["rows"], to=_FLOAT),
        _node("Sub", ["columns", "points_x"], ["dx0"]),
        _node("Sub", ["rows", "points_y"], ["dy0"]),
        _node("Unsqueeze", ["dx0", "axis1"], ["dx"]),
        _node("Unsqueeze", ["dy0", "axis2"], ["dy"]),
        _node("Mul", ["dx", "dx"], ["dx2"]),
        _node("Mul", ["dy", "dy"], ["dy2"]),
        _node("Add", ["dx2", "dy2"], ["distance2"]),
        _node("LessOrEqual", ["distance2", "reach2"], ["is_near"]),
        _node("Cast", ["is_near"], ["near"], to=_FLOAT),
        *_over_points("near", "positive", "wanted"),
        *_over_points("near", "negative", "unwanted"),
        # Right of and below the first corner, left of and above the second one.
        *_beyond("GreaterOrEqual", "start", "after"),
        *_beyond("LessOrEqual", "end", "before"),
        _node("Mul", ["after", "before"], ["boxed"]),
        _node("Max", ["wanted", "boxed"], ["meant"]),
        _node("Sub", ["meant", "unwanted"], ["asked"]),
        _node("Reshape", ["image_embeddings", "plane"], ["brightness0"]),
        _node("Concat", ["height1", "width1"], ["size"], axis=0),
        _node("Reshape", ["brightness0", "size"], ["brightness"]),
        _node("Greater", ["brightness", "half"], ["is_bright"]),
        _node("Cast", ["is_bright"], ["bright"], to=_FLOAT),
        _node("Mul", ["asked", "bright"], ["object"]),
        _node("Sub", ["object", "half"], ["logits0"]),
        _node("Concat", ["leading", "size"], ["full"], axis=0),
        _node("Reshape", ["logits0", "full"], ["logits"]),
        _node("Concat", ["logits", "logits", "logits"], ["output_masks"], axis=2),
        _node("Identity", ["scores"], ["iou_predictions"]),
        _node("Identity", ["logits"], ["low_res_masks"]),
    ]  # fmt: skip
    first = [
        _node("Reshape", ["orig_im_size", "flat"], ["size0"]),
        _node("Slice", ["size0", "from0", "from1"], ["height1"]),
        _node("Slice", ["size0", "from1", "from2"], ["width1"]),
    ]
    constants = {
        "zero": _ints([], [0]), "one": _ints([], [1]),
        "from0": _ints([1], [0]), "from1": _ints([1], [1]), "from2": _ints([1], [2]),
        "axis1": _ints([1], [1]), "axis2": _ints([1], [2]),
        "column": _ints([2], [-1, 1]), "block": _ints([3], [-1, 1, 1]),
        "flat": _ints([1], [-1]), "plane": _ints([1], [-1]), "leading": _ints([3], [1, 1, 1]),
        "label0": _floats([], [0]), "label1": _floats([], [1]),
        "label2": _floats([], [2]), "label3": _floats([], [3]),
        "zero_float": _floats([], [0]), "reach2": _floats([], [REACH**2]),
        "half": _floats([], [0.5]),
        "scores": _floats([1, 1, 3], [SCORE, 0.5, 0.25]),
    }  # fmt: skip
    return _model(
        [*first, *nodes],
        constants,
        inputs=[
            _tensor_type("image_embeddings", _FLOAT, [1, 1, "h", "w"]),
            _tensor_type("batched_point_coords", _FLOAT, [1, 1, "points", 2]),
            _tensor_type("batched_point_labels", _FLOAT, [1, 1, "points"]),
            _tensor_type("orig_im_size", _INT64, [2]),
        ],
        outputs=[
            _tensor_type("output_masks", _FLOAT, [1, 1, 3, "height", "width"]),
            _tensor_type("iou_predictions", _FLOAT, [1, 1, 3]),
            _tensor_type("low_res_masks", _FLOAT, [1, 1, 1, "height", "width"]),
        ],
    )


def _over_points(what: str, which: str, result: str) -> list[bytes]:
    """Where anything is so for any of the points with a label, H×W."""
    return [
        _node("Mul", [what, which], [f"{result}_each"]),
        _node("ReduceMax", [f"{result}_each"], [result], axes=[0], keepdims=0),
    ]


def _beyond(comparison: str, corner: str, result: str) -> list[bytes]:
    return [
        _node(comparison, ["dx", "zero_float"], [f"{result}_x0"]),
        _node(comparison, ["dy", "zero_float"], [f"{result}_y0"]),
        _node("Cast", [f"{result}_x0"], [f"{result}_x"], to=_FLOAT),
        _node("Cast", [f"{result}_y0"], [f"{result}_y"], to=_FLOAT),
        _node("Mul", [f"{result}_x", f"{result}_y"], [f"{result}_all"]),
        *_over_points(f"{result}_all", corner, result),
    ]


# The parts of an ONNX file


def _model(
    nodes: Sequence[bytes],
    constants: dict[str, bytes],
    inputs: Sequence[bytes],
    outputs: Sequence[bytes],
) -> ModelFile:
    graph = b"".join(
        [
            *(_field(1, node) for node in nodes),
            _field(2, b"tiny"),
            *(_field(5, data + _field(8, name.encode())) for name, data in constants.items()),
            *(_field(11, one) for one in inputs),
            *(_field(12, one) for one in outputs),
        ]
    )
    opset = _field(1, b"") + _number(2, _OPSET)
    return ModelFile(_number(1, _IR_VERSION) + _field(7, graph) + _field(8, opset))


def _node(
    operator: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: int | list[int]
) -> bytes:
    return b"".join(
        [
            *(_field(1, name.encode()) for name in inputs),
            *(_field(2, name.encode()) for name in outputs),
            _field(4, operator.encode()),
            *(_field(5, _attribute(name, value)) for name, value in attributes.items()),
        ]
    )


def _attribute(name: str, value: int | list[int]) -> bytes:
    if isinstance(value, int):
        return _field(1, name.encode()) + _number(3, value) + _number(20, 2)
    numbers = b"".join(_number(8, one) for one in value)
    return _field(1, name.encode()) + numbers + _number(20, 7)


def _ints(shape: Sequence[int], values: Sequence[int]) -> bytes:
    return _tensor(shape, _INT64, struct.pack(f"<{len(values)}q", *values))


def _floats(shape: Sequence[int], values: Sequence[float]) -> bytes:
    return _tensor(shape, _FLOAT, struct.pack(f"<{len(values)}f", *values))


def _tensor(shape: Sequence[int], kind: int, raw: bytes) -> bytes:
    return b"".join(_number(1, size) for size in shape) + _number(2, kind) + _field(9, raw)


def _tensor_type(name: str, kind: int, shape: Sequence[int | str]) -> bytes:
    sides = b"".join(
        _field(1, _number(1, side) if isinstance(side, int) else _field(2, side.encode()))
        for side in shape
    )
    tensor = _number(1, kind) + _field(2, sides)
    return _field(1, name.encode()) + _field(2, _field(1, tensor))


def _field(number: int, data: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value & 0xFFFF_FFFF_FFFF_FFFF)


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
