"""Downsamplers, one a file."""

from .aconv import AConv
from .ada_pool import AdaPool
from .adown import ADown
from .antialiased_resize import AntialiasedResize
from .aps import APS
from .asap import ASAP
from .avg_pool import AvgPool
from .blur_pool import BlurPool
from .carafe_down import CARAFEDown
from .conv_blur_pool import ConvBlurPool
from .convnext_down import ConvNeXtDown
from .daf import DAF
from .depthwise_conv import DepthwiseConv
from .dpp import DPP
from .flc import FLC
from .fractional_max_pool import FractionalMaxPool
from .freq_mix import FreqMix
from .gaussian_pool import GaussianPool
from .haar import Haar
from .hwd import HWD
from .index_pool import IndexPool
from .lip import LIP
from .lip_bottleneck import LIPBottleneck
from .lps import LPS
from .max_pool import MaxPool
from .overlap_patch_embed import OverlapPatchEmbed
from .pasa import PASA
from .patch_embed import PatchEmbed
from .patch_merge import PatchMerge
from .patch_merge_v2 import PatchMergeV2
from .pixel_unshuffle import PixelUnshuffle
from .rfd import RFD
from .soft_pool import SoftPool
from .spd_conv import SPDConv
from .strided_conv import StridedConv

__all__ = [
    "AConv",
    "ADown",
    "APS",
    "ASAP",
    "AdaPool",
    "AntialiasedResize",
    "AvgPool",
    "BlurPool",
    "CARAFEDown",
    "ConvBlurPool",
    "ConvNeXtDown",
    "DAF",
    "DPP",
    "DepthwiseConv",
    "FLC",
    "FractionalMaxPool",
    "FreqMix",
    "GaussianPool",
    "HWD",
    "Haar",
    "IndexPool",
    "LIP",
    "LIPBottleneck",
    "LPS",
    "MaxPool",
    "OverlapPatchEmbed",
    "PASA",
    "PatchEmbed",
    "PatchMerge",
    "PatchMergeV2",
    "PixelUnshuffle",
    "RFD",
    "SPDConv",
    "SoftPool",
    "StridedConv",
]
