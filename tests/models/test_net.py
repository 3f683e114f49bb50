"""The folded network does what the trained one does; the stack text says what it is."""

import pytest
import torch

from models.net import CHAIN, Network, folded_logits, parameter_count, parse_chain
from models.schedule import SERVED_SIDE
from models.served import read_stack, stack_text


def shaken(chain: str, seed: int = 0) -> Network:
    """A network whose every parameter and statistic is random."""
    torch.manual_seed(seed)
    net = Network(chain).eval()
    for name, tensor in net.state_dict().items():
        if name.endswith("running_var") or name.endswith("norm.weight"):
            tensor.uniform_(0.5, 2.0)
        elif name.endswith(("running_mean", "bias", "scale")):
            tensor.normal_()
    return net


@pytest.mark.parametrize("chain", ["4s 8 8", "5s 6s 6s", "3 3s 3"])
@pytest.mark.parametrize("side", [16, 21])
def test_folded_logits_equal_trained_logits(chain: str, side: int) -> None:
    net = shaken(chain)
    x = torch.randn(3, 3, side, side)
    with torch.no_grad():
        torch.testing.assert_close(
            folded_logits(net.folded(), net.chain, x), net(x), atol=1e-4, rtol=1e-4, check_dtype=True
        )


def test_kernel_is_the_sum_of_its_branches() -> None:
    block = shaken("4 4").blocks[1]
    x = torch.randn(2, 4, 9, 9)
    conv = torch.nn.functional.conv2d
    with torch.no_grad():
        apart = conv(x, block.w3, padding=1) + conv(x, block.w1) + x * block.scale[:, None, None]
        torch.testing.assert_close(apart, conv(x, block.kernel(), padding=1), atol=1e-5, rtol=1e-5)


def test_served_network_stays_under_two_million_parameters() -> None:
    net = Network()
    assert parameter_count(net.folded()) < 2_000_000
    assert SERVED_SIDE <= 160


def test_stack_text_reads_back_as_chain_and_side() -> None:
    net = Network("4s 8 8s")
    text = stack_text(net.chain, 112)
    assert (net.chain, 112) == read_stack(text, net.folded())
    assert text == (
        "resize(112,112)|normalize((0.48,0.45,0.41),(0.26,0.26,0.26))|weights(catdog.c1,stride=2,padding=1)|relu"
        "|weights(catdog.c2,padding=1)|relu|weights(catdog.c3,stride=2,padding=1)|relu|globalavg|flatten"
        "|dense(catdog.fc)|softmax"
    )


def test_chain_notation_marks_strides() -> None:
    assert [2, 2, 2, 1, 1, 1, 1, 2, 1, 1] == [step.stride for step in parse_chain(CHAIN)]
