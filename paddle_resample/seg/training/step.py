"""One training iteration: forward, losses, backward, update."""

import contextlib
import importlib
import math
import re

import paddle

from ...errors import RunFailed, UsageError
from ..evaluation import autocast
from .not_finite import FiniteWatch, is_finite
from .start_check import check_loss, check_reach

__all__ = ["NotFinite", "Step", "compiled"]

# `paddleseg.core.train` the attribute is a function; the module is what is wanted.
_paddleseg_train = importlib.import_module("paddleseg.core.train")


class NotFinite(RunFailed):
    """An update that was not done because a number is not finite.

    Args:
        losses: list of float.
        first: what was found first, or None where nobody has looked yet.
    """

    def __init__(self, losses, first=None):
        super().__init__(f"not finite: {first or 'a loss'}")
        self.losses, self.first = losses, first


class Step:
    """Train a model on one batch after another.

    Args:
        model: nn.Layer.
        losses: dict of PaddleSeg's builder: types and coef.
        optimizer: of the model's parameters.
        precision: "fp32" or "fp16" (automatic mixed precision).
        amp_level: "O1" or "O2".
        parallel: the model wrapped for several processes, or None.
        detect_anomaly: look at every layer's output and gradient, and update only
            where all are finite. (With fp16, at outputs only: scaled gradients
            overflow now and then, and the scaler leaves such an update out itself.)
        config: `config.ResampleConfig` that the messages refer to; with it the first
            batch is checked for losses that train nothing.
    """

    def __init__(
        self,
        model,
        losses,
        optimizer,
        precision="fp32",
        amp_level="O1",
        parallel=None,
        detect_anomaly=False,
        config=None,
    ):
        self.config, self._notes, self._checks = config, [], config is not None
        self.model, self.losses, self.optimizer = model, losses, optimizer
        self.precision, self.amp_level = precision, amp_level
        self.forward = parallel or model
        half = precision == "fp16"
        self.scaler = paddle.amp.GradScaler(init_loss_scaling=1024) if half else None
        watch = FiniteWatch(model, gradients=not half)
        self.watch = watch if detect_anomaly else None

    @property
    def learning_rate(self):
        """The rate of the next update."""
        return float(self.optimizer.get_lr())

    def __call__(self, batch):
        """Update the model once.

        Args:
            batch: dict of `training_loader`.

        Returns:
            list of float: every loss, weighted; their sum was minimised.

        Raises:
            NotFinite: a loss or, with detect_anomaly, an output or gradient; nothing
                was updated.
            UsageError: a loss cannot be computed, or none of them trains the model.
        """
        with self.watch or contextlib.nullcontext():
            values = self._backward(batch)
        if self.scaler:
            self.scaler.step(self.optimizer)
            self.scaler.update()
        else:
            self.optimizer.step()
        self.optimizer.clear_grad()
        scheduler = self.optimizer._learning_rate
        if isinstance(scheduler, paddle.optimizer.lr.ReduceOnPlateau):
            scheduler.step(sum(values))
        elif isinstance(scheduler, paddle.optimizer.lr.LRScheduler):
            scheduler.step()
        return values

    def _backward(self, batch):
        """Compute the gradients; return the losses."""
        with autocast(self.precision, self.amp_level):
            logits = self._logits(batch)
            terms = self._losses(logits, batch)
            loss = sum(terms)
        values = [float(term) for term in terms]
        if not all(math.isfinite(v) for v in values):
            raise NotFinite(values, self.watch and self.watch.first)
        # A compiled model has one backward pass.
        if self._checks and not self.config.to_static_training:
            self._notes = check_loss(self.config, self.losses, terms, logits)
        (self.scaler.scale(loss) if self.scaler else loss).backward()
        if self.watch:
            self.watch.look_at_gradients()
            if self.watch.first:
                raise NotFinite(values, self.watch.first)
        if self._checks:
            check_reach(self.config, self.model)
            self._checks = False
        return values

    def take_notes(self):
        """What the check of the first batch found; a list of str, given once."""
        notes, self._notes = self._notes, []
        return notes

    def find_first(self, batch, seen=None):
        """What is not finite first on the way to this batch's losses.

        Args:
            batch: for which `__call__` raised NotFinite.
            seen: the layer that is known already; otherwise the batch goes through
                the model once more.

        Returns:
            str.
        """
        if not is_finite(batch["img"]):
            return "the images of the batch"
        if seen:
            return seen
        for name, parameter in self.model.named_parameters():
            if not is_finite(parameter):
                return f"the weight {name}"
        self.forward = self.model
        with paddle.no_grad(), autocast(self.precision, self.amp_level):
            with FiniteWatch(self.model, gradients=False) as watch:
                self._losses(self._logits(batch), batch)
        return watch.first or "the loss itself"

    def _logits(self, batch):
        images = batch["img"]
        if getattr(self.model, "data_format", "NCHW") == "NHWC":
            images = images.transpose([0, 2, 3, 1])
        if not self._checks:
            return self.forward(images)
        try:
            return self.forward(images)
        except UsageError as error:
            raise UsageError(f"{self.config.where('model')}: {error}") from None
        except Exception as error:
            if not self.config.to_static_training:
                raise
            # Paddle's compiler fails in every way, with pages of traces.
            lines = str(error).strip().splitlines() or [""]
            raise UsageError(
                f"{self.config.where('to_static_training')}: "
                f"{type(self.model).__name__} cannot be compiled "
                f"({type(error).__name__}: {lines[-1].strip()}); set it to False"
            ) from error

    def _losses(self, logits, batch):
        """The weighted losses, list of scalar Tensors."""
        where = f"{self.config.where('loss')}: " if self.config else ""
        try:
            if hasattr(self.model, "loss_computation"):
                return self.model.loss_computation(logits, self.losses, batch)
            return _losses_of(logits, batch, self.losses, type(self.model).__name__)
        except RunFailed:
            raise
        except UsageError as error:
            raise UsageError(f"{where}{error}") from None
        except Exception as error:
            # PaddleSeg's losses refuse in every way, from assert to a Paddle error.
            names = [type(loss).__name__ for loss in self.losses["types"]]
            named = _refusal(error, logits, batch, " and ".join(dict.fromkeys(names)))
            raise UsageError(where + named) from error


def compiled(model, config):
    """The model, compiled where `to_static_training` says so.

    Args:
        model: nn.Layer.
        config: `config.ResampleConfig`.

    Returns:
        what is called in its place.
    """
    if not config.to_static_training:
        return model
    # As one graph: tracing in pieces fails at max_pool on Paddle 3.2.
    return paddle.jit.to_static(model, full_graph=True)


def _losses_of(logits, batch, losses, owner):
    types = len(losses["types"])
    if len(logits) != types:
        raise UsageError(
            f"{owner} returns {len(logits)} logits in training, so the loss needs as "
            f"many types and coef, not {types}"
        )
    return _paddleseg_train.loss_computation(
        logits_list=logits,
        labels=batch["label"].astype("int64"),
        edges=batch["edge"].astype("int64") if "edge" in batch else None,
        losses=losses,
    )


def _refusal(error, logits, batch, name):
    """What a loss of PaddleSeg did not take, in one sentence."""
    hint, trace = "", error.__traceback__
    while trace is not None:
        owner = trace.tb_frame.f_locals.get("self")
        if "paddleseg/models/losses" in trace.tb_frame.f_code.co_filename:
            name = type(owner).__name__ if owner is not None else name
            if hasattr(owner, "K"):  # BootstrappedCrossEntropyLoss
                hint = f"; min_K={owner.K} must be below the pixels of an image"
        trace = trace.tb_next
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    summary = [line for line in lines if "Error: " in line or "Error Message" in line]
    text = re.sub(r" ?\(at [^)]*\)|\[Hint: |\]$", "", (summary or lines or [""])[-1])
    shapes = " and ".join(str(list(t.shape)) for t in logits if hasattr(t, "shape"))
    return (
        f"{name} cannot be computed for logits {shapes} and labels "
        f"{list(batch['label'].shape)}: {type(error).__name__}: {text}{hint}"
    )
