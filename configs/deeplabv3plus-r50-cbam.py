"""DeepLabV3+ with ResNet-50 and CBAM attention in the decoder

The study's best with a decoder that weighs which channels and which places matter
(Woo et al., ECCV 2018). Made for a GPU.
"""

_base_ = ["deeplabv3plus-r50-dice.py"]

class_weights = "auto"

model = dict(
    decode_head=dict(
        type="AttentionASPPHead",
        attention=dict(type="ConvolutionalBlockAttention", ratio=16),
    )
)
