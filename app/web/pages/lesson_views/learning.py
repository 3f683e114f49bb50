"""Learning in two demonstrations: back-propagation taken apart, and a kernel found from a pair of pictures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.engine.gradients.convolution import Exact
from app.engine.learning.descent import Descent, Setting, check_bound, descend
from app.explorer import Explorer, Scene
from app.explorer.gradients import GradientQuestion, propagate
from app.explorer.learnings import KernelQuestion, Pair, Planes, Rule, read_pair
from app.i18n import Language
from app.layers.banked import BankLayer
from app.web.addresses import API, Addresses, encode
from app.web.language import say_in
from app.web.pages.back_sheet import sheet
from app.web.pages.scene import FIRST_IMAGE
from app.web.pages.swatches import Drawn
from app.web.pages.view_query import kept, number_of, view_link

FIRST_KERNEL, WANTED, BEHIND = "random", "sobel_x", ",padding=1,mode=reflect)|relu|maxpool(2)"
NOISE = "pattern(noise,size=64)"
BACK = ("demo", "entry", "cover", "check")
RUN = ("pair", "kernel", "made", "learned", "start", "seed", "rate", "momentum", "goal", "steps", "show")
OWN = (*BACK, *RUN)
ANCHORS = (
    ("by-hand", "course_learning.hand"),
    ("maps", "course_learning.maps"),
    ("learn", "course_learning.learn"),
)
PAIRS = ("noise", "photo", "centred")
KERNELS = ("sobel_x", "sobel_y", "sharpen", "emboss", "laplacian4", "box")
RULES: tuple[Rule, ...] = ("correlation", "convolution")
STARTS = ("zeros", "random")
PACES = (10, 40, 0)
MOST, GOAL = 500, 200  # steps that the page holds; those of a run unless told
WIDTH, HEIGHT = 600.0, 200.0
LOWEST = 1e-10  # where the curve's axis ends
FEWEST = 20  # steps that the curve spans at least, so that its axis has a length before the first one


@dataclass(frozen=True)
class Tick:
    """A line of the loss curve's axis: its height and its power of ten."""

    y: float
    power: int


@dataclass(frozen=True)
class Asked:
    """A run as the address sets it: `made` steps of `goal`."""

    pair: str
    kernel: str
    made_by: Rule
    learned_by: Rule
    start: str
    seed: int
    rate: float
    momentum: float
    goal: int
    made: int

    def question(self, image: str) -> KernelQuestion:
        """The question as the explorer takes it."""
        pair = Pair(
            NOISE if self.pair == "noise" else image, centred=self.pair == "centred", kernel=self.kernel,
            rule=self.made_by,
        )  # fmt: skip
        seed = self.seed if self.start == "random" else None
        flip = self.learned_by == "convolution"
        return KernelQuestion(
            pair, Setting(flip=flip, seed=seed, rate=self.rate, momentum=self.momentum), self.goal
        )


def values(explorer: Explorer, query: Mapping[str, str], lang: Language) -> Mapping[str, Any]:
    """Both demonstrations as the query sets them; what it leaves out is as on the first visit."""
    back = sheet(query, OWN, lang, say_in(lang))
    return {
        "anchors": ANCHORS,
        "back": back,
        "run": _run(explorer, query),
        "maps": _maps(explorer, query),
        "kept": _kept(query, RUN),
        "most": MOST,
    }


def _maps(explorer: Explorer, query: Mapping[str, str]) -> Mapping[str, Any]:
    """Every stage of a stack on the learner's photo, and below it the gradient of the loss by it."""
    image = query.get("image") or FIRST_IMAGE
    scene = Scene(image, f"gray|conv({FIRST_KERNEL}{BEHIND}", 64, "crop")
    wanted = f"gray|conv({WANTED}{BEHIND}"
    answer = propagate(explorer, GradientQuestion(scene, "sse", wanted))
    asked = {"image": image, "stack": scene.stack, "size": "64", "fit": "crop"}
    loss = {**asked, "loss": "sse", "target": wanted}
    shade = Addresses.of(scene, answer.trace)
    learned = answer.found.learned[2]
    assert learned is not None
    convolution = answer.trace.stack.layers[1]
    assert isinstance(convolution, BankLayer)
    return {
        "stack": scene.stack,
        "target": wanted,
        "loss": answer.found.loss,
        "kernel": Drawn(convolution.kernels[0].slices[0].round(2)),
        "gradient": Drawn(learned.kernels[0][0].round(0)),
        "stages": [
            (name, shade.map(stage, 0), f"{API}/gradients/{stage}/0.png?{encode(loss)}")
            for stage, name in enumerate(("V", "Z", "A", "P"), start=1)
        ],
    }


def _kept(query: Mapping[str, str], own: tuple[str, ...]) -> dict[str, str]:
    """What the form of one demonstration hands on of the page and of the other."""
    others = {name: query[name] for name in OWN if query.get(name) and name not in own}
    return {**kept(query), **others}


def _asked(query: Mapping[str, str]) -> Asked:
    made = int(number_of(query, "steps", 0))
    goal = int(number_of(query, "goal", max(made, GOAL)))
    check_bound("steps", made, 0, MOST)
    check_bound("steps", goal, 1, MOST)
    seed = int(number_of(query, "seed", 0))
    check_bound("seed", seed, 0, 2**31 - 1)
    return Asked(
        pair=_one_of(query, "pair", PAIRS),
        kernel=_one_of(query, "kernel", KERNELS),
        made_by="convolution" if query.get("made") == "convolution" else "correlation",
        learned_by="convolution" if query.get("learned") == "convolution" else "correlation",
        start=_one_of(query, "start", STARTS),
        seed=seed,
        rate=number_of(query, "rate", 0.4),
        momentum=number_of(query, "momentum", 0.0),
        goal=max(goal, made),
        made=made,
    )


def _run(explorer: Explorer, query: Mapping[str, str]) -> Mapping[str, Any]:
    """The descent, its curve, and the kernel and the pictures after the chosen step."""
    asked, image = _asked(query), query.get("image") or FIRST_IMAGE
    question = asked.question(image)
    planes = read_pair(explorer, question)
    found = descend(planes.before, planes.after, question.setting, asked.made)
    hidden = planes.hidden
    assert hidden is not None  # the page's pairs are made by a kernel that it knows
    show = min(max(int(number_of(query, "show", found.steps)), 0), found.steps)
    errors = found.errors(hidden)

    def link(**changes: object) -> str:
        return view_link({**query, "show": ""}, OWN, "learn", goal=asked.goal, **changes)

    turned = asked.made_by != asked.learned_by
    return {
        "asked": asked, "pairs": PAIRS, "kernels": KERNELS, "rules": RULES, "starts": STARTS, "paces": PACES,
        "rate": f"{asked.rate:g}", "momentum": f"{asked.momentum:g}", "made": found.steps, "show": show,
        "bound": found.bound, "ratio": found.ratio, "lost": found.lost,
        "grows": bool(found.steps and found.losses[-1] > found.losses[0]), "turned": turned, "photo": image,
        "loss": float(found.losses[show]), "error": float(errors[show]), "last_error": float(errors[-1]),
        "drawn": _drawn(found.kernels[show], hidden), "wanted": Drawn(hidden),
        "largest": float(np.abs(hidden).max()),
        "numbers": json.dumps([[float(f"{one:.3g}") for one in line.ravel()] for line in found.kernels]),
        "losses": json.dumps([float(f"{one:.3g}") for one in found.losses]),
        "errors": json.dumps([float(f"{one:.3g}") for one in errors]),
        "one": link(steps=found.steps + 1) if found.steps < MOST and not found.lost else "",
        "ten": link(steps=min(found.steps + 10, MOST)) if found.steps < MOST and not found.lost else "",
        "first": link(steps=0) if found.steps else "",
        "pictures": _pictures(asked, question, planes, found.kernels[show]),
        **_curve(found, show),
    }  # fmt: skip


def _drawn(kernel: Exact, wanted: Exact) -> Drawn:
    """The learned kernel to three decimals, on the hidden one's scale of colours while it stays within it."""
    shown = np.clip(kernel.round(3), -999, 999)
    return Drawn(shown, float(max(np.abs(wanted).max(), np.abs(shown).max())))


def _pictures(asked: Asked, question: KernelQuestion, planes: Planes, kernel: Exact) -> Mapping[str, str]:
    """Addresses of the picture before, the one after, and what the kernel makes now, on the scale of the after.

    `now_from` and `now_behind` stand around the kernel's numbers in the last one.
    """
    centred = asked.pair == "centred"
    grey = f"gray|normalize(({planes.mean:.6g}),(1))" if centred else "gray"
    stage = 2 if centred else 1
    largest = float(np.abs(planes.after).max()) or 1.0
    shade = {"colors": "diverging", "scope": "stack", "low": f"{-largest:.6g}", "high": f"{largest:.6g}"}
    base = {"image": question.pair.image, "size": "64", "fit": "crop"}

    def conv(matrix: str, rule: Rule) -> str:
        flip = ",flip=true" if rule == "convolution" else ""
        return f"{API}/maps/{stage + 1}/0.png?{encode({**base, 'stack': f'{grey}|conv({matrix}{flip})', **shade})}"

    numbers = ";".join(",".join(f"{one:.4g}" for one in row) for row in np.clip(kernel, -1e6, 1e6).tolist())
    start, _, end = conv("[0.5]", asked.learned_by).partition("0.5")
    signed = {"colors": "diverging" if centred else "gray"}
    return {
        "before": f"{API}/maps/{stage}/0.png?{encode({**base, 'stack': grey, **signed})}",
        "after": conv(asked.kernel, asked.made_by),
        "now": f"{start}{numbers}{end}",
        "from": start,
        "behind": end,
    }


def _curve(found: Descent, show: int) -> Mapping[str, Any]:
    """The loss over the steps on a logarithmic axis, as points of a drawing."""
    heights = np.log10(np.clip(found.losses, LOWEST, None))
    low, high = np.floor(heights.min()), np.ceil(heights.max() + 1e-9)
    high = max(high, low + 1)
    last = max(found.steps, FEWEST)
    xs = WIDTH * np.arange(len(heights)) / last
    ys = HEIGHT * (high - heights) / (high - low)
    every = max(1, int(np.ceil((high - low) / 5)))
    return {
        "points": " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=True)),
        "mark": (round(float(xs[show]), 1), round(float(ys[show]), 1)),
        "ticks": [
            Tick(round(float(HEIGHT * (high - power) / (high - low)), 1), power)
            for power in range(int(low), int(high) + 1, every)
        ],
        "last": last,
        "width": WIDTH,
        "height": HEIGHT,
    }


def _one_of(query: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    return query[name] if query.get(name) in choices else choices[0]
