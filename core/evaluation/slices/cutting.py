"""Which samples are in which slice: by what they are like, and by what is said of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.evaluation.slices.facts import FactColumns
from core.flags import Flag, FlagBook
from core.qa.checks import CHECKS
from core.qa.settings import CheckSettings
from core.review.values import ReviewState

Bools = npt.NDArray[np.bool_]

DARK = "dark_on_dark"
"""The slice of dark objects on a dark ground, and the check that tells what is dark."""

# Thirds of fewer samples say nothing.
_LEAST_FOR_THIRDS = 6


@dataclass(frozen=True, slots=True)
class Cut:
    """A slice before it is measured; see `core.evaluation.slices.slicing.Slice`.

    Attributes:
        rows: bool N, which of the samples are in it.
    """

    id: str
    group: str
    name: str
    meaning: str
    rows: Bools


def cuts_by_facts(
    facts: FactColumns, class_names: Sequence[str], settings: CheckSettings
) -> Iterator[Cut]:
    """Slices by what the samples are like; some may be empty."""
    per_object = 100 * facts.object_share / np.maximum(facts.objects, 1)
    sizes = np.where(facts.objects > 0, per_object, np.nan)
    for thirds, values in zip(_THIRDS, (sizes, facts.brightness, facts.difference), strict=True):
        yield from thirds.cuts(values)
    dark, meaning = dark_on_dark(facts, settings)
    yield Cut(DARK, "Contrast", "Dark on dark", meaning, dark)
    if not facts.objects.any():
        for index, name in enumerate(class_names):
            rows = facts.classes[:, index]
            yield Cut(f"with:{index}", "Classes", f"With {name}", f"Masks that hold {name}", rows)
        return
    yield from _cuts_by_classes(facts, class_names)
    numbers = (
        ("1", "One object", facts.objects == 1),
        ("2", "Two objects", facts.objects == 2),
        ("3+", "Three objects or more", facts.objects >= 3),
    )
    for number, name, rows in numbers:
        meaning = f"Masks with {name.lower()}, specks not counted"
        yield Cut(f"objects:{number}", "Number of objects", name, meaning, rows)
    yield Cut(
        "touches_edge",
        "Picture's edge",
        "Objects touch the edge",
        "Masks with an object that reaches the edge of the picture",
        facts.touches_edge,
    )


def _cuts_by_classes(facts: FactColumns, class_names: Sequence[str]) -> Iterator[Cut]:
    classes = facts.classes.sum(1)
    group = "Classes"
    meaning = "Masks with objects of two classes or more"
    yield Cut("several_classes", group, "Objects of several classes", meaning, classes >= 2)
    for index, name in enumerate(class_names):
        rows = facts.classes[:, index] & (classes == 1)
        meaning = f"Masks with {name} and no other class of objects"
        yield Cut(f"only:{index}", group, f"Only {name}", meaning, rows)
    yield Cut("no_object", group, "No object", "Masks without any object", classes == 0)


def dark_on_dark(facts: FactColumns, settings: CheckSettings) -> tuple[Bools, str]:
    """Which samples show dark objects on a dark ground, exactly as the check of that name has it.

    Returns:
        bool N; and in a sentence what is dark by the limits in use.
    """
    check = CHECKS[DARK]
    limit = settings.limit_of(check.id)
    assert limit is not None  # the check has one
    difference = settings.options_of(check.id)["difference"]
    light = np.maximum(facts.light_inside, facts.light_outside)
    # Where something is unknown, so is the comparison, and the sample is not in it.
    dark = (light < limit) & (facts.difference < difference)
    return np.asarray(dark, np.bool_), (
        f"Objects and what is right around them are both darker than {limit:g} of 100 "
        f"and differ by less than {difference:g} (ΔE)"
    )


def cuts_by_flags(flags: Mapping[str, Sequence[Flag]], samples: Sequence[str]) -> Iterator[Cut]:
    """One slice for each check that flags some of the samples, and those without any flag."""
    book = flags if isinstance(flags, FlagBook) else FlagBook(flags)
    columns = book.columns(samples)
    for check_id, rows in columns.with_check.items():
        check = CHECKS.get(check_id)
        title = check.title if check is not None else check_id
        if check_id != DARK:  # that is a slice anyway
            meaning = f"Samples that the check “{title}” flags"
            yield Cut(f"flag:{check_id}", "Flags", title, meaning, rows)
    if columns.with_check:
        rows = columns.counts == 0
        yield Cut("flag:none", "Flags", "Without a flag", "Samples that no check flags", rows)


def cuts_by_people(
    tags: Mapping[str, Sequence[str]],
    states: Mapping[str, ReviewState],
    samples: Sequence[str],
) -> Iterator[Cut]:
    """One slice for each tag and for each review state that occurs."""
    own = [tags.get(sample, ()) for sample in samples]
    for tag in sorted({tag for some in own for tag in some}, key=str.casefold):
        rows = np.array([tag in some for some in own], np.bool_)
        yield Cut(f"tag:{tag}", "Tags", tag, f"Samples with the tag “{tag}”", rows)
    if not states:
        return
    given = [states.get(sample, ReviewState.TO_DO) for sample in samples]
    for state in ReviewState:
        rows = np.array([each is state for each in given], np.bool_)
        words = state.words
        yield Cut(
            f"state:{state.value}", "Review", words, f"Samples in review: {words.lower()}", rows
        )


@dataclass(frozen=True, slots=True)
class _Thirds:
    """The samples with low, middle and high values of something, about as many of each."""

    id: str
    group: str
    names: tuple[str, str, str]
    meaning: str
    unit: str = ""

    def cuts(self, values: npt.NDArray[np.floating]) -> Iterator[Cut]:
        known = values[~np.isnan(values)]
        if len(known) < _LEAST_FOR_THIRDS:
            return
        low, high = (float(value) for value in np.quantile(known, (1 / 3, 2 / 3)))
        if not known.min() < low <= high < known.max():
            return  # nearly all are alike
        parts = (
            ("low", f"less than {low:.3g}", values < low),
            ("middle", f"{low:.3g} to {high:.3g}", (values >= low) & (values <= high)),
            ("high", f"more than {high:.3g}", values > high),
        )
        for name, (part, span, rows) in zip(self.names, parts, strict=True):
            meaning = f"{self.meaning}: {span}{self.unit}"
            yield Cut(f"{self.id}:{part}", self.group, name, meaning, np.asarray(rows, np.bool_))


_THIRDS = (
    _Thirds(
        "object_size",
        "Object size",
        ("Small objects", "Middle-sized objects", "Large objects"),
        "Mean size of the objects in the mask, in percent of the picture",
        " %",
    ),
    _Thirds(
        "brightness",
        "Brightness",
        ("Dark photos", "Photos of middle brightness", "Bright photos"),
        "Mean lightness of the photo, 0 to 100",
    ),
    _Thirds(
        "contrast",
        "Contrast",
        ("Low contrast", "Middle contrast", "High contrast"),
        "Colour difference between the objects and what is right around them (ΔE)",
    ),
)
