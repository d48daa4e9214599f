"""The limit of a check, dragged over the scores of all samples."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt

from core.dataset.filtering import SampleFilter
from core.dataset.workspace import Workspace
from core.qa.settings import CheckSettings, load
from tests.app.dataset.hands import DOG, LEFT, MORE, NONE, SPECKS, VAL_SPECKS, Hands

# The limits at which 2, 1 and 3 of the samples with specks are flagged.
TWO, ONE, ALL_THREE = 7, 3, 10


def kept(hands: Hands) -> CheckSettings:
    """What the workspace holds."""
    assert hands.session.dataset is not None
    with Workspace(hands.session.dataset.workspace_dir) as workspace:
        return load(workspace)


def place_of(hands: Hands, limit: float) -> QPoint:
    """A point on the axis of the histogram that stands for a limit."""
    histogram = hands.page.charts.limits.threshold.histogram
    handle = histogram.handle_point()
    assert histogram.bins is not None
    plot = histogram._plot()
    x = plot.left() + histogram.bins.scale.place(limit) * plot.width()
    return QPoint(round(x), round(handle.y()))


def show_limit(hands: Hands) -> None:
    """Bring the limit of the specks to the front, from the flag."""
    hands.select(SPECKS)
    hands.press(hands.rows("noise")[0], "limit")


def test_that_the_flag_leads_to_its_limit(opened):
    opened.page.charts.panel.show_tab("Areas")
    show_limit(opened)
    limits = opened.page.charts.limits
    assert limits.isVisible()
    assert limits.current == "noise"
    assert limits.threshold.limit == 10
    assert limits.threshold.words == "3 of 5 samples flagged"


def test_that_the_gallery_answers_while_the_limit_is_dragged_and_letting_go_keeps_it(opened):
    show_limit(opened)
    histogram = opened.page.charts.limits.threshold.histogram
    opened.page.filter_bar.set_filter(SampleFilter(check="noise"))
    view, qtbot = histogram, opened.qtbot
    qtbot.mousePress(view, LEFT, NONE, histogram.handle_point().toPoint())
    qtbot.mouseMove(view, place_of(opened, TWO))
    assert opened.page.charts.limits.threshold.limit == TWO
    assert opened.shown == [SPECKS, MORE]
    qtbot.mouseMove(view, place_of(opened, ONE))
    assert opened.flagged("noise") == opened.shown == [SPECKS]
    assert kept(opened) == CheckSettings(), "nothing is kept while it is dragged"
    qtbot.mouseRelease(view, LEFT, NONE, place_of(opened, ONE))
    opened.wait_for_scan()
    limit = opened.page.charts.limits.threshold.limit
    assert limit == ONE
    assert kept(opened) == CheckSettings(limits={"noise": ONE})
    assert opened.shown == [SPECKS]


def test_that_a_kept_limit_is_there_when_the_dataset_is_opened_again(opened):
    show_limit(opened)
    threshold = opened.page.charts.limits.threshold
    threshold.histogram.setFocus()
    for _ in range(3):
        opened.qtbot.keyClick(threshold.histogram, Qt.Key.Key_Left)
    opened.wait_for_scan()
    assert threshold.limit == TWO
    opened.open()
    assert opened.session.checking.settings.limit_of("noise") == TWO
    assert opened.flagged("noise") == [SPECKS, MORE]
    show_limit(opened)
    assert threshold.limit == TWO
    opened.click(threshold.reset_button)
    opened.wait_for_scan()
    assert opened.flagged("noise") == [SPECKS, MORE, VAL_SPECKS]
    assert kept(opened) == CheckSettings()


def test_that_a_moved_limit_measures_nothing_anew(opened):
    show_limit(opened)
    opened.file(VAL_SPECKS).unlink()
    opened.page.charts.limits.threshold.field.setValue(ALL_THREE - 1)
    assert opened.flagged("noise") == [SPECKS, MORE, VAL_SPECKS]


def test_that_a_typed_limit_counts_with_enter_and_the_editor_stays_closed(opened):
    wanted: list[str] = []
    opened.session.edit_requested.connect(wanted.append)
    show_limit(opened)
    field = opened.page.charts.limits.threshold.field
    field.setFocus()
    field.selectAll()
    opened.qtbot.keyClicks(field, str(TWO))
    assert opened.flagged("noise") == [SPECKS, MORE, VAL_SPECKS]
    opened.qtbot.keyClick(field, Qt.Key.Key_Return)
    opened.wait_for_scan()
    assert opened.flagged("noise") == [SPECKS, MORE]
    assert wanted == []


def test_that_a_bar_and_show_them_filter_the_gallery_and_the_chip_clears_that(opened):
    show_limit(opened)
    threshold = opened.page.charts.limits.threshold
    opened.click(threshold.show_button)
    assert opened.shown == [SPECKS, MORE, VAL_SPECKS]
    assert opened.page.filter_bar.chosen.isVisible()
    opened.click(opened.page.filter_bar.chosen)
    assert len(opened.shown) == 5
    histogram = threshold.histogram
    assert histogram.bins is not None
    first = next(bar for bar, count in enumerate(histogram.bins.counts) if count)
    opened.click(histogram, histogram.bar_rect(first).center().toPoint())
    assert opened.shown == [SPECKS]


def test_that_l_goes_to_the_limit_of_the_chosen_flag(opened):
    opened.select(SPECKS)
    opened.page.charts.panel.show_tab("Areas")
    opened.key(Qt.Key.Key_L)
    assert opened.page.charts.limits.isVisible()
    flag = opened.page.sample_panel.flag_list.first
    assert flag is not None
    assert opened.page.charts.limits.current == flag.check


def test_that_l_on_a_flag_without_a_limit_says_so(opened):
    opened.file(DOG).unlink()
    opened.open()
    opened.select(DOG)
    before = opened.page.charts.limits.current
    opened.key(Qt.Key.Key_L)
    assert opened.footer.message().startswith("This flag's check has no limit")
    assert opened.page.charts.limits.current == before
