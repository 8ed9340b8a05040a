"""Numbers that are not finite: where they begin, what is written down, and the end."""

import paddle

from ...errors import RunFailed
from ...files import write_json
from ..data.order import Order
from ..data.samples import Samples
from ..device import rank, world_size
from ..tensors import tensors_in

__all__ = ["FiniteWatch", "batch_files", "first_not_finite", "is_finite", "stop_run"]


class FiniteWatch:
    """Names the first layer whose output or gradient is not finite.

    Use it as a context around forward and backward; afterwards `first` is the sentence
    part that names it, or None. Every output is looked at, so it slows training down.

    Args:
        model: nn.Layer.
        gradients: whether to look at them, too.

    Attributes:
        first: str or None.
    """

    def __init__(self, model, gradients=True):
        self.model, self.gradients = model, gradients
        self.first = None
        self._hooks, self._flows = [], {}

    def __enter__(self):
        self.first = None
        for name, layer in self.model.named_sublayers():
            self._hooks += [
                layer.register_forward_pre_hook(self._on_input(name)),
                layer.register_forward_post_hook(self._on_output(name)),
            ]
        return self

    def __exit__(self, *error):
        for hook in self._hooks:
            hook.remove()
        self._hooks, self._flows = [], {}

    def look_at_gradients(self):
        """After backward: also the gradients of the parameters themselves."""
        if not self.gradients:
            return
        for name, parameter in self.model.named_parameters():
            gradient = parameter.grad
            if self.first is None and gradient is not None and not is_finite(gradient):
                self.first = f"the gradient of the parameter {name}"

    def _on_input(self, name):
        def look(layer, inputs):
            for tensor in tensors_in(inputs):
                self._flow(tensor).takers.append(name)

        return look

    def _on_output(self, name):
        def look(layer, inputs, outputs):
            for tensor in tensors_in(outputs):
                if self.first is None and not is_finite(tensor):
                    kind = type(layer).__name__
                    self.first = f"the output of the layer {name} ({kind})"
                flow = self._flow(tensor)
                flow.maker = flow.maker or name

        return look

    def _flow(self, tensor):
        flow = self._flows.get(id(tensor))
        if flow is None:
            flow = self._flows[id(tensor)] = _Flow(tensor)
            if self.gradients and not tensor.stop_gradient:
                tensor.register_hook(lambda gradient: self._on_gradient(flow, gradient))
        return flow

    def _on_gradient(self, flow, gradient):
        if self.first is None and not is_finite(gradient):
            self.first = flow.describe(dict(self.model.named_sublayers()))


class _Flow:
    """A tensor between layers: who made it, and who takes it."""

    def __init__(self, tensor):
        self.tensor = tensor  # kept, so that its id stays its own
        self.maker, self.takers = None, []

    def describe(self, layers):
        # A layer that hands its input to a part of itself is not the one that counts.
        inner = [
            name
            for name in dict.fromkeys(self.takers)
            if not any(other.startswith(f"{name}.") for other in self.takers)
        ]
        if not inner:
            kind = type(layers[self.maker]).__name__
            return f"the gradient at the output of the layer {self.maker} ({kind})"
        named = " or ".join(f"{n} ({type(layers[n]).__name__})" for n in inner)
        return f"the gradient that the layer {named} passes back"


def first_not_finite(model, optimizer=None, what="the"):
    """The first tensor of a model's or an optimizer's state that is not finite.

    Args:
        model: nn.Layer.
        optimizer: likewise, or None.
        what: word before the name.

    Returns:
        str or None.
    """
    for name, value in model.state_dict().items():
        if not is_finite(value):
            return f"{what} weight {name}"
    for name, value in optimizer.state_dict().items() if optimizer else ():
        if isinstance(value, paddle.Tensor) and not is_finite(value):
            return f"{what} optimizer state {name}"
    return None


def is_finite(tensor):
    """Whether all numbers of a Tensor are finite; integers always are."""
    return not tensor.is_floating_point() or bool(paddle.isfinite(tensor).all())


def stop_run(save_dir, files, *, iteration, learning_rate, losses, first, when, hint):
    """Write `iter_N.not_finite.json` beside the checkpoints and raise.

    Args:
        save_dir: Path.
        files: list of str, the samples of the batch.
        iteration, learning_rate: of the update.
        losses: list of float.
        first: str, what is not finite first.
        when: str, "before" or "after" this update.
        hint: str, what to do about it; may be empty.

    Raises:
        RunFailed: always.
    """
    path = save_dir / f"iter_{iteration}.not_finite.json"
    report = {
        "iteration": iteration,
        "learning_rate": learning_rate,
        "losses": [str(value) for value in losses],  # JSON has no NaN
        "first_not_finite": first,
        "files": files,
        "process": rank(),
    }
    write_json(path, report)
    values = ", ".join(f"{v:.4g}" for v in losses)
    raise RunFailed(
        f"the loss of iteration {iteration} is {values} at learning rate "
        f"{learning_rate:.3g}, and first not finite is {first}; training stopped "
        f"{when} this update, earlier checkpoints are untouched, and {path} names the "
        f"samples of the batch{hint}"
    )


def batch_files(dataset, iteration, batch_size, seed, repeats):
    """The samples of one iteration's batch, of this process.

    Args:
        dataset: a PaddleSeg data set in mode train.
        iteration: from 1.
        batch_size, seed, repeats: as given to `training_loader`.

    Returns:
        list of str: image and label file, or the sample's number where it has none.
    """
    samples = Samples(dataset)
    order = Order(
        len(samples) * repeats,
        batch_size,
        seed,
        iteration - 1,
        iteration,
        rank(),
        world_size(),
    )
    return [samples.name(index % len(samples)) for _, index in next(iter(order))]
