"""The open dataset and what is chosen in it: the one object that all pages share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.checking import Checking
from app.curation import Curation
from app.jobs import JobHandle, Jobs
from app.opened import Opened, open_with_workspace
from core.dataset import Dataset, Sample
from core.dataset.layouts.layout import AmbiguousLayout
from core.dataset.sample_table import ids_of
from core.dataset.workspace import Workspace
from core.errors import PetsegError
from core.flags import FlagBook


class Session(QObject):
    """What is open: dataset, label set, current sample, the gallery's filter, and the flags.

    Pages read it and call its verbs; it answers with signals. `checking` knows what the checks
    say, `curation` what people say of the samples.
    """

    dataset_changed = Signal()
    label_set_changed = Signal(str)
    current_changed = Signal(str)
    shown_changed = Signal()
    flags_changed = Signal(object)
    """A set of sample ids whose flags changed, or None for all of them."""
    scan_changed = Signal()
    """A scan has begun or ended."""
    edited_by_changed = Signal(str)
    """Who else edits the masks of this workspace is somebody else now; "" for nobody."""
    sample_checked = Signal(str)
    """A saved sample has been checked again; its flags are up to date."""
    runs_changed = Signal()
    edit_requested = Signal(str)
    place_requested = Signal(str, object)
    """A place of a sample is to be shown in the editor: its box (left, top, width, height)."""
    retrain_requested = Signal(str)
    """The id of a run that is to be trained once more, on the labels as they are now."""
    open_run_requested = Signal(str)
    suspects_requested = Signal(str)
    """The name of a group of folds whose label suspects are wanted."""
    recipe_values_chosen = Signal(object, str)
    """Values for the training form by field, and what they are, in a few words."""
    open_folder_requested = Signal()
    open_requested = Signal(object, object, object)
    """A dataset is to be opened: its path, its workspace or None, its layout or None."""
    open_demo_requested = Signal()
    files_changed = Signal(object)
    """The set of sample ids whose masks were written, but not by the editor."""
    masks_changed = Signal(object)
    """The set of sample ids whose masks of the label set were written, by whomever."""
    activity_changed = Signal(str)
    """What is being trained, and where, in a few words; empty when nothing is."""
    layout_asked = Signal(object, object, object)
    """A folder can be read in several ways: the AmbiguousLayout, the path, the workspace."""
    message = Signal(str)
    undoable = Signal(str, object)
    """What was done, in a few words, and a function that takes it back."""
    problem = Signal(str)

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self.dataset: Dataset | None = None
        self.workspace: Workspace | None = None
        self.label_set: str = ""
        self.current: str | None = None
        self.shown: list[str] = []
        self._unsaved: set[str] = set()
        self._edited_by = ""
        self._opened_with: tuple[Path | str, Path | str | None, str | None] | None = None
        self.checking = Checking(jobs, self)
        self.curation = Curation(self)
        self.checking.flags_changed.connect(self.flags_changed)
        self.checking.scan_changed.connect(self.scan_changed)
        self.checking.sample_checked.connect(self.sample_checked)
        for part in (self.checking, self.curation):
            part.message.connect(self.message)
            part.problem.connect(self.problem)
        self.curation.undoable.connect(self.undoable)

    @property
    def flags(self) -> FlagBook:
        """The flags by sample id."""
        return self.checking.flags

    @property
    def excluded(self) -> dict[str, str]:
        """The samples left out of training, with the reasons."""
        return self.curation.excluded

    @property
    def is_scanning(self) -> bool:
        """Whether a scan is under way."""
        return self.checking.is_scanning

    @property
    def scan_job(self) -> JobHandle | None:
        """The scan that is under way: its progress, and how to cancel it."""
        return self.checking.scan_job

    def set_unsaved(self, sample_ids: Iterable[str]) -> None:
        """Say which masks of the label set have changes that no file holds."""
        self._unsaved = set(sample_ids)

    @property
    def has_unsaved(self) -> bool:
        """Whether any mask of the label set has changes in the editor that no file holds."""
        return bool(self._unsaved)

    @property
    def edited_by(self) -> str:
        """Who else edits the masks of this workspace, in words; "" when nobody does."""
        return self._edited_by

    def set_edited_by(self, holder: str) -> None:
        """Say that another window edits the masks, so that this one changes none; "" for nobody."""
        if holder != self._edited_by:
            self._edited_by = holder
            self.edited_by_changed.emit(holder)

    def is_unsaved(self, sample_id: str) -> bool:
        """Whether a mask has changes in the editor that no file holds."""
        return sample_id in self._unsaved

    def is_checked(self, sample_id: str) -> bool:
        """Whether the checks have looked at a sample."""
        return self.checking.is_checked(sample_id)

    @property
    def sample(self) -> Sample | None:
        """The current sample."""
        if self.dataset is None or self.current is None:
            return None
        return self.dataset.sample(self.current)

    def open(self, path: Path | str, workspace: Path | str | None = None) -> None:
        """Open a dataset in place of the one that is open, and scan it.

        Raises:
            PetsegError: it cannot be opened; the one that is open stays.
        """
        self._take(open_with_workspace(path, workspace), path, workspace, None)

    def open_later(
        self,
        path: Path | str,
        workspace: Path | str | None = None,
        *,
        layout: str | None = None,
        remember_layout: bool = False,
    ) -> None:
        """Open a dataset without making the window wait; a failure is told by `problem`.

        Args:
            path: The dataset's folder.
            workspace: See `open_dataset`.
            layout: How to read the folder, where it can be read in several ways.
            remember_layout: Whether to write that into the dataset's settings.
        """

        def failed(error: PetsegError) -> None:
            if isinstance(error, AmbiguousLayout):
                self.layout_asked.emit(error, path, workspace)
            else:
                self.problem.emit(str(error))

        self._jobs.start(
            f"Opening {Path(path).name}",
            lambda _job: open_with_workspace(
                path, workspace, layout=layout, remember_layout=remember_layout
            ),
            lambda opened: self._take(opened, path, workspace, layout),
            failed,
        )

    def reopen(self) -> None:
        """Ask the window to open the same dataset again, for its settings were changed."""
        if self._opened_with is not None:
            self.open_requested.emit(*self._opened_with)

    def _take(
        self,
        opened: Opened,
        path: Path | str,
        workspace: Path | str | None,
        layout: str | None,
    ) -> None:
        kept = self.label_set, self.current
        is_same = self.dataset is not None and self.dataset.root == opened.dataset.root
        self.close()
        self._opened_with = (path, workspace, layout)
        dataset = opened.dataset
        self.dataset, self.workspace = dataset, opened.workspace
        self.label_set = opened.label_set
        self.shown = list(ids_of(dataset.samples))
        self.current = self.shown[0] if self.shown else None
        if is_same and kept[1] in set(self.shown):
            self.current = kept[1]
        self.checking.show(dataset, opened.workspace, opened.label_set, opened.checks, opened.flags)
        self.curation.show(opened.workspace, opened.excluded, opened.reviews)
        self.dataset_changed.emit()
        self.label_set_changed.emit(self.label_set)
        if self.current is not None:
            self.current_changed.emit(self.current)
        if opened.problem:  # last, for another dataset takes away what was told of the one before
            self.problem.emit(opened.problem)
        self.checking.begin()

    def close(self) -> None:
        """Let go of the dataset: the scan is cancelled, the workspace closed."""
        self.checking.show(None, None, "")
        self.curation.show(None, {}, {})
        if self.workspace is not None:
            # The cancelled scan still holds the workspace for its last sample.
            self._jobs.close_when_idle(self.workspace.close)
        self.dataset = self.workspace = None
        self.shown, self.current = [], None
        self._unsaved = set()

    def set_label_set(self, name: str) -> None:
        """Make another label set the active one, and scan it."""
        if self.dataset is None or self.workspace is None or name == self.label_set:
            return
        self.label_set = self.dataset.require_label_set(name)
        self.checking.show(self.dataset, self.workspace, name, self.checking.settings)
        self.label_set_changed.emit(name)
        self.flags_changed.emit(None)
        self.checking.begin()

    def set_current(self, sample_id: str) -> None:
        """Choose a sample."""
        if sample_id != self.current:
            self.current = sample_id
            self.current_changed.emit(sample_id)

    def set_shown(self, sample_ids: Sequence[str]) -> None:
        """Say which samples the gallery's filter shows, in order."""
        self.shown = list(sample_ids)
        self.shown_changed.emit()

    def neighbour(self, step: int, *, flagged: bool = False) -> str | None:
        """The sample `step` places on among the shown ones, or the next flagged one that way.

        Returns None at the end of the list.
        """
        if not self.shown:
            return None
        if self.current in self.shown:
            position = self.shown.index(self.current) + step
        else:
            position = 0 if step > 0 else len(self.shown) - 1
        flags = self.flags
        while 0 <= position < len(self.shown):
            candidate = self.shown[position]
            if not flagged or candidate in flags:
                return candidate
            position += 1 if step > 0 else -1
        return None

    def edit(self, sample_id: str) -> None:
        """Show a sample in the editor."""
        self.set_current(sample_id)
        self.edit_requested.emit(sample_id)

    def edit_at(self, sample_id: str, box: Sequence[int]) -> None:
        """Show a sample in the editor, at a place (left, top, width, height)."""
        self.edit(sample_id)
        self.place_requested.emit(sample_id, tuple(box))

    def rescan(self) -> None:
        """Check the active label set in the background; only what changed is checked again."""
        self.checking.rescan()

    def mask_saved(self, sample_id: str) -> None:
        """Say that a mask was written: the sample is checked again at once."""
        self.masks_saved([sample_id])

    def masks_written(self, sample_ids: Sequence[str], label_set: str) -> None:
        """Say that masks were written outside the editor, in a label set."""
        if label_set == self.label_set:
            self.masks_saved(sample_ids)
            self.files_changed.emit(set(sample_ids))

    def masks_saved(self, sample_ids: Sequence[str]) -> None:
        """Say that masks were written: the samples are checked again at once."""
        if self.dataset is None or not sample_ids:
            return
        for sample_id in sample_ids:  # a mask that was missing has a file now
            self.dataset = self.dataset.with_mask(sample_id, self.label_set)
        self.checking.follow(self.dataset)
        self.checking.check_samples(sample_ids)
        self.masks_changed.emit(set(sample_ids))
