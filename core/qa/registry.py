"""The list of quality checks: each is a small pure function, registered by one decorator.

A check *measures* a sample and *finds* something wrong when its measurement crosses a limit. The
two steps are apart, so that a limit can be moved over a hundred thousand measured samples at once,
without reading one of them again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from core.dataset.model import Dataset
from core.flags import Box, Severity
from core.qa.view import SampleView

Options = Mapping[str, float]
Facts = Mapping[str, npt.NDArray[Any]]
"""What the scan measured of a sample besides its checks: small arrays by name (see `fact`)."""

MOST_BOXES = 64
"""More places than this are not kept for one measurement."""


@dataclass(frozen=True)
class Limit:
    """The threshold of a check, as a form and a slider show it.

    Attributes:
        default: The value used when the user set none.
        minimum, maximum: The range a user may choose from.
        unit: "px", "%", "" for counts and ratios.
        words: What it means, as a label.
        flags: "above": a score greater than the limit is flagged; "below": a smaller one.
        step: Smallest sensible change.
    """

    default: float
    minimum: float
    maximum: float
    unit: str
    words: str
    flags: Literal["above", "below"] = "above"
    step: float = 1.0

    def crossed_by(self, score: float, limit: float) -> bool:
        """Whether a score is flagged at that limit; a score that is NaN never is."""
        return score > limit if self.flags == "above" else score < limit


@dataclass(frozen=True)
class Option:
    """A number that a check needs for measuring. Changing it measures every sample again.

    Attributes:
        default: The value used when the user set none.
        minimum, maximum: The range a user may choose from.
        unit: "px", "%", "" for counts and ratios.
        words: What it means, as a label.
        step: Smallest sensible change.
    """

    default: float
    minimum: float
    maximum: float
    unit: str
    words: str
    step: float = 1.0


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a check measured in one sample.

    Attributes:
        score: The number that is compared with the check's limit.
        values: One number per place, the most telling first, where a sample has several.
        boxes: The places, as boxes (x, y, width, height) in mask pixels, in the order of `values`.
            At most `MOST_BOXES` are kept.
        notes: What else the words of the finding need, as JSON values.
    """

    score: float
    values: tuple[float, ...] = ()
    boxes: tuple[Box, ...] = ()
    notes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """What is wrong, in words; the scan makes a Flag of it.

    Attributes:
        value: The number behind the finding.
        message: A sentence for the user.
        region: Where it is, as boxes (x, y, width, height) in mask pixels.
        severity: Instead of the check's own severity, where this case matters more or less.
    """

    value: float
    message: str
    region: tuple[Box, ...] = ()
    severity: Severity | None = None


class SampleFacts(NamedTuple):
    """A sample's id, its split, and what was measured of it."""

    sample: str
    split: str
    facts: Facts


Compare = Callable[[Iterable[SampleFacts], Dataset, Options], Iterable[tuple[str, Finding]]]
Find = Callable[[Measurement, float], Finding]
"""`find(measurement, limit)`: words for a measurement that crossed the limit. A pure function."""


@dataclass(frozen=True)
class Check:
    """A registered check.

    Attributes:
        id: Stable name, used in files.
        title: Two or three words for lists.
        group: The heading it stands under in forms: "Files", "Pieces", "Appearance", "Dataset".
        catches, misses: Sentences for the help and the tooltip.
        severity: Severity of its flags.
        find: Words for a measurement that crossed the limit.
        limit: Its threshold; None when every measurement is a finding.
        options: What it needs for measuring, by name.
        structural: Whether it speaks of the file and its pixels alone (a clean mask never trips
            it), not of statistics over the dataset.
        version: Raised when the check measures something else than before, so that earlier
            measurements are not trusted.
        measure: `measure(view, options)` for a check of one sample; None for one over the dataset.
        fit: `fit(facts of all samples, dataset, options)` for a check over the dataset: a model of
            the whole as a JSON value. It reads the samples one after the other, as often as it
            wants (the argument can be iterated anew), and keeps no more than it needs.
        judge: `judge(model, facts of a sample, options)`: its measurement by that model.
        compare: `compare(facts of all samples, dataset, options)` for a check that speaks of whole
            splits: pairs of a split's name and a finding.
        repairs: Ids of the repairs (`core.qa.repairs`) that mend what it finds, best first.
    """

    id: str
    title: str
    group: str
    catches: str
    misses: str
    severity: Severity
    find: Find
    limit: Limit | None = None
    options: Mapping[str, Option] = field(default_factory=dict)
    structural: bool = False
    version: int = 1
    measure: Callable[[SampleView, Options], Measurement | None] | None = None
    fit: Callable[[Iterable[SampleFacts], Dataset, Options], Any] | None = None
    judge: Callable[[Any, SampleFacts, Options], Measurement | None] | None = None
    compare: Compare | None = None
    repairs: tuple[str, ...] = ()

    @property
    def over_dataset(self) -> bool:
        """Whether it compares the samples with each other."""
        return self.fit is not None or self.compare is not None

    def default_options(self) -> dict[str, float]:
        """The options nobody changed."""
        return {name: option.default for name, option in self.options.items()}

    def is_crossed(self, score: float, limit: float | None) -> bool:
        """Whether a score is flagged at that limit (None: the default)."""
        if self.limit is None:
            return not np.isnan(score)
        return self.limit.crossed_by(score, self.limit.default if limit is None else limit)


CHECKS: dict[str, Check] = {}
"""Every check by its id, in the order of registration: the order in which flags are listed."""

FACTS: dict[str, Fact] = {}
"""Every fact by its name."""

_Measure = TypeVar("_Measure", bound=Callable[[SampleView, Options], "Measurement | None"])
_Judge = TypeVar("_Judge", bound=Callable[[Any, SampleFacts, Options], "Measurement | None"])
_Take = TypeVar("_Take", bound=Callable[[SampleView], "npt.NDArray[Any] | None"])


def check(
    id: str,
    *,
    title: str,
    group: str,
    catches: str,
    misses: str,
    severity: Severity,
    find: Find,
    limit: Limit | None = None,
    options: Mapping[str, Option] | None = None,
    structural: bool = False,
    version: int = 1,
    repairs: tuple[str, ...] = (),
) -> Callable[[_Measure], _Measure]:
    """Register a check of one sample: the decorated function measures, `find` words it.

    The function gets a `SampleView` and its options, and returns None when there is nothing to
    compare with the limit. See `Check` for the arguments.
    """

    def register(function: _Measure) -> _Measure:
        _register(
            Check(
                id, title, group, catches, misses, severity, find, limit, dict(options or {}),
                structural, version, measure=function, repairs=repairs,
            )
        )  # fmt: skip
        return function

    return register


def dataset_check(
    id: str,
    *,
    title: str,
    group: str,
    catches: str,
    misses: str,
    severity: Severity,
    find: Find,
    fit: Callable[[Iterable[SampleFacts], Dataset, Options], Any],
    limit: Limit | None = None,
    options: Mapping[str, Option] | None = None,
    version: int = 1,
    repairs: tuple[str, ...] = (),
) -> Callable[[_Judge], _Judge]:
    """Register a check over the dataset: `fit` learns from all, the decorated function judges one.

    See `Check` for the arguments.
    """

    def register(function: _Judge) -> _Judge:
        _register(
            Check(
                id, title, group, catches, misses, severity, find, limit, dict(options or {}),
                False, version, fit=fit, judge=function, repairs=repairs,
            )
        )  # fmt: skip
        return function

    return register


def split_check(
    id: str,
    *,
    title: str,
    group: str,
    catches: str,
    misses: str,
    severity: Severity,
    options: Mapping[str, Option] | None = None,
    version: int = 1,
) -> Callable[[Compare], Compare]:
    """Register a check that speaks of whole splits; see `Check` for the arguments."""

    def register(function: Compare) -> Compare:
        _register(
            Check(
                id, title, group, catches, misses, severity, _no_sample, None,
                dict(options or {}), version=version, compare=function,
            )
        )  # fmt: skip
        return function

    return register


def _no_sample(_measured: Measurement, _limit: float) -> Finding:
    raise AssertionError("a check of splits measures no sample")


@dataclass(frozen=True)
class Fact:
    """Something a scan measures of every sample, for checks over the dataset and for the tables.

    Attributes:
        name: Its key in `Facts`.
        take: `take(view)`: a small array of any shape and a plain dtype, or None for nothing.
        version: Raised when it means something else than before.
    """

    name: str
    take: Callable[[SampleView], npt.NDArray[Any] | None]
    version: int = 1


def fact(name: str, *, version: int = 1) -> Callable[[_Take], _Take]:
    """Register a fact; see `Fact`."""

    def register(function: _Take) -> _Take:
        if name in FACTS:
            raise ValueError(f"two facts are called {name}")
        FACTS[name] = Fact(name, function, version)
        return function

    return register


def _register(new: Check) -> None:
    if new.id in CHECKS:
        raise ValueError(f"two checks are called {new.id}")
    CHECKS[new.id] = new
