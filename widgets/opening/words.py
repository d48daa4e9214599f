"""What a layout would make of a folder, in words."""

from __future__ import annotations

from pathlib import Path

from core.dataset.layouts.layout import Candidate
from core.dataset.layouts.names import printable_name


def counts(candidate: Candidate) -> str:
    """How many photos there would be, and how many of them with a mask."""
    photos = _number(candidate.photos, "photo")
    if not candidate.layout.masks:
        return f"{photos} to be labelled"
    with_mask = (
        "all with a mask"
        if candidate.pairs == candidate.photos
        else (f"{candidate.pairs:,} with a mask" if candidate.pairs else "none with a mask")
    )
    alone = candidate.lone_masks
    return f"{photos}, {with_mask}" + (f", {_number(alone, 'lone mask')}" if alone else "")


def splits(candidate: Candidate) -> str:
    """The splits with their sizes."""
    sizes = candidate.split_sizes
    named = [f"{name or 'in no split'} {size:,}" for name, size in sizes.items()]
    return ", ".join(named) if any(sizes) else "none"


def label_sets(candidate: Candidate) -> str:
    """The label sets with their folders."""
    masks = candidate.layout.masks
    if not masks:
        return f"none yet; they will be drawn into {candidate.layout.label_sets[0]}"
    return ", ".join(
        f"{name} ({pattern.text()})" if name not in pattern.text().split("/") else pattern.text()
        for name, pattern in masks.items()
    )


def example_name(path: Path | None, root: Path) -> str:
    """An example's path below the dataset's folder; a dash for none."""
    if path is None:
        return "–"
    relative = path.relative_to(root) if path.is_relative_to(root) else path
    return "/".join(printable_name(part) for part in relative.parts)


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
