"""One colour for each run."""

from __future__ import annotations

import itertools

import numpy as np
from PySide6.QtGui import QColor

from widgets import theme
from widgets.run_colors import PALETTE, RunColors

# Machado, Oliveira and Fernandes (2009), severity 1: without red, green and blue cones.
SIGHTS = {
    "all": np.eye(3),
    "no red": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
         [-0.003882, -0.048116, 1.051998]]
    ),
    "no green": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
         [-0.011820, 0.042940, 0.968881]]
    ),
    "no blue": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
         [0.004733, 0.691367, 0.303900]]
    ),
}  # fmt: skip
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
     [0.0193339, 0.1191920, 0.9503041]]
)  # fmt: skip


def linear(color) -> np.ndarray:
    part = np.asarray(color) / 255
    return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)


def lab(color, sight: np.ndarray) -> np.ndarray:
    xyz = XYZ @ np.clip(sight @ linear(color), 0, 1) / np.array([0.95047, 1, 1.08883])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_that_colour_blind_people_can_tell_the_colours_apart():
    for name, sight in SIGHTS.items():
        seen = [lab(color, sight) for color in PALETTE]
        nearest = min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2))
        assert nearest >= 20, name


def test_that_colours_of_runs_are_not_those_of_errors_and_stand_out_from_both_themes(qapp):
    for color, error in itertools.product(PALETTE, theme.ERROR_COLORS.values()):
        assert np.linalg.norm(lab(color, np.eye(3)) - lab(error, np.eye(3))) >= 20
    before = theme.active()
    for name in ("light", "dark"):
        theme.apply(qapp, name)
        ground = QColor(theme.color("surface"))
        below = float(XYZ[1] @ linear((ground.red(), ground.green(), ground.blue())))
        for color in PALETTE:
            above = float(XYZ[1] @ linear(color))
            contrast = (max(above, below) + 0.05) / (min(above, below) + 0.05)
            assert contrast >= 2.5, (name, color)
    theme.apply(qapp, before)


def test_that_a_run_has_its_colour_by_its_id_alone():
    ids = [f"20250102-{n:06}-demo" for n in range(60)]
    first, second = RunColors(), RunColors()
    assert [first.of(each) for each in ids] == [second.of(each) for each in reversed(ids)][::-1]
    assert {first.of(each) for each in ids} == set(PALETTE)


def test_that_runs_shown_together_differ_and_what_was_moved_can_be_remembered(qtbot):
    ids = [f"run {n}" for n in range(200)]
    colors = RunColors()
    alike = [each for each in ids if colors.of(each) == colors.of(ids[0])][:6]
    with qtbot.waitSignal(colors.changed):
        colors.tell_apart(alike)
    assert len({colors.of(each) for each in alike}) == 6
    assert alike[0] not in colors.places  # the first keeps its own
    later = RunColors()
    later.set_places(colors.places)
    assert [later.of(each) for each in ids] == [colors.of(each) for each in ids]
    with qtbot.assertNotEmitted(later.changed):
        later.tell_apart(alike)


def test_that_more_runs_than_colours_are_borne_and_damaged_memories_too():
    colors = RunColors()
    colors.set_places({"a": 99, "b": -1, "c": 3})
    assert colors.places == {"c": 3}
    colors.tell_apart([str(n) for n in range(30)])
    assert {colors.of(str(n)) for n in range(30)} == set(PALETTE)
