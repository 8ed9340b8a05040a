"""A study small enough for tests."""

from checkout import CONFIGS, TINY
from paddle_resample.study.plan import Study

OPTIONS = {
    "base": str(CONFIGS / "unet" / "unet_bilinear.yml"),
    "opts": [*TINY, "batch_size=2"],
    "iters": 4,
    "save_interval": 2,
    "pictures": 2,
}


def tiny_study(folder, uppers=("bilinear", "dysample"), seeds=(0, 1), **options):
    vary = {"model.upsample": list(uppers), "seed": list(seeds)}
    return Study(folder=folder, vary=vary, **{**OPTIONS, **options})
