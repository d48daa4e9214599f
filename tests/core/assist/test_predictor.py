"""What is made of the answers of osam's models, whichever of them it is."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest

from core.assist import predictor
from core.assist.predictor import Predictor
from core.assist.problems import AssistError, Problem
from core.assist.prompt import BOX_END, BOX_START, POSITIVE

pytestmark = pytest.mark.skipif(find_spec("osam") is None, reason="osam is not installed")

IMAGE = np.zeros((20, 30, 3), np.uint8)
BOX = ([(2.0, 3.0), (9.0, 11.0)], [BOX_START, BOX_END])
CLICK = ([(4.0, 5.0)], [POSITIVE])


class FakeSession:
    """A decoder that gives three masks with scores."""

    def run(self, _names, _inputs):
        return np.zeros((1, 3, 20, 30)), np.array([[0.25, 0.75, 0.5]]), None


class FakeModel:
    """As osam's: answers with annotations, and asks its decoder when it has one."""

    def __init__(self, annotations, *, has_decoder: bool) -> None:
        self.annotations = annotations
        self.encoded = 0
        self._inference_sessions = {"decoder": FakeSession()} if has_decoder else {}

    def encode_image(self, image):
        from osam.types import ImageEmbedding

        self.encoded += 1
        return ImageEmbedding(
            original_height=image.shape[0],
            original_width=image.shape[1],
            embedding=np.zeros((1, 10, 10), np.float32),  # 400 bytes
        )

    def generate(self, request):
        from osam.types import GenerateResponse

        assert request.image_embedding is not None
        if "decoder" in self._inference_sessions:
            self._inference_sessions["decoder"].run(None, {})
        return GenerateResponse(model=request.model, annotations=self.annotations)


def annotation(x: int, y: int, width: int, height: int, score: float | None = None):
    from osam.types import Annotation, BoundingBox

    return Annotation(
        mask=np.ones((height, width), bool),
        bounding_box=BoundingBox(xmin=x, ymin=y, xmax=x + width - 1, ymax=y + height - 1),
        score=score,
    )


@pytest.fixture
def install(monkeypatch):
    def install(annotations=(), *, has_decoder: bool = True) -> FakeModel:
        model = FakeModel(list(annotations), has_decoder=has_decoder)
        monkeypatch.setattr(predictor, "open_model", lambda _name: model)
        return model

    return install


def found(predictor: Predictor, name: str, asked):
    predictor.look(name, "photo", lambda: IMAGE)
    return predictor.propose(name, "photo", *asked)


@pytest.mark.parametrize(
    ("name", "score"), [("efficientsam:10m", 0.25), ("sam:latest", 0.25), ("sam2:tiny", 0.75)]
)
def test_that_the_score_is_that_of_the_mask_osam_takes(install, name, score):
    install([annotation(3, 4, 5, 6)])
    proposal = found(Predictor(), name, CLICK)
    assert proposal.score == score
    assert (proposal.x, proposal.y, proposal.width, proposal.height) == (3, 4, 5, 6)


def test_that_of_many_objects_the_one_in_the_box_is_taken(install):
    install(
        [annotation(15, 3, 8, 8, 0.9), annotation(3, 4, 6, 7, 0.6), annotation(0, 0, 30, 20, 0.8)],
        has_decoder=False,
    )
    proposal = found(Predictor(), "sam3:latest", BOX)
    assert (proposal.x, proposal.y, proposal.score) == (3, 4, 0.6)


def test_that_what_lies_beyond_the_photo_is_cut_off(install):
    install([annotation(-2, -3, 40, 30, 0.5)], has_decoder=False)
    proposal = found(Predictor(), "sam3:latest", BOX)
    assert (proposal.x, proposal.y, proposal.width, proposal.height) == (0, 0, 30, 20)
    assert proposal.mask().all()


def test_that_a_model_of_boxes_refuses_clicks_in_words(install):
    install(has_decoder=False)
    with pytest.raises(AssistError, match="takes a box and no clicks"):
        found(Predictor(), "sam3:latest", CLICK)


@pytest.mark.parametrize("has_decoder", [True, False])
def test_that_no_object_is_an_empty_proposal(install, has_decoder):
    install([], has_decoder=has_decoder)
    assert found(Predictor(), "sam2:tiny", BOX).width == 0


def test_that_embeddings_are_forgotten_oldest_first_when_they_take_too_much_room(install):
    model = install([annotation(3, 4, 5, 6)])
    predictor = Predictor(room=900)  # for two
    for key in ("a", "b", "a", "c"):
        predictor.look("sam2:tiny", key, lambda: IMAGE)
    assert model.encoded == 3
    for key in ("a", "c"):
        predictor.propose("sam2:tiny", key, *CLICK)
    with pytest.raises(AssistError) as told:
        predictor.propose("sam2:tiny", "b", *CLICK)
    assert told.value.kind is Problem.NOT_LOOKED_AT


def test_that_the_embedding_in_use_is_kept_however_large_it_is(install):
    install([annotation(3, 4, 5, 6)])
    assert found(Predictor(room=1), "sam2:tiny", CLICK).width == 5


def test_that_each_model_has_embeddings_of_its_own(install):
    model = install([annotation(3, 4, 5, 6)])
    predictor = Predictor()
    predictor.look("sam2:tiny", "photo", lambda: IMAGE)
    predictor.look("sam2:small", "photo", lambda: IMAGE)
    assert model.encoded == 2
