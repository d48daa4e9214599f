"""Modules of ours that recipes name: transforms, a dataset, losses, decoders and a segmentor.

Importing this package registers them with MMSegmentation; a config does so by `custom_imports`.
It loads torch: only worker processes come in here.
"""

from core.training.parts.attention import ConvolutionalBlockAttention, SqueezeExcitation
from core.training.parts.coloring import ColorJitter, GaussianBlur, GaussianNoise
from core.training.parts.datasets import MixingSegDataset
from core.training.parts.geometry import ElasticDeformation, RandomAffineCrop, RandomRotation
from core.training.parts.heads import AttentionASPPHead, LiteASPPHead
from core.training.parts.losses import ClassDiceLoss, SmoothedCrossEntropyLoss, SoftmaxFocalLoss
from core.training.parts.mixing import CopyPaste, CutMix, MixUp, PackMixedInputs
from core.training.parts.segmentor import AugmentedEncoderDecoder

__all__ = [
    "AttentionASPPHead",
    "AugmentedEncoderDecoder",
    "ClassDiceLoss",
    "ColorJitter",
    "ConvolutionalBlockAttention",
    "CopyPaste",
    "CutMix",
    "ElasticDeformation",
    "GaussianBlur",
    "GaussianNoise",
    "LiteASPPHead",
    "MixUp",
    "MixingSegDataset",
    "PackMixedInputs",
    "RandomAffineCrop",
    "RandomRotation",
    "SmoothedCrossEntropyLoss",
    "SoftmaxFocalLoss",
    "SqueezeExcitation",
]
