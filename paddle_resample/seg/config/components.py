"""PaddleSeg's builder of models, data sets, losses and optimizers, refusing clearly."""

import inspect

from paddleseg.cvlibs import SegBuilder

from ...errors import UsageError, did_you_mean

__all__ = ["Components"]

# As which PaddleSeg's constructors refuse a value.
_REFUSALS = (ValueError, OSError, AssertionError, KeyError, TypeError, IndexError)


class Components(SegBuilder):
    """What a configuration names, built on first use: `model`, `train_dataset`,
    `val_dataset`, `loss`, `optimizer`, `lr_scheduler`.

    Args:
        config: ResampleConfig.

    Raises:
        UsageError: (of each attribute) an unknown component or argument, or a value
            that its component refuses.
    """

    def load_component_class(self, class_type):
        for registry in self.comp_list:
            if class_type in registry.components_dict:
                return registry[class_type]
        known = [name for r in self.comp_list for name in r.components_dict]
        raise UsageError(
            f"{self.config.path}: unknown type {class_type!r}"
            f"{_only_near(class_type, known)}"
        )

    def build_component(self, cfg):
        try:
            return super().build_component(cfg)
        except RuntimeError as error:
            # PaddleSeg wraps every failure of a constructor into a RuntimeError.
            cause = error.__context__
            if isinstance(cause, UsageError):
                raise cause from None
            if isinstance(cause, _REFUSALS):
                raise UsageError(
                    f"{self.config.path}: {cfg['type']}: {cause}"
                ) from None
            raise

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
            raise UsageError(f"{self.config.path}: {name}: {error}{hint}") from None
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
        try:
            return getattr(self, attribute)
        except (AssertionError, KeyError) as error:
            raise UsageError(f"{self.config.path}: {attribute}: {error}") from None
        except RuntimeError as error:
            if "has failed. Please check lr_scheduler" in str(error):
                text = " ".join(str(error).split())
                raise UsageError(f"{self.config.path}: {text}") from None
            raise


def _only_near(name, known):
    """The nearest names; not the whole list of several hundred."""
    text = did_you_mean(name, known)
    return text if "did you mean" in text else ""
