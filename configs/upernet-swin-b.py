"""UPerNet over Swin-B with ImageNet-21k weights, the largest

A transformer that was pretrained on fourteen million photos of 21,841 classes: the most knowledge
to start from, for a GPU with much memory. Cross-entropy plus Dice, AdamW with warm-up.
"""

_base_ = [
    "_base_/default_runtime.py",
    "_base_/models/upernet_swin-b.py",
    "_base_/pipelines/resize_crop_flip.py",
    "_base_/schedules/adamw_transformer_100_epochs.py",
]

backbone_weights = "swin_base_in22k"

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
