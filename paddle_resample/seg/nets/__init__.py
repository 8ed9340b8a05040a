"""Networks for PaddleSeg whose resampling sites take specs."""

from .deeplabv3_plus import DeepLabV3PlusDecoder, ResampleDeepLabV3Plus
from .emcad import EMCADDecoder, ResampleEMCAD
from .fcn_basic import ResampleFCNBasic
from .fpn import ResampleFPN
from .mask2former_pixel import MSDeformAttnPixelDecoder, ResampleMask2FormerPixel
from .mix_transformer import ResampleMiT
from .ms_deform_attn import MSDeformAttn
from .pvt import ResamplePVT
from .pvt_v2 import ResamplePVTv2
from .segformer import ResampleSegFormer, SegFormerHead
from .segformer_chained import ResampleSegFormerChained
from .segnet import ResampleSegNet
from .segnet_basic import ResampleSegNetBasic
from .semantic_fpn import ResampleSemanticFPN
from .setr import ResampleSETR
from .setr_heads import NaiveHead, PUPHead
from .setr_mla_head import MLAHead
from .sfnet import ResampleSFNet
from .swin_unet import ResampleSwinUNet
from .unet import ResampleUNet
from .unet_encoder import ResampleUNetEncoder
from .unet_plus_plus import ResampleUNetPlusPlus, UNetPlusPlusDecoder
from .upernet import ResampleUPerNet, UPerNetHead

__all__ = [
    "DeepLabV3PlusDecoder",
    "EMCADDecoder",
    "MLAHead",
    "MSDeformAttn",
    "MSDeformAttnPixelDecoder",
    "NaiveHead",
    "PUPHead",
    "ResampleDeepLabV3Plus",
    "ResampleEMCAD",
    "ResampleFCNBasic",
    "ResampleFPN",
    "ResampleMask2FormerPixel",
    "ResampleMiT",
    "ResamplePVT",
    "ResamplePVTv2",
    "ResampleSETR",
    "ResampleSFNet",
    "ResampleSegFormer",
    "ResampleSegFormerChained",
    "ResampleSegNet",
    "ResampleSegNetBasic",
    "ResampleSemanticFPN",
    "ResampleSwinUNet",
    "ResampleUNet",
    "ResampleUNetEncoder",
    "ResampleUNetPlusPlus",
    "ResampleUPerNet",
    "SegFormerHead",
    "UNetPlusPlusDecoder",
    "UPerNetHead",
]
