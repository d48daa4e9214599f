"""What is laid beside the mask: another label set, what was saved, what a run predicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QObject

from app.actions import Action
from app.pages.annotate.desk import Desk
from app.pages.annotate.showing.content import Signature, signature
from core.dataset.encoding.coding import MaskCoding
from core.errors import PetsegError
from core.images import Array, read_mask
from widgets.editor.side.layer_kinds import ORIGINAL, OTHER, PREDICTION, SAVED
from widgets.latest_task import LatestTask


class PredictionSource(Protocol):
    """Where the runs' predictions come from; `canvas.prediction` holds the one that is loaded."""

    runs_changed: Any
    prediction_changed: Any

    @property
    def chosen(self) -> str | None:
        """The id of the run whose prediction is loaded."""

    @property
    def problem(self) -> str:
        """Why there is no prediction of this sample; "" when there is one."""

    def runs(self) -> Sequence[tuple[str, str]]:
        """The runs that can be chosen, each its id and its name."""

    def choose(self, run_id: str | None) -> None:
        """Load the predictions of a run, or none."""


@dataclass(frozen=True)
class _Place:
    """Which file a layer shows, and which version of it."""

    sample_id: str
    path: Path
    signature: Signature


@dataclass(frozen=True)
class _Reading:
    """What was read of a file; None and why, when it could not be."""

    place: _Place
    mask: Array | None
    problem: str = ""


class Layers(QObject):
    """Brings the layers that the user wants to see, and keeps what was chosen between samples."""

    def __init__(
        self, desk: Desk, predictions: PredictionSource, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._predictions = predictions
        self._panel = desk.view.side.layers
        self._wiring = desk.view.layer_wiring
        self._sample: str | None = None
        self._other: str | None = None
        self._places: dict[str, _Place] = {}
        self._tasks = {name: LatestTask(self) for name in (OTHER, SAVED)}
        for name, task in self._tasks.items():
            task.done.connect(lambda reading, name=name: self._on_read(name, reading))
        self._wiring.wanted.connect(self._bring)
        self._panel.picked.connect(self._on_picked)
        session = desk.session
        session.dataset_changed.connect(self._on_dataset_changed)
        session.label_set_changed.connect(lambda _name: self._offer_label_sets())
        session.sample_checked.connect(self._on_written)
        session.files_changed.connect(self._on_written)
        predictions.runs_changed.connect(self._offer_runs)
        predictions.prediction_changed.connect(self._show_prediction)
        self._offer_label_sets()
        self._offer_runs()

    @property
    def other_label_set(self) -> str | None:
        """The label set that is laid beside the mask; None when there is no other one."""
        return self._other

    def actions(self) -> list[Action]:
        """No commands: the panel's controls have their keys among the editor's."""
        return []

    def on_shown(self) -> None:
        """Bring what the user wants to see of the new sample."""
        self._sample = self._desk.session.current
        self._offer_label_sets()
        if self._wiring.content(ORIGINAL) is None:
            self._wiring.show_layer(ORIGINAL, None, "none kept")
        for name in (OTHER, SAVED):
            if self._panel.rows[name].is_shown:
                self._bring(name)
        self._show_prediction()

    def on_left(self) -> None:
        """Let go of the old sample's layers; what is shown of the next one stays chosen."""
        self._sample = None
        self._places.clear()
        for task in self._tasks.values():
            task.forget()
        for name in (OTHER, ORIGINAL, SAVED, PREDICTION):
            self._wiring.show_layer(name, None)

    def shut_down(self) -> None:
        """End the threads."""
        for task in self._tasks.values():
            task.shut_down()

    # The layers that are read from files

    def _bring(self, name: str) -> None:
        """Read what a layer shows, unless that is there already."""
        dataset, place = self._desk.session.dataset, self._place_of(name)
        if dataset is None or name not in self._tasks or self._sample is None:
            return
        if place is None:
            self._places.pop(name, None)
            self._tasks[name].forget()
            self._wiring.show_layer(name, None, _MISSING[name])
        elif place != self._places.get(name):
            self._places[name] = place
            coding = dataset.coding
            self._tasks[name].request(lambda: _read(place, coding))

    def _place_of(self, name: str) -> _Place | None:
        session = self._desk.session
        label_set = self._other if name == OTHER else session.label_set
        if session.dataset is None or self._sample is None or not label_set:
            return None
        sample = session.dataset.sample(self._sample)
        path = session.dataset.mask_path(sample, label_set)
        version = signature(path)
        return None if version is None else _Place(self._sample, path, version)

    def _on_read(self, name: str, reading: _Reading) -> None:
        if reading.place == self._places.get(name):
            note = "cannot be read" if reading.problem else ""
            self._wiring.show_layer(name, reading.mask, note, reading.problem)

    def _on_written(self, changed: object) -> None:
        written = changed if isinstance(changed, set) else {changed}
        if self._sample not in written:
            return
        for name in self._tasks:
            if name in self._places or self._panel.rows[name].is_shown:
                self._bring(name)

    # What can be chosen

    def _on_picked(self, name: str, key: str | None) -> None:
        if name == OTHER and key != self._other:
            self._other = key
            self._bring(OTHER)
        elif name == PREDICTION and key != self._predictions.chosen:
            self._predictions.choose(key)

    def _on_dataset_changed(self) -> None:
        self._other = None
        self._offer_label_sets()

    def _offer_label_sets(self) -> None:
        session = self._desk.session
        sets = session.dataset.label_sets if session.dataset is not None else ()
        others = [name for name in sets if name != session.label_set]
        if self._other not in others:
            self._other = others[0] if others else None
        self._panel.set_choices(OTHER, [(name, name) for name in others], self._other)

    def _offer_runs(self) -> None:
        runs: list[tuple[str | None, str]] = list(self._predictions.runs())
        if runs:
            runs.append((None, "No prediction"))
        self._panel.set_choices(PREDICTION, runs, self._predictions.chosen)
        self._show_prediction()

    def _show_prediction(self) -> None:
        chosen, problem = self._predictions.chosen, self._predictions.problem
        self._panel.rows[PREDICTION].choose(chosen)
        prediction = self._desk.view.canvas.prediction
        if prediction is not None:
            self._wiring.show_layer(PREDICTION, prediction.classes)
        elif problem:
            self._wiring.show_layer(PREDICTION, None, "no prediction", problem)
        else:
            self._wiring.show_layer(PREDICTION, None)  # none is chosen, or it is being read


_MISSING = {OTHER: "no mask", SAVED: "not saved yet"}


def _read(place: _Place, coding: MaskCoding | None) -> _Reading:
    try:
        return _Reading(place, read_mask(place.path, coding))
    except PetsegError as error:
        return _Reading(place, None, str(error))
