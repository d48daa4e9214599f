"""DeepLabV3+ with ResNet-50 and squeeze-and-excitation attention in the decoder

The study's best with a decoder that weighs which channels matter in the whole picture
(Hu et al., CVPR 2018). Made for a GPU.
"""

_base_ = ["deeplabv3plus-r50-dice.py"]

class_weights = "auto"

model = dict(
    decode_head=dict(
        type="AttentionASPPHead",
        attention=dict(type="SqueezeExcitation", ratio=16),
    )
)
