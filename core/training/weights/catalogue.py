"""Weights that OpenMMLab has published for backbones: what they are and where they lie.

The addresses are those in MMSegmentation's own configs and model index. A file's name ends in the
first eight digits of its SHA-256, which is what a fetched file is checked against.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import platformdirs

from core.errors import PetsegError
from core.training.recipes.reading import Recipe
from core.training.weights.backbones import Backbone, backbone_of

MIRROR_VARIABLE = "PETSEG_WEIGHTS_MIRROR"
"""Environment variable: an address, or several with commas, in place of the hosts below."""

# MMSegmentation's host, and the one that OpenMMLab used before, with the same files.
_HOSTS = ("https://mmassets.onedl.ai", "https://download.openmmlab.com")


@dataclass(frozen=True, slots=True)
class PublishedWeights:
    """A published file of weights.

    Attributes:
        id: Its short name, which `--init` takes.
        title: What people call it.
        trained_on: The data it learned from.
        backbone: MMSegmentation's name of the backbone it fits.
        settings: What that backbone must be set to, by dotted key.
        place: Path below a host; its name ends in the checksum.
        megabytes: About how large it is.
    """

    id: str
    title: str
    trained_on: str
    backbone: str
    place: str
    megabytes: int
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def file_name(self) -> str:
        """Name of the file."""
        return self.place.rpartition("/")[2]

    @property
    def checksum(self) -> str:
        """The first digits of its SHA-256, as `core.fetching` takes them."""
        return "sha256:" + self.file_name.removesuffix(".pth").rpartition("-")[2]

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where it can be had, the best first."""
        named = [each.strip() for each in os.environ.get(MIRROR_VARIABLE, "").split(",")]
        hosts = [each for each in named if each] or _HOSTS
        return tuple(f"{host.rstrip('/')}/{self.place}" for host in hosts)

    def fits(self, backbone: Backbone) -> bool:
        """Whether these are weights of that backbone."""
        return backbone.type == self.backbone and all(
            backbone.setting(key) == value for key, value in self.settings.items()
        )


_THIRD_PARTY = "pretrain/third_party"
_SEG = "mmsegmentation/v0.5"
_R50, _R101 = {"depth": 50}, {"depth": 101}
_W48 = {"extra.stage4.num_channels": (48, 96, 192, 384)}
_B0 = {"embed_dims": 32, "num_layers": (2, 2, 2, 2)}
_B2 = {"embed_dims": 64, "num_layers": (3, 4, 6, 3)}
_FULL_WIDTH = {"widen_factor": 1.0}

WEIGHTS: tuple[PublishedWeights, ...] = (
    PublishedWeights(
        "mobilenet_v2", "MobileNetV2", "ImageNet", "MobileNetV2",
        "mmclassification/v0/mobilenet_v2/"
        "mobilenet_v2_batch256_imagenet_20200708-3b2dc3af.pth", 14, _FULL_WIDTH,
    ),
    PublishedWeights(
        "mobilenet_v2-ade20k", "MobileNetV2", "ADE20K", "MobileNetV2",
        f"{_SEG}/mobilenet_v2/deeplabv3_m-v2-d8_512x512_160k_ade20k/"
        "deeplabv3_m-v2-d8_512x512_160k_ade20k_20200825_223255-63986343.pth", 75, _FULL_WIDTH,
    ),
    PublishedWeights(
        "resnet18_v1c", "ResNet-18 v1c", "ImageNet", "ResNetV1c",
        f"{_THIRD_PARTY}/resnet18_v1c-b5776b93.pth", 47, {"depth": 18},
    ),
    PublishedWeights(
        "resnet50_v1c", "ResNet-50 v1c", "ImageNet", "ResNetV1c",
        f"{_THIRD_PARTY}/resnet50_v1c-2cccc1ad.pth", 102, _R50,
    ),
    PublishedWeights(
        "resnet50_v1c-coco", "ResNet-50 v1c", "COCO-Stuff 164k", "ResNetV1c",
        f"{_SEG}/deeplabv3/deeplabv3_r50-d8_512x512_4x4_320k_coco-stuff164k/"
        "deeplabv3_r50-d8_512x512_4x4_320k_coco-stuff164k_20210709_155403-51b21115.pth", 273, _R50,
    ),
    PublishedWeights(
        "resnet50-in21k", "ResNet-50", "ImageNet-21k", "ResNet",
        "mmclassification/v0/resnet/resnet50_3rdparty-mill_in21k_20220331-faac000b.pth", 180, _R50,
    ),
    PublishedWeights(
        "resnet101_v1c", "ResNet-101 v1c", "ImageNet", "ResNetV1c",
        f"{_THIRD_PARTY}/resnet101_v1c-e67eebb6.pth", 179, _R101,
    ),
    PublishedWeights(
        "resnet101_v1c-coco", "ResNet-101 v1c", "COCO-Stuff 164k", "ResNetV1c",
        f"{_SEG}/deeplabv3/deeplabv3_r101-d8_512x512_4x4_320k_coco-stuff164k/"
        "deeplabv3_r101-d8_512x512_4x4_320k_coco-stuff164k_20210709_155402-3cbca14d.pth", 349,
        _R101,
    ),
    PublishedWeights(
        "hrnetv2_w48", "HRNetV2-W48", "ImageNet", "HRNet",
        f"{_THIRD_PARTY}/hrnetv2_w48-d2186c55.pth", 310, _W48,
    ),
    PublishedWeights(
        "hrnetv2_w48-ade20k", "HRNetV2-W48", "ADE20K", "HRNet",
        f"{_SEG}/hrnet/fcn_hr48_512x512_160k_ade20k/"
        "fcn_hr48_512x512_160k_ade20k_20200614_214407-a52fc02c.pth", 264, _W48,
    ),
    PublishedWeights(
        "mit_b0", "MiT-B0 (SegFormer)", "ImageNet", "MixVisionTransformer",
        f"{_SEG}/pretrain/segformer/mit_b0_20220624-7e0fe6dd.pth", 14, _B0,
    ),
    PublishedWeights(
        "mit_b2", "MiT-B2 (SegFormer)", "ImageNet", "MixVisionTransformer",
        f"{_SEG}/pretrain/segformer/mit_b2_20220624-66e8bf70.pth", 99, _B2,
    ),
    PublishedWeights(
        "mit_b2-ade20k", "MiT-B2 (SegFormer)", "ADE20K", "MixVisionTransformer",
        f"{_SEG}/segformer/segformer_mit-b2_512x512_160k_ade20k/"
        "segformer_mit-b2_512x512_160k_ade20k_20210726_112103-cbd414ac.pth", 110, _B2,
    ),
)  # fmt: skip


def is_published(weights_id: str) -> bool:
    """Whether there are weights of that id."""
    return any(each.id == weights_id for each in WEIGHTS)


def find_weights(weights_id: str) -> PublishedWeights:
    """The weights of that id.

    Raises:
        PetsegError: there are none.
    """
    for each in WEIGHTS:
        if each.id == weights_id:
            return each
    raise PetsegError(
        f"There are no published weights {weights_id!r}",
        remedy=f"The known ones are: {', '.join(each.id for each in WEIGHTS)}.",
    )


def weights_for(recipe: Recipe) -> list[PublishedWeights]:
    """The weights that fit the backbone of a recipe, the usual ones first; often none.

    Raises:
        PetsegError: the recipe's file or one of its bases cannot be read.
    """
    backbone = backbone_of(recipe.path)
    return [each for each in WEIGHTS if backbone is not None and each.fits(backbone)]


def cached_path(weights_id: str) -> Path:
    """Where the weights lie once they were fetched, or where to put them by hand.

    Raises:
        PetsegError: there are no weights of that id.
    """
    name = find_weights(weights_id).file_name
    return Path(platformdirs.user_cache_path("petseg")) / "weights" / name


def is_cached(weights_id: str) -> bool:
    """Whether the weights are on this computer. What the file holds is checked by `fetch`."""
    return cached_path(weights_id).is_file()
