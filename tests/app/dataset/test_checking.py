"""What the checks say, as the session holds it: scans, limits, acceptances."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject, Qt

from app.checking import Checking
from core.qa.settings import CheckSettings
from tests.app.dataset.hands import ALL, MORE, SPECKS, VAL_SPECKS, Hands, speckled
from tests.making import write_sample


class Heard(QObject):
    """The flags that changed, scan by scan, and the progress of the scans."""

    def __init__(self, checking: Checking) -> None:
        super().__init__()
        self.changed: list[set[str] | None] = []
        checking.flags_changed.connect(self.changed.append)


@pytest.fixture
def heard(opened: Hands) -> Heard:
    return Heard(opened.session.checking)


def test_that_a_second_scan_shows_its_progress_and_can_be_cancelled(opened, busy):
    session, summary = opened.session, opened.page.summary
    flagged = opened.flagged("noise")
    opened.click(summary.scan_button)
    assert session.is_scanning
    assert summary.cancel_button.isVisible()
    assert not summary.scan_button.isVisible()
    opened.click(summary.cancel_button)
    busy.set()
    opened.wait_for_scan()
    assert summary.scan_button.isVisible()
    assert opened.footer.message() == "The check was cancelled; what it found so far is shown."
    assert opened.flagged("noise") == flagged, "what was known is not lost"
    opened.click(summary.scan_button)
    job = session.scan_job
    opened.wait_for_scan()
    assert (job.done, job.total) == (len(ALL), len(ALL))
    assert opened.footer.message() == "Checked 5 masks: 3 with flags."


def test_that_f5_sees_what_another_program_wrote(opened):
    opened.file(SPECKS).write_bytes(opened.file(ALL[0]).read_bytes())
    opened.page.gallery.setFocus()
    opened.key(Qt.Key.Key_F5)
    opened.wait_for_scan()
    assert opened.flagged("noise") == [MORE, VAL_SPECKS]


def test_that_a_saved_mask_is_checked_alone(opened, heard):
    opened.write_mask(SPECKS, speckled())
    assert heard.changed == [{SPECKS}]
    assert not opened.session.is_scanning
    assert opened.flagged("noise") == [MORE, VAL_SPECKS]


def test_that_a_tried_limit_is_not_kept_and_an_applied_one_is(opened, heard):
    checking = opened.session.checking
    checking.try_limit("noise", 3)
    assert opened.flagged("noise") == [SPECKS]
    assert checking.settings == CheckSettings()
    checking.apply(CheckSettings(limits={"noise": 7}))
    assert opened.flagged("noise") == [SPECKS, MORE]
    opened.wait_for_scan()
    assert opened.flagged("noise") == [SPECKS, MORE]
    assert heard.changed[0] is None


def test_that_a_limit_moved_during_a_scan_outlives_it(opened):
    checking = opened.session.checking
    checking.rescan()
    checking.apply(CheckSettings(limits={"noise": 3}))
    opened.wait_for_scan()
    assert opened.flagged("noise") == [SPECKS]


def test_that_several_flags_are_accepted_at_once_and_taken_back_at_once(opened):
    checking = opened.session.checking
    flags = [flag for one in (SPECKS, MORE) for flag in opened.session.flags[one]]
    take_back = checking.accept(flags, "collars")
    assert opened.flagged("noise") == [VAL_SPECKS]
    assert {one.note for _flag, one in checking.accepted(MORE)} == {"collars"}
    take_back()
    assert opened.flagged("noise") == [SPECKS, MORE, VAL_SPECKS]
    assert checking.accepted(MORE) == []
    assert checking.accept([]) is None


def test_that_taking_an_acceptance_back_never_reaches_into_another_dataset(opened, tmp_path):
    checking = opened.session.checking
    take_back = checking.accept(opened.session.flags[SPECKS])
    write_sample(tmp_path / "other", "train", "specks", {"labels": speckled(2)})
    opened.open(tmp_path / "other")
    checking.accept(opened.session.flags[SPECKS])
    take_back()
    assert checking.accepted(SPECKS) != []
    opened.open()
    assert checking.accepted(SPECKS) != []


def test_that_without_a_dataset_there_are_no_flags_and_nothing_to_do(hands):
    checking = hands.session.checking
    checking.rescan()
    checking.check_sample(SPECKS)
    checking.apply(CheckSettings(limits={"noise": 3}))
    checking.withdraw([(SPECKS, "noise")])
    assert dict(checking.flags) == {}
    assert not checking.is_scanning
    assert not checking.is_checked(SPECKS)
    assert checking.accepted(SPECKS) == []
