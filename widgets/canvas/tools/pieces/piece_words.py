"""What the piece tool says: beside the cursor, in the undo menu, and when nothing is to be done."""

from __future__ import annotations

from core.masks.pieces.actions import PieceAction, Pointed
from core.masks.pieces.finding import BACKGROUND
from widgets.canvas.tools.base import Host

NOTHING_HERE = "There is no piece here, only background."

STEP_NAMES: dict[PieceAction, str] = {
    "keep": "Keep only this piece",
    "fill": "Fill holes",
    "grow": "Grow piece",
    "shrink": "Shrink piece",
    "smooth": "Smooth piece",
    "split": "Split piece",
    "merge": "Merge pieces",
}
_NOTHING_TO_DO: dict[PieceAction, str] = {
    "keep": "This is the only piece already.",
    "fill": "This piece has no holes.",
    "grow": "There is no background beside this piece to grow over.",
    "shrink": "This piece covers the whole image: it has no border to shrink from.",
    "smooth": "This piece is as smooth as that already.",
    "merge": "There is nothing to merge.",
}


def why_nothing_to_do(action: PieceAction) -> str:
    """Why a click changes nothing."""
    return _NOTHING_TO_DO[action]


def piece_lines(
    host: Host,
    pointed: Pointed,
    action: PieceAction,
    *,
    any_class: bool,
    reach: int,
    first: int | None,
) -> list[str]:
    """The label beside the cursor: what the piece is, then what a click and the keys do.

    Args:
        host: Knows the classes.
        pointed: The piece.
        action: What a click does.
        any_class: Whether the piece may have several classes.
        reach: The number of pixels that is set.
        first: Class of the piece that was chosen to be merged; None when none was.
    """
    across = any_class and action != "copy"
    name = "piece" if across else f"{host.class_name(pointed.value)} piece"
    lines = [f"{name}, {_pixels(pointed.area)}"]
    if action == "change":
        lines.append(_changing(host, pointed, any_class=any_class))
    elif action == "delete":
        lines.append("click: delete")
    else:
        click = _click(host, pointed, action, reach, first)
        lines.append(f"{click} · Delete: delete")
    return lines


def _changing(host: Host, pointed: Pointed, *, any_class: bool) -> str:
    wanted = host.current_class
    if wanted == BACKGROUND:
        return "click: delete"
    if pointed.value == wanted and not any_class:
        return "Delete: delete"
    return f"click: make it {host.class_name(wanted)} · Delete: delete"


def _click(host: Host, pointed: Pointed, action: PieceAction, reach: int, first: int | None) -> str:
    change = pointed.change
    if action == "split":
        return "drag a line through it to split it"
    if action == "copy":
        return "click: copy it to the next image"
    if action == "merge":
        if change is None:
            return "click: choose it for merging" if first is None else "click: choose it no more"
        name = host.class_name(first if first is not None else pointed.value)
        if pointed.joins:
            return f"click: join it with the first, as {name}"
        return f"click: make it {name}; the gap is wider than {reach} px and stays"
    if change is None or change.region.rect.is_empty:
        return why_nothing_to_do(action)
    if action == "keep":
        others = "the other piece" if pointed.count == 1 else f"the {pointed.count:,} other pieces"
        return f"click: delete {others}, {_pixels(pointed.changed)}"
    if action == "fill":
        return f"click: fill its holes, {_pixels(pointed.changed)}"
    if change.result.rect.is_empty:
        return "nothing would be left of it"
    if action == "smooth":
        return f"click: smooth it, {_pixels(pointed.changed)} change"
    return f"click: {action} by {reach} px, {_pixels(pointed.changed)}"


def _pixels(area: int) -> str:
    return "1 pixel" if area == 1 else f"{area:,} pixels"
