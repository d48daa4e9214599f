"""What a scan is to measure, and what its measurements depend on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.dataset.model import Dataset
from core.qa.checks import CHECKS
from core.qa.facts import FACTS
from core.qa.registry import Check
from core.qa.scanning.judging import signature
from core.qa.settings import CheckSettings


@dataclass(frozen=True)
class Plan:
    """The checks of one sample, and the facts, that a scan measures.

    Attributes:
        checks: Ids of the checks, in their order.
        facts: Names of the facts.
        options: What each check measures with.
        context: What every measurement depends on: the classes.
        marks: What a check's measurements depend on besides, by its id.
    """

    checks: tuple[str, ...]
    facts: tuple[str, ...]
    options: Mapping[str, Mapping[str, float]]
    context: str
    marks: Mapping[str, str]

    @property
    def signatures(self) -> tuple[str, ...]:
        """What makes a stored row worth keeping: the context, then one per check and fact."""
        return (
            self.context,
            *(self.marks[check] for check in self.checks),
            *(fact_mark(name) for name in self.facts),
        )


def make_plan(
    dataset: Dataset, chosen: Sequence[Check], settings: CheckSettings, *, with_facts: bool
) -> Plan:
    """Plan the measuring of the chosen checks; those over the dataset need the facts."""
    options = {check.id: settings.options_of(check.id) for check in chosen}
    of_samples = [check.id for check in chosen if check.measure is not None]
    needs_facts = with_facts or any(check.over_dataset for check in chosen)
    coding = dataset.coding
    return Plan(
        tuple(of_samples),
        tuple(FACTS) if needs_facts else (),
        options,
        json.dumps([dataset.num_classes, dataset.ignore_index, coding and repr(coding)]),
        {check: signature(CHECKS[check], options[check]) for check in of_samples},
    )


def fact_mark(name: str) -> str:
    """What a fact depends on besides the context."""
    return f"fact:{name}:{FACTS[name].version}"


def check_marks(signatures: Sequence[str]) -> list[str]:
    """The signatures of checks among others, in the order of a stored row's scores."""
    return [each for each in signatures if each.startswith("check:")]
