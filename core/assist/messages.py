"""What the window and the helper that asks models say to each other: one JSON object a line.

To the helper::

    {"id": 1, "do": "models"}
    {"id": 2, "do": "fetch", "model": "efficientsam:10m"}
    {"id": 3, "do": "load", "model": "efficientsam:10m"}
    {"id": 4, "do": "look", "model": ..., "key": "a name for the photo", "image": "FILE.npy"}
    {"id": 5, "do": "propose", "model": ..., "key": ..., "points": [[x, y], ...], "labels": [1]}
    {"id": 2, "do": "cancel"}

From the helper, for each request any number of `progress` and then one of the others::

    {"id": 2, "progress": [bytes so far, bytes in all]}
    {"id": 1, "models": [...]}
    {"id": 2, "done": true}
    {"id": 5, "proposal": {...}}
    {"id": 5, "error": "a sentence", "kind": "no weights"}

Requests are answered side by side where that makes sense: a fetch keeps nothing else waiting.
"""

from __future__ import annotations

import base64
import zlib
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from core.assist.problems import Problem
from core.masks.shapes.regions import Bools


class _Message(BaseModel):
    # Built when first used: the window loads these classes long before anybody clicks.
    model_config = ConfigDict(frozen=True, defer_build=True)

    def to_line(self) -> bytes:
        """The message as one line of UTF-8 JSON, with the line's end."""
        return self.model_dump_json(exclude_none=True).encode() + b"\n"


class ModelsRequest(_Message):
    """Say which models there are, and which are on this computer."""

    id: int
    do: Literal["models"] = "models"


class FetchRequest(_Message):
    """Fetch the weights of a model."""

    id: int
    do: Literal["fetch"] = "fetch"
    model: str


class LoadRequest(_Message):
    """Make a model ready to be asked; nothing is fetched for it."""

    id: int
    do: Literal["load"] = "load"
    model: str


class LookRequest(_Message):
    """Compute the embedding of a photo, unless it is kept already.

    Attributes:
        key: The photo's name.
        image: A `.npy` file with the photo, RGB uint8 H×W×3. The sender removes it.
    """

    id: int
    do: Literal["look"] = "look"
    model: str
    key: str
    image: Path


class ProposeRequest(_Message):
    """Propose an object.

    Attributes:
        key: The name of a photo that was looked at.
        points: x and y from the centre of the first pixel, in pixels of the photo as it was sent.
        labels: For each point 0 (not the object), 1 (the object), 2 or 3 (corners of a box).
    """

    id: int
    do: Literal["propose"] = "propose"
    model: str
    key: str
    points: tuple[tuple[float, float], ...] = Field(min_length=1)
    labels: tuple[Annotated[int, Field(ge=0, le=3)], ...]

    @model_validator(mode="after")
    def _one_label_a_point(self) -> ProposeRequest:
        if len(self.points) != len(self.labels):
            raise ValueError("every point needs a label")
        return self


class CancelRequest(_Message):
    """End the request with that id; a fetch ends at once, the others at their next step."""

    id: int
    do: Literal["cancel"] = "cancel"


class WeightFile(_Message):
    """One file of a model's weights: its name, where it comes from, and where it belongs."""

    name: str
    url: str
    path: Path


class ModelFiles(_Message):
    """What the helper knows of a model.

    Attributes:
        name: What osam calls it.
        installed: Whether all files are there.
        host: Where they are fetched from.
        license: The licence of the weights.
        files: All of them.
    """

    name: str
    installed: bool
    host: str
    license: str
    files: tuple[WeightFile, ...]


class MaskProposal(_Message):
    """A proposed object: the part of the photo that holds it, and its pixels.

    Attributes:
        x: First column.
        y: First row.
        width: Columns; 0 when nothing was found.
        height: Rows.
        bits: The rows one after the other, a bit a pixel, compressed, in base64.
        score: The IoU that the model expects, 0 to 1.
    """

    x: int
    y: int
    width: int = Field(ge=0)
    height: int = Field(ge=0)
    bits: str
    score: float | None = None

    @classmethod
    def of(cls, mask: Bools, x: int, y: int, score: float | None) -> MaskProposal:
        """Pack a mask, bool H×W, whose first pixel is in column `x` and row `y`."""
        height, width = mask.shape
        packed = zlib.compress(np.packbits(mask).tobytes(), 1)
        bits = base64.b64encode(packed).decode("ascii")
        return cls(x=x, y=y, width=width, height=height, bits=bits, score=score)

    def mask(self) -> Bools:
        """The pixels, bool height×width.

        Raises:
            ValueError: the bits do not make up such a mask.
        """
        count = self.width * self.height
        room = (count + 7) // 8
        try:
            raw = zlib.decompressobj().decompress(base64.b64decode(self.bits), room + 1)
        except zlib.error as error:
            raise ValueError(f"the mask is damaged ({error})") from error
        if len(raw) != room:
            raise ValueError(f"the mask has {len(raw)} bytes instead of {room}")
        flat = np.unpackbits(np.frombuffer(raw, np.uint8), count=count)
        return flat.astype(bool).reshape(self.height, self.width)


class Reply(_Message):
    """An answer of the helper; exactly one of the optional fields is set, `kind` aside."""

    id: int
    progress: tuple[int, int] | None = None
    models: tuple[ModelFiles, ...] | None = None
    proposal: MaskProposal | None = None
    done: bool | None = None
    error: str | None = None
    kind: Problem | None = None


Request = ModelsRequest | FetchRequest | LoadRequest | LookRequest | ProposeRequest | CancelRequest
_REQUEST: TypeAdapter[Request] = TypeAdapter(
    Annotated[Request, Field(discriminator="do")], config=ConfigDict(defer_build=True)
)


def parse_request(line: bytes) -> Request:
    """Parse a line sent to the helper.

    Raises:
        pydantic.ValidationError: it is no request.
    """
    return _REQUEST.validate_json(line)


def parse_reply(line: bytes) -> Reply:
    """Parse a line sent by the helper.

    Raises:
        pydantic.ValidationError: it is no reply.
    """
    return Reply.model_validate_json(line)
