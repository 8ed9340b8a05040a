"""PaddleSeg's builder of models, data sets, losses and optimizers, refusing clearly."""

import inspect
import traceback

import paddle
from paddleseg.cvlibs import SegBuilder

from ...errors import UsageError, did_you_mean, nearest

__all__ = ["Components"]

# As which PaddleSeg's constructors refuse a value.
_REFUSALS = (ValueError, OSError, AssertionError, KeyError, TypeError, IndexError)


class Components(SegBuilder):
    """What a configuration names, built on first use: `model`, `train_dataset`,
    `val_dataset`, `loss`, `optimizer`, `lr_scheduler`.

    Args:
        config: ResampleConfig.
        pretrained: whether `pretrained` weights are loaded; False where a checkpoint
            replaces them at once, so that their file need not be there.

    Raises:
        UsageError: (of each attribute) an unknown component or argument, or a value
            that its component refuses.
    """

    def __init__(self, config, pretrained=True):
        super().__init__(config)
        self.pretrained = pretrained

    def load_component_class(self, class_type):
        for registry in self.comp_list:
            if class_type in registry.components_dict:
                return registry[class_type]
        known = [name for r in self.comp_list for name in r.components_dict]
        raise UsageError(
            f"{self.config.path}: unknown type {class_type!r}"
            f"{nearest(class_type, known)}"
        )

    def build_component(self, cfg):
        where = self.config.where_is(cfg)
        if not self.pretrained and cfg.get("pretrained"):
            cfg = {**cfg, "pretrained": None}
        try:
            return super().build_component(cfg)
        except RuntimeError as error:
            # PaddleSeg wraps every failure of a constructor into a RuntimeError.
            cause = error.__context__
            if isinstance(cause, UsageError):
                raise self._located(cause, where) from None
            if isinstance(cause, _REFUSALS):
                text = " ".join(str(cause).split()) or _failed_line(cause)
                raise UsageError(f"{where}: {cfg['type']}: {text}") from None
            raise

    def _located(self, error, where):
        """The error, with the file and line of its component where it names none."""
        if str(error).startswith((self.config.path, "--")):
            return error
        marks = {mark.file for mark in self.config.marks.values()}
        if any(str(error).startswith(file) for file in marks):
            return error
        return UsageError(f"{where}: {error}")

    def build_component_impl(self, component_class, *args, **kwargs):
        try:
            signature = inspect.signature(component_class)
        except (TypeError, ValueError):  # built in classes have none
            return component_class(*args, **kwargs)
        try:
            signature.bind(*args, **kwargs)
        except TypeError as error:
            name = getattr(component_class, "__name__", str(component_class))
            hint = ""
            for key in kwargs:
                if key not in signature.parameters:
                    hint = did_you_mean(key, signature.parameters)
            raise UsageError(f"{name}: {error}{hint}") from None
        return component_class(*args, **kwargs)

    @classmethod
    def show_msg(cls, name, cfg):
        """Say nothing: the resolved configuration is written beside the results."""

    def need(self, attribute):
        """Build an attribute, turning PaddleSeg's assertions into sentences.

        Args:
            attribute: "model", "train_dataset", "val_dataset", "loss", "optimizer" or
                "lr_scheduler".

        Returns:
            the component.
        """
        if attribute == "optimizer":
            self.need("lr_scheduler")
            self._check_groups()
        try:
            component = getattr(self, attribute)
            if attribute == "model":
                self._check_norms(component)
            return component
        except (AssertionError, KeyError, ValueError) as error:
            if isinstance(error, UsageError):
                raise
            text = " ".join(str(error).split())
            raise UsageError(f"{self.config.where(attribute)}: {text}") from None
        except RuntimeError as error:
            if "has failed. Please check lr_scheduler" in str(error):
                text = " ".join(str(error).split("error message:")[-1].split())
                name = self.config.dic["lr_scheduler"]["type"]
                where = self.config.where(attribute)
                raise UsageError(f"{where}: {name}: {text}") from None
            raise

    def _check_norms(self, model):
        """Refuse layers without a kernel on a CPU, as PaddleSeg's PIDNet has them."""
        if not paddle.get_device().startswith("cpu"):
            return
        kind = paddle.nn.SyncBatchNorm
        names = [n for n, x in model.named_sublayers() if type(x) is kind]
        if names:
            raise UsageError(
                f"{self.config.where('model')}: {type(model).__name__} normalizes by "
                f"SyncBatchNorm ({names[0]} and {len(names) - 1} more), which has no "
                "kernel on a CPU: use a GPU"
            )

    def _check_groups(self):
        """Refuse groups of `optimizer.custom_cfg` that hold no parameter."""
        left = [n for n, p in self.model.named_parameters() if not p.stop_gradient]
        for index, group in enumerate(
            self.config.dic["optimizer"].get("custom_cfg") or []
        ):
            where = self.config.where("optimizer", "custom_cfg", index)
            name = group["name"]
            rest = [key for key in left if name not in key]
            if len(rest) == len(left):
                parts = sorted({key.split(".")[0] for key in left})
                raise UsageError(
                    f"{where}: no parameter that an earlier group left has {name!r} in "
                    f"its name{did_you_mean(name, parts)}"
                )
            left = rest


def _failed_line(error):
    """The source line of an assertion without words."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} at {frames[-1].line!r}" if frames else repr(error)
