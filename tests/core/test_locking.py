"""One program at a time, and words for whoever comes second."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import PetsegError
from core.locking import locked

BUSY = PetsegError("Somebody else is at it", remedy="Wait.")


def test_that_a_second_one_is_told_and_the_lock_is_free_again_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "new" / ".lock"
    with locked(path, "The list", BUSY):
        with pytest.raises(PetsegError, match="Somebody else"), locked(path, "The list", BUSY):
            pytest.fail("two hold one lock")
        with pytest.raises(ZeroDivisionError), locked(tmp_path / "other", "The list", BUSY):
            _ = 1 / 0
    with locked(path, "The list", BUSY), locked(tmp_path / "other", "The list", BUSY):
        pass


def test_that_a_folder_that_cannot_hold_a_lock_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with (
        pytest.raises(PetsegError, match="The list cannot be locked against other programs"),
        locked(tmp_path / "file" / ".lock", "The list", BUSY),
    ):
        pytest.fail("there is no such folder")
