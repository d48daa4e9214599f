"""The top of the comparison: which runs on which split, and their metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from widgets import theme
from widgets.comparison import words
from widgets.comparison.augment_button import AugmentButton
from widgets.comparison.choosing.chooser import RunChooser
from widgets.comparison.metrics_model import RunMetrics
from widgets.comparison.metrics_table import MetricsTable
from widgets.elided_label import ElidedLabel
from widgets.export_button import ExportButton, picture_of


class Overview(QWidget):
    """Choosers and a caption in a row, the table of metrics, and what is left out of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ComparisonOverview")
        self.chooser = RunChooser()
        self.augment_button = AugmentButton()
        self.caption = ElidedLabel()
        self.caption.setObjectName("MetricsCaption")
        self.caption.setProperty("role", "muted")
        self.table = MetricsTable()
        self.export_button = ExportButton(
            "metrics of the runs",
            lambda: picture_of([self.table]),
            self.table.metrics_model.as_rows,
        )
        self.room_button = QToolButton()
        self.room_button.setObjectName("EnlargeViews")
        self.room_button.setCheckable(True)
        self.room_button.setProperty("role", "chip")
        self.room_button.setToolTip("Give the pictures the room of figures and analysis (G)")
        self.room_button.setAccessibleName("Enlarge the pictures")
        theme.set_icon(self.room_button, "arrow-expand")
        self.left_out_label = ElidedLabel()
        self.left_out_label.setObjectName("LeftOut")
        self.left_out_label.setProperty("role", "warning")
        self.left_out_label.hide()
        self.renamed_label = ElidedLabel()
        self.renamed_label.setObjectName("RenamedClasses")
        self.renamed_label.setProperty("role", "warning")
        self.renamed_label.hide()
        self.unreadable_label = ElidedLabel()
        self.unreadable_label.setObjectName("UnreadableRuns")
        self.unreadable_label.setProperty("role", "warning")
        self.unreadable_label.hide()
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * theme.GRID)
        row.addWidget(self.chooser)
        row.addWidget(self.augment_button)
        row.addWidget(self.caption, 1)
        row.addWidget(self.room_button)
        row.addWidget(self.export_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID)
        column.addLayout(row)
        column.addWidget(self.table)
        column.addWidget(self.left_out_label)
        column.addWidget(self.renamed_label)
        column.addWidget(self.unreadable_label)

    def show_metrics(
        self, runs: Sequence[RunMetrics], class_names: Sequence[str], caption: str
    ) -> None:
        """Show the figures of runs, and what they are about."""
        self.table.set_runs(runs, class_names)
        self.caption.setText(caption)

    def show_unreadable(self, runs: Mapping[str, str]) -> None:
        """Say which runs cannot be looked at, by id, and why; nothing for none."""
        self.unreadable_label.setVisible(bool(runs))
        self.unreadable_label.setText(words.unreadable(runs))
        self.unreadable_label.setToolTip("\n".join(f"{run}: {why}" for run, why in runs.items()))

    def show_renamed(self, sentences: Sequence[str]) -> None:
        """Say of which runs classes have other names by now; nothing for none."""
        self.renamed_label.setVisible(bool(sentences))
        more = f" (and {len(sentences) - 1} more)" if len(sentences) > 1 else ""
        self.renamed_label.setText(f"{sentences[0]}{more}" if sentences else "")
        self.renamed_label.setToolTip("\n".join(sentences))

    def show_left_out(self, samples: Mapping[str, str]) -> None:
        """Say which samples are not in the figures, and why; nothing for none."""
        self.left_out_label.setVisible(bool(samples))
        self.left_out_label.setText(words.left_out(samples))
        self.left_out_label.setToolTip(words.left_out(samples, limit=40, separator="\n"))
