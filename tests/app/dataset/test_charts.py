"""Charts below the gallery: what is pointed at is what the gallery shows."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt

from tests.app.dataset.hands import ALL, CLEAN, DOG, MORE, SPECKS, VAL_SPECKS, Hands
from tests.widgets.eda.driving import at, click, drag, middle, open_tab


def chart(hands: Hands, title: str) -> Any:
    """The charts of a tab, with the numbers of the dataset."""
    hands.wait_for_jobs()
    assert hands.page.charts.panel.data is not None
    return open_tab(hands.page.charts.panel, title)


def test_that_a_bar_filters_the_gallery_and_the_chip_shows_all_again(opened):
    plot = chart(opened, "Class balance").plot
    assert [bar.tip.split(" ")[0] for bar in plot.bars] == ["cat:", "cat:", "dog:", "dog:"]
    click(opened.qtbot, plot, middle(plot, 0))
    assert opened.shown == [CLEAN, SPECKS, MORE]
    assert opened.page.filter_bar.count.text() == "3 of 5 shown"
    chip = opened.page.filter_bar.chosen
    assert "with cat in train" in chip.toolTip()
    opened.click(chip)
    assert opened.shown == ALL
    assert plot.chosen is None, "the chart forgets what was cleared above the gallery"
    assert not opened.page.charts.panel.chip.isVisible()


def test_that_the_chip_of_the_charts_and_escape_clear_the_gallery_too(opened):
    plot = chart(opened, "Class balance").plot
    click(opened.qtbot, plot, middle(plot, 3))
    assert opened.shown == [DOG]
    opened.click(opened.page.charts.panel.chip)
    assert opened.shown == ALL
    assert not opened.page.filter_bar.chosen.isVisible()
    click(opened.qtbot, plot, middle(plot, 3))
    opened.qtbot.keyClick(plot, Qt.Key.Key_Escape)
    assert opened.shown == ALL


def test_that_keys_choose_a_bar_and_the_editor_stays_closed(opened):
    wanted: list[str] = []
    opened.session.edit_requested.connect(wanted.append)
    plot = chart(opened, "Class balance").plot
    plot.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Return):
        opened.qtbot.keyClick(plot, key)
    assert opened.shown == [VAL_SPECKS]
    assert wanted == []


def test_that_brushed_areas_filter_the_gallery(opened):
    areas = chart(opened, "Areas")
    plot = areas.plot
    height = plot.view.viewRange()[1][1] * 0.8
    # The specks are under one percent of the picture; the blobs are about a fifth of it. Those
    # of 6 and 8 px count as objects, smaller ones do not.
    drag(opened.qtbot, plot, at(plot, 0.05, height), at(plot, 5, height))
    assert opened.shown == [MORE, VAL_SPECKS]
    assert opened.page.filter_bar.chosen.isVisible()
    opened.click(opened.page.filter_bar.chosen)
    assert opened.shown == ALL
    assert plot.chosen_range is None


def test_that_a_choice_in_the_charts_and_the_other_filters_go_together(opened):
    plot = chart(opened, "Class balance").plot
    click(opened.qtbot, plot, middle(plot, 0))
    opened.page.filter_bar.search.setText("specks")
    assert opened.shown == [SPECKS, MORE]
    opened.key(
        Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    assert opened.shown == ALL
    assert plot.chosen is None


def test_that_class_weights_go_to_a_recipe_with_one_click(opened):
    balance = chart(opened, "Class balance")
    balance.method.setCurrentIndex(balance.method.findData("inverse_frequency"))
    with opened.qtbot.waitSignal(opened.session.recipe_values_chosen) as chosen:
        opened.click(balance.use_button)
    values, words = chosen.args
    (weights,) = values.values()
    assert [round(each, 3) for each in weights] == [
        round(float(each), 3) for each in balance.data.weights["inverse_frequency"]
    ]
    assert words == "Class weights by inverse frequency"


def test_that_what_is_excluded_counts_no_longer(opened):
    data = chart(opened, "Class balance").data
    before = data.masks_in(None)
    opened.select(DOG)
    opened.session.curation.exclude([DOG], "a wolf")
    opened.wait_for_jobs()
    data = opened.page.charts.panel.data
    assert data is not None
    assert (before, data.masks_in(None)) == (5, 4)
    # Places in the charts are no places in the dataset any more: what is shown must still fit.
    plot = chart(opened, "Class balance").plot
    cats_in_val = next(
        number for number, bar in enumerate(plot.bars) if bar.tip.startswith("cat: 1 of 1")
    )
    click(opened.qtbot, plot, middle(plot, cats_in_val))
    assert opened.shown == [VAL_SPECKS]


def test_that_a_saved_mask_is_counted_at_once(opened):
    assert int(chart(opened, "Class balance").data.images(None)[2]) == 1
    opened.write_mask(SPECKS, opened.mask(DOG))
    opened.wait_for_jobs()
    data = opened.page.charts.panel.data
    assert data is not None
    assert int(data.images(None)[2]) == 2
