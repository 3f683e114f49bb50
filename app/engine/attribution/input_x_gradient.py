"""Input times gradient: what each pixel would add to the logit if the network were as steep everywhere as here."""

from __future__ import annotations

from app.engine.attribution.registry import method
from app.engine.attribution.subject import Attribution, Settings, Subject


@method("input_x_gradient", checks=("deletion", "insertion", "randomised", "cascade"), repeats=5, signed=True)
def input_x_gradient(subject: Subject, settings: Settings) -> Attribution:
    """The gradient of the logit times the pixel's own value, 0..1, summed over its channels.

    For a network without biases and with ReLU alone the sum is the logit itself. Shrikumar, Greenside,
    Shcherbina and Kundaje 2016, "Not Just a Black Box", section 2.
    """
    channels = next(subject.gradients([subject.picture])) * subject.picture
    return Attribution(channels.sum(0), channels=channels)
