"""Thumbnails of samples: the photo scaled down, with its mask laid over it.

Photo and mask are decoded and cached apart from each other, so that a saved mask costs one small
decode and no cached photo. Everything here may be called from any thread.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import struct
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from core.dataset.encoding.coding import MaskCoding
from core.dataset.model import Sample
from core.errors import PetsegError
from core.files import read_bytes
from core.images import Array, decode_image, read_mask

_log = logging.getLogger(__name__)

OVERLAY_OPACITY = 0.45
"""How much of a class colour is mixed into the photo."""

# Thumbnails are cached at these sizes (longest side, in pixels) and scaled down from there.
_LEVELS = (256, 512)
# Smaller images (in pixels, against the cached copy) and smaller files are decoded about as fast
# as the copy would be.
_WORTH_CACHING = 4
_LARGE_FILE = 256 * 1024
_HEADER = struct.Struct("<qq")
_JPEG_QUALITY = 90
_BLANK = 96


@dataclass(frozen=True)
class Thumbnail:
    """A small picture of a sample, or the reason why there is none.

    Attributes:
        pixels: RGB uint8 H×W×3; None when neither photo nor mask can be shown.
        photo_problem: Why the photo cannot be shown, as a sentence; "" when it can.
        mask_problem: Why the mask cannot be shown; "" when it can, or when there is none.
        has_mask: Whether the label set has a mask file for the sample.
    """

    pixels: Array | None
    photo_problem: str = ""
    mask_problem: str = ""
    has_mask: bool = True


class ThumbnailStore:
    """Makes thumbnails, and keeps the scaled-down parts of large files on disk.

    Args:
        folder: Where to keep them; None keeps nothing. It may be deleted at any time.
        coding: How mask files encode the classes (`Dataset.coding`).
    """

    def __init__(self, folder: Path | None, coding: MaskCoding | None = None) -> None:
        self._folder = folder
        self._coding = coding
        # Masks that were decoded by another coding show other classes.
        self._mask_kind = f"mask {coding}" if coding is not None else "mask"

    def photo(self, path: Path, size: int) -> Array:
        """A photo scaled down to fit into `size` × `size` pixels; never scaled up.

        Returns:
            RGB uint8 H×W×3.

        Raises:
            PetsegError: the file is missing or damaged.
        """

        def decode(level: int) -> Array:
            return decode_image(read_bytes(path), path, at_least=level)

        return self._part(path, size, "photo", decode, _encode_photo, _decode_photo)

    def mask(self, path: Path, size: int) -> Array:
        """A mask scaled down to fit into `size` × `size` pixels, by nearest neighbour.

        Returns:
            uint8 H×W of class indices.

        Raises:
            PetsegError: the file is missing or damaged.
        """

        def decode(_level: int) -> Array:
            return read_mask(path, self._coding)

        return self._part(path, size, self._mask_kind, decode, _encode_mask, _decode_mask)

    def render(
        self, sample: Sample, label_set: str, size: int, colors: Array, *, with_mask: bool = True
    ) -> Thumbnail:
        """Draw a sample's thumbnail. A damaged file gives a thumbnail that says so.

        Args:
            sample: The sample.
            label_set: Whose mask to lay over the photo.
            size: Longest side in pixels.
            colors: uint8 256×4, the colour (r, g, b, a) of each mask value; a = 0 is not shown.
            with_mask: Whether to lay the mask over the photo.
        """
        mask_path = sample.masks.get(label_set)
        photo: Array | None = None
        mask: Array | None = None
        photo_problem = mask_problem = ""
        try:
            photo = self.photo(sample.image, size) if sample.image is not None else None
        except PetsegError as error:
            photo_problem = str(error)
        try:
            if mask_path is not None and (with_mask or sample.image is None):
                mask = self.mask(mask_path, size)
        except PetsegError as error:
            mask_problem = str(error)
        if sample.image is None:
            photo_problem = "This sample has no photo."
            if mask is not None:
                photo = np.full((*mask.shape, 3), _BLANK, np.uint8)
        if photo is not None and mask is not None:
            photo = blend(photo, mask, colors)
        return Thumbnail(photo, photo_problem, mask_problem, has_mask=mask_path is not None)

    def _part(
        self,
        path: Path,
        size: int,
        kind: str,
        decode: Callable[[int], Array],
        encode: Callable[[Array], bytes],
        decode_cached: Callable[[bytes], Array | None],
    ) -> Array:
        level = next((level for level in _LEVELS if size <= level), None)
        scaling = cv2.INTER_AREA if kind == "photo" else cv2.INTER_NEAREST
        if level is None or self._folder is None:
            return _fitted(decode(size), size, scaling)
        file = self._file(path, level, kind)
        state = _state(path)
        cached = _read_cached(file, state)
        part = decode_cached(cached) if cached is not None else None
        if part is None:
            whole = decode(level)
            part = _fitted(whole, level, scaling)
            # The decoder may have reduced a large photo already, so its pixels do not tell all.
            is_large = _pixels(whole) > _WORTH_CACHING * _pixels(part)
            if state is not None and (is_large or state[1] > _LARGE_FILE):
                _write_cached(file, state, encode(part))
        return _fitted(part, size, scaling)

    def _file(self, path: Path, level: int, kind: str) -> Path:
        assert self._folder is not None
        name = hashlib.blake2b(f"{kind} {level} {path}".encode(errors="surrogateescape"))
        digest = name.hexdigest()[:32]
        return self._folder / digest[:2] / f"{digest[2:]}.thumb"


def blend(photo: Array, mask: Array, colors: Array, opacity: float = OVERLAY_OPACITY) -> Array:
    """Lay a mask over a photo: regions filled, and their borders drawn at full strength.

    Args:
        photo: RGB uint8 H×W×3.
        mask: uint8 of any size; scaled to the photo's by nearest neighbour.
        colors: uint8 256×4, (r, g, b, a) of each mask value; a = 0 is not shown.
        opacity: Share of the class colour inside a region, 0 to 1.

    Returns:
        RGB uint8 H×W×3, a new array.
    """
    height, width = photo.shape[:2]
    if mask.shape != (height, width):
        mask = _resized(mask, width, height, cv2.INTER_NEAREST)
    shown = colors[:, 3][mask] > 0
    if not shown.any():
        return photo.copy()
    fill = colors[:, :3][mask]
    mixed = cv2.addWeighted(photo, 1 - opacity, fill, opacity, 0).astype(np.uint8, copy=False)
    result = np.where(shown[..., None], mixed, photo)
    border = _borders(mask) & shown
    result[border] = fill[border]
    return result


def _borders(mask: Array) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Pixels with a neighbour (left, right, above, below) of another value."""
    border = np.zeros(mask.shape, np.bool_)
    across = mask[:, 1:] != mask[:, :-1]
    border[:, 1:] |= across
    border[:, :-1] |= across
    down = mask[1:] != mask[:-1]
    border[1:] |= down
    border[:-1] |= down
    return border


def _pixels(array: Array) -> int:
    height, width = array.shape[:2]
    return int(height) * int(width)


def _fitted(array: Array, size: int, scaling: int) -> Array:
    height, width = array.shape[:2]
    scale = size / max(height, width, 1)
    if scale >= 1:
        return array
    return _resized(array, max(1, round(width * scale)), max(1, round(height * scale)), scaling)


def _resized(array: Array, width: int, height: int, scaling: int) -> Array:
    resized = cv2.resize(array, (width, height), interpolation=scaling)
    return resized.astype(np.uint8, copy=False)


def _encode_photo(photo: Array) -> bytes:
    bgr = cv2.cvtColor(photo, cv2.COLOR_RGB2BGR)
    return cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])[1].tobytes()


def _decode_photo(data: bytes) -> Array | None:
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if decoded is None:
        return None
    return cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)


def _encode_mask(mask: Array) -> bytes:
    return cv2.imencode(".png", mask)[1].tobytes()


def _decode_mask(data: bytes) -> Array | None:
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if decoded is None or decoded.ndim != 2:
        return None
    return decoded.astype(np.uint8, copy=False)


def _state(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None  # reading the file itself will say what is wrong
    return status.st_mtime_ns, status.st_size


def _read_cached(file: Path, state: tuple[int, int] | None) -> bytes | None:
    """A cached part, if it was made from the file as it is now."""
    try:
        data = file.read_bytes()
    except OSError:
        return None
    if state is None or len(data) <= _HEADER.size or _HEADER.unpack_from(data) != state:
        return None
    return data[_HEADER.size :]


def _write_cached(file: Path, state: tuple[int, int], data: bytes) -> None:
    """Keep a part. It is only a cache: where it cannot be written, the program does without."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=file.parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(_HEADER.pack(*state) + data)
            Path(temporary).replace(file)
        except OSError:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
            raise
    except OSError as error:
        _log.warning("thumbnail not cached: %s", error)
