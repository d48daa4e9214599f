"""What a repair would change, in numbers, places and words."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core.qa.repairs.preview import MOST_PLACES, compare

pairs = st.tuples(st.integers(1, 20), st.integers(1, 20)).flatmap(
    lambda shape: st.tuples(
        *(hnp.arrays(np.uint8, shape, elements=st.sampled_from([0, 0, 0, 1])) for _ in range(2))
    )
)


@given(pairs)
def test_that_every_change_is_counted_and_lies_in_a_place(pair):
    before, after = pair
    shown = compare(before, after)
    assert shown.changed_px == np.count_nonzero(before != after)
    assert np.array_equal(shown.changed, before != after)
    outside = before != after
    for x, y, width, height in shown.places:
        box = (before != after)[y : y + height, x : x + width]
        assert box[0].any()
        assert box[-1].any()
        assert box[:, 0].any()
        assert box[:, -1].any()
        outside[y : y + height, x : x + width] = False
    assert not outside.any()
    assert shown.place_count == len(shown.places)


def test_that_places_are_counted_beyond_those_that_are_kept():
    before = np.zeros((200, 200), np.uint8)
    after = before.copy()
    after[::20, ::20] = 1
    shown = compare(before, after)
    assert len(shown.places) == MOST_PLACES
    assert shown.words == "100 pixels change in 100 places."


def test_that_the_words_fit_the_change():
    mask = np.zeros((8, 6), np.uint8)
    one = mask.copy()
    one[3, 3] = 1
    assert compare(mask, mask).words == "Nothing changes in this mask."
    assert compare(mask, one).words == "1 pixel changes in 1 place."
    turned = compare(mask, mask.T)
    assert turned.words == "The mask becomes 8×6; it was 6×8."
    assert turned.changed is None
