"""A small network from scratch, to see the whole loop in under three minutes

Learns the drawn cats and dogs of the demo without any pretrained weights, on two CPU cores; also a
first check that a new dataset can be trained on at all. Many quick steps on small pieces that are
scaled, turned and recoloured, because a few dozen photos are soon known by heart. Cross-entropy
plus Dice loss, AdamW with warm-up and polynomial decay.
"""

_base_ = ["_base_/default_runtime.py", "_base_/models/resnet18_fpn_small.py"]

max_iters = 1100
batch_size = 8
optimizer = "AdamW"
lr = 3e-3
momentum = 0.9
weight_decay = 0.05
schedule = "poly"
power = 0.9
min_lr = 1e-6
warmup_iters = 50
image_size = (256, 256)
crop_size = (128, 128)
class_weights = "equal"
val_interval = 275

flip = 0.5
scale_range = (0.6, 1.6)

# On a CPU this order of a tensor's values in memory saves a seventh to a quarter of the time.
channels_last = True
# The network is so small that a second thread would cost more than it brings.
threads = 1

data_preprocessor = dict(size=crop_size)
model = dict(data_preprocessor=data_preprocessor)

# MMCV gives a scale as width and height, a crop as height and width.
train_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="LoadAnnotations"),
    dict(type="RandomResize", scale=image_size[::-1], ratio_range=scale_range, keep_ratio=True),
    dict(type="RandomCrop", crop_size=crop_size, cat_max_ratio=0.9),
    dict(type="RandomFlip", prob=flip),
    # Quarter turns and mirror images; its turning by degrees would blur the labels.
    dict(type="RandomRotFlip", flip_prob=0.75, rotate_prob=0.0, degree=(-1, 1)),
    # Colours say little about the animal, so the hue may be any.
    dict(type="PhotoMetricDistortion", hue_delta=60),
    dict(type="PackSegInputs"),
]
test_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="Resize", scale=image_size[::-1], keep_ratio=True),
    dict(type="LoadAnnotations"),
    dict(type="PackSegInputs"),
]

train_dataloader = dict(
    batch_size=batch_size,
    num_workers=0,
    sampler=dict(type="InfiniteSampler", shuffle=True),
    dataset=dict(type="BaseSegDataset", pipeline=train_pipeline),
)
val_dataloader = dict(
    batch_size=1,
    num_workers=0,
    sampler=dict(type="DefaultSampler", shuffle=False),
    dataset=dict(type="BaseSegDataset", pipeline=test_pipeline),
)
test_dataloader = val_dataloader

optim_wrapper = dict(
    type="OptimWrapper",
    optimizer=dict(type=optimizer, lr=lr, betas=(momentum, 0.999), weight_decay=weight_decay),
    paramwise_cfg=dict(norm_decay_mult=0.0),
    clip_grad=dict(max_norm=5.0),
)
param_scheduler = [
    dict(type="LinearLR", start_factor=0.1, begin=0, end=warmup_iters, by_epoch=False),
    dict(
        type="PolyLR",
        power=power,
        eta_min=min_lr,
        begin=warmup_iters,
        end=max_iters,
        by_epoch=False,
    ),
]

train_cfg = dict(type="IterBasedTrainLoop", max_iters=max_iters, val_interval=val_interval)
default_hooks = dict(
    timer=dict(type="IterTimerHook"),
    logger=dict(type="LoggerHook", interval=20, log_metric_by_epoch=False),
    param_scheduler=dict(type="ParamSchedulerHook"),
    checkpoint=dict(
        type="CheckpointHook",
        by_epoch=False,
        interval=val_interval,
        max_keep_ckpts=1,
        save_best="mDice",
        rule="greater",
    ),
    sampler_seed=dict(type="DistSamplerSeedHook"),
)
