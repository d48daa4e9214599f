"""What an image file says of itself, read without decoding its pixels.

PNG and JPEG are read by hand, because a scan asks every file and Pillow takes several times as
long; the other formats are left to Pillow. Sources: PNG (ISO/IEC 15948), JPEG (ITU-T T.81), Exif
2.3 for the orientation.
"""

from __future__ import annotations

import io
import struct
import warnings
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from core.errors import PetsegError

MOST_PIXELS = 80_000_000
"""A photo or mask with more pixels than this is not decoded."""

# Pillow's own limit warns on the terminal; ours is in words and comes before anything is decoded.
Image.MAX_IMAGE_PIXELS = None
# Nor need the terminal hear of damaged metadata.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
JPEG_SIGNATURE = b"\xff\xd8"

_PNG_MODES = {0: "L", 2: "RGB", 3: "P", 4: "LA", 6: "RGBA"}
_JPEG_MODES = {1: "L", 3: "RGB", 4: "CMYK"}
# Frame headers are C0 to CF, without these, which are tables.
_NO_FRAME = (0xC4, 0xC8, 0xCC)
_FRAMES = frozenset(marker for marker in range(0xC0, 0xD0) if marker not in _NO_FRAME)
_APP1, _SCAN, _END = 0xE1, 0xDA, 0xD9
# Markers that stand alone, without a length: TEM, RST0 to RST7, SOI.
_ALONE = frozenset((0x01, *range(0xD0, 0xD9)))
_ORIENTATION_TAG = 0x0112
_WIDTH_TAG, _HEIGHT_TAG, _BITS_TAG = 256, 257, 258  # of TIFF
_MOST_CHUNKS = 4096
_BITS = {"1": 1, "I": 32, "F": 32}


class ImageHeader(NamedTuple):
    """What a file says of its picture.

    Attributes:
        format: Name of the format as Pillow has it: "PNG", "JPEG", "BMP", "TIFF", "WEBP", …
        width, height: Size in pixels as stored, before any EXIF orientation is applied.
        mode: How pixels are kept, in Pillow's words: "1", "L", "LA", "P", "RGB", "RGBA", "CMYK",
            "I;16", …
        bits: Bits per channel; of the index for palette files.
        orientation: EXIF orientation, 1 to 8; 1 is upright, 5 to 8 swap width and height.
        has_alpha: Whether some pixels may be transparent.
        frames: Number of pictures in the file.
    """

    format: str
    width: int
    height: int
    mode: str
    bits: int
    orientation: int = 1
    has_alpha: bool = False
    frames: int = 1

    @property
    def pixels(self) -> int:
        """Number of pixels."""
        return self.width * self.height

    @property
    def upright_size(self) -> tuple[int, int]:
        """Width and height once the EXIF orientation is applied."""
        if self.orientation >= 5:
            return self.height, self.width
        return self.width, self.height


def probe(data: bytes, path: Path | None = None, what: str = "image") -> ImageHeader:
    """Read the header of an image file.

    Args:
        data: The file's bytes.
        path: The file, for the error message.
        what: What the file should be, for the error message: "image" or "mask".

    Raises:
        PetsegError: there are no bytes, they are of no known format, or the header is damaged.
    """
    if not data:
        raise PetsegError(
            f"The {what} cannot be read because the file is empty",
            path=path,
            remedy=_remedy(what),
        )
    try:
        if data.startswith(PNG_SIGNATURE):
            return _probe_png(data)
        if data.startswith(JPEG_SIGNATURE):
            return _probe_jpeg(data)
        return _probe_other(data)
    # Pillow's readers raise whatever a damaged header makes them stumble over.
    except Exception as error:
        raise unreadable(what, path) from error


def require_decodable(header: ImageHeader, path: Path | None, what: str) -> None:
    """Refuse a picture that would take gigabytes of memory.

    Raises:
        PetsegError: it has more than `MOST_PIXELS` pixels.
    """
    if header.pixels > MOST_PIXELS:
        size = f"{header.width}×{header.height}, {header.pixels / 1e6:.0f} megapixels"
        raise too_large(what, path, size)


def is_cut_off(data: bytes) -> bool:
    """Whether a JPEG ends before its picture does.

    Decoders fill what is missing with grey and say nothing. Inside the compressed data the end
    marker cannot occur by chance (T.81, B.1.1.5), and a thumbnail's own end marker comes before.
    """
    scan = _jpeg_scan(data)
    return scan < 0 or data.rfind(b"\xff\xd9", scan) < 0


def unreadable(what: str, path: Path | None) -> PetsegError:
    """The error for a file that cannot be decoded."""
    return PetsegError(f"The {what} cannot be read", path=path, remedy=_remedy(what))


def truncated(what: str, path: Path | None) -> PetsegError:
    """The error for a file whose end is missing."""
    return PetsegError(
        f"The {what} is truncated: the end of the file is missing",
        path=path,
        remedy=_remedy(what),
    )


def too_large(what: str, path: Path | None, size: str) -> PetsegError:
    """The error for a picture of more than `MOST_PIXELS` pixels."""
    return PetsegError(
        f"The {what} is too large to be opened ({size})",
        path=path,
        remedy=f"Split it into tiles of at most {MOST_PIXELS // 1_000_000} megapixels, or exclude "
        "the sample.",
    )


def _remedy(what: str) -> str:
    if what == "mask":
        return "Replace the file with an intact copy, or draw the mask anew in the editor."
    return "Replace the file with an intact copy, or exclude the sample."


def _probe_png(data: bytes) -> ImageHeader:
    width, height, bits, kind = struct.unpack_from(">IIBB", data, 16)
    if data[12:16] != b"IHDR" or not width or not height:
        raise ValueError("no image header")
    mode = "1" if (kind, bits) == (0, 1) else "I;16" if (kind, bits) == (0, 16) else None
    orientation, has_alpha, frames = 1, kind >= 4, 1
    place = 33
    for _ in range(_MOST_CHUNKS):
        name = data[place + 4 : place + 8]
        if name in (b"IDAT", b"IEND") or len(name) < 4:
            break
        length = int.from_bytes(data[place : place + 4], "big")
        if name == b"tRNS":
            has_alpha = True
        elif name == b"acTL":
            frames = max(1, int.from_bytes(data[place + 8 : place + 12], "big"))
        elif name == b"eXIf":
            orientation = _orientation(data[place + 8 : place + 8 + length])
        place += 12 + length
    return ImageHeader(
        "PNG", width, height, mode or _PNG_MODES[kind], bits, orientation, has_alpha, frames
    )


def _probe_jpeg(data: bytes) -> ImageHeader:
    place, orientation = 2, 1
    end = len(data)
    while place + 4 <= end:
        if data[place] != 0xFF:
            place += 1  # rubbish between segments, which decoders skip too
            continue
        marker = data[place + 1]
        if marker == 0xFF:
            place += 1
            continue
        if marker in _ALONE:
            place += 2
            continue
        if marker in (_SCAN, _END):
            break
        length = int.from_bytes(data[place + 2 : place + 4], "big")
        if marker in _FRAMES:
            bits, height, width, channels = struct.unpack_from(">BHHB", data, place + 4)
            if not width or not height:
                raise ValueError("no size")
            return ImageHeader("JPEG", width, height, _JPEG_MODES[channels], bits, orientation)
        if marker == _APP1 and data[place + 4 : place + 10] == b"Exif\0\0":
            orientation = _orientation(data[place + 10 : place + 2 + length])
        place += 2 + length
    raise ValueError("no frame header")


def _jpeg_scan(data: bytes) -> int:
    """Where the first scan begins; -1 without one."""
    place = 2
    while place + 4 <= len(data):
        if data[place] != 0xFF or data[place + 1] == 0xFF:
            place += 1
        elif data[place + 1] in _ALONE:
            place += 2
        elif data[place + 1] == _SCAN:
            return place
        else:
            place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    return -1


def _orientation(exif: bytes) -> int:
    """The orientation in a block of Exif (a TIFF header and its first directory); 1 if unsaid."""
    if len(exif) < 14 or exif[:2] not in (b"II", b"MM"):
        return 1
    order = "<" if exif[:2] == b"II" else ">"
    try:
        (directory,) = struct.unpack_from(order + "I", exif, 4)
        (entries,) = struct.unpack_from(order + "H", exif, directory)
        for number in range(min(entries, 256)):
            tag, _, _, value = struct.unpack_from(order + "HHIH", exif, directory + 2 + 12 * number)
            if tag == _ORIENTATION_TAG:
                return value if 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1


def _probe_other(data: bytes) -> ImageHeader:
    with Image.open(io.BytesIO(data)) as image:
        mode = image.mode
        depth = 16 if "16" in mode else _BITS.get(mode, 8)
        width, height = image.size
        if image.format == "TIFF":
            tags = image.tag_v2  # type: ignore[attr-defined]
            # Pillow gives the size as it is once turned, and names 16-bit colour RGB as well.
            width, height = int(tags[_WIDTH_TAG]), int(tags[_HEIGHT_TAG])
            depth = depth if mode.startswith("I;") else max(tags.get(_BITS_TAG, (depth,)))
        orientation = image.getexif().get(_ORIENTATION_TAG, 1)
        return ImageHeader(
            format=image.format or "",
            width=width,
            height=height,
            mode=mode,
            bits=int(depth),
            orientation=orientation if orientation in range(1, 9) else 1,
            has_alpha=mode in ("LA", "PA", "RGBA", "RGBa", "La") or "transparency" in image.info,
            frames=int(getattr(image, "n_frames", 1)),
        )
