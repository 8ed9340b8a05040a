"""CARAFE: each output pixel is a weighted mean of a window of the coarse map, and a
small network reads the weights off the coarse map itself."""

from ..blocks.content_aware import ContentAwareUpsampler
from ..notes import Notes
from ..ops import pixel_shuffle
from ..registry import register

__all__ = ["CARAFE"]


@register("carafe")
class CARAFE(ContentAwareUpsampler):
    """Content-aware reassembly of features.

    Args:
        kernel_size: k of the reassembly, odd.
        encoder_kernel: k_e of the convolution that predicts the weights, odd.
        encoder_dilation: its dilation.
        compressed_channels: M, channels after the compression.
        groups: g, groups of channels with weights of their own; divides C.
        border: "zero" as published: what lies outside is zero and weights are lost
            there; "replicate" repeats the border pixel; "renormalise" divides by the
            weights inside.

    Shape:
        x: [N, C, H, W].
        y: [N, C, H', W'].

    Source:
        Wang et al., "CARAFE: Content-aware reassembly of features", ICCV 2019;
        defaults, names of the weights and start (Xavier uniform, the encoder's weights
        N(0, 0.001), biases 0) of the released code. encoder_dilation and groups are the
        released code's; "replicate" and "renormalise" are ours.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.CARAFE(256)
        >>> sum(p.size for p in layer.parameters())
        74148
    """

    source = "Wang et al., ICCV 2019"
    year = 2019
    notes = Notes(
        formula="""
        1x1 compression, k_e x k_e convolution to s*s*g*k*k channels, pixel shuffle,
        softmax over the k*k weights of every output pixel, reassembly.
        """,
        grid="""
        Output (i, j) belongs to coarse pixel (i // s, j // s), the middle of its
        window. At the start all weights are almost 1/(k*k): nearest interpolation of
        the k x k box mean of the zero-padded map, so for k = 5 a constant keeps 0.36 of
        its value at a corner and 0.6 at an edge.
        """,
        initialization="""
        The encoder's weights N(0, 0.001), the others Xavier uniform, biases 0: all
        reassembly weights almost 1/(k*k), nearest interpolation of the k x k box mean.
        """,
        cost="""
        C*M + M + (k_e*k_e*M + 1)*s*s*k*k*g parameters; C*M + k_e*k_e*M*s*s*k*k*g +
        s*s*k*k*C multiply-accumulates per coarse pixel.
        """,
    )

    def add_encoders(self):
        kernels = self.scale**2 * self.kernel_size**2 * self.groups
        self.content_encoder = self.encoder(kernels)

    @classmethod
    def count(
        cls,
        site,
        *,
        kernel_size,
        encoder_kernel,
        compressed_channels,
        groups,
        **options,
    ):
        c, m, taps = site.in_channels, compressed_channels, kernel_size**2
        kernels = site.scale**2 * taps * groups
        encoder = encoder_kernel**2 * m * kernels
        macs = c * m + encoder + site.scale**2 * taps * c
        return c * m + m + encoder + kernels, macs * site.pixels

    def logits(self, x):
        """What the softmax makes weights of, [N, g*k*k, H*s, W*s]."""
        logits = self.content_encoder(self.channel_compressor(x))
        return pixel_shuffle(logits, self.scale)
