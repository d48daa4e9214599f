"""Repairs from the Dataset page: a preview, one mask or all like it, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.jobs import JobHandle, Jobs
from app.session import Session
from core.dataset import Dataset
from core.errors import PetsegError
from core.flags import Flag
from core.images import Array, read_image
from core.qa.checks import CHECKS
from core.qa.repairs import Repair, find_repair
from core.qa.repairs.applying import context_of, mask_of
from core.qa.repairs.batches import BatchResult, BatchUndo, apply_to_many, undo_batch

if TYPE_CHECKING:
    from widgets.repairs.preview import RepairPreview

# In words, more failures than this are only counted.
_TOLD = 3


@dataclass(frozen=True)
class _Subject:
    """A mask about to be repaired, as it was read."""

    photo: Array | None
    mask: Array
    mend: Callable[[Mapping[str, float]], Array]


class Repairing:
    """Shows what a repair would do to a flagged mask, and does it when told so."""

    def __init__(self, session: Session, jobs: Jobs, parent: QWidget) -> None:
        self._session = session
        self._jobs = jobs
        self._parent = parent
        self._preview: RepairPreview | None = None
        self._flag: Flag | None = None
        self._repair: Repair | None = None
        session.label_set_changed.connect(lambda _name: self._forget())

    @property
    def preview(self) -> RepairPreview:
        """The dialog with the preview, made when it is first needed."""
        if self._preview is None:
            from widgets.repairs.preview import RepairPreview

            self._preview = RepairPreview(self._parent)
            self._preview.repair_one.connect(self._repair_one)
            self._preview.repair_all.connect(self._repair_all)
        return self._preview

    def ask(self, flag: Flag, repair_id: str | None = None) -> None:
        """Show the first repair that a flag's check knows, or that one, with its preview."""
        dataset, label_set = self._session.dataset, self._session.label_set
        check = CHECKS.get(flag.check)
        if dataset is None or check is None or not check.repairs:
            return
        if holder := self._session.edited_by:
            self._session.problem.emit(
                f"The masks are edited in {holder}. Repair them there, or close it first."
            )
            return
        if self._session.is_unsaved(flag.sample):
            self._session.problem.emit(
                f"{flag.sample} has changes in the editor that are not saved. Save or undo them"
                " there, then repair."
            )
            return
        repair = find_repair(repair_id or check.repairs[0])
        self._flag, self._repair = flag, repair
        self._jobs.start(
            f"Reading {flag.sample}",
            lambda _job: _read(dataset, flag.sample, label_set, repair),
            lambda subject: self._show(flag, repair, subject),
            lambda error: self._session.problem.emit(str(error)),
        )

    def shut_down(self) -> None:
        """End the computation in the background."""
        if self._preview is not None:
            self._preview.shut_down()

    def _forget(self) -> None:
        """What was asked for is of other masks than those that are open now."""
        self._flag = None
        if self._preview is not None:
            self._preview.reject()

    def _show(self, flag: Flag, repair: Repair, subject: _Subject) -> None:
        dataset = self._session.dataset
        if dataset is None or flag is not self._flag or repair is not self._repair:
            return  # another one was asked for meanwhile
        self.preview.show_repair(
            repair,
            subject.mend,
            photo=subject.photo,
            mask=subject.mask,
            classes=dataset.classes,
            ignore_index=dataset.ignore_index,
            sample=flag.sample,
            options=repair.default_options(self._session.checking.settings.limit_of),
            similar=len(self._alike(flag)),
        )
        self.preview.open()

    def _alike(self, flag: Flag) -> list[str]:
        """The shown samples with a flag of the same check; those with unsaved changes are not."""
        table = self._session.checking.table
        if table is None:
            return [flag.sample]
        shown = set(self._session.shown) | {flag.sample}
        return [
            sample
            for sample in table.flagged_by(flag.check)
            if sample in shown and not self._session.is_unsaved(sample)
        ]

    def _repair_one(self, options: Mapping[str, float]) -> None:
        if self._flag is not None:
            self._start([self._flag.sample], options)

    def _repair_all(self, options: Mapping[str, float]) -> None:
        if self._flag is not None:
            self._start(self._alike(self._flag), options)

    def _start(self, samples: list[str], options: Mapping[str, float]) -> None:
        session, repair = self._session, self._repair
        dataset, workspace, label_set = session.dataset, session.workspace, session.label_set
        if dataset is None or workspace is None or repair is None:
            return

        def work(job: JobHandle) -> BatchResult:
            return apply_to_many(
                dataset, workspace, samples, label_set, repair, dict(options),
                progress=job.progress, is_cancelled=job.cancelled,
            )  # fmt: skip

        def done(result: BatchResult) -> None:
            if session.workspace is not workspace:
                return  # another dataset is open by now
            session.masks_written(result.changed, label_set)
            if result.batch is None:
                session.message.emit(result.words)
            else:
                batch = result.batch.id
                session.undoable.emit(result.words, lambda: self.undo(batch, label_set))
            if result.failures:
                session.problem.emit(
                    _told([(failure.sample, failure.error) for failure in result.failures])
                )

        what = samples[0] if len(samples) == 1 else f"{len(samples):,} masks"
        self._jobs.start(f"Repairing {what}", work, done)

    def undo(self, batch: str, label_set: str) -> None:
        """Put the masks of a batch back as they were."""
        session, workspace = self._session, self._session.workspace
        if workspace is None:
            return
        if label_set == session.label_set and session.has_unsaved:
            session.problem.emit(
                "Some masks have changes in the editor that are not saved. Save or undo them there,"
                " then take the repairs back."
            )
            return

        def work(job: JobHandle) -> BatchUndo:
            return undo_batch(workspace, batch, progress=job.progress, is_cancelled=job.cancelled)

        def done(result: BatchUndo) -> None:
            if session.workspace is not workspace:
                return
            session.masks_written(result.restored, label_set)
            count = len(result.restored)
            session.message.emit(f"{count:,} {'mask is' if count == 1 else 'masks are'} as before.")
            if result.failures:
                session.problem.emit(
                    _told([(failure.sample, failure.error) for failure in result.failures])
                )

        self._jobs.start(
            "Taking repairs back", work, done, lambda error: session.problem.emit(str(error))
        )


def _read(dataset: Dataset, sample_id: str, label_set: str, repair: Repair) -> _Subject:
    sample = dataset.sample(sample_id)
    mask = mask_of(dataset, sample, label_set)
    context = context_of(dataset, sample)
    photo = None
    if sample.image is not None:
        try:
            photo = read_image(sample.image)
        except PetsegError:
            photo = None  # the preview goes without; the checks tell of the photo
    return _Subject(photo, mask, lambda options: repair.apply(mask, context, options))


def _told(failures: list[tuple[str, PetsegError]]) -> str:
    lines = [f"{sample}: {error}" for sample, error in failures[:_TOLD]]
    more = len(failures) - _TOLD
    return " ".join(lines) + (f" And {more:,} more." if more > 0 else "")
