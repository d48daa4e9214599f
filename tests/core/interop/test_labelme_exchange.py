from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time

import numpy as np
import pytest

from core.dataset import open_dataset
from core.dataset.workspace import open_workspace
from core.errors import PetsegError
from core.interop.labelme import launching
from core.interop.labelme.exchange import earlier_loans, lend
from core.interop.labelme.writing import label_json, mask_shapes
from core.interop.labels import LabelNames
from core.runs.processes import signal_group
from tests.making import blob, make_dataset, write_sample


@pytest.fixture
def opened(tmp_path):
    dataset = open_dataset(make_dataset(tmp_path / "pets"))
    with open_workspace(dataset) as workspace:
        yield dataset, workspace


def lent(opened, masks):
    dataset, workspace = opened
    given = [(sample_id, (lambda mask=mask: mask)) for sample_id, mask in masks.items()]
    return lend(dataset, workspace, "labels", given, len(given))


def saved(exchange, dataset, mask):
    names = LabelNames(dataset.classes, dataset.ignore_index)
    exchange.path.write_bytes(label_json(mask_shapes(mask, names), "a.png", mask.shape))


def test_that_a_mask_goes_out_and_comes_back_as_it_was_saved(opened):
    dataset, workspace = opened
    mask = blob(64, 1)
    loan = lent(opened, {"train/000": mask})
    (exchange,) = loan.exchanges
    assert exchange.path == workspace.path / "labelme" / "labels" / "1" / "train" / "000.json"
    assert exchange.path.with_suffix(".png").exists()
    assert loan.target == exchange.path
    assert not exchange.changed()
    mask[3:9, 3:9] = 255
    saved(exchange, dataset, mask)
    assert exchange.changed()
    assert np.array_equal(exchange.read().mask, mask)
    assert not exchange.changed()


def test_that_it_is_known_whether_a_mask_was_edited_after_it_was_lent(opened):
    mask = blob(64, 1)
    (exchange,) = lent(opened, {"train/000": mask}).exchanges
    assert not exchange.differs_from_lent(mask)
    mask[0, 0] = 1
    assert exchange.differs_from_lent(mask)
    exchange.taken(mask)
    assert not exchange.differs_from_lent(mask)


def test_that_samples_that_cannot_be_lent_are_listed_and_the_others_go_out(opened):
    loan = lent(
        opened,
        {"train/000": blob(64), "train/001": blob(32), "train/none": blob(64), "val/003": blob(64)},
    )
    assert [exchange.sample.id for exchange in loan.exchanges] == ["train/000", "val/003"]
    assert loan.target == loan.folder
    assert [name for name, _ in loan.problems] == ["train/001", "train/none"]
    assert "another size than its photo" in str(loan.problems[0][1])


def test_that_each_loan_has_a_folder_of_its_own_and_is_cleared_up_when_nothing_was_saved(opened):
    first, second = (lent(opened, {"train/000": blob(64)}) for _ in range(2))
    assert first.folder != second.folder
    saved(second.exchanges[0], opened[0], blob(64, 2))
    first.settle()
    second.settle()
    assert not first.folder.exists()
    assert second.folder.exists()
    second.exchanges[0].read()
    second.settle()
    assert second.folder.exists()  # it was only looked at
    second.exchanges[0].decided()
    second.settle()
    assert not second.folder.exists()


def test_that_what_was_lent_is_known_after_a_restart(opened):
    dataset, workspace = opened
    loan = lent(opened, {"train/000": blob(64), "val/003": blob(64)})
    loan.remember(77, 12.5)
    saved(loan.exchanges[1], dataset, blob(64, 2))
    (again,) = earlier_loans(dataset, workspace)
    assert (again.folder, again.pid, again.created) == (loan.folder, 77, 12.5)
    assert [exchange.changed() for exchange in again.exchanges] == [False, True]
    assert np.array_equal(again.exchanges[1].read().mask, blob(64, 2))
    assert not again.exchanges[0].differs_from_lent(blob(64))


@pytest.mark.parametrize(
    "state",
    [
        "{",
        "[]",
        '{"pid": 1}',
        '{"pid": 0, "created": 0, "exchanges": [{"sample": "train/none", "label_set": "labels"}]}',
        '{"pid": 0, "created": 0, "exchanges": [{"sample": "train/000", "label_set": "labels", '
        '"file": "../../../../victim.json", "known": "", "lent": ""}]}',
    ],
)
def test_that_a_damaged_memory_of_a_loan_harms_nothing(opened, state):
    dataset, workspace = opened
    loan = lent(opened, {"train/000": blob(64)})
    (loan.folder / "loan.json").write_text(state)
    for found in earlier_loans(dataset, workspace):
        if not found.exchanges:
            found.settle()
        assert all(each.path.is_relative_to(found.folder) for each in found.exchanges)
        assert not any(exchange.changed() for exchange in found.exchanges)
    assert loan.exchanges[0].path.exists()


def test_that_what_was_looked_at_and_not_decided_on_survives_a_restart(opened):
    dataset, workspace = opened
    loan = lent(opened, {"train/000": blob(64)})
    saved(loan.exchanges[0], dataset, blob(64, 2))
    loan.exchanges[0].read()
    assert not loan.exchanges[0].changed()
    loan.remember(77, 1.0)
    (again,) = earlier_loans(dataset, workspace)
    again.settle()
    assert again.exchanges[0].changed()
    again.exchanges[0].read()
    again.exchanges[0].decided()
    again.remember()
    (once_more,) = earlier_loans(dataset, workspace)
    assert not once_more.exchanges[0].changed()


def test_that_odd_names_stay_inside_the_workspace(tmp_path):
    root = make_dataset(tmp_path / "pets", samples=1)
    for stem in ("a:b", "a?b"):
        write_sample(root, "train", stem, {"labels": blob(64)})
    dataset = open_dataset(root)
    with open_workspace(dataset) as workspace:
        loan = lent((dataset, workspace), {"train/a:b": blob(64, 1), "train/a?b": blob(64, 2)})
        assert not loan.problems
        paths = {exchange.path for exchange in loan.exchanges}
        assert len(paths) == 2
        assert all(path.is_relative_to(workspace.path / "labelme") for path in paths)


def test_that_without_labelme_it_is_said_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(launching, "is_installed", lambda: False)
    with pytest.raises(PetsegError, match="pip install labelme"):
        launching.start_labelme(tmp_path / "a.json", tmp_path, ["cat"])


def test_that_the_reason_is_told_when_labelme_fails(tmp_path):
    assert launching.why_it_ended(0, tmp_path) == ""
    (tmp_path / launching.LOG_FILE).write_text("Traceback\n\nImportError: no libGL\n")
    assert "exit code 1" in launching.why_it_ended(1, tmp_path)
    assert "ImportError: no libGL" in launching.why_it_ended(1, tmp_path)
    (tmp_path / launching.LOG_FILE).write_text('Could not load the Qt platform plugin "xcb"\n')
    assert "libxcb-xinerama0" in launching.why_it_ended(-6, tmp_path)


def test_that_nothing_of_labelme_is_loaded_into_this_program():
    code = (
        "import sys, core.interop.labelme.exchange, core.interop.labelme.launching, "
        "core.interop.labelme.launcher; core.interop.labelme.launching.is_installed(); "
        "print([name for name in sys.modules if name.split('.')[0] in ('labelme', 'PyQt5')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_that_labelme_starts_and_opens_what_it_is_given(opened, tmp_path, monkeypatch):
    if importlib.util.find_spec("labelme") is None:
        pytest.skip("LabelMe is not installed (pip install labelme)")
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    loan = lent(opened, {"train/000": blob(64, 1)})
    process = launching.start_labelme(loan.target, loan.folder, ["cat", "dog"])
    log = loan.folder / launching.LOG_FILE
    try:
        end = time.monotonic() + 60
        while "Loaded file" not in log.read_text("utf-8"):
            assert process.poll() is None, log.read_text("utf-8")
            assert time.monotonic() < end, log.read_text("utf-8")
            # Only the log tells how far it is.
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.1)
        assert str(loan.target) in log.read_text("utf-8")
        assert os.getpgid(process.pid) == process.pid  # it outlives this program
    finally:
        signal_group(process.pid, 9)
        process.wait()
    assert (loan.folder / launching.LABELS_FILE).read_text() == "cat\ndog\n"
    assert json.loads(loan.target.read_text())["shapes"]
