"""Networks for PaddleSeg whose resampling sites take specs."""

from .unet import ResampleUNet

__all__ = ["ResampleUNet"]
