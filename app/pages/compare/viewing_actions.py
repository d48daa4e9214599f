"""The keys of the list of samples and of the linked views."""

from __future__ import annotations

from collections.abc import Callable

from app.actions import Action
from app.session import Session
from widgets.comparison.grid.panel import PanelKind
from widgets.comparison.samples.sample_list import SampleList
from widgets.comparison.viewing.viewer import ComparisonViewer


def viewing_actions(
    samples: SampleList, viewer: ComparisonViewer, session: Session, edit: Callable[[], None]
) -> list[Action]:
    """Commands for the list and the views.

    Args:
        samples: The list.
        viewer: The views.
        session: Told what cannot be done.
        edit: Opens the chosen sample in the editor.
    """
    bar, views = viewer.bar, viewer.views
    walking, looking = "Samples", "Views"

    def enter() -> None:
        if samples.filter_edit.hasFocus():
            samples.table.setFocus()
        else:
            edit()

    def search() -> None:
        samples.filter_edit.setFocus()
        samples.filter_edit.selectAll()

    def show_all() -> None:
        samples.clear_chosen()

    def step_region(by: int) -> None:
        if not views.step_region(by) and samples.current:
            session.message.emit("This sample has no regions of errors.")

    return [
        Action(
            "compare.edit",
            "Open the sample in the editor",
            enter,
            ("E", "Return", "Enter"),
            "pencil-outline",
            walking,
        ),
        Action("compare.next", "Next sample", lambda: samples.step(1), ("D", "Right"), "", walking),
        Action(
            "compare.previous",
            "Previous sample",
            lambda: samples.step(-1),
            ("A", "Left"),
            "",
            walking,
        ),
        Action("compare.filter", "Search the samples", search, ("Ctrl+F",), "", walking),
        Action("compare.all", "Show all samples again", show_all, ("Escape",), "", walking),
        Action(
            "compare.next_region",
            "Next region of errors",
            lambda: step_region(1),
            (".",),
            "",
            looking,
        ),
        Action(
            "compare.previous_region",
            "Region of errors before this one",
            lambda: step_region(-1),
            (",",),
            "",
            looking,
        ),
        Action("compare.swipe", "Swipe between two runs", viewer.toggle_swipe, ("S",), "", looking),
        Action(
            "compare.blink",
            "Blink between two runs",
            bar.blink_button.click,
            ("B",),
            "",
            looking,
        ),
        Action(
            "compare.who",
            "Where only one of two runs is right",
            lambda: bar.toggle_kind(PanelKind.AGREEMENT),
            ("V",),
            "",
            looking,
        ),
        Action(
            "compare.confidence",
            "Confidence of the runs",
            lambda: bar.toggle_kind(PanelKind.CONFIDENCE),
            ("C",),
            "",
            looking,
        ),
        Action(
            "compare.overlays", "Show overlays", bar.overlays_button.toggle, ("X",), "", looking
        ),
        Action(
            "compare.outlines",
            "Outline the regions of errors",
            bar.outlines_button.toggle,
            ("O",),
            "",
            looking,
        ),
        Action(
            "compare.hatching",
            "Hatch the errors",
            bar.hatched_button.toggle,
            ("H",),
            "",
            looking,
        ),
        Action("compare.fit", "Show the whole image", views.fit, ("0",), "", looking),
    ]
