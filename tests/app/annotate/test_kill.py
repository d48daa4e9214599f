"""`kill -9` while somebody paints: the next start has every finished stroke, and its undo."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.files import content_hash
from core.images import read_mask
from tests.app.annotate.desk import Desk
from tests.app.annotate.painting_child import FIRST, SECOND
from tests.making import make_dataset

REPOSITORY = Path(__file__).resolve().parents[3]


def painted_until(root: Path, strokes: int, downs: int) -> list[list[str]]:
    """Paint in another process and kill it in the middle of a stroke; what it had said."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.app.annotate.painting_child", str(root), str(strokes)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    said: list[list[str]] = []
    assert child.stdout is not None
    assert child.stderr is not None
    for line in child.stdout:
        said.append(line.split())
        if sum(words == ["down"] for words in said) == downs:
            break
    child.send_signal(signal.SIGKILL)
    left, problems = child.communicate()
    assert child.returncode == -signal.SIGKILL, problems
    return said + [line.split() for line in left.splitlines()]


def hash_of(desk: Desk) -> str:
    return content_hash(desk.canvas.pixels.tobytes())


def versions(desk: Desk) -> list[str]:
    """The hash of every version that undo leads back to, oldest first; then all is redone."""
    found = [hash_of(desk)]
    while desk.canvas.document.undo_name is not None:
        desk.canvas.undo()
        found.append(hash_of(desk))
    while desk.canvas.document.redo_name is not None:
        desk.canvas.redo()
    assert hash_of(desk) == found[0]
    return found[::-1]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("downs", [9, 14])
def test_that_a_killed_window_loses_at_most_the_stroke_in_progress(
    qtbot: QtBot, tmp_path: Path, downs: int
):
    make_dataset(tmp_path)
    said = painted_until(tmp_path, 6, downs)
    finished = {
        sample: [words[2] for words in said if words[:2] == ["up", sample]]
        for sample in (FIRST, SECOND)
    }
    assert len(finished[FIRST]) == 6
    assert len(finished[SECOND]) >= downs - 7
    on_disk = content_hash(read_mask(tmp_path / "labels" / f"{FIRST}.png").tobytes())
    assert on_disk == finished[FIRST][3]

    desk = Desk(qtbot, tmp_path)
    desk.open("train/000")
    qtbot.waitUntil(lambda: desk.page.view.filmstrip.unsaved == {FIRST, SECOND})
    assert desk.session.is_unsaved(SECOND)
    assert desk.notice.startswith("Unsaved strokes of 2 masks from the last time were restored")
    desk.choose("Show one")
    desk.wait_for(FIRST)
    assert desk.notice == ""
    assert versions(desk)[1:] == finished[FIRST]
    assert "Unsaved" in desk.state
    desk.canvas.undo()
    desk.canvas.undo()  # back to what was saved
    assert not desk.canvas.document.is_dirty
    desk.show(SECOND)
    found = versions(desk)[1:]
    assert found[: len(finished[SECOND])] == finished[SECOND]
    assert len(found) - len(finished[SECOND]) in (0, 1)  # one may have ended unseen
    desk.save()
    assert not desk.session.is_unsaved(SECOND)
    desk.close()
