"""A lesson's scene as the page shows it: the lab's columns without its tools, and the way into the lab."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.engine.trace import Trace
from app.explorer import Explorer
from app.i18n import Language
from app.lessons.beliefs import Belief
from app.lessons.model import OWN_PHOTO, Scene
from app.web.addresses import Addresses
from app.web.language import say_in
from app.web.pages.controls import Control
from app.web.pages.lab import photo_facts
from app.web.pages.scene import LabState, read_place
from app.web.pages.view import LabView, lab_view


@dataclass(frozen=True)
class SceneView:
    """A scene traced: the lab's view of it, which controls are offered by layer, and its address in the lab."""

    scene: Scene
    state: LabState
    trace: Trace
    lab: LabView
    controls: dict[int, tuple[Control, ...]]
    url: str


def lab_state(scene: Scene, image: str, lang: str) -> LabState:
    """The lab's state that shows a scene; `image` stands for the learner's own photo."""
    shown = image if scene.image == OWN_PHOTO else scene.image
    return LabState(
        image=shown,
        stack=scene.stack,
        size=scene.size,
        fit=_fit(scene.fit),
        at=read_place(scene.at),
        lang=lang,
    )


def lab_url(scene: Scene, image: str, lang: str) -> str:
    """A scene's address in the lab."""
    return lab_state(scene, image, lang).url()


def belief_url(belief: Belief, lang: str) -> str:
    """Where a misconception is shown wrong: its scene in the lab, or a page of its own."""
    if belief.scene is not None:
        return lab_url(belief.scene, OWN_PHOTO, lang)
    path, mark, anchor = belief.page.partition("#")
    return f"{path}{'&' if '?' in path else '?'}lang={lang}{mark}{anchor}"


def scene_view(explorer: Explorer, scene: Scene, image: str, lang: Language) -> SceneView:
    """Trace a scene and lay it out."""
    state, say = lab_state(scene, image, lang), say_in(lang)
    trace = explorer.trace(state.scene)
    addresses = Addresses.of(state.scene, trace, state.colors, state.scope)
    view = lab_view(state, trace, addresses, photo_facts(explorer, state, trace, say), say)
    offered: dict[int, tuple[Control, ...]] = {}
    for column in (*view.photo.layers, *view.columns):
        names = {name.partition(".")[2] for name in scene.controls if name.startswith(f"{column.stage}.")}
        if names:
            offered[column.stage] = tuple(one for one in column.controls if one.name in names)
    return SceneView(scene, state, trace, view, offered, state.url())


def _fit(text: str) -> Any:
    return text
