"""FCN over HRNet-W48, which keeps a fine resolution from beginning to end.

Wang et al., "Deep High-Resolution Representation Learning for Visual Recognition", TPAMI 2020
(https://arxiv.org/abs/1908.07919), as MMSegmentation's `fcn_hr48`.
"""

loss_ce = 1.0
loss_dice = 0.0
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
        type="HRNet",
        norm_cfg=norm_cfg,
        norm_eval=False,
        extra=dict(
            stage1=dict(
                num_modules=1,
                num_branches=1,
                block="BOTTLENECK",
                num_blocks=(4,),
                num_channels=(64,),
            ),
            stage2=dict(
                num_modules=1,
                num_branches=2,
                block="BASIC",
                num_blocks=(4, 4),
                num_channels=(48, 96),
            ),
            stage3=dict(
                num_modules=4,
                num_branches=3,
                block="BASIC",
                num_blocks=(4, 4, 4),
                num_channels=(48, 96, 192),
            ),
            stage4=dict(
                num_modules=3,
                num_branches=4,
                block="BASIC",
                num_blocks=(4, 4, 4, 4),
                num_channels=(48, 96, 192, 384),
            ),
        ),
    ),
    decode_head=dict(
        type="FCNHead",
        in_channels=[48, 96, 192, 384],
        in_index=(0, 1, 2, 3),
        channels=720,
        input_transform="resize_concat",
        kernel_size=1,
        num_convs=1,
        concat_input=False,
        dropout_ratio=-1,
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
