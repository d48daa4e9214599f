"""What goes between the window and the helper arrives as it was sent, or not at all."""

from __future__ import annotations

import base64
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from pydantic import ValidationError

from core.assist.messages import (
    FetchRequest,
    MaskProposal,
    ProposeRequest,
    Reply,
    parse_reply,
    parse_request,
)
from core.assist.problems import Problem

MASKS = arrays(bool, array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=40))
FINITE = st.floats(allow_nan=False, allow_infinity=False)
LABELLED = st.lists(st.tuples(FINITE, FINITE, st.integers(0, 3)), min_size=1, max_size=8)


@given(MASKS, st.integers(0, 9999), st.integers(0, 9999), st.none() | st.floats(0, 1))
def test_that_masks_arrive_as_they_were(mask, x, y, score):
    sent = Reply(id=7, proposal=MaskProposal.of(mask, x, y, score))
    line = sent.to_line()
    assert line.count(b"\n") == 1
    found = parse_reply(line).proposal
    assert (found.x, found.y, found.score) == (x, y, score)
    np.testing.assert_array_equal(found.mask(), mask)


@given(LABELLED)
def test_that_questions_arrive_as_they_were(points):
    request = ProposeRequest(
        id=3,
        model="efficientsam:10m",
        key="abc",
        points=tuple((x, y) for x, y, _ in points),
        labels=tuple(label for *_, label in points),
    )
    assert parse_request(request.to_line()) == request


@given(st.text())
def test_that_what_is_no_message_is_refused(text):
    with pytest.raises(ValidationError):
        parse_request(b'{"do": ' + text.encode("utf-8", "replace"))


@pytest.mark.parametrize(
    "line",
    [
        b'{"id": 1, "do": "propose", "model": "m", "key": "k", "points": [], "labels": []}',
        b'{"id": 1, "do": "propose", "model": "m", "key": "k", "points": [[1, 2]], "labels": []}',
        b'{"id": 1, "do": "propose", "model": "m", "key": "k", "points": [[1, 2]], "labels": [4]}',
        b'{"id": 1, "do": "run", "command": "ls"}',
    ],
)
def test_that_questions_without_sense_are_refused(line):
    with pytest.raises(ValidationError):
        parse_request(line)


@given(st.binary(max_size=60))
def test_that_a_mask_whose_bits_do_not_fit_is_refused(data):
    proposal = MaskProposal(x=0, y=0, width=1000, height=8, bits=base64.b64encode(data).decode())
    with pytest.raises(ValueError, match="the mask"):
        proposal.mask()
    bomb = zlib.compress(bytes(1_000_000))
    proposal = MaskProposal(x=0, y=0, width=8, height=8, bits=base64.b64encode(bomb).decode())
    with pytest.raises(ValueError, match="the mask"):
        proposal.mask()


def test_that_kinds_of_problems_are_words():
    line = Reply(id=1, error="No.", kind=Problem.NO_WEIGHTS).to_line()
    assert b'"no weights"' in line
    assert parse_reply(line).kind is Problem.NO_WEIGHTS
    assert parse_request(FetchRequest(id=1, model="m").to_line()) == FetchRequest(id=1, model="m")
