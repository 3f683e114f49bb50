"""Whose votes the network page shows: the difference of the two strongest classes, or one logit."""

from __future__ import annotations

from app.engine.blocks import Block
from app.engine.contributions import Votes, logit_votes, votes
from app.engine.network import Network
from app.engine.trace import Trace
from app.web.pages.network_state import NetworkState
from app.web.pages.query import one_of


def strongest_pair(network: Network, trace: Trace, last: Block) -> tuple[int, int]:
    """The two strongest classes, as outputs."""
    logits = trace.stages[last.learned].maps.reshape(-1)
    ranked = sorted((network.outputs.index(name) for name in network.classes), key=lambda i: -logits[i])
    return ranked[0], ranked[1]


def asked_votes(state: NetworkState, network: Network, trace: Trace, last: Block) -> Votes:
    """What the maps add to the logit that is asked about, or to the difference of the two strongest classes.

    Raises
    ------
    UserError
        `unknown_setting` for an output that the network does not have.
    """
    if state.votes:
        one_of(state.votes, network.outputs, name="votes")
        return logit_votes(trace, last, network.outputs.index(state.votes))
    return votes(trace, last, strongest_pair(network, trace, last))
