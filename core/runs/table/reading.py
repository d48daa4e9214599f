"""From the folders of runs to one table."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from core.errors import PetsegError
from core.runs.record import RunRecord, RunState
from core.runs.run import Run, RunSummary
from core.runs.store import RunStore
from core.runs.table.columns import Column, Kind, RunRow, RunTable, Section, Value
from core.runs.table.measured import Measured, MeasuredFiles
from core.runs.table.settings import setting_column, setting_order, settings_of

# No key of a config has an @ in it.
_ID = "{split}@{label_set}.{figure}"
_TITLES = {
    "mDice": "Mean Dice over the classes, pooled over the samples",
    "mIoU": "Mean IoU over the classes, pooled over the samples",
    "mAcc": "Mean accuracy over the classes, pooled over the samples",
    "aAcc": "Share of all pixels that are right",
}

_FIXED = (
    Column("name", "Run", tip="What the run is called"),
    Column("state", "State", tip="Where the run stands"),
    Column("recipe", "Recipe", tip="The recipe that it was made with"),
    Column("label_set", "Label set", tip="The masks that it has learned"),
    Column(
        "mDice", "Best mDice", Kind.NUMBER, Section.VALIDATION,
        "The best mean Dice of its validations on the val split", "%", 2, "higher",
    ),
    Column(
        "best_iteration", "at iteration", Kind.NUMBER, Section.VALIDATION,
        "The iteration of its best validation", decimals=0,
    ),
    Column(
        "mAcc", "mAcc", Kind.NUMBER, Section.VALIDATION,
        "Mean accuracy over the classes at its best validation", "%", 2, "higher",
    ),
    Column(
        "aAcc", "aAcc", Kind.NUMBER, Section.VALIDATION,
        "Share of all pixels that were right at its best validation", "%", 2, "higher",
    ),
    Column(
        "seconds", "Time", Kind.DURATION, Section.RUN,
        "How long the work on it took or takes so far, pauses not counted", better="lower",
    ),
    Column(
        "iteration", "Iterations done", Kind.NUMBER, Section.RUN, "How far it is or came",
        decimals=0,
    ),
    Column("device", "Device", tip="Where it trained"),
    Column("started", "Started", Kind.MOMENT, Section.RUN, "When its training began"),
    Column("created", "Asked for", Kind.MOMENT, Section.RUN, "When it was queued"),
    Column("parent", "Parent", tip="The run that it tries again with other settings or labels"),
    Column("group", "Group", tip="The group that it belongs to, such as that of its folds"),
    Column("fold", "Fold", Kind.NUMBER, Section.RUN, "Which fold it leaves out", decimals=0),
    Column(
        "samples", "Samples", Kind.NUMBER, Section.RUN, "Masks in use, in training and validation",
        decimals=0,
    ),
    Column("init", "Begins with", tip="The file of weights that it began with"),
    Column("id", "Folder", tip="Name of its folder"),
)  # fmt: skip


class RunTableReader:
    """Reads all runs of a folder into a table; a second time costs only what has changed.

    Not safe for use from several threads at once.

    Args:
        runs_dir: The folder of the runs; it need not exist.
    """

    def __init__(self, runs_dir: Path) -> None:
        self.runs_dir = runs_dir
        self._store = RunStore(runs_dir)
        self._measured = MeasuredFiles()

    def read(self, cancelled: Callable[[], bool] | None = None) -> RunTable:
        """The table as the files are now.

        A run that cannot be read has a row that says so, and never spoils the others.

        Args:
            cancelled: Asked between runs; True ends the work early with the rows so far.

        Raises:
            PetsegError: the folder of the runs cannot be read.
        """
        runs = self._store.list()
        self._measured.keep_only({run.folder for run in runs})
        rows: list[RunRow] = []
        problems: list[str] = []
        for run in runs:
            if cancelled is not None and cancelled():
                break
            row, found = self._row(run)
            problems += found
            if row is not None:
                rows.append(row)
        rows = _with_parents(rows)
        return RunTable(_columns(rows), tuple(rows), tuple(problems))

    def _row(self, run: Run) -> tuple[RunRow | None, list[str]]:
        try:
            summary = run.summary()
            if run.problem:
                if not run.folder.is_dir():
                    return None, []  # deleted while the others were read
                return _unreadable(run, run.problem)
            record = run.record
            measured, damaged = self._measured.read(run.folder)
            values = _values(run, summary, record, measured)
        except (PetsegError, OSError, ValueError, OverflowError) as error:
            # Whatever stands in one run's files, the other runs are shown.
            if not run.folder.is_dir():
                return None, []
            return _unreadable(run, str(error))
        problems = [
            f"Run {summary.name}: its figures in {name} cannot be read; measure it again."
            for name in damaged
        ]
        if run.damaged_events:
            lines = "1 line" if run.damaged_events == 1 else f"{run.damaged_events} lines"
            problems.append(
                f"Run {summary.name}: {lines} of its events cannot be read and are left out."
            )
        return RunRow(run.id, summary.name, summary.state, summary.reason, "", values), problems


def _unreadable(run: Run, problem: str) -> tuple[RunRow, list[str]]:
    values: dict[str, Value] = {"name": run.id, "id": run.id, "state": str(RunState.FAILED)}
    row = RunRow(run.id, run.id, RunState.FAILED, problem, problem, values)
    return row, [f"Run {run.id} cannot be read. {problem}"]


def _values(
    run: Run, summary: RunSummary, record: RunRecord, measured: Iterable[Measured]
) -> dict[str, Value]:
    best = run.progress().best_validation
    values: dict[str, Value] = {
        **settings_of(record),
        "name": summary.name,
        "state": str(summary.state),
        "recipe": summary.recipe,
        "label_set": summary.label_set,
        "seconds": summary.seconds,
        "iteration": float(summary.iteration) if summary.iteration else None,
        "device": summary.device or None,
        "started": _seconds(summary.started),
        "created": _seconds(summary.created),
        "parent": record.parent,
        "group": record.group,
        "fold": None if record.fold is None else float(record.fold),
        "samples": float(len(record.dataset.fingerprint)) or None,
        "init": record.init.name if record.init is not None else None,
        "id": run.id,
    }
    if best is not None:
        values |= {
            "mDice": best.mDice,
            "best_iteration": float(best.iteration),
            "mAcc": best.mAcc,
            "aAcc": best.aAcc,
        }
        values |= {f"dice.{each.name}": each.dice for each in best.classes}
    elif summary.best is not None:
        values |= {
            "mDice": summary.best.mDice,
            "best_iteration": float(summary.best.iteration),
        }
    for found in measured:
        place = {"split": found.split or "all", "label_set": found.label_set}
        for name, figure in found.figures.items():
            values[_ID.format(**place, figure=name)] = figure
        for name, figure in found.dice.items():
            values[_ID.format(**place, figure=f"dice.{name}")] = figure
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in values.items()
    }


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()


def _with_parents(rows: list[RunRow]) -> list[RunRow]:
    """Parents by their names, or as gone."""
    names = {row.id: row.name for row in rows}
    made = []
    for row in rows:
        parent = row.get("parent")
        if isinstance(parent, str):
            said = names.get(parent, f"{parent} (deleted)")
            values = {**row.values, "parent": said}
            row = RunRow(row.id, row.name, row.state, row.reason, row.problem, values)
        made.append(row)
    return made


def _columns(rows: Iterable[RunRow]) -> tuple[Column, ...]:
    """The columns that any row has something in, in their order."""
    kinds: dict[str, Kind] = {}
    for row in rows:
        for key, value in row.values.items():
            if value is None:
                continue
            kind = Kind.TEXT if isinstance(value, str) else Kind.NUMBER
            # Numbers in some runs and words in others, such as class weights: all are words then.
            kinds[key] = Kind.TEXT if kinds.get(key) is Kind.TEXT else kind
    fixed = [column for column in _FIXED if column.id in kinds]
    places = {column.id: place for place, column in enumerate(fixed)}
    at = places.get("aAcc", places.get("best_iteration", len(fixed) - 1)) + 1
    class_dice = [_class_dice(key) for key in kinds if key.startswith("dice.")]
    measured = [column for key in kinds if (column := _measured_column(key)) is not None]
    known = {column.id for column in (*fixed, *class_dice, *measured)}
    settings = {key: kind for key, kind in kinds.items() if key not in known}
    return (
        *fixed[:at],
        *class_dice,
        *sorted(measured, key=lambda column: column.id.rpartition(".")[0]),
        *fixed[at:],
        *(setting_column(name, settings[name]) for name in setting_order(settings)),
    )


def _class_dice(key: str) -> Column:
    name = key.removeprefix("dice.")
    return Column(
        key, f"Dice {name}", Kind.NUMBER, Section.VALIDATION,
        f"Dice of {name} at its best validation", "%", 2, "higher",
    )  # fmt: skip


def _measured_column(key: str) -> Column | None:
    split, at, rest = key.partition("@")
    if not at:
        return None
    label_set, of_class, figure = rest.partition(".dice.")
    if of_class:
        title, words = f"{split} Dice {figure}", f"Dice of {figure}"
    else:
        label_set, _, figure = rest.rpartition(".")
        title, words = f"{split} {figure}", _TITLES[figure]
    return Column(
        key, f"{title} ({label_set})", Kind.NUMBER, Section.MEASURED,
        f"{words}, as last measured on {split} against {label_set}", "%", 2, "higher",
    )  # fmt: skip
