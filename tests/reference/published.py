"""What published comparisons of upsamplers say they cost, and what is so."""

from typing import NamedTuple

from paddle_resample import build, cost, resampler_class

# SegFormer-B1 at 512x512, every bilinear jump of the head replaced by steps of two:
# low-resolution sides of the six places, all with 256 channels.
SEGFORMER_B1 = (16, 32, 64, 32, 64, 64)


def in_segformer_b1(spec):
    """(parameters, multiply-accumulates) that a spec adds to SegFormer-B1."""
    sites = [cost(spec, 256, (side, side)) for side in SEGFORMER_B1]
    return sum(c.parameters for c in sites), sum(c.macs for c in sites)


def weights(spec, channels):
    """Parameters of one site without biases and normalisation, as some tables count."""
    name = spec if isinstance(spec, str) else spec["name"]
    guide = channels if resampler_class(name).needs_guide else None
    layer = build(spec, channels, guide_channels=guide)
    return sum(p.size for p in layer.parameters() if p.ndim > 1)


class Row(NamedTuple):
    """One number of a table.

    Attributes:
        spec: of our operator.
        printed: the published number with its unit: K, M (parameters) or G
            (multiply-accumulates).
        counted: the exact number that ours adds up to, by the table's convention.
        weights: whether the table counts weights alone.
        wrong: why the printed number is not the exact one; "" where it is.
    """

    spec: object
    printed: str
    counted: int
    weights: bool = False
    wrong: str = ""

    @property
    def last_digit(self):
        """(the printed number, what one of its last digit stands for)."""
        digits, unit = self.printed[:-1], self.printed[-1]
        scale = {"K": 1e3, "M": 1e6, "G": 1e9}[unit]
        decimals = len(digits.partition(".")[2])
        return float(digits) * scale, scale * 10**-decimals

    def agrees(self):
        """Whether the printed number is the exact one, rounded or cut off."""
        printed, digit = self.last_digit
        return abs(self.counted - printed) < digit


DECONV = {"name": "conv_transpose", "kernel_size": 3}
DYSAMPLE_PLUS = {"name": "dysample", "dyscope": True}
DYSAMPLE_S = {"name": "dysample", "style": "pl", "groups": 8}
DYSAMPLE_S_PLUS = {**DYSAMPLE_S, "dyscope": True}

# FADE (ECCV 2022), SAPA (NeurIPS 2022) and SAPA-D (2023), one network.
SEGFORMER_PARAMETERS = [
    Row(DECONV, "3.5M", 3_540_480),
    Row("pixel_shuffle", "14.2M", 14_161_920),
    Row("pixel_shuffle", "3.5M", 14_161_920, wrong="the line of deconvolution"),
    Row("carafe", "0.44M", 444_888),
    Row("index_net_hin", "12.60M", 12_601_344),
    Row("index_net_m2o", "12.60M", 6_291_456, wrong="the logs train this one, linear"),
    Row("a2u", "0.06M", 64_740),
    Row("a2u", "0.12M", 64_740, wrong="counts the half for downsampling, unused"),
    Row("sapa_i", "0.0M", 6_144),
    Row("sapa_b", "0.1M", 104_832),
    Row("sapa_g", "0.1M", 155_718),
    Row("sapa_d", "0.8M", 838_848),
    Row("fade", "0.29M", 285_084),
    Row("fade_lite", "80K", 79_992),
    Row("dysample", "49.2K", 49_152, weights=True),
    Row(DYSAMPLE_PLUS, "98.3K", 98_304, weights=True),
    Row(DYSAMPLE_S, "6.1K", 6_144, weights=True),
    Row(DYSAMPLE_S_PLUS, "12.3K", 12_288, weights=True),
]
SEGFORMER_MACS = [
    Row(DECONV, "34.4G", 8_606_711_808, wrong="counts every weight per fine pixel"),
    Row("pixel_shuffle", "34.4G", 34_426_847_232),
    Row("carafe", "1.45G", 1_453_129_728),
    Row("index_net_hin", "30.65G", 30_646_468_608),
    Row("a2u", "0.41G", 407_866_368),
    Row("sapa_i", "0.75G", 747_110_400),
    Row("sapa_b", "1.02G", 1_017_937_920),
    Row("sapa_g", "1.02G", 1_144_946_688, wrong="repeats SAPA-B's, without the gate"),
    Row("sapa_d", "5.3G", 4_475_191_296, wrong="sampling seems to count 8, not 4"),
    Row("fade", "2.65G", 2_653_175_808),
    Row("fade_lite", "0.89G", 890_535_168),
]
# FPN of 256 channels, the three places of its top-down path (SAPA's tables for Faster
# R-CNN and Panoptic FPN; the numbers in K as FreqFusion's table repeats them).
FPN_3 = [
    Row(DECONV, "1.8M", 1_770_240),
    Row("pixel_shuffle", "7.1M", 7_080_960),
    Row("carafe", "0.22M", 222_444),
    Row("index_net_hin", "6.30M", 6_300_672),
    Row("a2u", "0.03M", 32_370),
    Row("a2u", "29.2K", 29_184, weights=True),
    Row("dysample", "24.6K", 24_576, weights=True),
    Row(DYSAMPLE_PLUS, "49.2K", 49_152, weights=True),
    Row(DYSAMPLE_S_PLUS, "6.2K", 6_192),
]
# The same with a fourth place, the level above: another network than the one above,
# though both tables call it Faster R-CNN (46.8 M and 41.5 M with nearest).
FPN_4 = [
    Row(DECONV, "2.4M", 2_360_320),
    Row("pixel_shuffle", "9.4M", 9_441_280),
    Row("carafe", "0.3M", 296_592),
    Row("index_net_hin", "8.4M", 8_400_896),
    Row("fade", "0.2M", 190_056),
    Row("sapa_b", "0.1M", 69_888),
    Row("sapa_d", "0.6M", 559_232),
    Row("dysample", "32.7K", 32_768, weights=True),
    Row(DYSAMPLE_PLUS, "65.5K", 65_536, weights=True),
]
# UPerNet with ResNet-50: three places of 512 channels (SAPA-D's table).
UPERNET = [
    Row(DECONV, "7.1M", 7_079_424),
    Row("pixel_shuffle", "28.3M", 28_317_696),
    Row("carafe", "0.3M", 271_596),
    Row("index_net_hin", "25.2M", 25_184_256),
    Row("a2u", "0.1M", 64_626),
    Row("sapa_b", "0.1M", 104_640),
    Row("fade", "0.1M", 241_614, wrong="too little by 0.14 M"),
    Row("sapa_d", "0.1M", 837_216, wrong="too little by 0.74 M"),
]
# Table -> (rows, channels, places).
PARAMETERS = {
    "SegFormer-B1": (SEGFORMER_PARAMETERS, 256, len(SEGFORMER_B1)),
    "FPN, 3 places": (FPN_3, 256, 3),
    "FPN, 4 places": (FPN_4, 256, 4),
    "UPerNet": (UPERNET, 512, 3),
}
