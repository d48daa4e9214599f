"""Patterns of files, such as `labels/{split}` or `*_mask.png`, and how they are written down."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.dataset.layouts.names import SPLIT, escaped, real_name
from core.dataset.layouts.tree import is_picture, join

# What has a meaning in a layout's text, and so cannot stand in a folder's name there.
_SPECIAL = '+,{}*|"%'


@dataclass(frozen=True, slots=True)
class FilePattern:
    """Where the photos, or the masks of one label set, are.

    Attributes:
        folder: Below the root, with `{split}` for the split's name; "" for the root itself.
        tail: What stands between the sample's stem and the suffix ("_mask" in `a_mask.png`).
        suffix: The only suffix, in small letters (".png"); "" for all suffixes of pictures.
    """

    folder: str
    tail: str = ""
    suffix: str = ""

    @property
    def has_split(self) -> bool:
        """Whether every split has a folder of its own."""
        return SPLIT in self.folder

    @property
    def plain_folder(self) -> str:
        """The folder's name without the split's part, for people; "." for the root."""
        parts = [part.replace(SPLIT, "").strip("_-. ") for part in self.folder.split("/")]
        return "/".join(part for part in parts if part) or "."

    def in_split(self, split: str) -> str:
        """The folder of a split, below the root; `split` is the name of the split's folder.

        With "" it is the folder in which the folders of the splits are.
        """
        if not self.has_split:
            return self.folder
        if split:
            return self.folder.replace(SPLIT, split)
        return "/".join(part for part in self.folder.split("/") if part and SPLIT not in part)

    def file(self, split: str, stem: str) -> str:
        """Where a file of that (real) stem would be written, below the root."""
        return join(self.in_split(split), f"{stem}{self.tail}{self.suffix or '.png'}")

    def stem_of(self, base: str, suffix: str) -> str | None:
        """The stem of the sample a file belongs to, or None when the pattern does not fit.

        Args:
            base: The file's name without its suffix.
            suffix: The suffix in small letters, with its dot.
        """
        if self.suffix and suffix != self.suffix:
            return None
        if not self.tail:
            return base
        stem = base.removesuffix(self.tail)
        return stem if stem and stem != base else None

    def text(self, splits: tuple[str, ...] = ()) -> str:
        """The pattern as `parse_pattern` reads it; with `splits`, these stand for `{split}`."""
        names = ",".join(_quoted(split) for split in splits if split)
        shown = "{" + names + "}" if names else SPLIT
        folder = shown.join(_quoted(part) for part in self.folder.split(SPLIT))
        if self.tail or self.suffix:
            return join(folder, f"*{_quoted(self.tail)}{self.suffix}")
        return folder or "."


def parse_pattern(text: str) -> tuple[FilePattern, tuple[str, ...]]:
    """Read a pattern such as `labels/{split}`, `labels/{train,val}` or `masks/*_mask.png`.

    Returns:
        The pattern, and the splits it names; none for `{split}`.

    Raises:
        ValueError: it is no such pattern; the message says why, for a user.
    """
    text = text.strip().strip("/")
    if not text:
        raise ValueError("a folder is missing")
    splits: tuple[str, ...] = ()
    before, brace, rest = text.partition("{")
    if brace:
        inside, closing, after = rest.partition("}")
        if not closing or "{" in after or "}" in after:
            raise ValueError(f"{text!r} has braces that do not fit")
        if inside.strip() != "split":
            splits = tuple(_unquoted(name) for name in inside.split(",") if name.strip())
        before, text = _unquoted(before), f"{before}{SPLIT}{after}"
    folder, _, last = text.rpartition("/")
    if "*" not in last:
        folder, last = text, ""
    if "*" in folder or last.count("*") > 1 or (last and not last.startswith("*")):
        raise ValueError(f"in {text!r} the star may only stand before the end of a file's name")
    folder = SPLIT.join(_unquoted(part) for part in folder.split(SPLIT))
    parts = [part for part in folder.split("/") if part not in ("", ".")]
    if ".." in parts or folder.startswith("/"):
        raise ValueError(f"{text!r} leads out of the dataset's folder")
    tail, suffix = last.removeprefix("*"), ""
    if is_picture(tail):
        tail, _, suffix = tail.rpartition(".")
        suffix = f".{suffix.lower()}"
    return FilePattern("/".join(parts), real_name(tail), suffix), splits


def beside(photos: FilePattern, name: str) -> FilePattern:
    """The pattern of a new label set of that name, laid out like the photos."""
    parts = photos.folder.split("/") if photos.folder else []
    plain = [place for place, part in enumerate(parts) if SPLIT not in part]
    if plain:
        parts[plain[-1]] = name
    elif parts:
        parts = [name, SPLIT]
    else:
        parts = [name]
    return replace(photos, folder="/".join(parts), tail="", suffix="")


def _quoted(name: str) -> str:
    text = escaped(name, _SPECIAL).replace(" by ", "%20by ")
    text = f"%20{text[1:]}" if text.startswith(" ") else text
    return f"{text[:-1]}%20" if text.endswith(" ") else text


def _unquoted(text: str) -> str:
    return real_name(text.strip())
