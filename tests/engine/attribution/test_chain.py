"""The differentiable chain gives the engine's own logits, for every kind of layer that it takes."""

import numpy as np
import pytest
import torch

from app.domain.errors import UserError
from app.engine.attribution.chain import chain_of, read_stage
from app.engine.attribution.subject import Subject
from app.engine.attribution.torch_layers import torch_layer
from app.layers.registry import kinds, parse_stack
from app.store.samples import SAMPLES
from tests.engine.attribution.made import made_network, shipped, shipped_subject, small_subject

LAYERS = [
    "normalize((0.4,0.5,0.6),(0.2,0.3,0.25))", "gray", "relu", "leaky_relu(0.2)", "elu", "gelu", "silu", "sigmoid", "tanh",
    "softplus", "abs", "square", "threshold(0.3)", "globalavg", "globalmax", "adaptiveavg(3,4)", "adaptivemax(4,3)", "flatten",
    "conv(sobel_x,gaussian,bias=(0.1,-0.2))", "conv(sobel_y,channels=sum,padding=same,stride=2)", "conv(box,size=5,padding=full,dilation=2)",
    "conv(slices([1,2],[3,4],[5,6]),flip=true,padding=(1,0,2,1))", "conv(gaussian,padding=2,mode=reflect)",
    "conv(emboss,padding=3,mode=replicate,stride=(2,1))", "conv(sharpen,padding=4,mode=circular)",
    "maxpool(2)", "maxpool(3,2,padding=1)", "maxpool(3,2,ceil=true)", "maxpool(2,dilation=2,stride=1)", "maxpool((3,2),padding=(1,0,1,1),ceil=true)",
    "avgpool(2)", "avgpool(3,2,padding=1)", "avgpool(3,2,padding=1,count_include_pad=false)", "avgpool(3,2,padding=(1,0,0,1),ceil=true)",
    "avgpool(4,3,padding=2,ceil=true,count_include_pad=false)", "avgpool(2,dilation=2,stride=1)", "~conv(box)",
]  # fmt: skip


@pytest.mark.parametrize("line", LAYERS)
@pytest.mark.parametrize("shape", [(3, 11, 14), (3, 12, 9)])
def test_a_layer_gives_the_engines_numbers(line, shape):
    (layer,) = parse_stack(line).layers
    x = np.random.default_rng(0).standard_normal(shape, dtype=np.float32)
    maps = torch_layer(layer, shape)(torch.from_numpy(x)[None])[0]

    assert layer.output_shape(shape) == tuple(maps.shape)
    np.testing.assert_allclose(layer.forward(x), maps.numpy(), atol=1e-4)


@pytest.mark.parametrize(
    "setting",
    [
        "",
        ",padding=1",
        ",padding=same,stride=2",
        ",padding=2,mode=reflect",
        ",padding=1,mode=circular,dilation=2",
    ],
)
@pytest.mark.parametrize("slices", [4, 2, 1])
def test_learned_convolutions_and_their_groups_agree(setting, slices):
    network = made_network(f"weights(made.c{setting})", c=(8, slices, 3, 3))
    (layer,) = network.stack().layers
    x = np.random.default_rng(1).standard_normal((4, 10, 13), dtype=np.float32)

    maps = torch_layer(layer, x.shape)(torch.from_numpy(x)[None])[0]
    np.testing.assert_allclose(layer.forward(x), maps.numpy(), atol=1e-4)


@pytest.mark.parametrize("sample", [sample.name for sample in SAMPLES][:4])
def test_the_shipped_network_gives_the_engines_logits(sample):
    subject = shipped_subject(sample)
    maps = subject.picture
    for layer in shipped().logits_stage()[0].layers[1:]:
        maps = layer.forward(maps)

    np.testing.assert_allclose(maps.reshape(-1), subject.logits([subject.picture])[0], atol=1e-4)


def test_a_batch_gives_the_logits_of_each():
    subject = small_subject()
    pictures = list(np.random.default_rng(2).random((40, 3, 24, 20), dtype=np.float32))

    together = subject.logits(pictures)
    np.testing.assert_allclose([subject.logits([picture])[0] for picture in pictures], together, atol=1e-5)


def test_stages_keep_their_numbers_behind_a_leading_resize():
    chain = shipped_subject().chain
    stack, last = shipped().logits_stage()

    assert (1, last) == (chain.first, chain.last)
    assert stack.shapes((3, 50, 60))[1:] == chain.shapes
    assert (1, 1) == (read_stage(shipped())[1], len(read_stage(shipped())[0].layers))


def test_the_baseline_is_the_normalisations_mean_colour():
    baseline = small_subject().chain.baseline

    assert (3, 24, 20) == baseline.shape
    np.testing.assert_allclose([0.4, 0.5, 0.6], baseline[:, 5, 7], atol=1e-7)


def test_without_a_normalisation_the_baseline_is_mid_grey():
    network = made_network("globalavg|flatten|dense(made.fc)", fc=(3, 3))

    assert {0.5} == set(chain_of(network, (3, 4, 4)).baseline.ravel())


def test_permuting_keeps_the_values_and_loses_their_places():
    chain = small_subject().chain
    for one, other in zip(chain.layers, chain.permuted(7).layers, strict=True):
        if one.kind in ("weights", "dense"):
            assert not np.array_equal(one.tensor.weights, other.tensor.weights)
            np.testing.assert_array_equal(
                np.sort(one.tensor.weights, None), np.sort(other.tensor.weights, None)
            )
    np.testing.assert_array_equal(
        chain.permuted(7).layers[1].tensor.weights, chain.permuted(7).layers[1].tensor.weights
    )


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("rotate(30)|globalavg|flatten|dense(made.fc)", "attribution_layer"),
        ("upsample|globalavg|flatten|dense(made.fc)", "attribution_layer"),
        ("resize(8,8)|relu|resize(4,4)|globalavg|dense(made.fc)", "attribution_layer"),
        ("relu", "attribution_outputs"),
        (
            "conv(random(size=31),box(size=31),box(size=31),padding=same,channels=sum)|globalavg|dense(made.fc)",
            "attribution_too_large",
        ),
    ],
)
def test_what_cannot_be_sent_back_is_refused(line, code):
    with pytest.raises(UserError, match=code):
        chain_of(made_network(line, fc=(3, 3)), (3, 500, 500))


def test_a_softmax_at_the_end_is_left_out():
    network = made_network("globalavg|softmax")
    picture = np.random.default_rng(0).random((3, 5, 5), dtype=np.float32)
    subject = Subject(chain_of(network, picture.shape), picture, 0)

    np.testing.assert_allclose([picture.mean((1, 2))], subject.logits([picture]), atol=1e-6)


def test_every_kind_is_taken_or_refused_by_name():
    taken = {
        layer.layer.kind if layer.off else layer.kind for line in LAYERS for layer in parse_stack(line).layers
    }

    assert taken | {"weights", "dense"} <= set(kinds())
