"""Layers of any network, recorded by forward hooks in one pass and averaged at once."""

import contextlib
import difflib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

import torch
from torch import nn

from music_selectivity.errors import InputError
from music_selectivity.networks.description import Layer, NetworkDescription
from music_selectivity.networks.user_code import errors_of_users

OUTPUT = "output"
"""Name of what a network itself returns, among its modules."""

LOGITS = "logits of the classes"
"""Name of the output that holds the logits of the classes, among the layers. It has
spaces, as names of modules do not."""


def find_layers(network: NetworkDescription) -> dict[str, Layer]:
    """The layers of a network by the names of their modules, in the described order.

    If the network detects classes, its logits are among them, under the name `LOGITS`.

    Raises
    ------
    InputError
        See `examine`; the message has a line for each problem.
    """
    layers, problems = examine(network)
    if problems:
        raise InputError("\n".join(problems))
    return layers


def examine(network: NetworkDescription) -> tuple[dict[str, Layer], list[str]]:
    """The layers that can be recorded, and what is wrong with the description.

    Returns
    -------
    layers
        As from `find_layers`. Each is one module.
    problems
        A sentence each: the network is in training mode; there is no such module; a
        module occurs twice or has no output that hooks could read; the whole network
        is its front end.
    """
    modules = modules_by_name(network.module)
    layers: dict[str, Layer] = {}
    problems = []
    if in_training := [name for name, x in modules.items() if x.training]:
        problems.append(
            f"the network is in training mode ({in_training[0]}), in which responses "
            "are random or depend on other clips: call module.eval() in your function"
        )
    if not network.layers:
        problems.append(f"no layer is described; the modules are {some_of(modules)}")
    for name in network.front_end:
        if name not in modules:
            problems.append(_no_module(name, modules))
        elif modules[name] is network.module:
            problems.append(
                f"front_end names the whole network, {name}: name the modules of its "
                "front end"
            )
    described = [
        (name, replace(layer, module=name))
        for layer in network.layers
        for name in _names(layer.module, modules, problems)
    ]
    if network.logits is not None:
        names = _names(network.logits.module, modules, problems)
        described += [(LOGITS, replace(network.logits, module=x)) for x in names]
    for name, layer in described:
        if name in layers:
            problems.append(f"layer {name} is described twice; describe it once")
        elif problem := _unreadable(layer.module, modules[layer.module]):
            problems.append(problem)
        else:
            layers[name] = layer
    return layers, problems


@dataclass
class Recorded:
    """What one pass recorded, by layer.

    `responses` are (clips, units) float32; `shapes` those of the outputs before they
    were averaged; `problems` sentences, of layers without responses.
    """

    responses: dict[str, torch.Tensor] = field(default_factory=dict)
    shapes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


class LayerRecorder:
    """Context in which the responses of layers are recorded; hooks are then removed.

    Parameters
    ----------
    module
        The network, in evaluation mode.
    layers
        By any name, each of one module, as from `find_layers`.
    """

    def __init__(self, module: nn.Module, layers: Mapping[str, Layer]) -> None:
        self._module, self._layers = module, dict(layers)
        self._hooks = contextlib.ExitStack()

    def __enter__(self) -> "LayerRecorder":
        modules = modules_by_name(self._module)
        for name, layer in self._layers.items():
            module = modules[layer.module]
            hook = module.register_forward_hook(self._hook(name, layer))
            self._hooks.callback(hook.remove)
        return self

    def __exit__(self, *_: object) -> None:
        self._hooks.close()

    def responses(
        self, inputs: torch.Tensor, whole: bool = False
    ) -> dict[str, torch.Tensor]:
        """Responses of each layer's units, (clips, units), to a batch of clips.

        Parameters as for `record`.

        Raises
        ------
        InputError
            The network fails, or the output of a layer is not as described; the message
            has a line for each layer.
        """
        recorded = self.record(inputs, whole)
        if recorded.problems:
            raise InputError("\n".join(recorded.problems.values()))
        return recorded.responses

    def record(self, inputs: torch.Tensor, whole: bool = False) -> Recorded:
        """What a pass records, with its problems.

        Parameters
        ----------
        inputs
            A batch of clips.
        whole
            Whether modules after the last layer run, too. Only a whole pass shows that
            a layer runs several times.

        Raises
        ------
        InputError
            The network fails.
        """
        self._recorded, self._runs = Recorded(), Counter()
        self._n_clips, self._whole = len(inputs), whole
        with (
            contextlib.suppress(_LastLayer),
            errors_of_users(),
            torch.inference_mode(),
        ):
            self._module(inputs)
        for name in self._layers:
            if self._runs[name] != 1:
                self._recorded.responses.pop(name, None)
                self._recorded.problems[name] = _not_once(name, self._runs[name])
        return self._recorded

    def _hook(self, name: str, layer: Layer) -> Callable[..., None]:
        def read(module: nn.Module, inputs: tuple, output: object) -> None:
            self._runs[name] += 1
            try:
                tensor = tensor_in(output, layer)
                # At once, because a later module may overwrite the output in place.
                responses = _averaged(tensor, layer, self._n_clips)
            except InputError as error:
                self._recorded.problems[name] = f"layer {name}: {error}"
            else:
                self._recorded.responses[name] = responses
                self._recorded.shapes[name] = tuple(tensor.shape)
            if not self._whole and len(self._runs) == len(self._layers):
                raise _LastLayer

        return read


class _LastLayer(BaseException):
    """Ends a pass. No `Exception`, which the code of a network might catch."""


def outlines(module: nn.Module, inputs: torch.Tensor) -> dict[str, str]:
    """Outline of the output of every module that runs: shapes, tuples, dicts.

    Raises
    ------
    InputError
        The network fails.
    """
    found: dict[str, str] = {}
    with contextlib.ExitStack() as hooks:
        for name, each in modules_by_name(module).items():
            if isinstance(each, torch.jit.ScriptModule):
                continue

            def read(_module, _inputs, output, name=name):
                found[name] = _outline(output)

            hooks.callback(each.register_forward_hook(read).remove)
        with errors_of_users(), torch.inference_mode():
            module(inputs)
    return found


def some_of(names: Iterable[str]) -> str:
    """The first of many names, for a message."""
    names = list(names)
    shown = names[:10]
    return ", ".join(shown) + (", ..." if len(names) > len(shown) else "")


def modules_by_name(module: nn.Module) -> dict[str, nn.Module]:
    """All modules by name, the network itself as `OUTPUT`."""
    modules = dict(module.named_modules(remove_duplicate=False))
    modules.setdefault(OUTPUT, modules.pop(""))
    return modules


def _matches(pattern: str, name: str) -> bool:
    """Whether the pattern describes the name, part by part between dots."""
    patterns, parts = pattern.split("."), name.split(".")
    return len(patterns) == len(parts) and all(
        fnmatchcase(part, each) for part, each in zip(parts, patterns, strict=True)
    )


def _unreadable(name: str, module: nn.Module) -> str:
    """Why hooks cannot read a module's output; empty if they can."""
    if isinstance(module, torch.jit.ScriptModule):
        return (
            f"layer {name} is TorchScript, in which hooks do not work: load the Python "
            "class of the network, or read its output through an adapter"
        )
    if isinstance(module, nn.ModuleList | nn.ModuleDict):
        return (
            f"layer {name} is a collection of modules, which has no output of its own: "
            f"describe its modules, {name}.*"
        )
    return ""


def _names(
    pattern: str, modules: Mapping[str, nn.Module], problems: list[str]
) -> list[str]:
    """Names that a pattern describes; if there is none, a problem is added."""
    names = [name for name in modules if _matches(pattern, name)]
    if not names:
        problems.append(_no_module(pattern, modules))
    return names


def _no_module(name: str, modules: Mapping[str, nn.Module]) -> str:
    similar = difflib.get_close_matches(name, modules, n=5, cutoff=0.5)
    if near := [each for each in modules if each in similar]:
        return f"no module is named {name}; similar names are {some_of(near)}"
    return f"no module is named {name}; the modules are {some_of(modules)}"


def _not_once(name: str, n_runs: int) -> str:
    if n_runs == 0:
        return (
            f"layer {name} does not run in a pass, or not by a call of the module: "
            "leave it out, or call it as module(x) in forward"
        )
    return (
        f"layer {name} runs {n_runs} times in a pass, so that its output is ambiguous: "
        "describe another module, or an adapter that joins what it returns"
    )


def tensor_in(output: object, layer: Layer) -> torch.Tensor:
    """The tensor of an output that a layer means."""
    found = output
    for step in layer.path:
        try:
            if isinstance(found, torch.Tensor):
                raise TypeError
            found = found[step]
        except (IndexError, KeyError, TypeError) as error:
            raise InputError(
                f"its output has no element {step!r}; it is {_outline(output)}"
            ) from error
    if not isinstance(found, torch.Tensor):
        raise InputError(
            f"its output is {_outline(found)}: name the tensor that holds the units, "
            "such as Layer(..., element=0)"
        )
    if not found.is_floating_point():
        raise InputError(f"its output is {found.dtype}; describe one of real numbers")
    return found


def _averaged(tensor: torch.Tensor, layer: Layer, n_clips: int) -> torch.Tensor:
    """Copy of an output, averaged over all axes but clips and units."""
    shape = _outline(tensor)
    for name in ("unit_axis", "clip_axis"):
        axis = getattr(layer, name)
        if not -tensor.ndim <= axis < tensor.ndim:
            raise InputError(
                f"{name} is {axis}, but its output is {shape}, with the axes "
                f"{', '.join(map(str, range(tensor.ndim)))}"
            )
    units, clips = layer.unit_axis % tensor.ndim, layer.clip_axis % tensor.ndim
    if tensor.shape[clips] != n_clips:
        raise InputError(
            f"axis {clips} of its output, {shape}, does not hold the {n_clips} "
            f"{'clip' if n_clips == 1 else 'clips'} of the batch: give the axis that "
            "does as clip_axis; if clips and time share an axis, describe another "
            "module"
        )
    if units == clips:
        raise InputError(
            f"axis {units} of its output, {shape}, holds the clips: give another "
            "unit_axis"
        )
    others = [axis for axis in range(tensor.ndim) if axis not in (units, clips)]
    means = tensor.mean(others, dtype=torch.float32) if others else tensor.float()
    means = means.T if units < clips else means
    # Neither a view of the output, nor the output itself.
    return means.clone(memory_format=torch.contiguous_format)


def _outline(output: object) -> str:
    """The shape of a tensor, and of all tensors in tuples and dicts."""
    if isinstance(output, torch.Tensor):
        return f"a tensor of {' x '.join(map(str, output.shape)) or 'no axis'}"
    if isinstance(output, Mapping):
        items = (f"{key}: {_outline(value)}" for key, value in output.items())
        return f"a dict of ({', '.join(items)})"
    if isinstance(output, tuple | list):
        return f"a {type(output).__name__} of ({', '.join(map(_outline, output))})"
    return f"a {type(output).__name__}"
