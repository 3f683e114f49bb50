"""Where the dated facts about frameworks come from: shown as text, so that no page leads a browser outside."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """A document that states a fact; `fact` names its text, `dated` is the document's or event's day or month."""

    fact: str
    title: str
    address: str
    dated: str


LOOKED_UP = "2026-11-25"
SOURCES = (
    Source("keras_now", "Introducing Keras 3.0", "keras.io/keras_3", LOOKED_UP),
    Source(
        "keras_2",
        "Keras 2.3.0 and 2.4.0, release notes",
        "github.com/keras-team/keras/releases, tags 2.3.0 and 2.4.0",
        "2019-09",
    ),
    Source(
        "theano",
        "Announcement to theano-users by its makers at MILA",
        "groups.google.com/forum/#!topic/theano-users/7Poq8BZutbY",
        "2017-09-28",
    ),
    Source(
        "cntk",
        "CNTK v2.7 Release Notes",
        "github.com/MicrosoftDocs/cognitive-toolkit-docs, articles/ReleaseNotes/CNTK_2_7_Release_Notes.md",
        "2019-04-01",
    ),
    Source(
        "mxnet",
        "Apache MXNet: archived repository, and its page in the Apache Attic",
        "github.com/apache/mxnet, attic.apache.org/projects/mxnet.html",
        "2023-11-17",
    ),
)
