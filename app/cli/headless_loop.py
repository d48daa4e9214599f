"""The whole loop as commands, for a machine without a display: what `make run` does there."""

from __future__ import annotations

import shlex
from pathlib import Path

from app.cli import main as petseg
from app.cli.errors import DONE, JobFailed
from app.cli.opening import opened, run_store
from app.cli.output import facts, say
from app.cli.progress import note

RECIPE = "demo-cpu"


def run_loop(folder: Path, settings: tuple[str, ...] = ()) -> None:
    """Draw the demo if it is absent, check it, train on it, measure the run, and say where it is.

    Args:
        folder: The demo's folder.
        settings: `--set` values for the training, for a shorter run.

    Raises:
        JobFailed: a command failed and has said why.
    """
    dataset = str(folder)
    # The list of defects is written last: a drawing that was cut off is drawn again.
    if not (folder / "demo_defects.json").is_file():
        _step("demo", dataset)
    _step("info", dataset)
    _step("qa", dataset)
    changes = [part for setting in settings for part in ("--set", setting)]
    _step("train", dataset, "--recipe", RECIPE, *changes)
    run = run_store(opened(folder, None)).list()[0]
    _step("eval", dataset, run.id)

    from core.evaluation.evaluate import metrics_path

    say()
    facts(
        [
            ("metrics", str(metrics_path(run, "val", run.label_set))),
            ("run", str(run.folder)),
            ("dataset", dataset),
        ]
    )


def _step(*arguments: str) -> None:
    note(f"\n$ petseg {shlex.join(arguments)}")
    code = petseg.run(list(arguments))
    if code != DONE:
        raise JobFailed(f"`petseg {arguments[0]}` ended with exit code {code}.", code)
