"""AdamW, 100 epochs, the learning rate falling by a polynomial.

The study's second experiment. It names no end of the decay of its own, and the 1e-4 of the other
runs would be none at all from a learning rate of 1e-4; here the rate falls to a hundredth.
"""

# The epochs become iterations when a dataset is chosen; for 200 photos in batches of 4 they are:
epochs = 100
max_iters = 5000
val_interval = 250

optimizer = "AdamW"
lr = 1e-4
momentum = 0.9
weight_decay = 0.01
schedule = "poly"
power = 0.9
min_lr = 1e-6
warmup_iters = 0

optim_wrapper = dict(
    type="OptimWrapper",
    optimizer=dict(type=optimizer, lr=lr, betas=(momentum, 0.999), weight_decay=weight_decay),
    clip_grad=None,
)
param_scheduler = [
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
