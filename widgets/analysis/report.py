"""What the panels of the analysis show: everything known of one run on the split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.dataset.model import ClassInfo
from core.evaluation.analysis import Analysis, TextureSum
from core.evaluation.metrics.details import Details
from core.evaluation.metrics.figures import FigureTable
from core.evaluation.scores import Evaluation
from core.evaluation.slices.slicing import Slice


@dataclass(frozen=True)
class RunReport:
    """One run of those that are compared.

    Attributes:
        run_id: The run.
        letter: What it is called among those that are compared.
        name: Its name.
        classes: The classes of the dataset.
        evaluation: Its pixel counts; None while it has no predictions.
        figures: Its figures with their intervals; None while they are being made.
        analysis: Its errors; None while they are being looked for.
        details: What its samples sum up to beyond pixel counts.
        slices: Parts of the split and what they cost, the most expensive first.
        dark: What its samples say of dark objects on dark ground, in sentences.
        textures: What its false alarms look like.
        problem: Why something of it is missing, as a sentence; "" when nothing is.
        is_looked_at: Whether there is more to come.
    """

    run_id: str
    letter: str
    name: str
    classes: Sequence[ClassInfo] = ()
    evaluation: Evaluation | None = None
    figures: FigureTable | None = None
    analysis: Analysis | None = None
    details: Details | None = None
    slices: Sequence[Slice] = field(default=())
    dark: str = ""
    textures: Sequence[TextureSum] = field(default=())
    problem: str = ""
    is_looked_at: bool = False

    @property
    def class_names(self) -> list[str]:
        """The names of the classes, by index."""
        return [info.name for info in self.classes]
