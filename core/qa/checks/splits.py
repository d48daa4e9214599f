"""Statistics that differ between splits: what is learned on one may not hold on another.

A finding here speaks of a split, not of a sample.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from core.dataset.model import Dataset
from core.flags import Severity
from core.qa.registry import Facts, Finding, Option, Options, SampleFacts, split_check

SPLIT_LIMITS: Mapping[str, Option] = {
    "light": Option(
        0.5, 0.1, 3, "", "Difference of means in standard deviations: brightness, contrast",
        step=0.05,
    ),
    "area": Option(
        0.5, 0.1, 3, "", "Difference of means in standard deviations: object sizes", step=0.05
    ),
    "images": Option(
        0.4, 0.1, 3, "", "Difference of the share of images with a class (Cohen's h)", step=0.05
    ),
    "pixels": Option(
        5, 1, 100, "%", "Part of all pixels that would have to change class (total variation)"
    ),
}  # fmt: skip
"""How much splits may differ, by kind of statistic."""

FEWEST_SAMPLES = 10
"""Splits with fewer samples are not judged."""

# A difference must be this many times what chance alone brings about: once in 400 comparisons.
_CERTAIN = 3.0


@dataclass(frozen=True, slots=True)
class SplitFinding:
    """A statistic that differs between one split and all the others together.

    Attributes:
        split: The split.
        statistic: What differs: "brightness", "photo contrast", "outline contrast", "object size",
            "images with class" or "class pixels".
        class_name: Of which class; "" for all.
        value: Its value in the split.
        rest: Its value in the other splits together.
        effect: How much that is, as the statistic's limit counts it, at least 0.
        limit: The key in `SPLIT_LIMITS`.
        message: A sentence for the user.
    """

    split: str
    statistic: str
    class_name: str
    value: float
    rest: float
    effect: float
    limit: str
    message: str


@dataclass
class _Moments:
    """Number, mean and sum of squared deviations of what was seen (Welford, 1962)."""

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0

    def add(self, value: float) -> None:
        """Take in one value."""
        self.count += 1
        off = value - self.mean
        self.mean += off / self.count
        self.squares += off * (value - self.mean)

    def __add__(self, other: _Moments) -> _Moments:
        """Both together (Chan, Golub and LeVeque, 1983)."""
        count = self.count + other.count
        if count == 0:
            return _Moments()
        off = other.mean - self.mean
        return _Moments(
            count,
            self.mean + off * other.count / count,
            self.squares + other.squares + off * off * self.count * other.count / count,
        )

    @property
    def variance(self) -> float:
        return self.squares / (self.count - 1) if self.count > 1 else 0.0


@dataclass
class _Summary:
    """What is kept of one split, whatever its size."""

    samples: int = 0
    masks: int = 0
    moments: dict[tuple[str, int], _Moments] = field(default_factory=dict)
    with_class: dict[int, int] = field(default_factory=dict)

    def note(self, statistic: str, class_index: int, value: float) -> None:
        key = (statistic, class_index)
        if key not in self.moments:
            self.moments[key] = _Moments()
        self.moments[key].add(value)

    def get(self, statistic: str, class_index: int) -> _Moments:
        return self.moments.get((statistic, class_index), _Moments())

    def __add__(self, other: _Summary) -> _Summary:
        keys = self.moments.keys() | other.moments.keys()
        classes = self.with_class.keys() | other.with_class.keys()
        return _Summary(
            self.samples + other.samples,
            self.masks + other.masks,
            {key: self.get(*key) + other.get(*key) for key in keys},
            {k: self.with_class.get(k, 0) + other.with_class.get(k, 0) for k in classes},
        )


def split_differences(
    facts: Iterable[SampleFacts],
    dataset: Dataset,
    limits: Mapping[str, float] | None = None,
) -> list[SplitFinding]:
    """Find where a split differs from the other splits together.

    Compared are, each with its measure of the difference:

    - brightness and contrast of the photos, contrast along the outlines, and the size of each
      picture's largest object of each class (log2 of its part of the picture): the standardised
      mean difference, Cohen's d with the pooled standard deviation (J. Cohen, "Statistical Power
      Analysis for the Behavioral Sciences", 1988; 0.2 is small, 0.5 medium, 0.8 large);
    - the share of images that show each class: Cohen's h, the difference of 2·asin(√share) (ibid.);
    - the mean share of each class among an image's pixels: total variation distance, half the sum
      of the absolute differences, in percent.

    A difference counts only where it is also three times its standard error, so that small splits
    raise no alarm by chance. With two splits each difference is told once, of the smaller one.

    Args:
        facts: Read once, one sample after the other; needs "light", "contrast", "counts",
            "pieces" and "size", and makes do without any of them.
        dataset: For its classes and splits.
        limits: Other limits than the defaults, by the keys of `SPLIT_LIMITS`.

    Returns:
        The findings, those that exceed their limit most first. Nothing for a single split.
    """
    summaries: dict[str, _Summary] = {}
    for entry in facts:
        _take(summaries.setdefault(entry.split, _Summary()), entry, dataset)
    judged = [name for name in summaries if summaries[name].samples >= FEWEST_SAMPLES]
    judged.sort(key=lambda name: (summaries[name].samples, name == "train"))
    if len(judged) == 2:
        judged = judged[:1]
    used = {key: limit.default for key, limit in SPLIT_LIMITS.items()} | dict(limits or {})
    found: list[SplitFinding] = []
    for split in judged:
        rest = _Summary()
        for name, summary in summaries.items():
            rest = rest if name == split else rest + summary
        if rest.samples >= FEWEST_SAMPLES:
            found += _compare(split, summaries[split], rest, dataset)
    crossed = [one for one in found if one.effect > used[one.limit]]
    return sorted(crossed, key=lambda one: -one.effect / max(used[one.limit], 1e-9))


@split_check(
    "split_difference",
    title="Splits differ",
    group="Dataset",
    severity=Severity.INFO,
    catches="Splits whose light, object sizes or class shares are not those of the other splits.",
    misses="Differences in what the pictures show, and splits of fewer than ten samples.",
    options=SPLIT_LIMITS,
)
def split_difference(
    facts: Iterable[SampleFacts], dataset: Dataset, options: Options
) -> Iterable[tuple[str, Finding]]:
    """Where a split differs from the others; the value is the size of the effect."""
    for found in split_differences(facts, dataset, options):
        yield found.split, Finding(found.effect, found.message)


def _take(summary: _Summary, entry: SampleFacts, dataset: Dataset) -> None:
    """Add a sample to its split."""
    facts = entry.facts
    summary.samples += 1
    if "light" in facts:
        summary.note("brightness", -1, float(facts["light"][0]))
        summary.note("photo contrast", -1, float(facts["light"][1]))
    if "contrast" in facts:
        summary.note("outline contrast", -1, float(facts["contrast"][0]))
    counts = facts.get("counts")
    if counts is not None and counts.sum() > 0:
        summary.masks += 1
        shares = counts[: dataset.num_classes] / counts.sum()
        for index, share in enumerate(shares.tolist()):
            summary.note("class pixels", index, 100 * share)
            if index and share > 0:
                summary.with_class[index] = summary.with_class.get(index, 0) + 1
    for index, share in _largest_pieces(facts).items():
        summary.note("object size", index, math.log2(share))


def _largest_pieces(facts: Facts) -> dict[int, float]:
    """The part of the picture that the largest object of each class takes."""
    # One value a picture: values of one picture are alike, and crumbs would drown the objects.
    pieces, size = facts.get("pieces"), facts.get("mask_size", facts.get("size"))
    found: dict[int, float] = {}
    if pieces is None or size is None:
        return found
    pixels = max(1.0, float(size[0]) * float(size[1]))
    for index, area in pieces[:, :2].tolist():
        found[int(index)] = max(found.get(int(index), 0.0), max(1.0, area) / pixels)
    return found


def _compare(split: str, own: _Summary, rest: _Summary, dataset: Dataset) -> list[SplitFinding]:
    """All certain differences between a split and the rest, however small."""
    found: list[SplitFinding] = []
    for statistic in ("brightness", "photo contrast", "outline contrast"):
        d = _standardised(own.get(statistic, -1), rest.get(statistic, -1))
        if d is not None:
            value, other = own.get(statistic, -1).mean, rest.get(statistic, -1).mean
            words = f"The mean {statistic} in {split} is {value:.0f}, elsewhere {other:.0f}."
            found.append(SplitFinding(split, statistic, "", value, other, d, "light", words))
    for info in dataset.classes[1:]:
        sizes, others = own.get("object size", info.index), rest.get("object size", info.index)
        d = _standardised(sizes, others)
        if d is not None:
            value, other = 100 * 2**sizes.mean, 100 * 2**others.mean
            words = (
                f"The largest {info.name} of a picture takes {value:.2g} % of it in {split}, "
                f"elsewhere {other:.2g} % (geometric means)."
            )
            found.append(
                SplitFinding(split, "object size", info.name, value, other, d, "area", words)
            )
        found += _images_with(split, own, rest, info.index, info.name)
    return found + _class_pixels(split, own, rest, dataset)


def _standardised(own: _Moments, rest: _Moments) -> float | None:
    """Cohen's d, at least 0; None where it may be chance.

    Its standard error is √(1/n + 1/m) for means of n and m values (Hedges and Olkin, "Statistical
    Methods for Meta-Analysis", 1985, without the small second term).
    """
    if min(own.count, rest.count) < FEWEST_SAMPLES:
        return None
    pooled = math.sqrt((own.squares + rest.squares) / (own.count + rest.count - 2))
    off = abs(own.mean - rest.mean)
    if off < 1e-9:
        return None
    d = off / max(pooled, 1e-6)
    return d if d > _CERTAIN * math.sqrt(1 / own.count + 1 / rest.count) else None


def _images_with(
    split: str, own: _Summary, rest: _Summary, index: int, name: str
) -> list[SplitFinding]:
    """The share of images that show a class."""
    if min(own.masks, rest.masks) < FEWEST_SAMPLES:
        return []
    value, other = (
        own.with_class.get(index, 0) / own.masks,
        rest.with_class.get(index, 0) / rest.masks,
    )
    h = abs(2 * math.asin(math.sqrt(value)) - 2 * math.asin(math.sqrt(other)))
    if h <= _CERTAIN * math.sqrt(1 / own.masks + 1 / rest.masks):
        return []
    words = (
        f"{100 * value:.0f} % of the images in {split} show {name}, elsewhere {100 * other:.0f} %."
    )
    return [
        SplitFinding(split, "images with class", name, 100 * value, 100 * other, h, "images", words)
    ]


def _class_pixels(
    split: str, own: _Summary, rest: _Summary, dataset: Dataset
) -> list[SplitFinding]:
    """The mean shares of the classes among the pixels, all classes together."""
    if min(own.masks, rest.masks) < FEWEST_SAMPLES:
        return []
    distance = error = largest = 0.0
    worst = 0
    for index in range(dataset.num_classes):
        mine, others = own.get("class pixels", index), rest.get("class pixels", index)
        off = abs(mine.mean - others.mean)
        distance += off / 2
        error += math.sqrt(mine.variance / own.masks + others.variance / rest.masks) / 2
        if index and off > largest:
            worst, largest = index, off
    if distance <= _CERTAIN * error:
        return []
    name = dataset.classes[worst].name
    value, other = own.get("class pixels", worst).mean, rest.get("class pixels", worst).mean
    words = (
        f"The classes take other parts of the pictures in {split}: {name} takes {value:.1f} %, "
        f"elsewhere {other:.1f} %."
    )
    return [SplitFinding(split, "class pixels", name, value, other, distance, "pixels", words)]
