"""Which errors can be put on the worklist, counted by kind and by classes."""

from __future__ import annotations

from pathlib import Path

from core.dataset import open_dataset
from core.evaluation.analyse import analyse_run
from core.evaluation.errors.kinds import ErrorKind
from core.evaluation.suspects.ranking import Suspect
from core.worklist.gathering import Offer, gather, offers
from tests.core.worklist.hands import SAMPLE, make_world, regions


def test_that_errors_are_offered_and_gathered_by_kind_and_classes(tmp_path: Path) -> None:
    run = make_world(tmp_path)
    analysis = analyse_run(open_dataset(tmp_path), run, "val")
    cat, dog = regions()
    found = offers(analysis)
    assert found[0] == Offer(2)
    assert {offer.classes for offer in found} >= {(2, 1), (0, 2)}
    assert {offer.kind for offer in found} >= {cat.kind, dog.kind}
    as_cat = next(offer for offer in found if offer.classes == (2, 1))
    assert [(each.sample, each.region.box) for each in gather(analysis, as_cat)] == [
        (SAMPLE, cat.box)
    ]
    assert len(gather(analysis, Offer(2), [SAMPLE])) == 2
    assert offers(analysis, []) == []
    assert gather(analysis, Offer(2), []) == []


def test_that_what_other_runs_say_of_a_mask_makes_a_place_suspicious(tmp_path: Path) -> None:
    run = make_world(tmp_path)
    cat, _ = regions()
    suspect = Suspect(
        sample=SAMPLE, score=0.2, softmin=0.2, region=0.2, worst_class=2, classes=(1, None, 0.2),
        box=cat.box, given=2, predicted=1, pixels=cat.pixels, run="fold",
    )  # fmt: skip
    analysis = analyse_run(open_dataset(tmp_path), run, "val").with_doubts({SAMPLE: suspect})
    found = {each.region.box: each.suspicion for each in gather(analysis, Offer(2))}
    assert found[cat.box] == 0.8
    assert sum(suspicion is None for suspicion in found.values()) == 1
    assert ErrorKind.LABEL in {kind for kind, each in analysis.by_kind().items()}
