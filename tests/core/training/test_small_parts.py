"""Pace and reasons."""

from __future__ import annotations

import errno

import pytest

from core.errors import PetsegError
from core.training.engine.pace import Pace
from core.training.failure import import_failure, reason_for


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_that_the_time_left_counts_iterations_and_validations_still_to_come():
    clock = Clock()
    pace = Pace(clock)
    pace.begin(total=10, interval=4)
    assert pace.eta(0) is None
    for done in range(1, 5):
        clock.now += 2
        pace.iteration_done()
        assert pace.eta(done) == 2 * (10 - done)
    pace.validation_begins()
    clock.now += 30
    pace.validation_done()
    assert pace.seconds_per_iteration == 2
    assert pace.eta(4) == 6 * 2 + 2 * 30  # after 8, and after the last
    assert pace.eta(8) == 2 * 2 + 30
    assert pace.eta(10) == 0 + 0 + 30


def test_that_a_slow_first_iteration_does_not_spoil_the_estimate():
    clock = Clock()
    pace = Pace(clock)
    pace.begin(total=100, interval=None)
    clock.now += 60
    pace.iteration_done()
    clock.now += 1
    pace.iteration_done()
    assert pace.eta(2) == 98


class OutOfMemoryError(RuntimeError):
    """Stands for torch's."""


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PetsegError("The mask is bad", path="a.png", remedy="Mend it."), "a.png. Mend it."),
        (OutOfMemoryError("CUDA out of memory. Tried to allocate"), "smaller batch_size"),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"), "batch_size"),
        (MemoryError(), "batch_size"),
        (RuntimeError("CUDA error: device-side assert triggered\nmore"), "GPU"),
        (OSError(errno.ENOSPC, "No space left on device"), "disk is full"),
        (FileNotFoundError(errno.ENOENT, "No such file", "/data/1.jpg"), "/data/1.jpg"),
        (KeyError("'Foo is not in the mmseg::model registry. Please'"), "Foo"),
        (TypeError("X.__init__() got an unexpected keyword argument 'y'"), "'y'"),
        (ZeroDivisionError("division by zero"), "ZeroDivisionError: division by zero"),
    ],
)
def test_that_a_reason_is_a_sentence_that_helps(error, words):
    reason = reason_for(error)
    assert words in reason
    assert reason.endswith(".")
    assert "\n" not in reason


def test_that_a_package_that_cannot_be_imported_is_named_with_the_way_out():
    reason = import_failure("torch", ImportError("libtorch.so: cannot open\nshared object"))
    assert reason.startswith("torch cannot be imported: libtorch.so")
    assert "make run" in reason
