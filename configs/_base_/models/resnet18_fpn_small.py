"""Three stages of a ResNet-18 of half the width, with a feature pyramid, for training on a CPU.

He et al., "Deep Residual Learning for Image Recognition", CVPR 2016
(https://arxiv.org/abs/1512.03385); Kirillov et al., "Panoptic Feature Pyramid Networks", CVPR 2019
(https://arxiv.org/abs/1901.02446). Plain 3x3 convolutions of few channels are what a
CPU is best at.
"""

loss_ce = 1.0
loss_dice = 1.0

norm_cfg = dict(type="BN", requires_grad=True)

data_preprocessor = dict(
    type="SegDataPreProcessor",
    mean=[123.675, 116.28, 103.53],
    std=[58.395, 57.12, 57.375],
    bgr_to_rgb=True,
    pad_val=0,
    seg_pad_val=255,
    size=(256, 256),
    test_cfg=dict(size_divisor=16),
)

model = dict(
    type="EncoderDecoder",
    data_preprocessor=data_preprocessor,
    pretrained=None,
    backbone=dict(
        type="ResNet",
        depth=18,
        stem_channels=32,
        base_channels=32,
        # Without the last stage, which would rather learn few photos by heart than fur and shapes.
        num_stages=3,
        out_indices=(0, 1, 2),
        strides=(1, 2, 2),
        dilations=(1, 1, 1),
        norm_cfg=norm_cfg,
        norm_eval=False,
        style="pytorch",
    ),
    neck=dict(type="FPN", in_channels=[32, 64, 128], out_channels=32, num_outs=3),
    decode_head=dict(
        type="FPNHead",
        in_channels=[32, 32, 32],
        in_index=[0, 1, 2],
        feature_strides=[4, 8, 16],
        channels=32,
        dropout_ratio=0.1,
        num_classes=2,
        norm_cfg=norm_cfg,
        align_corners=False,
        loss_decode=[
            dict(
                type="CrossEntropyLoss",
                loss_name="loss_ce",
                class_weight=None,
                loss_weight=loss_ce,
            ),
            dict(type="DiceLoss", loss_name="loss_dice", use_sigmoid=False, loss_weight=loss_dice),
        ],
    ),
    train_cfg=dict(),
    test_cfg=dict(mode="whole"),
)
