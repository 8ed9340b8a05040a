"""Learnable polyphase sampling: a small network says which of the s*s maps of every
s-th pixel is kept."""

from __future__ import annotations

from typing import Any, Literal

import paddle
import paddle.nn.functional as F
from paddle import Tensor

from ..arguments import check_choice, check_positive
from ..base import Downsampler, Site, whole_number
from ..blocks.antialias import antialias_layer, count_antialias
from ..blocks.phase_logits import PHASE_LOGITS, count_phase_logits, phase_logits
from ..notes import Notes
from ..ops.border import BORDERS
from ..ops.polyphase import PhaseWeights, mix_phases, one_hot_phase, polyphase
from ..ops.size import _pad_to_multiple, spatial_size
from ..registry import Spec, register

__all__ = ["LPS"]


@register("lps")
class LPS(Downsampler):
    """Polyphase component of largest predicted score, or a mixture of them.

    Args:
        logits: the network: "conv" (two 3x3 convolutions), "skip" (which adds the map
            to their result), "attention" (three of "conv", attention among the
            components), "attention_norm" (with batch norm) or "perceptron" (1x1).
        hidden_channels: h of the network, default C // 8 as in the published ResNets,
            for "skip" C.
        logits_border: of its 3x3 convolutions: "circular" (published), "reflect",
            "replicate" or "zeros".
        selection: "gumbel", a sample of the Gumbel softmax in training and the largest
            score in evaluation, or "softmax", the softmax in both.
        temperature: tau of both softmaxes; the published training lowers it.
        antialias: a downsampler's spec that is applied with scale 1 first, such as
            {name: blur_pool, filter_size: 3, border: circular} or pasa; None for none.
        filtered_logits: whether the scores are computed behind antialias.

    Shape:
        x: [N, C, H, W].
        y: [N, C, ceil(H/s), ceil(W/s)]; side `ops.polyphase.PhaseWeights`, which lps_up
            and aps_up take.

    Source:
        Rojas-Gomez et al., "Learnable polyphase sampling for shift invariant and
        equivariant convolutional networks", NeurIPS 2022, and released code, which
        knows s = 2 alone. Its graph network of scores is left out; its attention
        drops the batch axis of a single sample, ours does not.

    Example:
        >>> import paddle, paddle_resample
        >>> layer = paddle_resample.LPS(64)
        >>> _ = layer.eval()
        >>> y, side = layer.record(paddle.randn([2, 64, 8, 12]))
        >>> list(y.shape), side.weights.sum(axis=1).numpy().tolist()
        ([2, 64, 4, 6], [1.0, 1.0])
    """

    source = "Rojas-Gomez et al., NeurIPS 2022"
    year = 2022
    learned = True
    odd = "ceil"
    gives_side = "phase_weights"
    notes = Notes(
        formula="""
        Score of each component = mean over channels and positions of the network's
        result; y = sum of the components times the weights that the scores make. One
        choice for a whole sample.
        """,
        grid="""
        Output i is centred on input i * s + r for the chosen row offset r, columns
        alike; in a mixture on their mean. A row and a column of zeros (for any s as
        many as complete a cell) follow an odd map.
        """,
        initialization="""
        PyTorch's default: a nearly arbitrary component, in training by the Gumbel
        noise.
        """,
        cost="""
        conv and skip 9*C*h + 9*h*h + 2*h parameters, attention three times that,
        attention_norm h more for each of the three, perceptron C + 1; multiply-
        accumulates per input pixel: the weights of the convolutions, and C for the
        sum; antialias comes on top.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        logits: Literal[
            "conv", "skip", "attention", "attention_norm", "perceptron"
        ] = "conv",
        hidden_channels: int | None = None,
        logits_border: Literal[
            "circular", "reflect", "replicate", "zeros"
        ] = "circular",
        selection: Literal["gumbel", "softmax"] = "gumbel",
        temperature: float = 1.0,
        antialias: Spec | None = None,
        filtered_logits: bool = True,
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        check_choice(self.name, "logits", logits, PHASE_LOGITS)
        check_choice(self.name, "logits_border", logits_border, BORDERS)
        check_choice(self.name, "selection", selection, ("gumbel", "softmax"))
        check_positive(self.name, temperature=temperature)
        hidden = _hidden(logits, in_channels, hidden_channels)
        whole_number(self.name, "hidden_channels", hidden)
        self.selection, self.temperature = selection, temperature
        self.filtered_logits = filtered_logits
        self.antialias = antialias_layer(antialias, in_channels)
        self.get_logits = phase_logits(logits, in_channels, hidden, logits_border)

    @staticmethod
    def official_name(name: str) -> str | None:
        """Our name of a released parameter; its temperature is an option here."""
        if name.endswith(("gumbel_tau", "filt")):
            return None
        name = name.replace("component_selection.", "")
        return name.replace("_antialias_layer.", "antialias.")

    @classmethod
    def count(
        cls,
        site: Site,
        *,
        logits: str,
        hidden_channels: int | None,
        antialias: Spec | None,
        **options: Any,
    ) -> tuple[int, int]:
        c = site.in_channels
        hidden = _hidden(logits, c, hidden_channels)
        parameters, macs = count_phase_logits(logits, c, hidden)
        pixels = site.coarse_height * site.coarse_width * site.scale**2
        macs = (macs + c) * pixels
        more = count_antialias(antialias, site)
        return parameters + more[0], macs + more[1]

    def forward(self, x: Tensor, record: bool = False) -> Any:
        phases = self.phases(x)
        weights = self.weights(self.logits(x, phases))
        y = mix_phases(phases, weights)
        return (y, PhaseWeights(weights, spatial_size(x))) if record else y

    def phases(self, x: Tensor) -> Tensor:
        """The filtered polyphase components, [N, C, s*s, h, w]."""
        return self._split(x if self.antialias is None else self.antialias(x))

    def logits(self, x: Tensor, phases: Tensor) -> Tensor:
        """The scores of the components of x, [N, s*s]."""
        if self.antialias is not None and not self.filtered_logits:
            phases = self._split(x)
        return self.get_logits(phases)

    def weights(self, logits: Tensor) -> Tensor:
        """What the components are multiplied by, [N, s*s], of sum 1."""
        if self.selection == "softmax":
            return F.softmax(logits / self.temperature, axis=1)
        if not self.training:
            return one_hot_phase(logits)
        # Always drawn in float32: the same numbers for a seed in every precision.
        shape = logits.shape if paddle.in_dynamic_mode() else paddle.shape(logits)
        uniform = paddle.uniform(shape, "float32", 1e-20, 1.0)
        gumbel = -(-uniform.log()).log()
        return F.softmax((logits + gumbel.astype(logits.dtype)) / self.temperature, 1)

    def _split(self, x):
        return polyphase(_pad_to_multiple(x, self.scale), self.scale)


def _hidden(logits, channels, hidden):
    if hidden is not None:
        return hidden
    return channels if logits == "skip" else max(1, channels // 8)
