"""What every recipe shares: hooks, logs, loops and metrics.

Nothing in here depends on the dataset. Only local files are written: the visualizer has no
backends, because `events.jsonl` records the curves.
"""

seed = 0
num_workers = 0
class_weights = "auto"

default_scope = "mmseg"
env_cfg = dict(
    cudnn_benchmark=True,
    mp_cfg=dict(mp_start_method="fork", opencv_num_threads=0),
    dist_cfg=dict(backend="gloo"),
)
randomness = dict(seed=seed)
launcher = "none"
load_from = None
resume = False

log_level = "INFO"
log_processor = dict(by_epoch=False, window_size=20)
vis_backends = []
visualizer = dict(type="SegLocalVisualizer", vis_backends=vis_backends, name="visualizer")

default_hooks = dict(
    timer=dict(type="IterTimerHook"),
    logger=dict(type="LoggerHook", interval=20, log_metric_by_epoch=False),
    param_scheduler=dict(type="ParamSchedulerHook"),
    sampler_seed=dict(type="DistSamplerSeedHook"),
)

val_cfg = dict(type="ValLoop")
test_cfg = dict(type="TestLoop")
val_evaluator = dict(type="IoUMetric", iou_metrics=["mIoU", "mDice"])
test_evaluator = val_evaluator
