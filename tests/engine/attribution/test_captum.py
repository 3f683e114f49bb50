"""Every method equals Captum's on the same network, the shipped one and random small ones."""

import numpy as np
import pytest
import torch
from captum.attr import (
    GuidedBackprop,
    InputXGradient,
    IntegratedGradients,
    LayerGradCam,
    NoiseTunnel,
    Occlusion,
    Saliency,
)

from app.engine.attribution.grad_cam import grad_cam
from app.engine.attribution.guided_backprop import guided_backprop
from app.engine.attribution.input_x_gradient import input_x_gradient
from app.engine.attribution.integrated_gradients import integrated_gradients
from app.engine.attribution.occlusion import occlusion
from app.engine.attribution.saliency import saliency
from app.engine.attribution.smoothgrad import noisy, smoothgrad
from app.engine.attribution.subject import Settings
from tests.engine.attribution.made import Module, shipped_subject, small_subject

SUBJECTS = {
    "shipped, cat": lambda: shipped_subject("cat-chelsea", 0),
    "shipped, dog": lambda: shipped_subject("dog-retriever", 1),
    "small": lambda: small_subject(3),
}


@pytest.fixture(params=SUBJECTS)
def subject(request):
    return SUBJECTS[request.param]()


def test_saliency(subject):
    expected = Saliency(Module(subject.chain)).attribute(
        subject.tensor().requires_grad_(), target=subject.target
    )
    found = saliency(subject, Settings())

    np.testing.assert_allclose(expected[0].numpy(), found.channels, atol=1e-4)
    np.testing.assert_allclose(expected[0].max(0).values.numpy(), found.map, atol=1e-4)


def test_input_times_gradient(subject):
    expected = InputXGradient(Module(subject.chain)).attribute(
        subject.tensor().requires_grad_(), target=subject.target
    )
    found = input_x_gradient(subject, Settings())

    np.testing.assert_allclose(expected[0].detach().numpy(), found.channels, atol=1e-4)
    np.testing.assert_allclose(expected[0].detach().sum(0).numpy(), found.map, atol=1e-4)


@pytest.mark.filterwarnings("ignore:Setting backward hooks")  # of Captum's own
def test_guided_backpropagation(subject):
    expected = GuidedBackprop(Module(subject.chain)).attribute(
        subject.tensor().requires_grad_(), target=subject.target
    )
    found = guided_backprop(subject, Settings())

    np.testing.assert_allclose(expected[0].detach().numpy(), found.channels, atol=1e-4)
    np.testing.assert_allclose(expected[0].detach().sum(0).numpy(), found.map, atol=1e-4)


def test_smoothgrad_with_the_same_noise(subject, monkeypatch):
    deviation = 0.2 * float(np.ptp(subject.picture))
    pictures = np.stack(list(noisy(subject.picture, deviation, 6, seed=3)))
    noise = torch.from_numpy(pictures - subject.picture)
    monkeypatch.setattr(torch, "normal", lambda mean, std: noise)
    expected = NoiseTunnel(Saliency(Module(subject.chain))).attribute(
        subject.tensor(),
        nt_type="smoothgrad",
        nt_samples=6,
        stdevs=deviation,
        target=subject.target,
        abs=False,
    )
    found = smoothgrad(subject, Settings(samples=6, noise=0.2, seed=3))

    np.testing.assert_allclose(expected[0].detach().numpy(), found.channels, atol=1e-4)
    np.testing.assert_allclose(expected[0].detach().abs().max(0).values.numpy(), found.map, atol=1e-4)


def test_integrated_gradients(subject):
    expected = IntegratedGradients(Module(subject.chain)).attribute(
        subject.tensor(),
        torch.from_numpy(subject.chain.baseline)[None],
        target=subject.target,
        n_steps=50,
        internal_batch_size=10,
    )
    found = integrated_gradients(subject, Settings())

    np.testing.assert_allclose(expected[0].detach().numpy(), found.channels, atol=1e-4)
    np.testing.assert_allclose(expected[0].detach().sum(0).numpy(), found.map, atol=1e-4)


@pytest.mark.parametrize("back", [None, 0, 2, 4])
def test_grad_cam(subject, back):
    chain = subject.chain
    wide = [stage for stage, shape in enumerate(chain.shapes, start=chain.first) if shape[1:] != (1, 1)]
    layer = None if back is None else wide[-1 - back]
    found = grad_cam(subject, Settings(layer=layer))
    module = Module(chain)
    where = module.stages[(layer or wide[-1]) - chain.first - 1]
    expected = LayerGradCam(module, where).attribute(subject.tensor(), target=subject.target)

    assert (layer or wide[-1]) == found.details["layer"]
    np.testing.assert_allclose(expected[0, 0].detach().numpy(), found.map, atol=1e-4)


@pytest.mark.parametrize(("size", "step"), [(20, 20), (19, 13)])
def test_occlusion(subject, size, step):
    expected = Occlusion(Module(subject.chain)).attribute(
        subject.tensor(),
        sliding_window_shapes=(3, size, size),
        strides=(3, step, step),
        baselines=torch.from_numpy(subject.chain.baseline)[None],
        target=subject.target,
        perturbations_per_eval=8,
    )
    found = occlusion(subject, Settings(size=size, step=step))

    np.testing.assert_allclose(expected[0, 0].numpy(), found.map, atol=1e-4)
