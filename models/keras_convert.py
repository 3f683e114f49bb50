"""Carries weights between PyTorch and Keras, both ways, for the served form and for the one that learns.

PyTorch keeps kernels as (O, I, row, column) and dense weights as (O, I); Keras as (row, column, I, O) and (I, O).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor

from models.keras_net import SummedConv, keras, layers, ops, served_model, trained_model
from models.net import Network, Step


def chain_text(chain: Iterable[Step]) -> str:
    """Return a chain in the form that `parse_chain` reads."""
    return " ".join(f"{step.channels}{'s' if step.stride == 2 else ''}" for step in chain)


def to_keras_order(tensor: Tensor) -> Tensor:
    """Turn a kernel or dense weight from PyTorch's order of axes to Keras's; vectors stay as they are."""
    tensor = tensor.detach()
    return tensor.permute(2, 3, 1, 0) if tensor.ndim == 4 else tensor.T if tensor.ndim == 2 else tensor


def to_torch_order(variable: keras.Variable) -> Tensor:
    """Turn a kernel or dense weight from Keras's order of axes to PyTorch's, as a copy."""
    tensor = torch.as_tensor(ops.convert_to_numpy(variable))
    tensor = tensor.permute(3, 2, 0, 1) if tensor.ndim == 4 else tensor.T if tensor.ndim == 2 else tensor
    return tensor.clone(memory_format=torch.contiguous_format)


def served_variables(model: keras.Sequential) -> dict[str, keras.Variable]:
    """Return a served model's variables by the name of the served tensor that holds the same."""
    weighted = [layer for layer in model.layers if layer.weights]
    names = [*(f"c{number}" for number in range(1, len(weighted))), "fc"]
    pairs = zip(names, weighted, strict=True)
    return {
        f"{name}.{part}": v
        for name, layer in pairs
        for part, v in (("weight", layer.kernel), ("bias", layer.bias))
    }


def trained_variables(model: keras.Sequential) -> dict[str, keras.Variable]:
    """Return a learning model's variables by their name in `Network.state_dict()`."""
    named: dict[str, keras.Variable] = {}
    blocks = 0
    for layer in model.layers:
        block = f"blocks.{blocks}"
        if isinstance(layer, SummedConv):
            named |= {f"{block}.w3": layer.w3, f"{block}.w1": layer.w1}
            if layer.scale is not None:
                named[f"{block}.scale"] = layer.scale
        elif isinstance(layer, layers.BatchNormalization):
            named |= {f"{block}.norm.weight": layer.gamma, f"{block}.norm.bias": layer.beta}
            named[f"{block}.norm.running_mean"] = layer.moving_mean
            named[f"{block}.norm.running_var"] = layer.moving_variance
            blocks += 1
        elif isinstance(layer, layers.Dense):
            named |= {"fc.weight": layer.kernel, "fc.bias": layer.bias}
    return named


def assign(variables: Mapping[str, keras.Variable], tensors: Mapping[str, Tensor]) -> None:
    """Set variables to the tensors of the same names; raises KeyError or ValueError where they do not fit."""
    for name, variable in variables.items():
        variable.assign(to_keras_order(tensors[name]))


def from_served(tensors: Mapping[str, Tensor], chain: Iterable[Step]) -> keras.Sequential:
    """Return the Keras model of served tensors (`models.served.read_weights`)."""
    model = served_model(chain_text(chain), len(tensors["fc.bias"]))
    assign(served_variables(model), tensors)
    return model


def to_served(model: keras.Sequential) -> dict[str, Tensor]:
    """Return the served tensors of a Keras model in served form."""
    return {name: to_torch_order(variable) for name, variable in served_variables(model).items()}


def from_network(net: Network) -> keras.Sequential:
    """Return the Keras model, in the form that learns, of a PyTorch network."""
    model = trained_model(chain_text(net.chain), net.fc.out_features)
    assign(trained_variables(model), net.state_dict())
    return model


def to_network(model: keras.Sequential) -> Network:
    """Return the PyTorch network of a Keras model that learns; its `folded()` are the served tensors."""
    convolutions = [layer for layer in model.layers if isinstance(layer, SummedConv)]
    chain = chain_text(Step(layer.filters, layer.stride) for layer in convolutions)
    net = Network(chain, model.layers[-1].units).eval()
    tensors = {name: to_torch_order(variable) for name, variable in trained_variables(model).items()}
    counted = {f"blocks.{n}.norm.num_batches_tracked": torch.tensor(0) for n in range(len(convolutions))}
    net.load_state_dict(tensors | counted)
    return net
