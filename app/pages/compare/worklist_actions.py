"""The keys of the worklist, on the whole page and within it."""

from __future__ import annotations

from collections.abc import Callable

from app.actions import Action
from app.comparing.worklist import Worklist
from core.worklist.entries import Decision
from widgets.worklist.bar import WorklistBar
from widgets.worklist.verbs import LOOKS, Verb

DECISIONS = {
    Verb.MODEL: Decision.MODEL,
    Verb.KEEP: Decision.KEEP,
    Verb.IGNORE: Decision.IGNORE,
}
"""The verbs that decide."""


def worklist_actions(
    bar: WorklistBar, worklist: Worklist, decide_framed: Callable[[Verb], None]
) -> list[Action]:
    """Commands of the worklist that work on the whole page; its verbs work within it.

    Args:
        bar: The worklist's bar.
        worklist: Takes back what was done, and does it again.
        decide_framed: Decides the region that is framed.
    """
    group = "Worklist"
    return [
        Action("compare.worklist", "Work through the worklist", bar.work, ("W",), "", group),
        Action(
            "compare.add",
            "Put errors of the shown samples on the worklist",
            bar.add_button.showMenu,
            ("Shift+W",),
            "",
            group,
        ),
        Action(
            "compare.take_back",
            "Take back what was done last on the worklist",
            worklist.take_back_last,
            ("Ctrl+Z",),
            "",
            group,
        ),
        Action(
            "compare.do_again",
            "Do again what was taken back on the worklist",
            worklist.do_again,
            ("Ctrl+Shift+Z", "Ctrl+Y"),
            "",
            group,
        ),
        Action(
            "compare.retrain",
            "Retrain with these repairs",
            bar.retrain_button.retrain,
            ("Ctrl+Shift+R",),
            "",
            group,
        ),
        *(
            Action(
                f"compare.{verb.value}_framed",
                f"{LOOKS[verb].tip} – in the framed region",
                lambda one=verb: decide_framed(one),  # type: ignore[misc]
                (f"Shift+{LOOKS[verb].key}",),
                "",
                group,
            )
            for verb in DECISIONS
        ),
        *(
            Action(
                f"worklist.{verb.value}",
                f"{look.tip} – in the worklist",
                lambda one=verb: bar.do(one),  # type: ignore[misc]
                (look.key,),
                "",
                group,
                is_held=True,
            )
            for verb, look in LOOKS.items()
        ),
    ]
