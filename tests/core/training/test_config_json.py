"""A config as data."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import PetsegError
from core.training.recipes.config_json import dump_config, load_config, parse_config

leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.sampled_from(["__tuple__", "__float__", "inf"])
)
keys = st.text() | st.sampled_from(["__tuple__", "__float__", "dict", "type"])
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(keys, inner, max_size=4)
    ),
)


def kinds(value):
    """The types inside a value, which `==` does not compare (True is 1, 1 is 1.0)."""
    if isinstance(value, dict):
        return {key: kinds(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value), [kinds(item) for item in value]
    return type(value)


@given(st.dictionaries(keys, values))
def test_that_every_config_comes_back_as_it_was(config):
    text = dump_config(config)
    json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    read = parse_config(text)
    assert read == config
    assert kinds(read) == kinds(config)


@given(st.text() | st.binary())
def test_that_any_damaged_text_is_an_error_in_words(text):
    try:
        config = parse_config(text)
    except PetsegError:
        return
    assert isinstance(config, dict)


@pytest.mark.parametrize("value", [object(), {1: 2}, len, {"a": [b"bytes"]}])
def test_that_what_is_no_data_is_refused_with_its_place(value):
    with pytest.raises(PetsegError, match=r"config\.model"):
        dump_config({"model": value})


def test_that_a_missing_config_is_an_error_in_words(tmp_path):
    with pytest.raises(PetsegError, match=r"config\.json"):
        load_config(tmp_path / "config.json")
