"""Saliency: how much the target's logit moves when a pixel moves a little."""

from __future__ import annotations

import numpy as np

from app.engine.attribution.registry import method
from app.engine.attribution.subject import Attribution, Settings, Subject


@method("saliency", checks=("deletion", "insertion", "randomised", "cascade"), repeats=5)
def saliency(subject: Subject, settings: Settings) -> Attribution:
    """The absolute gradient of the logit, the largest of a pixel's channels.

    Simonyan, Vedaldi and Zisserman 2014, "Deep Inside Convolutional Networks", section 3.1.
    """
    channels = np.abs(next(subject.gradients([subject.picture])))
    return Attribution(channels.max(0), channels=channels)
