"""SegFormer-B2, a transformer for a strong GPU

Sees the whole photo at once, so it rarely takes one animal for two. Cross-entropy plus Dice, AdamW
with warm-up, from ImageNet weights.
"""

_base_ = [
    "_base_/default_runtime.py",
    "_base_/models/segformer_mit-b2.py",
    "_base_/pipelines/resize_crop_flip.py",
    "_base_/schedules/adamw_transformer_100_epochs.py",
]

backbone_weights = "mit_b2"

loss_ce = 1.0
loss_dice = 1.0
loss_focal = 0.0
focal_gamma = 2.0
label_smoothing = 0.0
model = dict(
    decode_head=dict(
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
        ]
    )
)
