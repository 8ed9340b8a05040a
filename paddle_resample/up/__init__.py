"""Upsamplers, one a file."""

from .a2u import A2U
from .align_fa import AlignFA
from .anyup import AnyUp
from .aps_up import APSUp
from .area import Area
from .bicubic import Bicubic
from .bilinear import Bilinear
from .bilinear_additive import BilinearAdditive
from .carafe import CARAFE
from .conv_guided_filter import ConvGuidedFilter
from .conv_transpose import ConvTranspose
from .convex import Convex
from .dlu import DLU
from .dupsampling import DUpsampling
from .dysample import DySample
from .eucb import EUCB
from .fade import FADE
from .fade_lite import FADELite
from .fapn import FaPN
from .featup_jbu import FeatUpJBU
from .final_patch_expand import FinalPatchExpand
from .flow import Flow
from .freq_fusion import FreqFusion
from .gated_dual_flow import GatedDualFlow
from .gated_dual_flow_pooled import GatedDualFlowPooled
from .guided_filter import GuidedFilter
from .haar_inverse import HaarInverse
from .ifa import IFA
from .index_net import IndexNet
from .index_net_hin import IndexNetHIN
from .index_net_m2o import IndexNetM2O
from .index_net_o2o import IndexNetO2O
from .jafar import JAFAR
from .jbu import JBU
from .large_context_conv_transpose import LargeContextConvTranspose
from .lda_aqu import LDAAQU
from .lift import LiFT
from .local_attender import LocalAttender
from .loftup import LoftUp
from .lps_up import LPSUp
from .max_unpool import MaxUnpool
from .naf import NAF
from .nearest import Nearest
from .pac import PAC
from .pac_joint import PACJoint
from .patch_expand import PatchExpand
from .pixel_shuffle import PixelShuffle
from .resfu import ReSFU
from .resize_conv import ResizeConv
from .sapa_b import SAPAB
from .sapa_d import SAPAD
from .sapa_g import SAPAG
from .sapa_i import SAPAI

__all__ = [
    "LPSUp",
    "APSUp",
    "ConvGuidedFilter",
    "GuidedFilter",
    "LocalAttender",
    "EUCB",
    "Convex",
    "A2U",
    "AlignFA",
    "AnyUp",
    "Area",
    "Bicubic",
    "Bilinear",
    "CARAFE",
    "ConvTranspose",
    "DLU",
    "DUpsampling",
    "DySample",
    "FADE",
    "FADELite",
    "FaPN",
    "FeatUpJBU",
    "FinalPatchExpand",
    "Flow",
    "FreqFusion",
    "GatedDualFlow",
    "GatedDualFlowPooled",
    "HaarInverse",
    "IndexNet",
    "IndexNetHIN",
    "IndexNetM2O",
    "IndexNetO2O",
    "JAFAR",
    "JBU",
    "LDAAQU",
    "LiFT",
    "LoftUp",
    "MaxUnpool",
    "Nearest",
    "NAF",
    "IFA",
    "LargeContextConvTranspose",
    "BilinearAdditive",
    "PACJoint",
    "PAC",
    "PatchExpand",
    "PixelShuffle",
    "ReSFU",
    "ResizeConv",
    "SAPAB",
    "SAPAD",
    "SAPAG",
    "SAPAI",
]
