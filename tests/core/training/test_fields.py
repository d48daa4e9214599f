"""The form's fields and `--set`."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import PetsegError
from core.training.recipes.fields import BY_NAME, FIELDS
from core.training.recipes.overrides import parse_override


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("max_iters=200", ("max_iters", 200)),
        ("lr=4e-4", ("lr", 4e-4)),
        ("lr = 4e-4", ("lr", 4e-4)),
        ("crop_size=(128, 192)", ("crop_size", (128, 192))),
        ("crop_size=[128, 192]", ("crop_size", [128, 192])),
        ("crop_size=128,192", ("crop_size", (128, 192))),
        ("model.decode_head.channels=64", ("model.decode_head.channels", 64)),
        ("optim_wrapper.optimizer.type=SGD", ("optim_wrapper.optimizer.type", "SGD")),
        ("class_weights=[0.2, 1, 1]", ("class_weights", [0.2, 1, 1])),
        ("a.b=None", ("a.b", None)),
        ("a.b=null", ("a.b", None)),
        ("a.b=true", ("a.b", True)),
        ("a.b={'max_norm': 1}", ("a.b", {"max_norm": 1})),
        ("a.b=x=y", None),
        ("a.b='x=y'", ("a.b", "x=y")),
    ],
)
def test_that_a_value_is_read_as_json_as_a_literal_or_as_a_word(text, expected):
    if expected is None:
        with pytest.raises(PetsegError):
            parse_override(text)
    else:
        assert parse_override(text) == expected


@pytest.mark.parametrize("text", ["lr", "=3", "1a=3", "a..b=1", ".a=1", "a.=1", "a b=1"])
def test_that_what_has_no_key_is_refused_with_an_example(text):
    with pytest.raises(PetsegError, match="key=value"):
        parse_override(text)


@pytest.mark.parametrize("value", ["__import__('os').getcwd()", "(lambda: 1)()", "open('x')"])
def test_that_code_is_never_run(value):
    with pytest.raises(PetsegError, match="cannot be read"):
        parse_override(f"a.b={value}")


@given(st.text())
def test_that_any_text_is_either_read_or_refused_in_words(text):
    try:
        key, _ = parse_override(text)
    except PetsegError:
        return
    assert key


data = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(data)
def test_that_every_json_value_comes_back_as_it_was(value):
    assert parse_override("key.sub=" + json.dumps(value))[1] == value


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_that_a_field_refuses_what_it_cannot_hold(field):
    for value in ("many", math.nan, math.inf, True, field.maximum + 1, {"a": 1}):
        with pytest.raises(PetsegError, match=field.name):
            field.parse(value)


def test_that_fields_give_their_values_their_types():
    assert BY_NAME["max_iters"].parse(200.0) == 200
    assert isinstance(BY_NAME["max_iters"].parse(200.0), int)
    assert isinstance(BY_NAME["lr"].parse(1), float)
    assert BY_NAME["crop_size"].parse(128) == (128, 128)
    assert BY_NAME["crop_size"].parse([128, 64]) == (128, 64)
    assert BY_NAME["class_weights"].parse((1, 2)) == [1.0, 2.0]
    assert BY_NAME["class_weights"].parse("auto") == "auto"
    assert BY_NAME["epochs"].parse(None) is None
    with pytest.raises(PetsegError, match="max_iters"):
        BY_NAME["max_iters"].parse(None)
    with pytest.raises(PetsegError, match="whole"):
        BY_NAME["batch_size"].parse(2.5)
