"""The help page of the figures: what each one means, how it is computed, and who defined it."""

from __future__ import annotations

import html
from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from core.evaluation.metrics.definitions import DEFINITIONS, Definition
from widgets import theme

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "metrics.md"
"""Where the same stands at length; only beside a program that runs from its own folder."""


class DefinitionsDialog(QDialog):
    """Every figure with its formula and source; a word narrows them down.

    Args:
        parent: Its parent.
        guide: A file that tells more, which is pointed to where it is there.
    """

    def __init__(self, parent: QWidget | None = None, *, guide: Path = GUIDE) -> None:
        super().__init__(parent)
        self._guide = guide
        self.setWindowTitle("What the figures mean")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(720, 560)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Find a figure")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Find a figure")
        self.text = QTextBrowser()
        self.text.setOpenExternalLinks(True)
        self.text.setAccessibleName("Definitions of the figures")
        name = f"{guide.parent.name}/{guide.name}"
        self.pointer = QLabel(
            f"How to read intervals, differences of runs and calibration is told in {name}."
        )
        self.pointer.setProperty("role", "muted")
        self.pointer.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.guide_button = buttons.addButton(
            f"Open {name}", QDialogButtonBox.ButtonRole.ActionRole
        )
        self.guide_button.setToolTip(f"Open it with the program for such files:\n{guide}")
        self.guide_button.clicked.connect(self._open_guide)
        for widget in (self.pointer, self.guide_button):
            widget.setVisible(guide.is_file())
        buttons.rejected.connect(self.close)
        column = QVBoxLayout(self)
        column.setSpacing(theme.GRID)
        column.addWidget(self.search)
        column.addWidget(self.text, 1)
        column.addWidget(self.pointer)
        column.addWidget(buttons)
        self.search.textChanged.connect(self._refresh)
        theme.signals.changed.connect(self._refresh)
        self._refresh()

    def _open_guide(self) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._guide))):
            self.pointer.setText(f"No program opens it here. It is {self._guide}")
            self.pointer.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def _refresh(self) -> None:
        wanted = self.search.text().strip().lower()
        found = [each for each in DEFINITIONS.values() if wanted in _all_words(each).lower()]
        self.text.setHtml(_page(found) if found else "<p>No figure has that in its words.</p>")


def _page(definitions: list[Definition]) -> str:
    link = theme.color("accent").name()
    muted = theme.color("muted").name()
    parts = [
        f"<style>a {{ color: {link}; }} .m {{ color: {muted}; }}</style>",
        "<p>TP, FP and FN are pixels of a class that are right, wrongly predicted as it, and"
        " wrongly predicted as another. <b>Pooled</b> sums up the counts of all images and divides"
        " once; <b>per image</b> divides in every image and takes the mean over the images in which"
        " there is something to divide by. Intervals hold 95 % of what resampled sets of images"
        " give.</p>",
    ]
    for each in definitions:
        name, meaning = html.escape(each.name), html.escape(each.meaning)
        parts.append(
            f"<h4>{name} <span class='m'>({each.unit}, {each.how})</span></h4>"
            f"<p>{meaning}<br><span class='m'>Formula:</span> {html.escape(each.formula)}<br>"
            f"<span class='m'>Source:</span> {_linked(each.source)}</p>"
        )
    return "".join(parts)


def _linked(source: str) -> str:
    words = []
    for word in source.split(" "):
        bare = word.rstrip(";,.")
        if bare.startswith("https://"):
            rest = html.escape(word[len(bare) :])
            words.append(f'<a href="{html.escape(bare, quote=True)}">{html.escape(bare)}</a>{rest}')
        else:
            words.append(html.escape(word))
    return " ".join(words)


def _all_words(each: Definition) -> str:
    return f"{each.id} {each.name} {each.how} {each.meaning} {each.formula} {each.source}"
