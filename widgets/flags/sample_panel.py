"""The side panel: the selected sample large, with its flags in words and where they are."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.dataset.model import ClassInfo, Dataset
from core.flags import Box, Flag, Severity
from widgets import theme
from widgets.canvas import LayeredView
from widgets.elided_label import ElidedLabel
from widgets.flags.class_shares import ClassShares
from widgets.flags.folding_splitter import FoldingSplitter
from widgets.flags.panel import FlagPanel
from widgets.flags.sample_content import SampleContent, read_sample
from widgets.latest_task import LatestTask
from widgets.review.bar import ReviewBar

_MASK = "mask"
# What is shown around a flag's places, to tell where one is: this share of the image's side.
_CONTEXT = 1 / 20


class SamplePanel(QWidget):
    """Shows one sample: photo, mask, the regions of its flags, and what is known of it.

    Files are decoded off the UI thread; of samples that are passed by quickly only the last one
    is shown.
    """

    edit_requested = Signal(str)
    next_flagged_requested = Signal()
    content_shown = Signal(str)
    """The photo and mask of a sample id are on the screen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sample_id: str | None = None
        self._dataset: Dataset | None = None
        self._label_set = ""
        self._flags: list[Flag] = []
        self._checked = False
        self._reader = LatestTask(self)
        self._reader.done.connect(self._show_content)
        self._stem = ElidedLabel()
        self._stem.setProperty("role", "heading")
        self._split = QLabel()
        self._split.setProperty("role", "muted")
        self._view = LayeredView()
        self._view.setMinimumHeight(96)
        self._details = QLabel()
        self._details.setProperty("role", "muted")
        self._shares = ClassShares()
        self._problem = QLabel()
        self._problem.setProperty("role", "error")
        self._problem.setWordWrap(True)
        self._problem.hide()
        self._flag_list = FlagPanel(with_actions=True)
        self._flag_list.flag_chosen.connect(self._highlight)
        self.splitter = FoldingSplitter()
        self.splitter.setObjectName("dataset.sample")
        self._edit = QPushButton("Edit this mask")
        self._edit.setProperty("role", "primary")
        self._edit.setToolTip("Open this mask in the editor (Enter)")
        theme.set_icon(self._edit, "pencil", "accent_text")
        self._next = QPushButton("Next flagged")
        self._next.setToolTip("Go to the next sample with a flag (N)")
        theme.set_icon(self._next, "skip-next")
        self._edit.clicked.connect(self._ask_to_edit)
        self._next.clicked.connect(self.next_flagged_requested)
        self.review = ReviewBar()
        self._lay_out()
        self.show_sample(None, None, "")

    @property
    def view(self) -> LayeredView:
        """The large view."""
        return self._view

    @property
    def flag_list(self) -> FlagPanel:
        """The list of flags."""
        return self._flag_list

    @property
    def details(self) -> str:
        """What the line above the picture says of its size."""
        return self._details.text()

    @property
    def problem(self) -> str:
        """What could not be read, as sentences; "" when all was."""
        return self._problem.text()

    @property
    def class_words(self) -> list[str]:
        """The classes with their share, as they are shown."""
        return self._shares.words

    def show_sample(self, dataset: Dataset | None, sample_id: str | None, label_set: str) -> None:
        """Show a sample; None for none. Its files are read in the background."""
        is_other = (sample_id, dataset and dataset.root) != (
            self._sample_id,
            self._dataset and self._dataset.root,
        )
        self._dataset, self._sample_id, self._label_set = dataset, sample_id, label_set
        has_sample = dataset is not None and sample_id is not None
        self._edit.setEnabled(has_sample)
        if is_other:
            self._flag_list.choose(None)
            self._view.fit()
        if not has_sample:
            self._reader.forget()
            self._clear("Select a sample to see it here.")
            return
        assert dataset is not None
        assert sample_id is not None
        sample = dataset.sample(sample_id)
        self._stem.setText(sample.stem)
        self._split.setText(sample.split)
        self._split.setVisible(bool(sample.split))
        self._reader.request(lambda: read_sample(dataset, sample_id, label_set))

    def reload(self, dataset: Dataset | None) -> None:
        """Read the files of the sample again, for they were written."""
        self.show_sample(dataset, self._sample_id, self._label_set)

    def show_flags(
        self, flags: Sequence[Flag], *, checked: bool, accepted: Sequence[tuple[Flag, str]] = ()
    ) -> None:
        """Show the flags of the sample; `checked` tells whether the checks have looked at it."""
        self._flags, self._checked = list(flags), checked
        # Without flags the room is the picture's; with the next flag the list has its own again.
        is_empty = not flags and not accepted
        if is_empty:
            self.splitter.fold(True)
        self._flag_list.show_flags(flags, checked=checked, accepted=accepted)
        self.splitter.fold(is_empty)
        self._highlight(self._flag_list.chosen, move=False)
        self._refresh_problem()

    def set_next_enabled(self, enabled: bool) -> None:
        """Whether there is a next flagged sample."""
        self._next.setEnabled(enabled)

    def set_mask_visible(self, visible: bool) -> None:
        """Show or hide the mask over the photo."""
        self._view.set_overlays_visible(visible)

    def shut_down(self) -> None:
        """End the reading in the background."""
        self._reader.shut_down()

    def _lay_out(self) -> None:
        name = QHBoxLayout()
        name.setSpacing(8)
        name.addWidget(self._stem, 1)
        name.addWidget(self._details)
        name.addWidget(self._split)
        facts = QVBoxLayout()
        facts.setSpacing(4)
        facts.addWidget(self._shares)
        facts.addWidget(self._problem)
        upper = QWidget()
        picture = QVBoxLayout(upper)
        picture.setContentsMargins(0, 0, 0, 4)
        picture.setSpacing(4)
        picture.addLayout(name)
        picture.addWidget(self._view, 1)
        picture.addLayout(facts)
        self.splitter.addWidget(upper)
        self.splitter.addWidget(self._flag_list)
        self.splitter.setStretchFactor(0, 3)
        self.splitter.setStretchFactor(1, 2)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.fold(True)
        self.splitter.setSizes([340, 200])
        line = QFrame()
        line.setProperty("role", "line")
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._edit, 1)
        buttons.addWidget(self._next, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 0, 8, 8)
        column.setSpacing(8)
        column.addWidget(self.splitter, 1)
        column.addWidget(line)
        column.addWidget(self.review)
        column.addLayout(buttons)

    def _clear(self, message: str) -> None:
        self._stem.setText("")
        self._split.setText("")
        self._details.setText("")
        self._shares.show_shares([])
        self._problem.setText("")
        self._problem.hide()
        self._view.set_image(None)
        self._view.set_overlay(_MASK, None)
        self._view.set_boxes([])
        self._view.set_message(message)

    def _show_content(self, content: SampleContent) -> None:
        dataset = self._dataset
        if content.sample_id != self._sample_id or dataset is None:
            return
        is_blank = content.image is None and content.mask is None
        self._view.set_message("The sample cannot be shown." if is_blank else "")
        self._view.set_image(content.image)
        table = theme.class_table(dataset.classes, ignore_index=dataset.ignore_index)
        self._view.set_overlay(_MASK, content.mask, table)
        known = [(info, content.share(info.index)) for info in dataset.classes]
        self._shares.show_shares(self._with_others(known, content))
        self._details.setText(content.size_words)
        self._problem.setText("\n".join(content.problems))
        self._refresh_problem()
        self.content_shown.emit(content.sample_id)

    def _refresh_problem(self) -> None:
        """Say what could not be read, unless a flag says so already."""
        is_told = any(flag.severity is Severity.ERROR for flag in self._flags)
        self._problem.setVisible(bool(self._problem.text()) and not is_told)

    def _with_others(
        self, known: list[tuple[ClassInfo, float]], content: SampleContent
    ) -> list[tuple[ClassInfo, float]]:
        """The classes that the mask holds, and what is no class: ignored and illegal pixels."""
        assert self._dataset is not None
        present = [(info, share) for info, share in known if share > 0]
        ignored = content.share(self._dataset.ignore_index)
        illegal = 1 - ignored - sum(share for _, share in known)
        if ignored:
            present.append((ClassInfo(-1, "ignored", theme.IGNORE_COLOR), ignored))
        if content.counts is not None and illegal > 1e-9:
            present.append((ClassInfo(-1, "no class", theme.ILLEGAL_COLOR), illegal))
        return present

    def _highlight(self, flag: Flag | None, *, move: bool = True) -> None:
        """Frame the chosen flag's places, or those of all flags."""
        boxes: list[Box] = []
        for one in [flag] if flag is not None else self._flags:
            boxes += [box for box in one.region if box not in boxes]
        self._view.set_boxes(boxes)
        if not move:
            return
        if flag is not None and flag.region:
            image = self._view.image_rect
            context = round(_CONTEXT * max(image.width, image.height))
            self._view.zoom_to(_around(flag.region, context))
        else:
            self._view.fit()

    def _ask_to_edit(self) -> None:
        if self._sample_id is not None:
            self.edit_requested.emit(self._sample_id)


def _around(boxes: tuple[Box, ...], context: int) -> Box:
    """The rectangle around some boxes, with some pixels of what is next to them."""
    left = min(x for x, _, _, _ in boxes) - context
    top = min(y for _, y, _, _ in boxes) - context
    right = max(x + width for x, _, width, _ in boxes) + context
    bottom = max(y + height for _, y, _, height in boxes) + context
    return left, top, right - left, bottom - top
