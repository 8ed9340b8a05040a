"""One training iteration: forward, losses, backward, update."""

import contextlib
import importlib
import math

import paddle

from ...errors import RunFailed, UsageError
from ..evaluation import autocast
from .not_finite import FiniteWatch, is_finite

__all__ = ["NotFinite", "Step"]

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
    ):
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
            terms = self._losses(batch)
            loss = sum(terms)
        values = [float(term) for term in terms]
        if not all(math.isfinite(v) for v in values):
            raise NotFinite(values, self.watch and self.watch.first)
        (self.scaler.scale(loss) if self.scaler else loss).backward()
        if self.watch:
            self.watch.look_at_gradients()
            if self.watch.first:
                raise NotFinite(values, self.watch.first)
        return values

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
                self._losses(batch)
        return watch.first or "the loss itself"

    def _losses(self, batch):
        images = batch["img"]
        if getattr(self.model, "data_format", "NCHW") == "NHWC":
            images = images.transpose([0, 2, 3, 1])
        logits = self.forward(images)
        if hasattr(self.model, "loss_computation"):
            return self.model.loss_computation(logits, self.losses, batch)
        types = len(self.losses["types"])
        if len(logits) != types:
            raise UsageError(
                f"{type(self.model).__name__} returns {len(logits)} logits in "
                f"training, so the loss needs as many types and coef, not {types}"
            )
        edges = batch["edge"].astype("int64") if "edge" in batch else None
        return _paddleseg_train.loss_computation(
            logits_list=logits,
            labels=batch["label"].astype("int64"),
            edges=edges,
            losses=self.losses,
        )
