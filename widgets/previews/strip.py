"""The strip of previews: fixed validation samples, with a slider over the validations."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.runs.events import Event
from widgets import theme
from widgets.arrow_slider import ArrowSlider
from widgets.previews.card import PreviewCard
from widgets.previews.history import PreviewEntry, PreviewHistory
from widgets.previews.pictures import Look, PreviewFiles, PreviewLoader, PreviewPicture

NO_RUN = "Predictions of a few validation photos appear here while a run learns."
WAITING = "Predictions of a few validation photos appear with the first validation."
NONE_MADE = "This run wrote no previews."

Locate = Callable[[PreviewEntry], PreviewFiles]


class PreviewStrip(QWidget):
    """Photos with predicted masks, Dice below; follows the newest validation until scrubbed back.

    It is fed with the events of one run and told where the files are.
    """

    sample_opened = Signal(str)
    """A sample was double-clicked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("PreviewStrip")
        self._history = PreviewHistory()
        self._locate: Locate | None = None
        self._look: Look | None = None
        self._is_over = False
        self._loader = PreviewLoader(self)
        self._loader.loaded.connect(self._show_pictures)
        self.slider = ArrowSlider(Qt.Orientation.Horizontal)
        self.moment = QLabel()
        self.truth = QToolButton()
        self.cards: list[PreviewCard] = []
        self._row = QHBoxLayout()
        self._note = QLabel(NO_RUN)
        self._stack = QStackedWidget()
        self._lay_out()
        self.slider.valueChanged.connect(lambda _place: self._show())
        self.truth.toggled.connect(self._show_truth)

    def begin(self, locate: Locate | None, look: Look | None) -> None:
        """Turn to a run, whose events are given from the first.

        Args:
            locate: Finds the files of a preview; None for no run.
            look: How masks are read and coloured.
        """
        self._history = PreviewHistory()
        self._locate, self._look = locate, look
        self._is_over = False
        self._loader.forget()
        self._show_cards(0)
        self._refresh(follow=True)

    def append(self, events: Sequence[Event]) -> None:
        """Take more events of the run into account."""
        follows = self.slider.value() == self.slider.maximum()
        if self._history.add(events):
            self._refresh(follow=follows)

    def set_over(self, over: bool) -> None:
        """Say whether more previews may come."""
        if over != self._is_over:
            self._is_over = over
            self._say_why_empty()

    @property
    def iteration(self) -> int | None:
        """The iteration whose previews are shown."""
        iterations = self._history.iterations
        return iterations[self.slider.value()] if iterations else None

    @property
    def note(self) -> str:
        """Why there is nothing to see; "" when there is."""
        return "" if self._history.iterations else self._note.text()

    def step(self, by: int) -> None:
        """Go to an earlier or a later validation."""
        self.slider.setValue(self.slider.value() + by)

    def shut_down(self) -> None:
        """Wait for the thread that decodes."""
        self._loader.shut_down()

    def _lay_out(self) -> None:
        self.slider.setObjectName("preview_slider")
        self.slider.setToolTip("Earlier and later validations (←/→)")
        self.slider.setAccessibleName("Validation whose predictions are shown")
        self.slider.setPageStep(1)
        self.truth.setText("Truth")
        self.truth.setObjectName("preview_truth")
        self.truth.setCheckable(True)
        self.truth.setProperty("role", "chip")
        self.truth.setToolTip("Show the true masks in place of the predicted ones (T)")
        self.moment.setObjectName("preview_moment")
        head = QHBoxLayout()
        head.setSpacing(theme.GRID)
        head.addWidget(self.moment)
        head.addWidget(self.slider, 1)
        head.addWidget(self.truth)
        self._row.setSpacing(theme.GRID)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID // 2)
        column.addLayout(head)
        column.addLayout(self._row, 1)
        self._note.setProperty("role", "muted")
        self._note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._note.setWordWrap(True)
        self._stack.addWidget(self._note)
        self._stack.addWidget(page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._stack)

    def _refresh(self, *, follow: bool) -> None:
        count = len(self._history.iterations)
        blocker = QSignalBlocker(self.slider)
        self.slider.setRange(0, max(count - 1, 0))
        self.slider.setEnabled(count > 1)
        if follow:
            self.slider.setValue(self.slider.maximum())
        del blocker
        self._say_why_empty()
        self._show()

    def _say_why_empty(self) -> None:
        self._stack.setCurrentIndex(1 if self._history.iterations else 0)
        waiting = NONE_MADE if self._is_over else WAITING
        self._note.setText(NO_RUN if self._locate is None else waiting)

    def _show(self) -> None:
        iteration = self.iteration
        if iteration is None or self._locate is None or self._look is None:
            return
        place, count = self.slider.value() + 1, len(self._history.iterations)
        self.moment.setText(f"Iteration {iteration} · validation {place} of {count}")
        entries = self._history.at(iteration)
        self._show_cards(len(entries))
        self._loader.request([self._locate(entry) for entry in entries], self._look)

    def _show_cards(self, count: int) -> None:
        while len(self.cards) > count:
            card = self.cards.pop()
            card.hide()
            card.deleteLater()
        while len(self.cards) < count:
            card = PreviewCard()
            card.set_truth_shown(self.truth.isChecked())
            card.opened.connect(self.sample_opened)
            self._row.addWidget(card, 1)
            self.cards.append(card)

    def _show_pictures(self, pictures: list[PreviewPicture]) -> None:
        for card, picture in zip(self.cards, pictures, strict=False):
            card.set_picture(picture)

    def _show_truth(self, shown: bool) -> None:
        for card in self.cards:
            card.set_truth_shown(shown)
