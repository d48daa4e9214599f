"""One window at a time edits a workspace."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.dataset.locking import WorkspaceLock
from core.errors import PetsegError

_HOLD = """
import sys
from pathlib import Path
from core.dataset.locking import WorkspaceLock
lock = WorkspaceLock(Path(sys.argv[1]))
print(lock.acquire(), flush=True)
sys.stdin.read()
"""


def test_that_a_second_window_is_told_who_holds_the_lock(tmp_path: Path):
    first, second = WorkspaceLock(tmp_path), WorkspaceLock(tmp_path)
    assert first.acquire()
    assert first.acquire()
    assert not second.acquire()
    assert second.holder().pid == os.getpid()
    assert f"process {os.getpid()}" in second.holder().in_words()
    second.release()  # it has nothing to give back
    assert not second.acquire()
    first.release()
    assert second.acquire()
    second.release()


def test_that_a_killed_process_blocks_nobody(tmp_path: Path):
    child = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdin is not None
    assert child.stdout.readline().strip() == "True"
    lock = WorkspaceLock(tmp_path)
    assert not lock.acquire()
    assert lock.holder().pid == child.pid
    child.kill()
    child.wait()
    child.stdout.close()
    child.stdin.close()
    assert lock.acquire()
    assert lock.holder().pid == os.getpid()
    lock.release()


@pytest.mark.parametrize(
    "text",
    [
        "{half",
        "[]",
        '{"pid": 1}',
        '{"pid": Infinity, "host": "", "since": 0}',
        '{"pid": 1, "host": "", "since": 1e300}',
        '{"pid": 1, "host": "", "since": NaN}',
    ],
)
def test_that_a_holder_s_file_that_cannot_be_read_names_nobody(tmp_path: Path, text: str):
    first, second = WorkspaceLock(tmp_path), WorkspaceLock(tmp_path)
    first.acquire()
    (tmp_path / "editor.json").write_text(text)
    assert not second.acquire()
    assert second.holder().in_words() == "another window"
    first.release()


def test_that_a_holder_s_file_that_cannot_be_written_lets_no_second_window_in(tmp_path: Path):
    (tmp_path / "editor.json").mkdir()
    first, second = WorkspaceLock(tmp_path), WorkspaceLock(tmp_path)
    assert first.acquire()
    assert not second.acquire()
    assert second.holder().in_words() == "another window"
    first.release()
    assert second.acquire()
    second.release()


def test_that_a_workspace_that_cannot_be_locked_says_so(tmp_path: Path):
    (tmp_path / "editor.lock").mkdir()
    with pytest.raises(PetsegError, match="editor.lock"):
        WorkspaceLock(tmp_path).acquire()
