"""Samples and config of a run before it is made, from a process of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import psutil
import pytest

from core.errors import PetsegError
from core.images import decode_mask, read_image
from core.training.preview.client import PreviewCancelledError, PreviewClient
from core.training.preview.drafts import Draft
from core.training.recipes.catalogue import configs_folder
from core.training.recipes.foreign import UntrustedConfigError, read_foreign, trust
from core.training.request import TrainRequest
from tests.core.training.preview.odd_worker import DIES, FAILS, HANGS

ODD = "tests.core.training.preview.odd_worker"
SMALL = {"image_size": 64, "crop_size": 64, "max_iters": 7}


@pytest.fixture
def odd():
    with PreviewClient(ODD) as client:
        yield client


def test_that_samples_and_config_are_those_of_the_run(dataset, tmp_path):
    # A config from elsewhere, so that the copy in the draft is what is executed.
    config = tmp_path / "mine.py"
    config.write_text((configs_folder() / "demo-cpu.py").read_text())
    request = TrainRequest(dataset, str(config), overrides=SMALL)
    with pytest.raises(UntrustedConfigError):
        Draft(request)
    trust(read_foreign(config))
    with Draft(request) as draft, PreviewClient() as client:
        config.unlink()
        first = client.samples(draft.folder, 3, seed=1)
        again = client.samples(draft.folder, 3, seed=1)
        other = client.samples(draft.folder, 3, seed=2)
        assert [each.name for each in first] == [each.name for each in again]
        photos = [read_image(each.photo) for each in first]
        masks = [decode_mask(each.mask.read_bytes(), each.mask) for each in first]
        assert {photo.shape for photo in photos} == {(64, 64, 3)}
        assert {int(value) for mask in masks for value in np.unique(mask)} <= {0, 1, 2, 255}
        # The animals are lighter than the ground in photo and mask alike.
        for photo, mask in zip(photos, masks, strict=True):
            animal = np.isin(mask, (1, 2))
            assert photo[animal].mean() > photo[mask == 0].mean()
        others = [read_image(each.photo) for each in other]
        assert any(not np.array_equal(a, b) for a, b in zip(photos, others, strict=True))
        resolved = client.config(draft.folder)
        folder = draft.folder
    assert not folder.exists()
    changed = {change.key: change for change in resolved.changes}
    assert (changed["max_iters"].before, changed["max_iters"].after) == ("1100", "7")
    assert changed["train_cfg.max_iters"].by == "form"
    assert changed["model.decode_head.num_classes"].by == "dataset"
    assert "max_iters = 7" in resolved.text
    assert str(folder) not in resolved.text
    assert not any(str(folder) in str(change.after) for change in resolved.changes)


def test_that_a_draft_of_nothing_to_train_on_is_an_error(dataset):
    for path in (dataset.root / "labels" / "train").iterdir():
        path.write_bytes(b"no mask")
    with pytest.raises(PetsegError, match="no usable sample"):
        Draft(TrainRequest(dataset, "demo-cpu", overrides=SMALL))


def test_that_a_worker_that_dies_gives_its_last_words_and_the_next_call_a_new_one(odd, tmp_path):
    with pytest.raises(PetsegError, match="no memory left"):
        odd.samples(tmp_path, 2, seed=DIES)
    assert len(odd.samples(tmp_path, 2)) == 2


def test_that_what_a_config_does_wrong_is_one_sentence_and_the_worker_stays(odd, tmp_path):
    odd.samples(tmp_path, 1)
    pid = odd.worker_pid
    with pytest.raises(PetsegError, match="The mask is too large"):
        odd.samples(tmp_path, 2, seed=FAILS)
    assert odd.worker_pid == pid


def test_that_cancelling_ends_the_worker(odd, tmp_path):
    asked = []

    def cancelled() -> bool:
        asked.append(odd.worker_pid)
        return len(asked) > 3

    with pytest.raises(PreviewCancelledError):
        odd.samples(tmp_path, 2, seed=HANGS, cancelled=cancelled)
    assert odd.worker_pid is None
    assert not psutil.pid_exists(asked[-1])


def test_that_samples_come_one_by_one(odd, tmp_path: Path):
    seen = []
    odd.samples(tmp_path, 3, on_sample=lambda sample: seen.append(sample.name))
    assert seen == ["s0", "s1", "s2"]
    assert [change.by for change in odd.config(tmp_path).changes] == ["form", "dataset"]
