"""What is asked for seldom: settings of the checks, classes, exports, repairs taken back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFileDialog, QMenu, QVBoxLayout, QWidget

from app.jobs import JobHandle, Jobs
from app.session import Session
from core.dataset import Dataset, Sample
from core.dataset.encoding.report import CodingReport, suggest_coding
from core.dataset.settings import (
    FILE_NAME,
    DatasetSettings,
    load_settings,
    save_settings,
    settings_of,
)
from core.errors import PetsegError
from core.files import atomic_write_text
from core.qa.repairs.undo_store import list_batches
from core.review.export import as_csv, as_json, sample_rows
from widgets import theme
from widgets.durations import ago

_MASKS_LOOKED_AT = 48
_TABLES = "Table (*.csv);;JSON (*.json)"


class Commands:
    """The menu of the Dataset page, and the dialogs behind it."""

    def __init__(
        self,
        session: Session,
        jobs: Jobs,
        parent: QWidget,
        *,
        compare_label_sets: Callable[[], None],
        undo_repairs: Callable[[str, str], None],
    ) -> None:
        self._session = session
        self._jobs = jobs
        self._parent = parent
        self._undo_repairs = undo_repairs
        self.menu = QMenu(parent)
        self.menu.setToolTipsVisible(True)

        def add(icon: str, words: str, slot: Callable[[], None]) -> QAction:
            return self.menu.addAction(theme.icon(icon), words, slot)

        self._checks = add("tune-variant", "Checks and limits…", self.show_checks)
        self._classes = add("palette-outline", "Classes and colours…", self.edit_classes)
        self._coding = add("image-filter-none", "Values in the masks…", self.edit_coding)
        self.menu.addSeparator()
        self._compare = add("compare-horizontal", "Compare label sets (C)", compare_label_sets)
        self._repairs = self.menu.addMenu(theme.icon("undo"), "Take repairs back")
        self.menu.addSeparator()
        self._export = add("export", "Export samples with flags…", self.export)
        self.menu.aboutToShow.connect(self._refresh)

    def show_checks(self, check: str | None = None) -> None:
        """Show all checks with their switches, limits and options."""
        from widgets.checks.settings_form import CheckSettingsForm  # not before it is asked for

        dialog = QDialog(self._parent)
        dialog.setWindowTitle("Checks and limits")
        dialog.resize(720, 600)
        form = CheckSettingsForm()
        form.set_settings(self._session.checking.settings)
        if check is not None:
            form.show_check(check)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText("Apply")
        buttons.accepted.connect(dialog.accept)
        buttons.rejected.connect(dialog.reject)
        column = QVBoxLayout(dialog)
        column.addWidget(form, 1)
        column.addWidget(buttons)

        def apply() -> None:
            if form.settings != self._session.checking.settings:
                self._session.checking.apply(form.settings)

        dialog.accepted.connect(apply)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def edit_classes(self) -> None:
        """Show the editor of class names and colours."""
        from widgets.classes.class_editor import ClassEditor  # not before it is asked for

        dataset = self._session.dataset
        settings = self._settings_of(dataset)
        if settings is None:
            return
        dialog = ClassEditor(settings, parent=self._parent)
        dialog.chosen.connect(self._save_settings)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def edit_coding(self) -> None:
        """Show which values and colours the masks hold, and which classes they stand for."""
        from widgets.classes.coding_dialog import CodingDialog  # not before it is asked for

        dataset = self._session.dataset
        settings = self._settings_of(dataset)
        if dataset is None or settings is None:
            return
        label_set, samples = self._session.label_set, dataset.samples
        has_settings = (dataset.root / FILE_NAME).exists()

        def look(_job: JobHandle) -> tuple[CodingReport, list[Path]]:
            some = samples[:: max(1, len(samples) // _MASKS_LOOKED_AT)]
            masks = [sample.masks[label_set] for sample in some if label_set in sample.masks]
            return suggest_coding(masks), masks

        def show(looked: tuple[CodingReport, list[Path]]) -> None:
            report, masks = looked
            dialog = CodingDialog(
                report,
                settings,
                keep_classes=has_settings,
                masks=masks,
                parent=self._parent,
            )
            dialog.chosen.connect(self._save_settings)
            dialog.finished.connect(dialog.deleteLater)
            dialog.open()

        self._jobs.start("Looking at the masks", look, show)

    def export(self) -> None:
        """Ask for a file, and write one row per shown sample into it."""
        dataset = self._session.dataset
        if dataset is None:
            return
        proposed = str(Path.home() / f"{dataset.name}-{self._session.label_set}.csv")
        name, _ = QFileDialog.getSaveFileName(
            self._parent, "Export samples with flags", proposed, _TABLES
        )
        if name:
            self.write_samples(Path(name), self._session.shown)

    def write_samples(self, target: Path, ids: Sequence[str]) -> None:
        """Write one row per sample: review state, tags, note, exclusion and flags."""
        session = self._session
        dataset, curation = session.dataset, session.curation
        if dataset is None:
            return
        reviews, excluded, flags = dict(curation.reviews), dict(curation.excluded), session.flags
        wanted = list(ids)

        def work(job: JobHandle) -> int:
            def samples() -> Iterator[Sample]:
                for number, sample_id in enumerate(wanted, 1):
                    job.progress(number, len(wanted))
                    yield dataset.sample(sample_id)

            rows = sample_rows(samples(), reviews=reviews, exclusions=excluded, flags=flags)
            if target.suffix.lower() == ".json":
                text = json.dumps(as_json(rows), indent=1, ensure_ascii=False) + "\n"
            else:
                text = as_csv(rows)
            atomic_write_text(target, text)
            return len(wanted)

        self._jobs.start(
            f"Exporting to {target.name}",
            work,
            lambda count: session.message.emit(f"{count:,} samples written to {target}."),
            lambda error: session.problem.emit(str(error)),
        )

    def _save_settings(self, settings: DatasetSettings) -> None:
        dataset = self._session.dataset
        if dataset is None:
            return
        try:
            save_settings(dataset.root / FILE_NAME, settings)
        except PetsegError as error:
            self._session.problem.emit(str(error))
            return
        self._session.reopen()

    def _settings_of(self, dataset: Dataset | None) -> DatasetSettings | None:
        """The settings as they are written, or as they would be; None when they are damaged."""
        if dataset is None:
            return None
        file = dataset.root / FILE_NAME
        try:
            if file.exists():
                return load_settings(file)
        except PetsegError as error:  # somebody wrote the file meanwhile
            self._session.problem.emit(str(error))
            return None
        return settings_of(dataset.classes, dataset.ignore_index, dataset.coding)

    def _refresh(self) -> None:
        dataset, workspace = self._session.dataset, self._session.workspace
        for action in (self._checks, self._classes, self._coding, self._export):
            action.setEnabled(dataset is not None)
        self._compare.setEnabled(dataset is not None and len(dataset.label_sets) > 1)
        self._compare.setToolTip(
            "" if self._compare.isEnabled() else "The dataset has only one label set"
        )
        self._repairs.clear()
        batches = list_batches(workspace) if workspace is not None else []
        self._repairs.setEnabled(bool(batches))
        for batch in batches:
            count = f"{batch.changed:,} {'mask' if batch.changed == 1 else 'masks'}"
            words = f"{batch.title}: {count} in {batch.label_set}, {ago(batch.time)}"
            action = self._repairs.addAction(words)
            action.triggered.connect(
                lambda _on=False, one=batch: self._undo_repairs(one.id, one.label_set)
            )
