"""AdaPool: a learned mixture of two exponentially weighted means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import paddle
from paddle import Tensor
from paddle.nn.initializer import Assign

from ..arguments import check_choice, check_size, whole_number
from ..base import Downsampler, Site
from ..blocks.straight_through import limited
from ..notes import Notes
from ..ops.ada_pool import _ada_pool, check_beta
from ..registry import register

__all__ = ["AdaPool"]


@register("ada_pool")
class AdaPool(Downsampler):
    """beta * edscw + (1 - beta) * em of each window, with a learned beta.

    Args:
        scale: s, stride and window side.
        kernel_size: k, window side, at least s (default).
        weights: "ada", or one part alone: "edscw" (softmax of the Dice similarity to
            the mean) or "em" (softmax of the values, as soft_pool), both without
            weights; see `ops.ada_pool`.
        beta_size: (h, w) of the result, for a beta of every output pixel as published,
            which fixes the size of x; default one beta for all.
        limit_beta: whether beta is kept in [0, 1], as the paper has it; False lets it
            leave, as the released class does by mistake.

    Shape:
        x: [N, C, H, W].
        y: [N, C, h, w] with h = floor((H - k) / s) + 1, which is floor(H/s) by default.

    Source:
        Stergiou and Poppe, "AdaPool: Exponential adaptive pooling for
        information-retaining downsampling", IEEE TIP 2022. Adaptive unpooling, whose
        released mask mixes the channels, is left out.

    Example:
        >>> import paddle, paddle_resample
        >>> x = paddle.to_tensor([[[[0.0, 1.0], [2.0, 3.0]]]])
        >>> round(paddle_resample.AdaPool(1)(x).item(), 4)
        2.1092
    """

    source = "Stergiou and Poppe, IEEE TIP 2022"
    year = 2022
    learned = True
    notes = Notes(
        grid="""
        Windows start at multiples of s, without padding; an incomplete last one is
        dropped. Where a pixel of a window and the mean of the window are both 0, as
        after ReLU they may be, edscw is 0 and has no gradient there, as released.
        """,
        initialization="""
        One beta for all: 0.5. A beta of each pixel: N(0, 1) limited to [0, 1], as
        published; half of them are 0.
        """,
        cost="""
        1 parameter, or h*w with beta_size; 4*k*k*C + 2*C multiply-accumulates per
        output pixel, 3*k*k*C of edscw alone and k*k*C of em.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        kernel_size: int | None = None,
        weights: Literal["ada", "edscw", "em"] = "ada",
        beta_size: Sequence[int] | None = None,
        limit_beta: bool = True,
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        k = scale if kernel_size is None else kernel_size
        self.kernel_size = whole_number(self.name, "kernel_size", k, least=scale)
        check_choice(self.name, "weights", weights, ("ada", "edscw", "em"))
        if beta_size is not None:
            check_size(f"{self.name}: beta_size", beta_size, 2, 1)
        self.weights = weights
        self.limit_beta = limit_beta
        self.beta = None
        if weights == "ada":
            beta = paddle.full([1, 1], 0.5)
            if beta_size is not None:
                beta = paddle.clip(paddle.randn(list(beta_size)), 0.0, 1.0)
            self.beta = self.create_parameter(
                beta.shape, default_initializer=Assign(beta)
            )

    @classmethod
    def count(
        cls,
        site: Site,
        *,
        kernel_size: int | None,
        weights: str,
        beta_size: Sequence[int] | None,
        limit_beta: bool,
    ) -> tuple[int, int]:
        k = site.scale if kernel_size is None else kernel_size
        height, width = ((n - k) // site.scale + 1 for n in (site.height, site.width))
        rows, columns = (1, 1) if beta_size is None else beta_size
        parameters = rows * columns if weights == "ada" else 0
        each = {"ada": 4 * k * k + 2, "edscw": 3 * k * k, "em": k * k}[weights]
        return parameters, each * site.in_channels * height * width

    def _least_side(self):
        return self.kernel_size

    def forward(self, x: Tensor) -> Tensor:
        beta = self.beta
        if beta is not None:
            check_beta(self.name, beta, x, self.kernel_size, self.scale)
            beta = limited(beta, 0.0, 1.0) if self.limit_beta else beta
        return _ada_pool(x, beta, self.kernel_size, self.scale, self.weights)
