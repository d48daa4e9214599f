"""What the editor says above the canvas, and the ways out that it offers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from app.pages.annotate.showing.content import EditContent, MaskState

Choice = tuple[str, str, Callable[[], object]]
"""A button: its text, its tooltip, and what it does."""

_NAMED = 4


class Notice(NamedTuple):
    """A sentence and its buttons; the first is the one to take."""

    text: str
    choices: Sequence[Choice] = ()


def read_only(holder: str, try_again: Callable[[], object]) -> Notice:
    """Another window edits the dataset."""
    return Notice(
        f"{holder[:1].upper()}{holder[1:]} edits the masks of this dataset, so here they can only "
        "be looked at. Close it there to edit here.",
        [("Try again", "See whether the other window was closed", try_again)],
    )


def brought_back(
    names: Sequence[str],
    show: Callable[[], object] | None,
    discard: Callable[[], object],
    dismiss: Callable[[], object],
) -> Notice:
    """Strokes of an earlier time are there again; `show` is None when they are on the screen."""
    count, listed = len(names), ", ".join(names[:_NAMED])
    more = f" and {count - _NAMED} more" if count > _NAMED else ""
    what = "1 mask" if count == 1 else f"{count} masks"
    choices: list[Choice] = [
        ("Go on", "Leave them unsaved for now; they are marked below", dismiss),
        ("Discard them", "Show the masks as their files hold them; can be undone", discard),
    ]
    if show is not None:
        name = "Show one" if count > 1 else "Show it"
        choices.insert(0, (name, "Go to it; nothing is saved yet", show))
    return Notice(
        f"Unsaved strokes of {what} from the last time were restored: {listed}{more}.", choices
    )


def no_mask_yet(label_set: str) -> Notice:
    """The sample has no mask."""
    return Notice(
        f"This sample has no mask in {label_set or 'any label set'} yet. "
        "Paint one; saving writes it."
    )


def unfit(
    content: EditContent, start_empty: Callable[[], object], resize: Callable[[], object]
) -> Notice:
    """The mask's file is damaged, or does not fit to the photo."""
    empty = (
        "Start from an empty mask",
        "Draw the mask anew; the file stays as it is until you save",
        start_empty,
    )
    mask, shape = content.mask, content.image_shape
    if mask is None or shape is None:
        return Notice(content.mask_problem, [empty])
    return Notice(
        f"The mask has another size than the photo: {mask.shape[1]} × {mask.shape[0]} instead "
        f"of {shape[1]} × {shape[0]} pixels. It is shown stretched.",
        [
            (
                "Resize to the photo",
                "Scale the mask by nearest neighbour; written when you save",
                resize,
            ),
            empty,
        ],
    )


def changed_elsewhere(
    content: EditContent,
    keep: Callable[[], object],
    take: Callable[[], object],
    compare: Callable[[], object] | None,
    *,
    is_dirty: bool = True,
) -> Notice:
    """The file of a mask is another by now: of one with unsaved strokes, or it is gone."""
    kept = ("Keep my strokes", "Go on with your version; saving then replaces the file", keep)
    if content.state is MaskState.MISSING and not is_dirty:
        return Notice(
            "Another program deleted this mask's file. Here it is still as it was saved.",
            [
                ("Keep the mask", "Go on with it as unsaved; saving writes the file again", keep),
                ("Start from an empty mask", "Let go of it, as its file was", take),
            ],
        )
    if content.state is MaskState.MISSING:
        return Notice(
            "Another program deleted this mask's file, and your strokes are not saved.",
            [kept, ("Drop my strokes", "Start from an empty mask", take)],
        )
    choices: list[Choice] = [
        kept,
        ("Take the file", "Show what the file holds now; undo brings your strokes back", take),
    ]
    if compare is not None:
        choices.append(
            ("Show the difference", "Mark the pixels that differ, or hide them", compare)
        )
    else:
        choices[1] = ("Take the file", "Drop your strokes and open what the file holds now", take)
    return Notice(
        "Another program changed this mask's file, and your strokes are not saved. "
        "Nothing is overwritten until you choose.",
        choices,
    )
