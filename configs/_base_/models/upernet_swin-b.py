"""UPerNet over Swin-B.

Liu et al., "Swin Transformer: Hierarchical Vision Transformer using Shifted Windows", ICCV 2021
(https://arxiv.org/abs/2103.14030); Xiao et al., "Unified Perceptual Parsing for Scene
Understanding", ECCV 2018 (https://arxiv.org/abs/1807.10221); as MMSegmentation's
`swin-base-patch4-window7-in22k-pre_upernet`.
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
        type="SwinTransformer",
        pretrain_img_size=224,
        embed_dims=128,
        patch_size=4,
        window_size=7,
        mlp_ratio=4,
        depths=[2, 2, 18, 2],
        num_heads=[4, 8, 16, 32],
        strides=(4, 2, 2, 2),
        out_indices=(0, 1, 2, 3),
        qkv_bias=True,
        drop_path_rate=0.3,
        patch_norm=True,
        norm_cfg=dict(type="LN", requires_grad=True),
    ),
    decode_head=dict(
        type="UPerHead",
        in_channels=[128, 256, 512, 1024],
        in_index=[0, 1, 2, 3],
        pool_scales=(1, 2, 3, 6),
        channels=512,
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
    auxiliary_head=dict(
        type="FCNHead",
        in_channels=512,
        in_index=2,
        channels=256,
        num_convs=1,
        concat_input=False,
        dropout_ratio=0.1,
        num_classes=2,
        norm_cfg=norm_cfg,
        align_corners=False,
        loss_decode=dict(type="CrossEntropyLoss", class_weight=None, loss_weight=0.4),
    ),
    train_cfg=dict(),
    test_cfg=dict(mode="whole"),
)
