"""What a column tells the lens: the rule by which a channel reads channels holds for every kind."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.layers.base import shape_of
from app.layers.registry import kinds
from app.web.pages.columns import reads_rule
from tests.layers.drawn import cases


def decoded(rule: str, channel: int, inputs: int) -> tuple[int, ...]:
    """The rule as the lens reads it (static/js/stages.js)."""
    name, *numbers = rule.split(":")
    first, second = [*map(int, numbers), 1, 1][:2]
    if name == "groups":
        start = channel // second * first
        return tuple(range(start, start + first))
    return {"all": tuple(range(inputs)), "each": (channel // first,), "own": (channel,)}[name]


@pytest.mark.parametrize("kind", sorted(kinds()))
@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_rule_tells_what_every_channel_reads(kind: str, data: st.DataObject) -> None:
    layer, x = data.draw(cases(kind))
    before = shape_of(x)
    rule = reads_rule(layer, before)
    for channel in range(layer.output_shape(before)[0]):
        assert layer.reads(channel, before) == decoded(rule, channel, before[0])
