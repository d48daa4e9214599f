"""The row in which one sample or many are judged: done or not, tags, a note, left out or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.review.store import NOT_REVIEWED, Review, ReviewState
from widgets import theme
from widgets.elided_label import ElidedLabel
from widgets.flow_layout import FlowBox
from widgets.review.chip import Chip
from widgets.review.text_action import TextAction

STATE_SHORTCUTS: Mapping[ReviewState, str] = {
    ReviewState.TO_DO: "1",
    ReviewState.DONE: "2",
    ReviewState.UNSURE: "3",
}
"""The keys that the bar's tooltips promise; the page around it binds them to `choose_state`."""

TAG_SHORTCUT = "T"
"""The key for `open_tag_menu`, promised and bound likewise."""

USUAL_REASONS = (
    "shows no object of any class",
    "too blurred or too dark",
    "the same picture as another",
    "cannot be labelled for certain",
)
"""Why samples are mostly left out, as the menu offers it."""

_STATE_ICON = QSize(16, 16)
_ICONS = {
    ReviewState.TO_DO: "circle-outline",
    ReviewState.DONE: "check-circle-outline",
    ReviewState.UNSURE: "help-circle-outline",
}


class _StateButton(QToolButton):
    """As wide as its words: a tool button would leave room at its end, and three wrap then."""

    def sizeHint(self) -> QSize:
        """Without that room."""
        return super().sizeHint() - QSize(self.fontMetrics().horizontalAdvance("  "), 0)


class _NoteEdit(QLineEdit):
    """Esc puts back what stood there."""

    given_up = Signal()

    def event(self, event: QEvent) -> bool:
        """Take Enter before a shortcut of the page does."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Esc while something was typed."""
        if event.key() == Qt.Key.Key_Escape and self.isModified():
            self.given_up.emit()
        else:
            super().keyPressEvent(event)


class ReviewBar(QWidget):
    """Shows what is said of the chosen samples and asks for changes by signals; it writes nothing.

    After a change the owner calls `show_samples` again.
    """

    state_chosen = Signal(object)
    """The `ReviewState` the samples are to have."""
    tag_added = Signal(str)
    """A tag on offer or a new one, for all chosen samples."""
    tag_removed = Signal(str)
    """A tag to take from all chosen samples."""
    note_edited = Signal(str, object)
    """The note, and the list of sample ids it is for (the choice may be another one by now)."""
    exclude_requested = Signal(str)
    """The reason; "" for none."""
    restore_requested = Signal()
    tag_rename_requested = Signal(str, str)
    """A tag and its new name, in the whole dataset."""
    tag_delete_requested = Signal(str)
    """A tag to remove from the whole dataset."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ReviewBar")
        self._samples: list[str] = []
        self._known_tags: list[str] = []
        self._tags: Counter[str] = Counter()
        self._states: Counter[ReviewState] = Counter()
        self._note = ""
        self._chips: list[Chip] = []
        self.state_buttons = {state: self._state_button(state) for state in ReviewState}
        self.exclude_button = QPushButton("Exclude")
        self.exclude_button.setToolTip("Leave out of training, for a reason; files stay")
        theme.set_icon(self.exclude_button, "cancel")
        self.exclude_button.clicked.connect(lambda: self.open_exclude_menu())
        self._chosen = QLabel()
        self._chosen.setProperty("role", "muted")
        self._excluded = ElidedLabel()
        self._excluded.setProperty("role", "warning")
        self.restore_button = QPushButton("Restore")
        self.restore_button.setToolTip("Take back into training")
        theme.set_icon(self.restore_button, "restore")
        self.restore_button.clicked.connect(self.restore_requested)
        self._tag_box = FlowBox(spacing=4)
        self.note_edit = _NoteEdit()
        self.note_edit.setAccessibleName("Note")
        self.note_edit.setToolTip("A note on the chosen samples: Enter keeps it, Esc gives it up")
        self.note_edit.editingFinished.connect(self._on_note)
        self.note_edit.given_up.connect(self._show_note)
        self._lay_out()
        self.show_samples([], {}, {})

    @property
    def chips(self) -> list[Chip]:
        """The tags that are shown, in alphabetical order."""
        return list(self._chips)

    @property
    def chosen_words(self) -> str:
        """How many samples are chosen, in words; "" for one or none."""
        return self._chosen.text()

    @property
    def excluded_words(self) -> str:
        """What is said of exclusion; "" when none of the samples is excluded."""
        return self._excluded.text()

    def set_known_tags(self, tags: Sequence[str]) -> None:
        """Say which tags the menu offers, in that order."""
        self._known_tags = list(tags)

    def show_samples(
        self,
        samples: Sequence[str],
        reviews: Mapping[str, Review],
        exclusions: Mapping[str, str],
    ) -> None:
        """Show what is said of the chosen samples.

        A note that is being typed stays as long as the same samples are chosen; when others are,
        it is first handed over for those it was typed for.

        Args:
            samples: Their ids; empty for none.
            reviews: Reviews by sample; of absent ones nothing is said.
            exclusions: The reason by excluded sample.
        """
        samples = list(samples)
        if samples != self._samples and self.note_edit.isModified():
            self._on_note()
        is_typing = samples == self._samples and self.note_edit.isModified()
        self._samples = samples
        found = [reviews.get(sample, NOT_REVIEWED) for sample in samples]
        self._states = Counter(review.state for review in found)
        self._tags = Counter(tag for review in found for tag in review.tags)
        self.setEnabled(bool(samples))
        self._chosen.setText(f"{len(samples):,} samples" if len(samples) > 1 else "")
        self._chosen.setVisible(len(samples) > 1)
        self._show_states()
        self._show_tags()
        self._show_exclusion([exclusions[sample] for sample in samples if sample in exclusions])
        notes = {review.note for review in found}
        self._note = notes.pop() if len(notes) == 1 else ""
        different = bool(notes)
        self.note_edit.setPlaceholderText("Different notes" if different else "Note")
        if not is_typing:
            self._show_note()

    def choose_state(self, state: ReviewState) -> None:
        """Ask for a review state, as its button does; what all samples have is not asked for."""
        self._show_states()
        if self._samples and self._states[state] < len(self._samples):
            self.state_chosen.emit(state)

    def open_tag_menu(self) -> QMenu:
        """Open the menu of tags: the ones on offer, and a line to type another one."""
        menu = self._menu()
        new = TextAction("New tag", "", menu)
        new.entered.connect(self.tag_added)
        menu.addAction(new)
        count = len(self._samples)
        offered = [tag for tag in self._known_tags if self._tags[tag] < count]
        for tag in offered:
            action = menu.addAction(tag.replace("&", "&&"))
            action.triggered.connect(lambda _checked=False, tag=tag: self.tag_added.emit(tag))

        def narrow(typed: str) -> None:
            for action, tag in zip(menu.actions()[1:], offered, strict=True):
                action.setVisible(typed.strip().casefold() in tag.casefold())

        new.edit.textChanged.connect(narrow)
        menu.popup(_below(self.add_tag_button))
        new.edit.setFocus()
        return menu

    def open_exclude_menu(self) -> QMenu:
        """Open the menu of reasons: the usual ones, and a line to type another one."""
        menu = self._menu()
        for reason in USUAL_REASONS:
            action = menu.addAction(reason[0].upper() + reason[1:])
            action.triggered.connect(
                lambda _checked=False, reason=reason: self.exclude_requested.emit(reason)
            )
        menu.addSeparator()
        other = TextAction("Another reason", "", menu)
        other.entered.connect(self.exclude_requested)
        menu.addAction(other)
        menu.popup(_below(self.exclude_button))
        return menu

    def _lay_out(self) -> None:
        self.add_tag_button = QToolButton()
        self.add_tag_button.setText("Tag")
        self.add_tag_button.setToolTip(f"Add a tag ({TAG_SHORTCUT})")
        self.add_tag_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        theme.set_icon(self.add_tag_button, "tag-plus-outline")
        self.add_tag_button.clicked.connect(lambda: self.open_tag_menu())
        judged = FlowBox(spacing=4)
        for button in self.state_buttons.values():
            judged.add(button)
        judged.settle()
        self._judged = judged
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addWidget(judged, 1)
        top.addWidget(self.add_tag_button, 0, Qt.AlignmentFlag.AlignTop)
        note = QHBoxLayout()
        note.setSpacing(theme.GRID)
        note.addWidget(self.note_edit, 1)
        note.addWidget(self.exclude_button)
        note.addWidget(self.restore_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID // 2)
        column.addWidget(self._chosen)
        column.addLayout(top)
        column.addWidget(self._tag_box)
        column.addLayout(note)
        column.addWidget(self._excluded)

    def _state_button(self, state: ReviewState) -> QToolButton:
        button = _StateButton()
        button.setIconSize(_STATE_ICON)
        button.setObjectName(f"Review {state.value}")
        button.setText(state.words)
        button.setCheckable(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        theme.set_icon(button, _ICONS[state])
        button.clicked.connect(lambda: self.choose_state(state))
        return button

    def _show_states(self) -> None:
        count = len(self._samples)
        for state, button in self.state_buttons.items():
            having = self._states[state]
            button.setChecked(count > 0 and having == count)
            tip = f"Review: {state.words.lower()} ({STATE_SHORTCUTS[state]})"
            if count > 1:
                tip += f"\n{having:,} of the {count:,} chosen samples"
            button.setToolTip(tip)
            is_mixed = 0 < having < count
            button.setText(f"{state.words} {having:,}" if is_mixed else state.words)
        self._judged.settle()

    def _show_tags(self) -> None:
        self._tag_box.clear()
        self._chips = []
        for tag in sorted(self._tags, key=str.casefold):
            chip = Chip(tag, self._tags[tag], len(self._samples))
            chip.removed.connect(self.tag_removed)
            chip.added.connect(self.tag_added)
            chip.rename_requested.connect(self.tag_rename_requested)
            chip.delete_requested.connect(self.tag_delete_requested)
            self._chips.append(chip)
            self._tag_box.add(chip)
        if not self._samples:
            nothing = QLabel("No sample is chosen")
            nothing.setProperty("role", "muted")
            self._tag_box.add(nothing)
        self._tag_box.settle()
        self._tag_box.setVisible(bool(self._chips) or not self._samples)

    def _show_exclusion(self, reasons: Sequence[str]) -> None:
        excluded, count = len(reasons), len(self._samples)
        words = ""
        if excluded:
            same = set(reasons)
            words = "Excluded" if excluded == count else f"{excluded:,} excluded"
            reason = same.pop() if len(same) == 1 else "different reasons"
            words += f": {reason}" if reason else ""
        self._excluded.setText(words)
        self._excluded.setVisible(bool(excluded))
        self.restore_button.setVisible(bool(excluded))
        self.exclude_button.setVisible(excluded < count or not count)

    def _show_note(self) -> None:
        self.note_edit.setText(self._note)
        self.note_edit.setCursorPosition(0)  # a long note is read from its beginning
        self.note_edit.setModified(False)

    def _on_note(self) -> None:
        if not self.note_edit.isModified():
            return
        self.note_edit.setModified(False)
        text = self.note_edit.text().strip()
        if text != self._note and self._samples:
            self._note = text
            self.note_edited.emit(text, list(self._samples))

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu


def _below(widget: QWidget) -> QPoint:
    return widget.mapToGlobal(QPoint(0, widget.height()))
