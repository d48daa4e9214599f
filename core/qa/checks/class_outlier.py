"""Does an object look like another class?

Every object's appearance is measured once (the fact "objects"). Over the whole dataset a linear
discriminant then learns what each class looks like, and judges every object by what the *other*
samples taught it. An object that looks like another class with high confidence was probably given
the wrong class; two classes that meet inside one object without an edge are probably one object.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from core.dataset.model import Dataset
from core.flags import Severity
from core.qa.appearance.discriminant import Discriminant, learn
from core.qa.facts.appearance import Looks, looks_in
from core.qa.registry import (
    Finding,
    Limit,
    Measurement,
    Option,
    Options,
    SampleFacts,
    dataset_check,
)

# Parts that touch are this many times as likely to be two objects before anything is known.
_ODDS_OF_TWO = 4.0

_MAX_EDGE = Option(
    1.8, 0, 10, "", "A stronger edge than this between two parts means two objects", 0.1
)


class _Judgement(NamedTuple):
    """How much an object looks like its own class, and like which other one."""

    own: float = 1.0
    other: int = 0
    confidence: float = 0.0


class _Mixed(NamedTuple):
    """Two parts of one object: the one that looks wrong, the other, and how surely."""

    wrong: int
    right: int
    confidence: float


def fit(facts: Iterable[SampleFacts], dataset: Dataset, _options: Options) -> dict[str, Any] | None:
    """Learn what each class looks like; None when too little is known of the classes.

    The samples are read once, and memory does not grow with their number.
    """

    def observed() -> Iterable[tuple[str, int, npt.NDArray[Any]]]:
        for sample in facts:
            looks = looks_in(sample.facts)
            if looks is not None:
                for value, description in zip(looks.classes, looks.values, strict=True):
                    yield sample.sample, value, description

    learned = learn(observed())
    if learned is None:
        return None
    names = {str(info.index): info.name for info in dataset.classes}
    return {"names": names, **learned.to_json()}


def _say_outlier(found: Measurement, limit: float) -> Finding:
    crossed = [number for number, value in enumerate(found.values) if value > limit] or [0]
    given, other = found.notes["classes"][0]
    text = f"This {given} looks like the dataset's {other} objects ({found.score:.0f} % sure)."
    if len(crossed) > 1:
        text += f" {len(crossed)} objects of this photo look like another class."
    return Finding(found.score, text, tuple(found.boxes[number] for number in crossed))


@dataset_check(
    "class_outlier",
    title="Looks like another class",
    group="Appearance",
    severity=Severity.WARNING,
    catches="Objects whose shape and texture are those of another class: swapped labels.",
    misses="Classes of fewer than eight objects, and small objects.",
    find=_say_outlier,
    fit=fit,
    limit=Limit(90, 50, 100, "%", "How sure the other class must be"),
    options={"max_edge": _MAX_EDGE},
)
def class_outlier(model: Any, sample: SampleFacts, options: Options) -> Measurement | None:
    """How surely an object looks like another class than its own, in percent.

    Parts of one object that has two classes are left to `mixed_object`.
    """
    looks = looks_in(sample.facts)
    if model is None or looks is None:
        return None
    judged = _judged(model, sample.sample, looks)
    halves = {part for each in _mixed(looks, judged, options["max_edge"]) for part in each[:2]}
    order = [
        number for number, each in enumerate(judged) if each.confidence > 0 and number not in halves
    ]
    if not order:
        return None
    order.sort(key=lambda number: -judged[number].confidence)
    return Measurement(
        100 * judged[order[0]].confidence,
        tuple(100 * judged[number].confidence for number in order),
        tuple(looks.boxes[number] for number in order),
        {
            "classes": [
                [_name(model, looks.classes[number]), _name(model, judged[number].other)]
                for number in order
            ]
        },
    )


def _say_mixed(found: Measurement, _limit: float) -> Finding:
    given, other = found.notes["classes"]
    text = f"One object seems to be labelled {given} in part and {other} in part."
    return Finding(found.score, text, found.boxes)


@dataset_check(
    "mixed_object",
    title="Two classes in one",
    group="Appearance",
    severity=Severity.WARNING,
    catches="One object whose parts were given different classes.",
    misses="Objects of two classes that touch and look alike.",
    find=_say_mixed,
    fit=fit,
    limit=Limit(50, 50, 100, "%", "How sure it must be that the parts are one object"),
    options={"max_edge": _MAX_EDGE},
)
def mixed_object(model: Any, sample: SampleFacts, options: Options) -> Measurement | None:
    """How surely two parts that touch are one object with two classes, in percent.

    Two parts are taken for one object when no edge of the photo runs where they meet and it is
    more likely than not that they belong together, seen from how alike the colours on both sides
    are and how little the parts look like their own classes.
    """
    looks = looks_in(sample.facts)
    if model is None or looks is None or not looks.contacts:
        return None
    judged = _judged(model, sample.sample, looks)
    pairs = _mixed(looks, judged, options["max_edge"])
    if not pairs:
        return None
    worst = max(pairs, key=lambda pair: pair.confidence)
    parts = (worst.wrong, worst.right)
    return Measurement(
        100 * worst.confidence,
        boxes=tuple(looks.boxes[part] for part in parts),
        notes={"classes": [_name(model, looks.classes[part]) for part in parts]},
    )


def _name(model: dict[str, Any], value: int) -> str:
    # The classes may have been edited since the sample was measured.
    return str(model["names"].get(str(value), f"class {value}"))


def _judged(model: dict[str, Any], sample: str, looks: Looks) -> list[_Judgement]:
    """For every object, how much it looks like its own and like other classes."""
    learned = Discriminant.from_json(model)
    judged = []
    likely = learned.probabilities(sample, looks.values)
    for value, row in zip(looks.classes, likely, strict=True):
        if value not in learned.classes:
            judged.append(_Judgement())
            continue
        place = learned.classes.index(value)
        own = float(row[place])
        row[place] = -1.0
        best = int(np.argmax(row))
        judged.append(_Judgement(own, learned.classes[best], float(row[best])))
    return judged


def _mixed(looks: Looks, judged: list[_Judgement], max_edge: float) -> list[_Mixed]:
    """Pairs of touching parts that are more likely one object than two."""
    pairs = []
    for contact in looks.contacts:
        if contact.edge > max_edge or max(contact.one, contact.other) >= len(judged):
            continue
        wrong, right = sorted((contact.one, contact.other), key=lambda part: judged[part].own)
        doubt = (1 - judged[wrong].own) / (judged[wrong].own + 1e-6)
        odds = doubt * contact.likeness / (1 - contact.likeness + 1e-6) / _ODDS_OF_TWO
        if odds > 1:
            pairs.append(_Mixed(wrong, right, odds / (1 + odds)))
    return pairs
