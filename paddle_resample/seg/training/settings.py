"""How to train, beside what the configuration says."""

from dataclasses import dataclass
from typing import Optional

__all__ = ["Settings"]


@dataclass
class Settings:
    """How to train, beside what the configuration says; fields as PaddleSeg's flags.

    Attributes:
        save_dir: folder of the results.
        device: name, see `device.choose_device`.
        seed: of the initial weights, the order and the augmentation.
        do_eval: whether to evaluate at every save_interval and at the end.
        resume_model: a checkpoint's folder, "auto" for the newest in save_dir.
        save_interval: iterations between checkpoints.
        log_iters: iterations between lines of the curve.
        num_workers: processes that read samples.
        keep_checkpoint_max: checkpoints kept; 0 keeps all.
        patience: evaluations without a better mIoU after which the run ends; None
            trains to the last iteration. Needs do_eval.
        eval_batch_size: images evaluated together, default the training batch size.
        repeats: times each sample comes in an epoch.
        use_vdl, use_ema, precision, amp_level: as PaddleSeg means them.
        detect_anomaly: look at every layer's output and gradient; slow.
    """

    save_dir: str = "output"
    device: str = "cpu"
    seed: int = 0
    do_eval: bool = False
    resume_model: Optional[str] = None
    save_interval: int = 1000
    log_iters: int = 10
    num_workers: int = 0
    keep_checkpoint_max: int = 5
    patience: Optional[int] = None
    eval_batch_size: Optional[int] = None
    repeats: int = 1
    use_vdl: bool = False
    use_ema: bool = False
    precision: str = "fp32"
    amp_level: str = "O1"
    detect_anomaly: bool = False
