"""The network of `models.net` in Keras 3 on its torch backend: as it learns, and as it is served.

Pictures are channels last, (N, row, column, 3). `padding="same"` is not used: at stride 2 Keras then pads an
even picture below and right only, torch's `padding=1` on all sides; so a layer of its own pads, and the
convolution is "valid".
"""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
from keras import layers, ops

from models.net import CHAIN, OUTPUTS, parse_chain


class SummedConv(layers.Layer):
    """Valid 3x3 convolution whose kernel is w3 + pad(w1) + scale * identity: see `models.net.Block`."""

    def __init__(self, filters: int, stride: int, **named: Any) -> None:
        super().__init__(**named)
        self.filters, self.stride = filters, stride

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the branches for (N, row, column, I); kernels are (row, column, I, O)."""
        inputs = input_shape[-1]
        normal, constant = keras.initializers.RandomNormal, keras.initializers.Constant
        shape3, shape1 = (3, 3, inputs, self.filters), (1, 1, inputs, self.filters)
        self.w3 = self.add_weight(
            name="w3", shape=shape3, initializer=normal(0.0, (2.0 / (9 * inputs)) ** 0.5)
        )
        self.w1 = self.add_weight(name="w1", shape=shape1, initializer=normal(0.0, (0.2 / inputs) ** 0.5))
        self.scale = None
        if inputs == self.filters:
            self.scale = self.add_weight(name="scale", shape=(inputs,), initializer=constant(0.5))

    def call(self, x: Any) -> Any:
        """Map (N, row, column, I) to (N, (row - 2) / stride, (column - 2) / stride, O), rounded up."""
        centre = self.w1 if self.scale is None else self.w1 + ops.diag(self.scale)
        kernel = self.w3 + ops.pad(centre, ((1, 1), (1, 1), (0, 0), (0, 0)))
        return ops.conv(x, kernel, strides=self.stride, padding="valid", data_format="channels_last")


def trained_model(chain: str = CHAIN, outputs: int = len(OUTPUTS)) -> keras.Sequential:
    """Return the network as it learns: summed branches, batch norm, ReLU; logits of normalised pictures."""
    model = keras.Sequential([keras.Input((None, None, 3))])
    for step in parse_chain(chain):
        model.add(layers.ZeroPadding2D(1))
        model.add(SummedConv(step.channels, step.stride))
        model.add(layers.BatchNormalization(momentum=0.9, epsilon=1e-5))
        model.add(layers.ReLU())
    model.add(layers.GlobalAveragePooling2D())
    model.add(layers.Dense(outputs, kernel_initializer=keras.initializers.RandomNormal(0.0, 0.01)))
    return model


def served_model(chain: str = CHAIN, outputs: int = len(OUTPUTS)) -> keras.Sequential:
    """Return the network as it is served: convolution with bias and ReLU; logits of normalised pictures."""
    model = keras.Sequential([keras.Input((None, None, 3))])
    for step in parse_chain(chain):
        model.add(layers.ZeroPadding2D(1))
        model.add(layers.Conv2D(step.channels, 3, strides=step.stride, activation="relu"))
    model.add(layers.GlobalAveragePooling2D())
    model.add(layers.Dense(outputs))
    return model
