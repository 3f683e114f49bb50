"""A script in the making: each layer adds one statement, its constants and the helper functions it calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.code.literals import grid
from app.domain.errors import UserError
from app.domain.shapes import Shape
from app.layers.base import Layer, Learned, Off
from app.layers.stack import Stack

MAX_NUMBERS = 20_000  # printed in one script: a few hundred kilobytes


@dataclass(frozen=True)
class Line:
    """One line; `layer` is the layer that it belongs to, counted from 1, and 0 where it belongs to none.

    `comment` is the layer's notation, which the layer's statement ends in.
    """

    text: str
    layer: int = 0
    comment: str = ""


@dataclass(frozen=True)
class Script:
    """A whole program: a function `run` from an array (channels, rows, cols) to the list of all stages."""

    framework: str
    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        """The program's source."""
        return "".join(f"{line.text}{line.comment}\n" for line in self.lines)


@dataclass(frozen=True)
class Helper:
    """A function that statements may call; `needs` are other helpers that it calls itself."""

    text: str
    needs: tuple[str, ...] = ()


@dataclass
class Draft:
    """What a layer's writer is given: the name and shape of its input; it calls the rest as it needs it."""

    array: str  # how the framework spells a constant array: "torch.tensor({}, dtype=torch.float32)"
    shape: Shape = (0, 0, 0)
    layer: int = 0
    constants: list[Line] = field(default_factory=list)
    helpers: set[str] = field(default_factory=set)
    files: list[str] = field(default_factory=list)
    numbers: int = 0

    @property
    def x(self) -> str:
        """The variable that holds the layer's input."""
        return f"x{self.layer - 1}"

    def constant(self, name: str, values: NDArray[Any] | Sequence[float], change: str = "") -> str:
        """Print an array above the function, with a call that changes it; gives the name it got, `KERNELS_2`."""
        cells = np.asarray(values, dtype=np.float64)
        self.numbers += cells.size
        if self.numbers > MAX_NUMBERS:
            raise UserError("code_too_long", limit=MAX_NUMBERS, layer=self.layer)
        return self.exact(name, f"{self.array.format(grid(cells))}{change}")

    def exact(self, name: str, text: str) -> str:
        """Print a constant that is written out already."""
        name = f"{name}_{self.layer}"
        self.constants += [Line(part, self.layer) for part in f"{name} = {text}".split("\n")]
        return name

    def call(self, helper: str) -> str:
        """The name of a helper, which is printed too."""
        self.helpers.add(helper)
        return helper

    def tensor(self, learned: Learned) -> tuple[str, str]:
        """The expressions for a network's weights and bias; the bias is empty where it is zero."""
        network, _, name = learned.name.partition(".")
        if network not in self.files:
            self.files.append(network)
        bias = f'{network}_net["{name}.bias"]' if learned.bias.any() else ""
        return f'{network}_net["{name}.weight"]', bias


Writer = Callable[[Any, Draft], str]


@dataclass(frozen=True)
class Dialect:
    """One framework's way of writing: a writer for every kind of layer, and what stands around them.

    Texts take `{shape}` (of the input) and `{stages}` (the stages' variables).
    """

    name: str
    title: str
    imports: tuple[str, ...]
    file_import: str
    load: str
    array: str
    decorator: str
    first: str
    last: str
    writers: Mapping[str, Writer]
    helpers: Mapping[str, Helper]


def write_in(dialect: Dialect, stack: Stack, shape: Shape) -> Script:
    """The stack as a script for an input of `shape` (channels, rows, cols).

    Raises
    ------
    Refusal
        A layer cannot work on what it gets.
    UserError
        `code_unavailable` for a kind without a writer, `code_too_long`.
    """
    shapes, draft, body = stack.shapes(shape), Draft(dialect.array), []
    for number, layer in enumerate(stack.layers, start=1):
        draft.layer, draft.shape = number, shapes[number - 1]
        statement = f"    x{number} = {_expression(dialect, layer, draft)}"
        body.append(Line(statement, number, f"  # {layer.text}"))
    size = " x ".join(map(str, shape))
    names = ", ".join(f"x{number}" for number in range(len(shapes)))
    files = "".join(f', {network}_file="{network}.safetensors"' for network in draft.files)
    opening = [
        f'"""A stack of {len(stack.layers)} layers in {dialect.title}, for a picture of {size} numbers."""',
        "",
        *sorted(_imports(dialect, draft), key=lambda line: (_external(line), line)),
    ]
    function = [
        *([dialect.decorator] if dialect.decorator else []),
        f"def run(x{files}):",
        '    """Every stage of the picture x (channels, rows, cols), in the same form; the first is x itself."""',
        *(f"    {network}_net = {dialect.load.format(file=f'{network}_file')}" for network in draft.files),
        f"    x0 = {dialect.first}",
    ]
    ending = [
        f"    return {dialect.last.format(stages=f'({names},)' if len(shapes) == 1 else f'({names})')}",
        "",
        "",
        'if __name__ == "__main__":',
        f"    for stage in run(np.random.default_rng(0).random({shape})):",
        "        print(stage.shape, stage.min(), stage.max())",
    ]
    lines = [*_plain(opening), *([Line("")] if draft.constants else []), *draft.constants]
    lines += _plain(["", "", *_functions(dialect, draft), *function])
    return Script(dialect.name, (*lines, *body, *_plain(ending)))


def _expression(dialect: Dialect, layer: Layer, draft: Draft) -> str:
    if isinstance(layer, Off):
        return draft.x
    writer = dialect.writers.get(layer.kind)
    if writer is None:
        raise UserError("code_unavailable", kind=layer.kind, framework=dialect.title)
    return writer(layer, draft)


def _imports(dialect: Dialect, draft: Draft) -> list[str]:
    needed = [*dialect.imports, *([dialect.file_import] if draft.files else [])]
    uses_math = any("math." in dialect.helpers[name].text for name in _needed(dialect, draft))
    return [*needed, *(["import math"] if uses_math else [])]


def _external(line: str) -> int:
    """The standard library first, then plain imports, then those of parts."""
    return 0 if line == "import math" else 2 if line.startswith("from") else 1


def _functions(dialect: Dialect, draft: Draft) -> list[str]:
    texts = [dialect.helpers[name].text.strip("\n") for name in _needed(dialect, draft)]
    return [line for text in texts for line in (*text.split("\n"), "", "")]


def _needed(dialect: Dialect, draft: Draft) -> list[str]:
    """The helpers called and those that they call, in the order of the table."""
    found, waiting = set(), list(draft.helpers)
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting += [other for other in dialect.helpers[name].needs if other not in found]
    return [name for name in dialect.helpers if name in found]


def _plain(texts: list[str]) -> list[Line]:
    return [Line(text) for text in texts]
