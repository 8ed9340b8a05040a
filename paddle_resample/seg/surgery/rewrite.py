"""Layers whose resampling calls go through one method, so that they can be replaced.

The methods of a layer's class are read, every call that resamples is sent through
`Rerouted._reroute`, and the layer becomes an instance of a subclass that holds the
rewritten methods. The layer object stays, with its name, weights, hooks and sublayers;
Paddle and PaddleSeg stay untouched; Paddle's tracing reads the rewritten text.
"""

import ast
import functools
import inspect
import itertools
import textwrap
import types

import paddle

from ..patching import compile_code
from .measured import measured_map
from .operations import STATELESS, is_function, is_layer

__all__ = ["Rerouted", "reroute", "restore", "stock_call", "stock_forward"]

_CALLS = "_calls"
_ours = ("paddle", "paddle_resample")
_number = itertools.count()
_classes = {}


def stock_call(guide, function, args, kwargs):
    """A function or layer, called as the network does."""
    return function(*args, **kwargs)


def stock_forward(guide, layer, args, kwargs):
    """What a rerouted layer computes without a replacement."""
    return type(layer)._rerouted_class.forward(layer, *args, **kwargs)


class Rerouted:
    """What a rerouted layer can do beside what its class does.

    Attributes:
        _replaced: (call site, how often it ran before in this call of the method) ->
            what runs there instead, called as `stock_call` is.
        _rerouted_class: the class that the layer was of.
    """

    _replaced = types.MappingProxyType({})

    @paddle.jit.not_to_static
    def _reroute(self, calls, site, guide, function, *args, **kwargs):
        key = (site, calls.count(site))
        calls.append(site)
        # No branch: tracing would have to convert it.
        return self._replaced.get(key, stock_call)(guide, function, args, kwargs)


def reroute(layer):
    """Make a layer's resampling calls replaceable, in place.

    Args:
        layer: nn.Layer. Its sublayers are not touched.

    Returns:
        bool: whether there was anything to reroute.
    """
    cls = type(layer)
    if is_layer(layer):
        layer.__class__ = _layer_class(cls)
        return True
    if cls.__module__.split(".")[0] in _ours:
        return False
    # Attributes decide too: a sublayer nn.Upsample, a partial of F.interpolate.
    seen = {**vars(layer), **layer._sub_layers}
    signs = frozenset(name for name, value in seen.items() if _resamples(value))
    if (cls, signs) not in _classes:
        _classes[cls, signs] = _rewritten_class(cls, layer)
    if _classes[cls, signs] is not None:
        layer.__class__ = _classes[cls, signs]
    return _classes[cls, signs] is not None


def restore(layer):
    """Give a rerouted layer its own class back."""
    layer.__class__ = type(layer)._rerouted_class
    vars(layer).pop("_replaced", None)


@functools.cache
def _layer_class(cls):
    """Subclass of one of Paddle's resampling layers."""

    @paddle.jit.not_to_static
    def forward(self, x, *args, **kwargs):
        forward = self._replaced.get(("forward", 0), stock_forward)
        return forward(None, self, (x, *args), kwargs)

    return _subclass(cls, {"forward": forward})


def _rewritten_class(cls, layer):
    """Subclass with the methods that resample rewritten, None if there are none."""
    methods = {}
    for base in cls.__mro__:
        if base.__module__.split(".")[0] in (*_ours, "builtins"):
            continue
        for name, function in vars(base).items():
            # The first definition in this order is the one that runs.
            if inspect.isfunction(function) and getattr(cls, name) is function:
                methods.update(_rewrite_method(base, name, function, layer))
    return _subclass(cls, methods) if methods else None


def _subclass(cls, members):
    name = f"Resampled{cls.__name__}"
    # Our module's name, lest Paddle takes its layers' subclasses for its own.
    members = {**members, "_rerouted_class": cls, "__module__": __name__}
    return type(name, (Rerouted, cls), members)


def _rewrite_method(cls, name, function, layer):
    """{name: new function} of a method and of the helpers it calls; {} if none."""
    arguments = function.__code__.co_varnames[: function.__code__.co_argcount]
    if not arguments or hasattr(function, "__wrapped__"):
        return {}
    tree = _tree(function)
    if tree is None:
        return {}
    # Python leaves the first argument's name to the author: "self" is a custom.
    visitor = _Visitor(function, tree, layer, arguments[0])
    visitor.generic_visit(tree)
    if not visitor.count:
        return {}
    start = ast.parse(f"{_CALLS} = []").body
    tree.body = start + tree.body
    new = _compile(tree, function, cls.__name__)
    return {name: new, **visitor.helpers}


def _rewrite_helper(function, layer):
    """A function of a module, made a method that takes the list of calls too."""
    tree = None if function.__closure__ else _tree(function)
    if tree is None:
        return None, {}
    visitor = _Visitor(function, tree, layer)
    visitor.generic_visit(tree)
    if not visitor.count:
        return None, {}
    tree.args.args = [ast.arg("self"), ast.arg(_CALLS)] + tree.args.args
    return _compile(tree, function, None), visitor.helpers


def _tree(function):
    try:
        text = textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError):
        return None
    body = ast.parse(text).body[0]
    plain = isinstance(body, ast.FunctionDef) and not body.decorator_list
    return body if plain else None


class _Visitor(ast.NodeTransformer):
    """Send the resampling calls of one function through `_reroute`."""

    def __init__(self, function, tree, layer, owner="self"):
        self.function, self.tree, self.layer = function, tree, layer
        self.owner = owner
        code = function.__code__
        self.local = {*code.co_varnames, *code.co_cellvars, *code.co_freevars}
        self.count = 0
        self.helpers = {}

    def visit_Call(self, node):
        self.generic_visit(node)
        target = self._evaluate(node.func)
        if _resamples(target):
            self.count += 1
            site = f"{self.function.__name__}:{self.count}"
            guide = measured_map(self.tree, node) or ast.Constant(None)
            arguments = [ast.Name(_CALLS, ast.Load()), ast.Constant(site), guide]
            return self._method("_reroute", [*arguments, node.func], node)
        if self._is_helper(target):
            helper, more = _rewrite_helper(target, self.layer)
            if helper is not None:
                self.count += 1
                name = f"_helper_{target.__name__.lstrip('_')}"
                self.helpers.update({name: helper, **more})
                return self._method(name, [ast.Name(_CALLS, ast.Load())], node)
        return node

    def _method(self, name, arguments, node):
        method = ast.Attribute(ast.Name(self.owner, ast.Load()), name, ast.Load())
        return ast.Call(method, [*arguments, *node.args], node.keywords)

    def _evaluate(self, expression):
        """What a dotted name stands for where the function runs, or None."""
        if isinstance(expression, ast.Name):
            if expression.id == self.owner:
                return self.layer
            known = expression.id not in self.local
            return self.function.__globals__.get(expression.id) if known else None
        if isinstance(expression, ast.Attribute):
            owner = self._evaluate(expression.value)
            return None if owner is None else getattr(owner, expression.attr, None)
        return None

    def _is_helper(self, target):
        """Functions of the network's own package; not of the whole world."""
        if not inspect.isfunction(target) or target is self.function:
            return False
        package = target.__module__.split(".")[0]
        return package == self.function.__module__.split(".")[0]


def _resamples(value):
    # Layers with weights are replaced themselves, not their calls.
    return is_function(value) or is_layer(value, STATELESS)


def _compile(tree, function, class_name):
    """The function of a syntax tree, with another one's globals, closure, defaults."""
    around = []
    free = [name for name in function.__code__.co_freevars if name != "__class__"]
    if free:
        around.append(f"def _around({', '.join(free)})")
    if class_name is not None:  # private names and super() need a class around
        around.append(f"class {class_name}")
    label = f"{function.__module__}.{function.__qualname__}"
    # Without a comma, at which Paddle splits the lines of a stack trace.
    filename = f"<{label} rerouted by paddle_resample {next(_number)}>"
    text = ast.unparse(ast.fix_missing_locations(tree))
    code = compile_code(text, filename, around)
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or ()))
    new = types.FunctionType(
        code,
        function.__globals__,
        tree.name,
        function.__defaults__,
        tuple(cells[name] for name in code.co_freevars),
    )
    new.__kwdefaults__ = function.__kwdefaults__
    new.__module__, new.__qualname__ = function.__module__, function.__qualname__
    return new
