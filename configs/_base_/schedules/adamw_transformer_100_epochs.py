"""AdamW with a warm-up for transformers, 100 epochs, the learning rate falling in a straight line.

The rates and exceptions of SegFormer's own training: no weight decay for norms and positions,
the decoder ten times as fast as the pretrained backbone.
"""

# The epochs become iterations when a dataset is chosen; for 200 photos in batches of 4 they are:
epochs = 100
max_iters = 5000
val_interval = 250

optimizer = "AdamW"
lr = 6e-5
momentum = 0.9
weight_decay = 0.01
schedule = "poly"
power = 1.0
min_lr = 0.0
warmup_iters = 250

optim_wrapper = dict(
    type="OptimWrapper",
    optimizer=dict(type=optimizer, lr=lr, betas=(momentum, 0.999), weight_decay=weight_decay),
    paramwise_cfg=dict(
        custom_keys={
            "pos_block": dict(decay_mult=0.0),
            "norm": dict(decay_mult=0.0),
            "head": dict(lr_mult=10.0),
        }
    ),
    clip_grad=None,
)
param_scheduler = [
    dict(type="LinearLR", start_factor=1e-3, begin=0, end=warmup_iters, by_epoch=False),
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
