"""Saying which value or colour in the mask files is which class."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from PySide6.QtCore import Signal
from PySide6.QtGui import QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from core.dataset.encoding.coding import Code, MaskCoding
from core.dataset.encoding.report import CodingReport, FoundCode, suggest_coding
from core.dataset.settings import (
    ClassSettings,
    DatasetSettings,
    color_to_hex,
    default_color,
    validation_words,
)
from widgets.classes.code_rows import IGNORED, NOTHING, CodeRows, percent
from widgets.classes.mask_preview import DecodedMask, MaskPreview, decode_for_preview
from widgets.elided_label import ElidedLabel
from widgets.latest_task import LatestTask


class CodingDialog(QDialog):
    """A dialog that maps what is found in mask files to classes; see `chosen`.

    Args:
        report: What the masks hold.
        settings: The dataset's settings as they are.
        keep_classes: Whether the settings' classes were named by somebody and have to stay, so that
            the codes are given to them; otherwise the report's suggestion is the beginning.
        masks: The files to look into again, in a thread, when palette files shall mean their
            colours; without any, that is not offered.
    """

    chosen = Signal(object)
    """`DatasetSettings` with the coding, when the user saves."""

    def __init__(
        self,
        report: CodingReport,
        settings: DatasetSettings,
        *,
        keep_classes: bool = False,
        masks: Sequence[Path] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._keep_classes = keep_classes
        self._settings = self._begin = settings
        self._masks = list(masks)
        self._report: CodingReport | None = None
        self._classes: list[ClassSettings] = list(settings.classes)
        self._shown: FoundCode | None = None
        self._reading = LatestTask(self)
        self._reading.done.connect(self._on_report)
        self._decoding = LatestTask(self)
        self._decoding.done.connect(self._on_decoded)
        self.setWindowTitle("Mask files")
        self.setMinimumSize(640, 560)
        self.resize(680, 640)

        heading = QLabel("What do the mask files mean?")
        heading.setProperty("role", "title")
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.lossy = QLabel()
        self.lossy.setProperty("role", "warning")
        self.lossy.setWordWrap(True)
        self.lossy.hide()
        self.rows = CodeRows()
        self.rows.shown.connect(self._show_example)
        self.rows.changed.connect(self._on_changed)
        self.rows.class_wanted.connect(self._make_class)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(self.rows)
        line = QFrame()
        line.setProperty("role", "line")
        self.preview = MaskPreview()
        self.caption = ElidedLabel()
        self.caption.setProperty("role", "muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        names = QLabel("Give each the class it stands for; names are edited under Classes.")
        names.setProperty("role", "muted")
        for widget in (heading, self.words, self.lossy, names):
            layout.addWidget(widget)
        layout.addWidget(scroll, 3)
        layout.addLayout(self._options())
        layout.addWidget(line)
        layout.addWidget(self.preview, 2)
        layout.addWidget(self.caption)
        layout.addLayout(self._buttons())
        self._on_report(report)

    @property
    def is_reading(self) -> bool:
        """Whether the masks are being looked into again."""
        return self._report is None

    def settings(self) -> DatasetSettings:
        """The settings with the mapping as it is chosen now.

        Raises:
            ValidationError: they are not valid; `problem` says why.
        """
        codes: dict[int, list[Code]] = {}
        listed: set[Code] = set()
        for found, index in zip(self.rows.codes, self.rows.chosen(), strict=True):
            codes.setdefault(index, []).append(found.code)
            listed.add(found.code)
        content: dict[str, Any] = self._begin.model_dump()
        content["classes"] = [
            {**entry.model_dump(), **_as_keys("mask", codes.get(index, []), entry, listed)}
            for index, entry in enumerate(self._classes)
        ]
        content |= _as_keys("ignore", codes.get(IGNORED, []), self._begin, listed)
        content["color_tolerance"] = self.tolerance.value()
        content["palette_by_color"] = self.palette_by_color.isChecked()
        return DatasetSettings.model_validate(content)

    def done(self, result: int) -> None:
        """Close the dialog, and end its threads."""
        self._reading.shut_down()
        self._decoding.shut_down()
        super().done(result)

    def _options(self) -> QHBoxLayout:
        self.tolerance = QSpinBox()
        self.tolerance.setRange(0, 255)
        self.tolerance.setValue(self._settings.color_tolerance)
        self.tolerance.setToolTip(
            "Codes that differ by no more than this, in any channel, mean the same (Alt+D). "
            "For masks with smoothed edges or in JPEG; 0 takes exact codes only."
        )
        self.tolerance.valueChanged.connect(self._update)
        label = QLabel("Allowed &difference")
        label.setBuddy(self.tolerance)
        self.palette_by_color = QCheckBox("&Palette files mean their colours")
        self.palette_by_color.setChecked(self._settings.palette_by_color)
        self.palette_by_color.setToolTip(
            "Decode palette files by the colours they show; otherwise by their indices (Alt+P)"
        )
        self.palette_by_color.toggled.connect(self._read)
        if not self._masks:
            self.palette_by_color.hide()
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(label)
        row.addWidget(self.tolerance)
        row.addSpacing(8)
        row.addWidget(self.palette_by_color)
        row.addStretch()
        return row

    def _buttons(self) -> QHBoxLayout:
        self.problem = QLabel()
        self.problem.setProperty("role", "error")
        self.problem.setWordWrap(True)
        self.save_button = QPushButton("Save")
        self.save_button.setProperty("role", "primary")
        self.save_button.setDefault(True)
        self.save_button.setToolTip("Write the mapping to dataset.toml (Ctrl+Return)")
        self.save_button.clicked.connect(self._save)
        cancel = QPushButton("Cancel")
        cancel.setAutoDefault(False)
        cancel.setToolTip("Change nothing (Esc)")
        cancel.clicked.connect(self.reject)
        QShortcut("Ctrl+Return", self, self.save_button.click)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.problem, 1)
        row.addWidget(cancel)
        row.addWidget(self.save_button)
        return row

    def _read(self) -> None:
        """Look into the masks."""
        self._report = None
        self.words.setText("Looking into the masks…")
        self.save_button.setEnabled(False)
        masks, ignore_index = self._masks, self._settings.ignore_index
        by_color = self.palette_by_color.isChecked()
        self._reading.request(
            lambda: suggest_coding(masks, ignore_index=ignore_index, palette_by_color=by_color)
        )

    def _on_report(self, report: CodingReport) -> None:
        self._report = report
        self.words.setText(report.words)
        if report.lossy is not None:
            self.lossy.setText(
                f"{report.lossy.name} is a JPEG, which changes values along edges. Export the "
                "masks as PNG if you can; otherwise allow a difference below."
            )
        self.lossy.setVisible(report.lossy is not None)
        self._begin = self._settings
        if report.suggestion is not None and not self._settings.has_coding:
            self.tolerance.setValue(report.suggestion.color_tolerance)
            if not self._keep_classes:
                kept = {"layout": self._settings.layout}
                self._begin = report.suggestion.model_copy(update=kept)
        self._classes = list(self._begin.classes)
        self.rows.set_codes(report.codes)
        self.rows.set_classes(self._classes, [self._class_of(found.code) for found in report.codes])
        # A mask with a rare code shows more than one that is all background.
        self._shown = min(report.codes, key=lambda found: found.share, default=None)
        self._update()

    def _class_of(self, code: Code) -> int:
        """The class that a code has to begin with."""
        begin = self._begin
        coding = begin.coding()
        if coding is None:
            if isinstance(code, int):
                is_class = code < len(begin.classes)
                return code if is_class else IGNORED if code == begin.ignore_index else NOTHING
            colors = [entry.color.upper() for entry in begin.classes]
            words = color_to_hex(code)
            return colors.index(words) if words in colors else NOTHING
        for index in range(len(begin.classes)):
            if code in coding.codes_of(index):
                return index
        is_ignored = code in coding.codes_of(begin.ignore_index) or code == begin.ignore_index
        return IGNORED if is_ignored else NOTHING

    def _make_class(self, found: FoundCode) -> None:
        index, code = len(self._classes), found.code
        color = default_color(index) if isinstance(code, int) else color_to_hex(code)
        taken = {entry.name for entry in self._classes}
        names = (f"class {number}" for number in range(index, index + len(taken) + 1))
        name = next(each for each in names if each not in taken)
        self._classes.append(ClassSettings(name=name, color=color))
        chosen = self.rows.chosen()
        chosen[self.rows.codes.index(found)] = index
        self.rows.set_classes(self._classes, chosen)
        self._on_changed(found)

    def _on_changed(self, found: FoundCode) -> None:
        self._shown = found
        self._update()

    def _show_example(self, found: FoundCode) -> None:
        if found is not self._shown:
            self._on_changed(found)

    def _update(self) -> None:
        if self.is_reading:
            return
        problem = self._problem()
        self.problem.setText(problem)
        self.save_button.setEnabled(not problem)
        if problem or self._shown is None:
            return
        settings = self.settings()
        coding = settings.coding() or MaskCoding()
        path, classes = self._shown.example, settings.class_infos()
        self.caption.setText(path.name)
        self._decoding.request(lambda: decode_for_preview(path, coding, classes))

    def _problem(self) -> str:
        if not self.rows.codes:
            return "There is nothing to map: add masks, then open this again."
        try:
            settings = self.settings()
        except ValidationError as error:
            return validation_words(error)
        if not settings.has_coding:
            return "Give at least one value or colour a class."
        if settings.ignore_index < len(settings.classes):
            return f"There are too many classes for the ignored value {settings.ignore_index}."
        return ""

    def _on_decoded(self, mask: DecodedMask) -> None:
        self.preview.show_mask(mask)
        if self._shown is not None:
            illegal = f": {percent(mask.illegal)} means nothing" if mask.illegal else ""
            self.caption.setText(f"{self._shown.example.name}{illegal}")

    def _save(self) -> None:
        if not self.is_reading and not self._problem():
            self.chosen.emit(self.settings())
            self.accept()


def _as_keys(
    prefix: str, codes: Sequence[Code], entry: ClassSettings | DatasetSettings, listed: set[Code]
) -> dict[str, Any]:
    """The keys of some codes; those that no mask in the report holds stay as they were."""
    values, colors = f"{prefix}_values", f"{prefix}_colors"
    words = {color_to_hex(code) for code in listed if not isinstance(code, int)}
    kept_values = [value for value in getattr(entry, values) if value not in listed]
    kept_colors = [color for color in getattr(entry, colors) if color.upper() not in words]
    return {
        values: [*(code for code in codes if isinstance(code, int)), *kept_values],
        colors: [
            *(color_to_hex(code) for code in codes if not isinstance(code, int)),
            *kept_colors,
        ],
    }
