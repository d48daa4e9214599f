"""`dataset.toml`."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from core.dataset.settings import (
    ClassSettings,
    DatasetSettings,
    default_color,
    load_settings,
    save_settings,
    settings_of,
    validation_words,
)
from core.errors import PetsegError

hex_colors = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06X}")
names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).filter(str.strip)


@st.composite
def settings(draw: st.DrawFn) -> DatasetSettings:
    unique = draw(st.lists(names.map(str.strip), min_size=1, max_size=5, unique=True))
    values = draw(st.lists(st.integers(0, 65535), min_size=6, max_size=6, unique=True))
    colors = draw(st.lists(hex_colors, min_size=6, max_size=6, unique=True))
    coded = draw(st.booleans())
    return DatasetSettings(
        classes=[
            ClassSettings(
                name=name,
                color=draw(hex_colors),
                mask_values=[values[place]] if coded else [],
                mask_colors=[colors[place]] if coded else [],
            )
            for place, name in enumerate(unique)
        ],
        ignore_index=draw(st.integers(0, 255)),
        ignore_values=values[5:],
        ignore_colors=colors[5:],
        color_tolerance=draw(st.integers(0, 255)),
        palette_by_color=draw(st.booleans()),
        layout=draw(st.text(st.characters(codec="utf-8"), max_size=8)),
    )


@given(settings())
def test_that_settings_survive_saving_and_loading(
    tmp_path_factory: pytest.TempPathFactory, settings: DatasetSettings
):
    path = tmp_path_factory.getbasetemp() / "dataset.toml"
    save_settings(path, settings)
    assert load_settings(path) == settings


@given(settings())
def test_that_settings_can_be_made_of_the_classes_and_coding_in_use(settings: DatasetSettings):
    if settings.has_coding:
        again = settings_of(
            settings.class_infos(), settings.ignore_index, settings.coding(), settings.layout
        )
        assert again == settings


def test_that_codes_are_readable_in_the_file(tmp_path: Path):
    path = tmp_path / "dataset.toml"
    save_settings(
        path,
        DatasetSettings(
            classes=[
                ClassSettings(name="ground", color="#000000", mask_colors=["#00FF00", "#00FE00"]),
                ClassSettings(name="cat", color="#E69F00", mask_values=[127, 128]),
            ],
            color_tolerance=12,
            ignore_colors=["#FFFFFF"],
        ),
    )
    text = path.read_text()
    assert 'mask_colors = ["#00FF00", "#00FE00"]' in text
    assert "mask_values = [127, 128]" in text
    assert "color_tolerance = 12" in text
    assert 'ignore_colors = ["#FFFFFF"]' in text


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("mask_values = [256000]", "mask_values"),
        ('mask_colors = ["red"]', "mask_colors"),
        ('mask_color = ["#FF0000"]', "mask_color"),
        (
            "mask_values = [3, 7]\n[[classes]]\nname = 'b'\ncolor = '#000000'\nmask_values = [7]",
            "7 stands for both a and b",
        ),
        ("[[classes]]\nname = 'a'\ncolor = '#000000'", "two classes have the same name"),
        ("[[classes]]\nname = ' '\ncolor = '#000000'", "a class needs a name"),
    ],
)
def test_that_settings_that_are_not_valid_are_refused_with_the_place(
    tmp_path: Path, lines: str, reason: str
):
    path = tmp_path / "dataset.toml"
    path.write_text(f'[[classes]]\nname = "a"\ncolor = "#112233"\n{lines}\n')
    with pytest.raises(PetsegError, match=reason):
        load_settings(path)


def test_that_one_code_for_two_classes_is_said_in_words():
    with pytest.raises(ValidationError) as caught:
        DatasetSettings(
            classes=[
                ClassSettings(name="cat", color="#000000", mask_colors=["#ff0000"]),
                ClassSettings(name="dog", color="#000000", mask_colors=["#FF0000"]),
            ]
        )
    assert validation_words(caught.value) == "#FF0000 stands for both cat and dog"


def test_that_settings_without_codes_have_no_coding():
    plain = DatasetSettings(classes=[ClassSettings(name="a", color="#000000")])
    assert plain.coding() is None


def test_that_no_two_classes_get_the_same_colour_by_default():
    colors = [default_color(index) for index in range(255)]
    assert len(set(colors)) == 255
    assert colors[:3] == ["#000000", "#E69F00", "#0072B2"]
