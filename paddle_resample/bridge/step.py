"""One training iteration: forward, losses, backward, update."""

import importlib
import math

import paddle

from ..errors import UsageError
from .evaluation import autocast
from .tool import RunFailed

__all__ = ["Step"]

# `paddleseg.core.train` the attribute is a function; the module is what is wanted.
_paddleseg_train = importlib.import_module("paddleseg.core.train")


class Step:
    """Train a model on one batch after another.

    Args:
        model: nn.Layer.
        losses: dict of PaddleSeg's builder: types and coef.
        optimizer: of the model's parameters.
        precision: "fp32" or "fp16" (automatic mixed precision).
        amp_level: "O1" or "O2".
        parallel: the model wrapped for several processes, or None.
    """

    def __init__(
        self, model, losses, optimizer, precision="fp32", amp_level="O1", parallel=None
    ):
        self.model, self.losses, self.optimizer = model, losses, optimizer
        self.precision, self.amp_level = precision, amp_level
        self.forward = parallel or model
        half = precision == "fp16"
        self.scaler = paddle.amp.GradScaler(init_loss_scaling=1024) if half else None

    @property
    def learning_rate(self):
        """The rate of the next update."""
        return float(self.optimizer.get_lr())

    def __call__(self, batch, iteration):
        """Update the model once.

        Args:
            batch: dict of `training_loader`.
            iteration: for the message when it fails.

        Returns:
            list of float: every loss, weighted; their sum was minimised.

        Raises:
            RunFailed: a loss is not finite; nothing was updated.
        """
        with autocast(self.precision, self.amp_level):
            terms = self._losses(batch)
            loss = sum(terms)
        values = [float(term) for term in terms]
        if not all(math.isfinite(v) for v in values):
            raise RunFailed(
                f"the loss of iteration {iteration} is "
                f"{', '.join(f'{v:.4g}' for v in values)} at learning rate "
                f"{self.learning_rate:.3g}; training stopped before this update, and "
                "earlier checkpoints are untouched"
            )
        if self.scaler:
            self.scaler.scale(loss).backward()
            self.scaler.step(self.optimizer)
            self.scaler.update()
        else:
            loss.backward()
            self.optimizer.step()
        self.optimizer.clear_grad()
        scheduler = self.optimizer._learning_rate
        if isinstance(scheduler, paddle.optimizer.lr.ReduceOnPlateau):
            scheduler.step(sum(values))
        elif isinstance(scheduler, paddle.optimizer.lr.LRScheduler):
            scheduler.step()
        return values

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
