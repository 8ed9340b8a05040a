"""Where published comparisons of upsamplers put them, to add up what they cost."""

from paddle_resample import cost

# SegFormer-B1 at 512x512, every bilinear jump of the head replaced by steps of two:
# low-resolution sides of the six places, all with 256 channels.
SEGFORMER_B1 = (16, 32, 64, 32, 64, 64)


def in_segformer_b1(spec):
    """(parameters, multiply-accumulates) that a spec adds to SegFormer-B1."""
    sites = [cost(spec, 256, (side, side)) for side in SEGFORMER_B1]
    return sum(c.parameters for c in sites), sum(c.macs for c in sites)
