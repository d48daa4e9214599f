"""Masks going out to LabelMe."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox, QWidget

from app.jobs import JobHandle
from app.pages.annotate.desk import Desk
from app.pages.annotate.labelme.returns import in_editor, mask_to_lend
from app.pages.annotate.labelme.watch import LabelMeWatch
from app.pages.annotate.showing.open_masks import MaskKey
from core.errors import PetsegError
from core.images import Array
from core.interop.labelme.exchange import Loan, lend
from core.interop.labelme.launching import LabelMeProcess, require_installed, start_labelme
from core.interop.labels import LabelNames
from core.runs.processes import create_time
from widgets.flags.severity import counted

MANY = 50
"""More samples than this are opened only after asking."""


class _Opened(NamedTuple):
    loan: Loan
    process: LabelMeProcess | None


def ask_about_many(parent: QWidget, count: int) -> bool:
    """Ask whether so many samples are to be opened."""
    answer = QMessageBox.question(
        parent,
        "Open in LabelMe",
        f"Open all {count:,} samples that are shown? Their photos are copied for LabelMe. "
        "A filter on the Data page makes them fewer.",
        QMessageBox.StandardButton.Open | QMessageBox.StandardButton.Cancel,
        QMessageBox.StandardButton.Cancel,
    )
    return answer == QMessageBox.StandardButton.Open


class LabelMeLending(QObject):
    """Gives masks to LabelMe and starts it.

    Args:
        desk: What it works with.
        watch: Waits for what LabelMe saves.
        parent: Owner.
    """

    def __init__(self, desk: Desk, watch: LabelMeWatch, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._watch = watch
        self.ask_about_many: Callable[[QWidget, int], bool] = ask_about_many
        self.start: Callable[[Path, Path, Sequence[str]], LabelMeProcess] = start_labelme

    def open_shown(self) -> None:
        """Open the sample that is shown."""
        current = self._desk.session.current
        if current is None:
            self._desk.session.message.emit("There is no sample to open in LabelMe.")
        else:
            self._open([current])

    def open_selection(self) -> None:
        """Open all samples that the Data page's filter shows."""
        wanted = list(self._desk.session.shown)
        if not wanted:
            self._desk.session.message.emit("There is no sample to open in LabelMe.")
        elif len(wanted) <= MANY or self.ask_about_many(self._desk.view, len(wanted)):
            self._open(wanted)

    def _open(self, wanted: Sequence[str]) -> None:
        session, canvas = self._desk.session, self._desk.view.canvas
        dataset, workspace, label_set = session.dataset, session.workspace, session.label_set
        if dataset is None or workspace is None:
            return
        try:
            require_installed()
        except PetsegError as error:
            session.problem.emit(str(error))
            return
        lent = [each for each in wanted if self._watch.is_lent(label_set, each)]
        if lent:
            what = f"{lent[0]} is" if len(lent) == 1 else f"{len(lent):,} samples are"
            session.message.emit(f"{what} open in LabelMe already.")
        samples = [each for each in wanted if each not in set(lent)]
        if not samples:
            return
        canvas.cancel()
        painted = in_editor(self._desk)
        unsaved = {each for each in samples if session.is_unsaved(each)}
        labels = LabelNames(dataset.classes, dataset.ignore_index).offered

        def mask_of(key: MaskKey) -> Array:
            if key in painted:
                return painted[key]
            if key.sample_id in unsaved:
                raise PetsegError(
                    f"{key.sample_id} has unsaved changes", remedy="Save it before it is opened."
                )
            return mask_to_lend(dataset, key)

        def work(job: JobHandle) -> _Opened:
            masks = ((each, partial(mask_of, MaskKey(label_set, each))) for each in samples)
            loan = lend(
                dataset, workspace, label_set, masks, len(samples),
                on_progress=job.progress, cancelled=job.cancelled,
            )  # fmt: skip
            if not loan.exchanges or job.cancelled():
                return _Opened(loan, None)
            process = self.start(loan.target, loan.folder, labels)
            loan.remember(process.pid, create_time(process.pid) or 0.0)
            return _Opened(loan, process)

        what = samples[0] if len(samples) == 1 else f"{len(samples):,} samples"
        self._desk.jobs.start(f"Opening {what} in LabelMe", work, self._on_opened)

    def _on_opened(self, opened: _Opened) -> None:
        session, loan = self._desk.session, opened.loan
        if not shiboken6.isValid(self):
            return
        if loan.problems:
            first, problem = loan.problems[0]
            more = f" And {len(loan.problems) - 1:,} more." if len(loan.problems) > 1 else ""
            session.problem.emit(f"Not opened in LabelMe: {first}. {problem}{more}")
        if opened.process is not None:
            self._watch.add(loan, opened.process)
            session.message.emit(
                f"{counted(len(loan.exchanges), 'mask')} opened in LabelMe. What is saved there "
                "is offered here."
            )
