"""Guided backpropagation: a gradient that turns back at every ReLU where it is negative."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from app.domain.errors import UserError
from app.engine.attribution.registry import method
from app.engine.attribution.subject import Attribution, Settings, Subject
from app.layers.base import Layer


def has_relu(layers: Iterable[Layer]) -> bool:
    """Whether there is a ReLU for the gradient to turn back at."""
    return any(layer.kind == "relu" and not layer.off for layer in layers)


@method("guided_backprop", checks=("deletion", "insertion", "randomised", "cascade"), repeats=5, signed=True)
def guided_backprop(subject: Subject, settings: Settings) -> Attribution:
    """The guided gradient of the logit, summed over a pixel's channels.

    On the way back every ReLU lets through only what is positive, besides shutting where its input was not
    (Springenberg, Dosovitskiy, Brox and Riedmiller 2015, "Striving for Simplicity", section 3.4). Adebayo
    et al. 2018, "Sanity Checks for Saliency Maps", found it nearly blind to the higher layers' weights.

    Raises
    ------
    UserError
        `attribution_no_relu`, for a network without any.
    """
    if not has_relu(subject.chain.layers):
        raise UserError("attribution_no_relu")
    guided = dataclasses.replace(subject, chain=dataclasses.replace(subject.chain, guided=True))
    channels = next(guided.gradients([subject.picture]))
    return Attribution(channels.sum(0), channels=channels)
