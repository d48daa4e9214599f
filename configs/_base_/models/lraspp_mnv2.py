"""MobileNetV2 with the light decoder of MobileNetV3 (LR-ASPP).

Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", CVPR 2018
(https://arxiv.org/abs/1801.04381); Howard et al., "Searching for MobileNetV3", ICCV 2019
(https://arxiv.org/abs/1905.02244).
"""

loss_ce = 1.0
loss_dice = 1.0
loss_focal = 0.0
focal_gamma = 2.0
label_smoothing = 0.0

norm_cfg = dict(type="BN", requires_grad=True)

data_preprocessor = dict(
    type="SegDataPreProcessor",
    mean=[123.675, 116.28, 103.53],
    std=[58.395, 57.12, 57.375],
    bgr_to_rgb=True,
    pad_val=0,
    seg_pad_val=255,
    size=(256, 256),
    test_cfg=dict(size_divisor=32),
)

model = dict(
    type="AugmentedEncoderDecoder",
    data_preprocessor=data_preprocessor,
    pretrained=None,
    backbone=dict(
        type="MobileNetV2",
        widen_factor=1.0,
        out_indices=(1, 2, 4, 6),
        norm_cfg=norm_cfg,
    ),
    decode_head=dict(
        type="LiteASPPHead",
        in_channels=(24, 32, 96, 320),
        in_index=(0, 1, 2, 3),
        channels=96,
        branch_channels=(16, 32, 64),
        dropout_ratio=0.1,
        num_classes=2,
        norm_cfg=norm_cfg,
        align_corners=False,
        # Terms of weight 0 are switched off.
        loss_decode=[
            dict(
                type="SmoothedCrossEntropyLoss",
                loss_name="loss_ce",
                label_smoothing=label_smoothing,
                class_weight=None,
                loss_weight=loss_ce,
            ),
            dict(
                type="DiceLoss",
                loss_name="loss_dice",
                use_sigmoid=False,
                loss_weight=loss_dice,
            ),
            dict(
                type="SoftmaxFocalLoss",
                loss_name="loss_focal",
                gamma=focal_gamma,
                class_weight=None,
                loss_weight=loss_focal,
            ),
        ],
    ),
    train_cfg=dict(),
    test_cfg=dict(mode="whole"),
)
