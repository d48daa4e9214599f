"""Every check of a run that is about to be made, in the order of the list."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from core.training.checks.finding import Finding
from core.training.checks.planned import PlannedRun
from core.training.checks.resources import (
    check_device,
    check_disk,
    check_memory,
    check_weights,
)
from core.training.checks.samples import check_classes, check_samples
from core.training.checks.settings import (
    check_batch,
    check_class_weights,
    check_length,
    check_sizes,
    check_tracking,
)

Check = Callable[[PlannedRun], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    check_samples, check_classes, check_class_weights, check_sizes, check_batch, check_length,
    check_weights, check_tracking, check_device, check_memory, check_disk,
)  # fmt: skip


def check_run(run: PlannedRun) -> list[Finding]:
    """Look at everything. Takes no files but the recipe's, and next to no time.

    Raises:
        PetsegError: the recipe's file cannot be read any more.
    """
    return [finding for check in CHECKS for finding in check(run)]
