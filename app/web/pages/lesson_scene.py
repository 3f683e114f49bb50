"""A lesson's scene as the page shows it: the lab's columns without its tools, and the way into the lab."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from app.engine.cells import has_place
from app.engine.trace import Trace
from app.explorer import Explorer
from app.i18n import Language
from app.lessons.beliefs import Belief
from app.lessons.model import OWN_PHOTO, Scene
from app.web.addresses import Addresses
from app.web.language import say_in
from app.web.pages.cell_view import CellView, cell_view
from app.web.pages.controls import Control
from app.web.pages.course_state import LessonState
from app.web.pages.lab import photo_facts
from app.web.pages.scene import LabState, read_place
from app.web.pages.view import LabView, lab_view


@dataclass(frozen=True)
class LiveState(LabState):
    """The lab's state of a lesson's live scene: its links stay on the lesson's page, which pins cells alone."""

    page: LessonState | None = None

    def url(self, **changes: Any) -> str:
        return self.page.url(**changes) if self.page else super().url(**changes)


@dataclass(frozen=True)
class SceneView:
    """A scene traced: the lab's view of it, which controls are offered by layer, and its address in the lab.

    `cell` is the card of the pinned cell, which only the live scene of a page has.
    """

    scene: Scene
    state: LabState
    trace: Trace
    lab: LabView
    controls: dict[int, tuple[Control, ...]]
    url: str
    cell: CellView | None = None


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
    return _laid_out(explorer, scene, lab_state(scene, image, lang), lang)


def live_view(explorer: Explorer, scene: Scene, page: LessonState, lang: Language) -> SceneView:
    """The scene that a page is about: its cells can be pinned, and the pinned one has its card."""
    state = replace(lab_state(scene, page.image, lang), at=page.pinned(scene.at))
    shown = _laid_out(explorer, scene, state, lang)
    live = LiveState(**{name: getattr(state, name) for name in state.__dataclass_fields__}, page=page)
    if live.at is not None and not has_place(shown.trace, live.at):
        live = replace(live, at=None)
    card = cell_view(live, shown.trace, Addresses.of(live.scene, shown.trace))
    return replace(shown, state=live, cell=card)


def _laid_out(explorer: Explorer, scene: Scene, state: LabState, lang: Language) -> SceneView:
    say = say_in(lang)
    trace = explorer.trace(state.scene)
    addresses = Addresses.of(state.scene, trace, state.colors, state.scope)
    view = lab_view(state, trace, addresses, photo_facts(explorer, state, trace, say), say, whole_maps=True)
    offered: dict[int, tuple[Control, ...]] = {}
    for column in (*view.photo.layers, *view.columns):
        controls = tuple(one for one in column.controls if scene.offers(column.stage, one.name))
        if controls:
            offered[column.stage] = controls
    return SceneView(scene, state, trace, view, offered, state.url())


def _fit(text: str) -> Any:
    return text
