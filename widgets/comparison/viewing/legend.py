"""The legend of the linked views: what colours and lines mean, and how many pixels there are."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from core.dataset.model import ClassInfo
from core.evaluation.comparing.agreement import Agreement, AgreementCounts
from core.evaluation.errors.error_map import ErrorCounts
from widgets.comparison.grid.content import ShownRun
from widgets.comparison.grid.panel import PanelKind
from widgets.comparison.layers.agreement_layer import agreement_swatch, agreement_words
from widgets.comparison.layers.confidence_layer import gradient
from widgets.comparison.layers.error_layer import EXPLANATIONS, KINDS, swatch
from widgets.comparison.layers.lines import SWATCH, swatch_of
from widgets.flow_layout import FlowBox

_STRIP = 96
# Of more runs the pixels stand in the titles of the panels only.
_MOST_COUNTED = 2


class Legend(FlowBox):
    """The classes, the kinds of error, the confidence, and who is right: what is to be seen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, spacing=10)
        self.setObjectName("ComparisonLegend")
        self._classes: Sequence[ClassInfo] = ()
        self._kinds: Collection[PanelKind] = ()
        self._hatched = False
        self._letters: Sequence[str] = ()
        self._counts: Sequence[ErrorCounts | None] = ()
        self._pair: tuple[ShownRun, ShownRun] | None = None
        self._agreement: AgreementCounts | None = None
        self._said: tuple[object, ...] = ()
        self._texts: dict[str, QLabel] = {}
        self._entries: dict[str, QWidget] = {}
        self._wordings: list[tuple[str, str]] = []
        self._build()

    def set_classes(self, classes: Sequence[ClassInfo]) -> None:
        """Name the classes that masks and predictions are shown in; the background is not."""
        self._classes = classes
        self._build()

    def set_kinds(self, kinds: Collection[PanelKind]) -> None:
        """Explain only what panels of those kinds show."""
        self._kinds = set(kinds)
        self._build()

    def set_counts(self, letters: Sequence[str], counts: Sequence[ErrorCounts | None]) -> None:
        """Show the pixels of each kind of error for one run or two; nothing for None."""
        self._letters, self._counts = letters, counts
        self._build()

    def set_pair(
        self, pair: tuple[ShownRun, ShownRun] | None, counts: AgreementCounts | None
    ) -> None:
        """Say who is right in how many pixels, of the two runs that are held against each other."""
        self._pair, self._agreement = pair, counts
        self._build()

    def set_hatched(self, hatched: bool) -> None:
        """Show the kinds of error with or without their hatching."""
        self._hatched = hatched
        self._build()

    @property
    def text(self) -> str:
        """All that it says."""
        return "  ".join(label.text() for label in self._texts.values())

    def _build(self) -> None:
        entries = [*self._class_entries(), *self._error_entries()]
        entries += [*self._confidence_entries(), *self._agreement_entries()]
        # New pixels of the same entries change their texts only.
        said = (*(entry[:2] for entry in entries), self._hatched, self._colors())
        if said != self._said:
            self._said = said
            self.clear()
            self._texts, self._entries = {}, {}
            for name, tooltip, picture, text in entries:
                self._add(name, tooltip, picture, text)
        self._wordings = [(name, text) for name, _tooltip, _picture, text in entries]
        self._say()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width may have room for the pixels, or not."""
        super().resizeEvent(event)
        self._say()

    def _say(self) -> None:
        """Say how many pixels there are where that fits into one line; else only what they are."""
        for name, text in self._wordings:
            self._texts[name].setText(text)
            self._entries[name].show()
        line = max((label.sizeHint().height() for label in self._texts.values()), default=0)
        if self.height_for(self.width()) > line + SWATCH:
            for name, _text in self._wordings:
                if name in _COUNTED:
                    self._texts[name].setText(name if name != "px" else "")
        for name, entry in self._entries.items():
            entry.setVisible(bool(self._texts[name].text()))
        self.settle()

    def _add(self, name: str, tooltip: str, picture: QPixmap | None, text: str) -> None:
        entry, label = QWidget(), QLabel(text)
        label.setObjectName(f"Legend {name}")
        label.setTextFormat(Qt.TextFormat.PlainText)
        row = QHBoxLayout(entry)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(5)
        if picture is not None:
            color = QLabel()
            color.setPixmap(picture)
            row.addWidget(color)
        row.addWidget(label)
        entry.setToolTip(tooltip)
        self._texts[name], self._entries[name] = label, entry
        self.add(entry)

    def _colors(self) -> tuple[object, ...]:
        pair = () if self._pair is None else tuple(run.color for run in self._pair)
        return (*(info.color for info in self._classes), *pair)

    def _class_entries(self) -> list[tuple[str, str, QPixmap | None, str]]:
        if self._kinds and not set(self._kinds) & _SHOWING_CLASSES:
            return []
        ratio = self.devicePixelRatioF()
        return [
            (
                f"class {info.name}",
                f"{info.name}, in masks and predictions",
                swatch_of(info.color, ratio=ratio),
                info.name,
            )
            for info in self._classes[1:]
        ]

    def _error_entries(self) -> list[tuple[str, str, QPixmap | None, str]]:
        if self._kinds and PanelKind.ERRORS not in self._kinds:
            return []
        ratio = self.devicePixelRatioF()
        pairs = zip(self._letters, self._counts, strict=True)
        known = [(letter, found) for letter, found in pairs if found is not None]
        if len(self._letters) > _MOST_COUNTED:
            known = []
        entries: list[tuple[str, str, QPixmap | None, str]] = []
        for kind, word in KINDS.items():
            figures = [(letter, getattr(found, word.replace(" ", "_"))) for letter, found in known]
            if len(self._letters) == 1:
                parts = [f"{count:,}" for _, count in figures]
            else:
                parts = [f"{letter} {count:,}" for letter, count in figures]
            picture = swatch(kind, hatched=self._hatched, ratio=ratio)
            entries.append((word, EXPLANATIONS[kind], picture, " ".join([word, *parts])))
        if known:
            entries.append(("px", "Pixels of the sample that is shown", None, "px"))
        return entries

    def _confidence_entries(self) -> list[tuple[str, str, QPixmap | None, str]]:
        if PanelKind.CONFIDENCE not in self._kinds:
            return []
        strip = gradient(_STRIP, SWATCH, ratio=self.devicePixelRatioF())
        tooltip = "How probable the run thinks the class is that it predicts. Light: unsure."
        return [
            ("confidence from", tooltip, None, "sure 0 %"),
            ("confidence to", tooltip, strip, "100 %"),
        ]

    def _agreement_entries(self) -> list[tuple[str, str, QPixmap | None, str]]:
        if PanelKind.AGREEMENT not in self._kinds or self._pair is None:
            return []
        first, second = self._pair
        ratio = self.devicePixelRatioF()
        words = agreement_words(first.letter, second.letter)
        counts = self._agreement or (None,) * len(words)
        tooltip = f"{first.letter} is {first.name}, {second.letter} is {second.name}"
        return [
            (
                word,
                tooltip,
                agreement_swatch(Agreement(value), first.color, second.color, ratio=ratio),
                word if count is None else f"{word} {count:,}",
            )
            for (value, word), count in zip(words.items(), counts, strict=True)
        ]


# Of these the titles of the panels and the tooltips tell the pixels as well.
_COUNTED = {*KINDS.values(), "px"}
_SHOWING_CLASSES = {PanelKind.TRUTH, PanelKind.PREDICTION, PanelKind.CONFIDENCE}
