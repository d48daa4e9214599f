"""The Dataset page: every sample with its flags, and what each flag speaks of."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.actions import Action
from app.jobs import Jobs
from app.pages.dataset.charts import Charts
from app.pages.dataset.commands import Commands
from app.pages.dataset.flag_verbs import FlagVerbs
from app.pages.dataset.label_sets import LabelSets
from app.pages.dataset.repairing import Repairing
from app.pages.dataset.reviewing import Reviewing
from app.pages.page import Page
from app.session import Session
from app.settings import Settings
from core.dataset import Dataset
from core.dataset.filtering import Chosen, FlagSummary, SampleFilter, SampleIndex
from core.dataset.thumbnails import Thumbnail, ThumbnailStore
from core.eda.class_weights import METHODS, recipe_overrides
from widgets import theme
from widgets.durations import time_left
from widgets.empty_state import EmptyState
from widgets.filters import FilterBar, SummaryStrip
from widgets.flags.sample_panel import SamplePanel
from widgets.gallery import STEP, GalleryView, Render
from widgets.review.bar import STATE_SHORTCUTS, TAG_SHORTCUT

_GROUP = "Dataset"
_COLUMNS = (848, 344)
_ROWS = (400, 232)


class DatasetPage(Page):
    """Filter bar, gallery and side panel over the shared session."""

    title = "Data"
    icon_name = "view-grid-outline"
    hint = "Look at the samples and at what the checks found"

    def __init__(self, session: Session, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(session, jobs, parent)
        self._dataset: Dataset | None = None
        self._index = SampleIndex(())
        self._panel_is_stale = False
        self.charts = Charts(session, jobs, self)
        self.repairing = Repairing(session, jobs, self)
        self.label_sets = LabelSets(session, jobs)
        self.commands = Commands(
            session,
            jobs,
            self,
            compare_label_sets=self.compare_label_sets,
            undo_repairs=self.repairing.undo,
        )
        self.filter_bar = FilterBar()
        self.summary = SummaryStrip()
        self.gallery = GalleryView()
        self.sample_panel = SamplePanel()
        self.reviewing = Reviewing(session, self.sample_panel.review, self.gallery, self.filter_bar)
        self.flag_verbs = FlagVerbs(
            session, self.sample_panel.flag_list, self.repairing, self.charts, self
        )
        self.nothing_open = EmptyState(
            "image-multiple-outline",
            "No dataset is open",
            "Open a folder of photos and masks, or try the program with a dataset it draws itself.",
        )
        self.open_button = self.nothing_open.add_button(
            "Open a folder…",
            session.open_folder_requested.emit,
            icon="folder-open-outline",
            primary=True,
        )
        self.demo_button = self.nothing_open.add_button(
            "Try the demo", session.open_demo_requested.emit, icon="creation-outline"
        )
        self.no_match = EmptyState("filter-off-outline", "No sample matches", "")
        self.no_match.add_button("Clear filters", self.filter_bar.clear, icon="filter-off-outline")
        self.no_match.setProperty("role", "panel")
        self.no_match.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._columns = QSplitter(Qt.Orientation.Horizontal)
        self._columns.setObjectName("dataset.columns")
        self._rows = QSplitter(Qt.Orientation.Vertical)
        self._rows.setObjectName("dataset.rows")
        self._gallery_room = QStackedWidget()
        self._room = QStackedWidget()
        self._lay_out()
        self._connect()

    # What the frame asks of a page

    def actions_table(self) -> list[Action]:
        """The page's commands."""
        bar = self.filter_bar
        return [
            Action("dataset.edit", "Edit the selected mask", self._edit_current,
                   ("Return", "Enter"), "pencil", _GROUP),
            Action("dataset.next", "Next sample", lambda: self._step(1), ("D",), "", _GROUP),
            Action("dataset.previous", "Previous sample", lambda: self._step(-1), ("A",), "",
                   _GROUP),
            Action("dataset.next_flagged", "Next flagged sample",
                   lambda: self._step(1, flagged=True), ("N",), "skip-next", _GROUP),
            Action("dataset.previous_flagged", "Previous flagged sample",
                   lambda: self._step(-1, flagged=True), ("Shift+N",), "skip-previous", _GROUP),
            Action("dataset.search", "Search names", bar.focus_search, ("Ctrl+F",), "magnify",
                   _GROUP),
            Action("dataset.clear_filters", "Clear filters", bar.clear, ("Ctrl+Shift+F",),
                   "filter-off-outline", _GROUP),
            Action("dataset.masks", "Show or hide the masks", bar.mask_button.toggle, ("X",),
                   "layers-outline", _GROUP),
            Action("dataset.larger", "Larger thumbnails", lambda: self._resize_thumbnails(STEP),
                   ("Ctrl++", "Ctrl+="), "", _GROUP),
            Action("dataset.smaller", "Smaller thumbnails", lambda: self._resize_thumbnails(-STEP),
                   ("Ctrl+-",), "", _GROUP),
            Action("dataset.repair", "Repair what the flag says", self.flag_verbs.repair,
                   ("R",), "wrench-outline", _GROUP),
            Action("dataset.accept", "Accept the flag: it is right",
                   self.flag_verbs.accept, ("Y",), "check", _GROUP),
            Action("dataset.accept_note", "Accept the flag, with a reason",
                   self.flag_verbs.accept_with_note, ("Shift+Y",), "check", _GROUP),
            Action("dataset.limit", "Move the limit of the flag's check",
                   self.flag_verbs.show_limit, ("L",), "tune-variant", _GROUP),
            *(
                Action(f"dataset.{state.value}", f"Review: {state.words.lower()}",
                       partial(self.reviewing.choose_state, state), (key,),
                       "", _GROUP)
                for state, key in STATE_SHORTCUTS.items()
            ),
            Action("dataset.tag", "Add a tag", self.reviewing.open_tags, (TAG_SHORTCUT,),
                   "tag-plus-outline", _GROUP),
            Action("dataset.compare", "Compare label sets, and back", self.compare_label_sets,
                   ("C",), "compare-horizontal", _GROUP),
            Action("dataset.checks", "Checks and limits", self.commands.show_checks, (),
                   "tune-variant", _GROUP),
            Action("dataset.export", "Export samples with flags", self.commands.export,
                   ("Ctrl+Shift+E",), "export", _GROUP),
            Action("dataset.check", "Check the masks again", self._check_again, ("F5",), "refresh",
                   _GROUP),
        ]  # fmt: skip

    def activate(self) -> None:
        """Let the arrow keys move through the gallery at once."""
        if self._dataset is not None:
            self.gallery.setFocus(Qt.FocusReason.OtherFocusReason)

    def restore(self, settings: Settings) -> None:
        """Take over sizes from the settings."""
        self.gallery.set_thumbnail_size(settings.thumbnail_size)
        for splitter in (self._columns, self._rows, self.sample_panel.splitter):
            sizes = settings.splitters.get(splitter.objectName())
            if sizes and len(sizes) == splitter.count():
                splitter.setSizes(sizes)

    def remember(self, settings: Settings) -> None:
        """Leave sizes in the settings."""
        settings.thumbnail_size = self.gallery.thumbnail_size
        splitters = dict(settings.splitters)
        for splitter in (self._columns, self._rows, self.sample_panel.splitter):
            splitters[splitter.objectName()] = splitter.sizes()
        settings.splitters = splitters

    def shut_down(self) -> None:
        """End the loading of pictures."""
        self.gallery.shut_down()
        self.sample_panel.shut_down()
        self.repairing.shut_down()
        self.label_sets.shut_down()

    def compare_label_sets(self) -> None:
        """Show the comparison of two label sets in place of the gallery, or the gallery again."""
        if self._dataset is None:
            return
        if self._room.currentWidget() is self.label_sets.room:
            self._room.setCurrentWidget(self._content)
            self.gallery.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._room.setCurrentWidget(self.label_sets.room)
            self.label_sets.view.setFocus(Qt.FocusReason.OtherFocusReason)
            self.label_sets.show()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what was chosen on another page."""
        super().showEvent(event)
        if self._panel_is_stale:
            self._show_current()

    # Construction

    def _lay_out(self) -> None:
        self._gallery_room.addWidget(self.gallery)
        self._gallery_room.addWidget(self.no_match)
        self._gallery_room.setMinimumSize(280, 120)
        self._rows.addWidget(self._gallery_room)
        self._rows.addWidget(self.charts.panel)
        self._rows.setStretchFactor(0, 1)
        self._rows.setStretchFactor(1, 0)
        self._rows.setCollapsible(0, False)
        self._rows.setSizes(list(_ROWS))
        self._columns.addWidget(self._rows)
        self._columns.addWidget(self.sample_panel)
        self._columns.setStretchFactor(0, 2)
        self._columns.setStretchFactor(1, 1)
        self._columns.setChildrenCollapsible(False)
        self._columns.setSizes(list(_COLUMNS))
        self.sample_panel.setMinimumWidth(312)
        self._content = content = QWidget()
        rows = QVBoxLayout(content)
        rows.setContentsMargins(8, 8, 0, 0)
        rows.setSpacing(6)
        for bar in (self.filter_bar, self.summary):
            padded = QHBoxLayout()
            padded.setContentsMargins(0, 0, 8, 0)
            padded.addWidget(bar)
            rows.addLayout(padded)
        rows.addWidget(self._columns, 1)
        self._room.addWidget(self.nothing_open)
        self._room.addWidget(content)
        self._room.addWidget(self.label_sets.room)
        self.label_sets.back_button.clicked.connect(self.compare_label_sets)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._room)

    def _connect(self) -> None:
        session, bar, gallery = self.session, self.filter_bar, self.gallery
        session.dataset_changed.connect(self._on_dataset_changed)
        session.label_set_changed.connect(self._on_label_set_changed)
        session.flags_changed.connect(self._on_flags_changed)
        session.current_changed.connect(self._on_current_changed)
        session.scan_changed.connect(self._on_scan_changed)
        bar.filter_changed.connect(self._on_filter_changed)
        bar.search_left.connect(lambda: gallery.setFocus(Qt.FocusReason.OtherFocusReason))
        bar.thumbnail_size_changed.connect(gallery.set_thumbnail_size)
        bar.mask_toggled.connect(self._on_mask_toggled)
        bar.set_thumbnail_size(gallery.thumbnail_size)
        gallery.thumbnail_size_changed.connect(bar.set_thumbnail_size)
        gallery.current_changed.connect(session.set_current)
        gallery.opened.connect(session.edit)
        self.charts.samples_chosen.connect(self._choose_samples)
        self.charts.selection_cleared.connect(lambda: bar.choose(None))
        self.charts.settings_requested.connect(self.commands.show_checks)
        self.charts.weights_chosen.connect(self._use_weights)
        self.summary.split_chosen.connect(self._show_split)
        self.summary.check_chosen.connect(self._filter_by_check)
        self.summary.scan_requested.connect(self._check_again)
        self.summary.cancel_requested.connect(self._cancel_scan)
        self.summary.more_button.setMenu(self.commands.menu)
        self.sample_panel.edit_requested.connect(session.edit)
        self.sample_panel.next_flagged_requested.connect(lambda: self._step(1, flagged=True))
        self.sample_panel.view.overlays_visible_changed.connect(bar.mask_button.setChecked)

    # What the session tells

    def _on_dataset_changed(self) -> None:
        dataset = self.session.dataset
        if dataset is None:
            self._room.setCurrentWidget(self.nothing_open)
            return
        self._dataset = dataset
        self._index = SampleIndex(dataset.samples)
        self._take_flags(None)
        self.filter_bar.set_splits(self._index.split_counts())
        self.filter_bar.set_classes(dataset.classes)
        self.filter_bar.set_filter(SampleFilter(order=self.filter_bar.filter.order))
        self.reviewing.begin(self._index)
        self._set_source(forget=True)
        self._room.setCurrentWidget(self._content)
        self._show_filtered()
        self._show_current()

    def _on_label_set_changed(self, _name: str) -> None:
        if self._dataset is not None:
            self._set_source(forget=False)
            self._show_current()

    def _on_flags_changed(self, changed: set[str] | None) -> None:
        if self._dataset is None or self.session.dataset is None:
            return
        self._take_flags(changed)
        if changed is None:
            self._show_filtered()
        else:
            # A sample that was mended stays in sight until the filter is set anew: it would be
            # confusing if it vanished under the hand, and "next" would lose its place.
            if self.session.dataset is not self._dataset:
                self._dataset = self.session.dataset  # a mask that was missing has a file now
                self._set_source(forget=False)
            self.gallery.refresh(changed)
        if changed is None or self.session.current in changed:
            self._show_current()

    def _on_current_changed(self, sample_id: str) -> None:
        self.gallery.select(sample_id)
        self._show_current()

    def _on_scan_changed(self) -> None:
        self._show_summary()
        job = self.session.scan_job
        if job is None:
            self.summary.show_idle(can_scan=self.session.label_set in self._label_sets())
            return

        def show() -> None:
            if self.session.scan_job is job:
                self.summary.show_progress(job.done, job.total, time_left(job.eta_seconds))

        job.changed.connect(show)
        show()

    # What the user does

    def _on_filter_changed(self, wanted: SampleFilter) -> None:
        self.summary.show_chosen(wanted.check)
        if wanted.check is not None:
            self.charts.limits.choose(wanted.check)
        if wanted.chosen is None:
            self.charts.forget_choice()
        self._show_filtered()
        shown = self.session.shown
        if shown and self.gallery.current is None:
            self.session.set_current(shown[0])

    def _on_mask_toggled(self, visible: bool) -> None:
        self.sample_panel.set_mask_visible(visible)
        if self._dataset is not None:
            self._set_source(forget=False)

    def _filter_by_check(self, check: str | None) -> None:
        now = self.filter_bar.filter
        self.filter_bar.set_filter(replace(now, check=check))

    def _show_split(self, split: str, words: str) -> None:
        self.filter_bar.set_filter(replace(self.filter_bar.filter, split=split))
        self.session.message.emit(words)

    def _choose_samples(self, words: str, samples: list[str]) -> None:
        self.filter_bar.choose(Chosen(words, frozenset(samples)))

    def _use_weights(self, method: str, weights: list[float]) -> None:
        self.session.recipe_values_chosen.emit(
            recipe_overrides(weights), f"Class weights by {METHODS[method].title.lower()}"
        )

    def _check_again(self) -> None:
        """Look again at files that another program may have written."""
        self.gallery.refresh()
        self._show_current()
        self.session.rescan()

    def _cancel_scan(self) -> None:
        if self.session.scan_job is not None:
            self.session.scan_job.cancel()

    def _edit_current(self) -> None:
        if self.session.current is not None:
            self.session.edit(self.session.current)

    def _step(self, step: int, *, flagged: bool = False) -> None:
        target = self.session.neighbour(step, flagged=flagged)
        if target is not None:
            self.session.set_current(target)
        elif self.session.shown:
            what = "flagged sample" if flagged else "sample"
            where = "after" if step > 0 else "before"
            self.session.message.emit(f"There is no {what} {where} this one.")

    def _resize_thumbnails(self, step: int) -> None:
        self.gallery.set_thumbnail_size(self.gallery.thumbnail_size + step)

    # Showing

    def _take_flags(self, changed: set[str] | None) -> None:
        session = self.session
        self._index.set_flags(session.flags)
        table = session.checking.table
        self._index.set_classes(table.with_class if table is not None else None)
        self.gallery.set_flags(session.flags, changed)
        self.summary.show_split_flags(table.dataset_flags if table is not None else ())
        summary = self._show_summary()
        self.filter_bar.set_checks(summary.by_check)
        self.charts.limits.set_counts(summary.by_check)
        self.sample_panel.set_next_enabled(summary.flagged > 0)

    def _show_summary(self) -> FlagSummary:
        summary = self._index.summary()
        self.summary.show_summary(
            len(self._index),
            summary,
            self.filter_bar.filter.check,
            checking=self.session.is_scanning,
        )
        return summary

    def _show_filtered(self) -> None:
        ids = self._index.select(self.filter_bar.filter)
        self.session.set_shown(ids)
        self.gallery.show_samples(ids, self.session.current)
        self.filter_bar.set_count(len(ids), len(self._index))
        self._gallery_room.setCurrentWidget(self.gallery if ids else self.no_match)

    def _show_current(self) -> None:
        """Show the current sample in the side panel, once the page is in sight."""
        if not self.isVisible():
            self._panel_is_stale = True
            return
        self._panel_is_stale = False
        session, current = self.session, self.session.current
        self.sample_panel.show_sample(session.dataset, current, session.label_set)
        if current is not None:
            self.sample_panel.show_flags(
                session.flags.get(current, []),
                checked=session.is_checked(current),
                accepted=[(flag, one.note) for flag, one in session.checking.accepted(current)],
            )
        self.reviewing.show()

    def _set_source(self, *, forget: bool) -> None:
        self.gallery.loader.set_source(self._renderer(), forget=forget)
        self.gallery.refresh(())

    def _renderer(self) -> Render | None:
        """How thumbnails are drawn; called from other threads, so it holds all that it needs."""
        dataset, workspace = self._dataset, self.session.workspace
        if dataset is None or workspace is None:
            return None
        store = ThumbnailStore(workspace.thumbnails_dir, dataset.coding)
        table = theme.class_table(dataset.classes, ignore_index=dataset.ignore_index)
        colors = np.array(table, np.uint8)
        label_set = self.session.label_set
        with_mask = self.filter_bar.mask_button.isChecked()

        def render(sample_id: str, size: int) -> Thumbnail:
            sample = dataset.sample(sample_id)
            return store.render(sample, label_set, size, colors, with_mask=with_mask)

        return render

    def _label_sets(self) -> tuple[str, ...]:
        return self._dataset.label_sets if self._dataset is not None else ()
