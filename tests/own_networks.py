"""Networks made with torch for the tests of uploads: a small VGG with dense layers behind, and a plain MLP."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
import torch
from safetensors.torch import save
from torch import nn

CLASSES = "apple, cat, pear"
VGG_STACK = (
    "resize(32,32)|normalize((0.5,0.4,0.3),(0.2,0.3,0.4))|weights(features.0,padding=1)|relu"
    "|weights(features.1,padding=1)|relu|maxpool(2)|weights(features.2,padding=1)|relu|maxpool(2)"
    "|flatten|dense(fc1)|relu|dense(fc2)|softmax"
)
MLP_STACK = "resize(8,8)|gray|flatten|dense(fc1)|tanh|dense(fc2)|relu|dense(fc3)"


def vgg() -> nn.Sequential:
    """Three convolutions, two poolings, two dense layers; random, always the same."""
    torch.manual_seed(7)
    features = nn.Sequential(
        nn.Conv2d(3, 6, 3, padding=1), nn.Conv2d(6, 8, 3, padding=1), nn.Conv2d(8, 4, 3, padding=1)
    )
    return nn.Sequential(OrderedDict(features=features, fc1=nn.Linear(4 * 8 * 8, 10), fc2=nn.Linear(10, 3)))


def vgg_logits(net: nn.Sequential, pixels: np.ndarray) -> torch.Tensor:
    """By torch alone, of pixels (3, 64, 64) or (3, 32, 32), 0..1."""
    x = torch.from_numpy(np.array(pixels))[None]
    x = nn.functional.avg_pool2d(x, x.shape[-1] // 32)
    x = (x - torch.tensor([0.5, 0.4, 0.3])[:, None, None]) / torch.tensor([0.2, 0.3, 0.4])[:, None, None]
    one, two, three = net.features
    x = nn.functional.max_pool2d(two(one(x).relu()).relu(), 2)
    x = nn.functional.max_pool2d(three(x).relu(), 2)
    with torch.no_grad():
        return net.fc2(net.fc1(x.flatten(1)).relu())[0]


def mlp() -> nn.Sequential:
    """Three dense layers on 64 grey cells."""
    torch.manual_seed(8)
    return nn.Sequential(OrderedDict(fc1=nn.Linear(64, 12), fc2=nn.Linear(12, 5), fc3=nn.Linear(5, 3)))


def file_of(net: nn.Module, dtype: torch.dtype = torch.float32) -> bytes:
    """The network's state as a safetensors file."""
    return save({name: tensor.to(dtype).contiguous() for name, tensor in net.state_dict().items()})


def documented() -> bytes:
    """The file that the curl examples and the README send: 8 maps of 32 x 32, pooled, two classes."""
    torch.manual_seed(9)
    return file_of(
        nn.Sequential(OrderedDict(conv1=nn.Conv2d(3, 8, 3, padding=1), fc1=nn.Linear(8 * 16 * 16, 2)))
    )


SMALL = {
    "conv1.weight": torch.zeros(4, 3, 3, 3),
    "conv1.bias": torch.zeros(4),
    "fc1.weight": torch.zeros(2, 64),
}
SMALL_STACK = "resize(8,8)|weights(conv1,padding=1)|relu|maxpool(2)|flatten|dense(fc1)"


def send(api, data: bytes, stack: str = SMALL_STACK, name: str = "my net.safetensors", **fields: str):
    return api.post("/networks", files={"file": (name, data)}, data={"stack": stack, **fields})
