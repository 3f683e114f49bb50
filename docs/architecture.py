"""Draws docs/architecture.svg: the rows of the import contract, and the ways that docs/architecture.md tells.

python -m docs.architecture
"""

import re
import tomllib
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "architecture.md"
PICTURE = ROOT / "docs" / "architecture.svg"
WIDTH, ROW, GAP, SIDE, TOP = 920, 62, 26, 16, 20
LETTER = 6.4  # pixels, on the average
WAYS = (("A slider is moved", "slider"), ("A photo is uploaded and labelled", "photo"))
STYLE = """
    svg { --ground: #fafaf8; --sheet: #fff; --line: #858a93; --ink: #17191e; --quiet: #454a53;
      --slider: #c2006b; --photo: #0a5fc4; --number: #fff; font-family: system-ui, sans-serif }
    @media (prefers-color-scheme: dark) { svg { --ground: #131519; --sheet: #1a1d22; --line: #737a86; --ink: #eceef0;
      --quiet: #b9bec7; --slider: #ff7fbf; --photo: #74bdff; --number: #131519 } }
    .ground { fill: var(--ground) } .room { fill: var(--sheet); stroke: var(--line) }
    .name { fill: var(--ink); font: 600 15px ui-monospace, monospace } .about { fill: var(--quiet); font-size: 12.5px }
    .arrow { stroke: var(--line); stroke-width: 1.5; fill: none } .tip { fill: var(--line) }
    .slider { fill: var(--slider) } .photo { fill: var(--photo) }
    .number { fill: var(--number); font-size: 11.5px; font-weight: 600; text-anchor: middle }
"""


def rows() -> list[list[str]]:
    """The packages as the contract lists them, the uppermost row first."""
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
    contract = next(one for one in tools["importlinter"]["contracts"] if one["type"] == "layers")
    return [[name.strip() for name in row.split("|")] for row in contract["layers"]]


def packages() -> dict[str, str]:
    """What the page says of each package, without its marks."""
    found = re.findall(r"^\| `(\w+)` \| (.+) \|$", PAGE.read_text("utf-8"), re.M)
    return {name: about.replace("`", "") for name, about in found}


def steps(title: str) -> list[str]:
    """The packages that a way goes through, in its order."""
    section = PAGE.read_text("utf-8").split(f"## {title}\n")[1].split("\n## ")[0]
    return re.findall(r"^\d+\. `(\w+)`:", section, re.M)


def drawing() -> str:
    """The picture as SVG."""
    floors, ways = rows(), {kind: steps(title) for title, kind in WAYS}
    bottom = TOP + len(floors) * (ROW + GAP)
    parts = [f'<rect class="ground" width="{WIDTH}" height="{bottom + 24}" rx="6"/>']
    for number, floor in enumerate(floors):
        y = TOP + number * (ROW + GAP)
        width = (WIDTH - 2 * SIDE - 12 * (len(floor) - 1)) / len(floor)
        for place, name in enumerate(floor):
            parts += _room(name, SIDE + place * (width + 12), y, width, ways)
        if number:
            parts.append(_arrow(y))
    parts += _legend(bottom + 4)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom + 24}" role="img">\n'
        f"  <title>The packages of app: each row may import the rows below it</title>\n"
        f"  <style>{STYLE}  </style>\n  " + "\n  ".join(parts) + "\n</svg>\n"
    )


def _room(name: str, x: float, y: float, width: float, ways: dict[str, list[str]]) -> list[str]:
    """A package with its name, what it is for, and the numbers of the steps that come through."""
    whole = packages()[name]
    about = whole if len(whole) * LETTER < width - 24 else whole.partition(":")[0]
    parts = [
        f'<rect class="room" x="{x:g}" y="{y}" width="{width:g}" height="{ROW}" rx="4"/>',
        f'<text class="name" x="{x + 12:g}" y="{y + 25}">{escape(name)}</text>',
        f'<text class="about" x="{x + 12:g}" y="{y + 47}">{escape(about)}</text>',
    ]
    at = x + width - 16
    for kind, way in reversed(ways.items()):
        for step in reversed([number for number, passed in enumerate(way, 1) if passed == name]):
            parts += _step(kind, str(step), at, y + 18)
            at -= 21
    return parts


def _step(kind: str, number: str, x: float, y: float) -> list[str]:
    """A step's number: round on the slider's way, square on the photo's."""
    mark = (
        f'<circle class="slider" cx="{x:g}" cy="{y}" r="9"/>'
        if kind == "slider"
        else f'<rect class="photo" x="{x - 9:g}" y="{y - 9}" width="18" height="18" rx="2"/>'
    )
    return [mark, f'<text class="number" x="{x:g}" y="{y + 4}">{number}</text>']


def _arrow(y: float) -> str:
    """Down from one row to the next."""
    x = WIDTH // 2
    return f'<path class="arrow" d="M{x} {y - GAP + 3}V{y - 8}"/><path class="tip" d="M{x - 5} {y - 9}h10l-5 7z"/>'


def _legend(y: float) -> list[str]:
    """What the marks and the arrows mean."""
    parts = [*_step("slider", "1", SIDE + 9, y), *_step("photo", "1", SIDE + 209, y)]
    said = ((24, WAYS[0][0]), (224, WAYS[1][0]), (510, "Arrows: may import whatever stands further down"))
    return parts + [f'<text class="about" x="{SIDE + x}" y="{y + 4}">{text}</text>' for x, text in said]


if __name__ == "__main__":
    PICTURE.write_text(drawing(), "utf-8")
    print(PICTURE)
