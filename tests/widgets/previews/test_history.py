"""The previews of a run by validation."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.runs.events import Preview
from tests.making_runs import started
from widgets.previews.history import PreviewHistory


def preview(iteration: int, sample: str = "val/a", path: str = "") -> Preview:
    path = path or f"previews/{iteration}/{sample}.png"
    return Preview(iteration=iteration, sample=sample, path=path, dice=50.0)


def test_that_previews_are_kept_by_validation_and_sample():
    history = PreviewHistory()
    assert history.add([preview(20, "val/b"), preview(20, "val/a"), preview(10, "val/a")])
    assert history.iterations == [10, 20]
    assert [entry.sample for entry in history.at(20)] == ["val/a", "val/b"]
    assert not history.add([])


def test_that_a_resumed_run_forgets_what_it_does_again():
    history = PreviewHistory()
    history.add([preview(10), preview(20), preview(30), started(400, iteration=20)])
    assert history.iterations == [10, 20]
    history.add([started(400)])
    assert history.iterations == []


@given(st.text(max_size=20))
def test_that_no_event_leads_out_of_the_folder_of_the_run(path):
    history = PreviewHistory()
    for each in (f"/{path}", f"../{path}", f"previews/../../{path}"):
        history.add([preview(10, path=each)])
    assert history.iterations == []
