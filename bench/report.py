"""What was measured, as README's section on performance and as docs/performance.svg."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FIGURES = ROOT / "docs" / "performance.json"
PLOT = ROOT / "docs" / "performance.svg"
README = ROOT / "README.md"
BEGIN, END = "<!-- performance: written by `make bench` -->", "<!-- /performance -->"

PLOTTED = "How a move's time grows: the median, for pupils with two workers the 95th percentile"

Figures = Mapping[str, Any]
STEPS = (
    ("floor", "the floor: five maps, nothing else"),
    ("maps", "a slider moved, five maps over REST"),
    ("page", "a slider moved, the lab's part with its maps"),
    ("page_64", "the same at the lab's first size, 64 x 64"),
    ("last", "the last layer's slider moved, its map"),
    ("inside", "five maps computed and drawn, without HTTP"),
    ("inside_last", "the last layer's alone, without HTTP"),
    ("whole_page", "the lab's whole page"),
    ("field", "another cell pinned: its receptive field, its numbers, the page's part"),
    ("upload", "an upload (JPEG, 512 x 512)"),
    ("classify", "cat, dog or unsure, for an uploaded photo"),
    ("network", "an upload and the network's page with every map"),
    ("plain", "the five maps by torch's conv2d and Pillow's PNG, without a server"),
)
ANSWERS = (
    ("http", "over HTTP", (
        ("ours", "Convisor, the map"), ("ours_with_page", "Convisor, the page's part and the map"),
        ("gradio", "Gradio, the photo with every call"), ("gradio_kept", "Gradio, the photo kept in the app"),
        ("gradio_encoded", "Gradio, photo kept, our PNG encoder"),
    )),
    ("client", "through gradio_client", (
        ("given", "Gradio, the photo with every call"), ("kept", "Gradio, the photo kept in the app"),
        ("encoded", "Gradio, photo kept, our PNG encoder"),
    )),
    ("browser", "in Chromium, arrow key to picture", (
        ("ours", "Convisor"), ("gradio", "Gradio"), ("streamlit", "Streamlit"),
    )),
)  # fmt: skip


def keep(part: str, figures: object) -> None:
    """Put one part's figures beside the others."""
    found = read()
    found[part] = {"figures": figures, "on": date.today().isoformat(), "machine": _machine()}
    FIGURES.write_text(json.dumps(found, indent=1, default=float) + "\n")


def read() -> dict[str, Any]:
    """All that was kept."""
    return json.loads(FIGURES.read_text()) if FIGURES.exists() else {}


def write() -> None:
    """Write the README's section and the plot anew."""
    kept = read()
    figures = {part: found["figures"] for part, found in kept.items()}
    before, _, rest = README.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    README.write_text(f"{before}{BEGIN}\n{section(figures, kept)}{END}{after}")
    if "scaling" in figures:
        PLOT.write_text(plot(figures["scaling"]))


def section(figures: Figures, kept: Figures) -> str:
    """The tables, as Markdown."""
    lines: list[str] = []
    if steps := figures.get("steps"):
        lines += _table(
            ("512 x 512 RGB, five layers, one core", "ms", "of the floor"),
            ((label, f"{steps[name]:.1f}", f"{steps[name] / steps['floor']:.2f}") for name, label in STEPS),
        )
    if against := figures.get("against"):
        least = against["http"]["ours"], against["http"]["ours"], against["browser"]["ours"]
        lines += _table(
            ("one Gaussian, 512 x 512", "way", "ms", "of ours"),
            (
                (label, way, f"{against[key][name]:.0f}", f"{against[key][name] / ours:.1f}")
                for (key, way, who), ours in zip(ANSWERS, least, strict=True)
                for name, label in who
            ),
        )
    if classes := figures.get("classes"):
        lines += _table(
            ("class", "workers", "moves", "median ms", "p95 ms", "refused", "server's cores", "MB after"),
            (
                (
                    f"{found['pupils']} pupils, a move every {found['pause']:g} s, size {found['size']}",
                    str(found["workers"]), f"{found['moves']:.0f}", f"{found['median']:.0f}", f"{found['p95']:.0f}",
                    f"{found['refused']:.0f}", f"{found['cores']:.2f}", f"{found['after_mb']:.0f}",
                )
                for found in classes
            ),
        )  # fmt: skip
    if start := figures.get("start"):
        lines.append(
            f"From the start to the first answer {start['first_s']:.1f} s, to the classifier {start['warm_s']:.1f} s; "
            f"idle {start['idle_1_mb']:.0f} MB with one worker, {start['idle_2_mb']:.0f} with two (what they share "
            "counts once)."
        )
    if points := figures.get("memory"):
        middle, last = points[len(points) // 2 - 1], points[-1]
        lines.append(
            f"Memory over {last['moves']:,} moves that never repeat: {middle['resident']:.0f} MB after "
            f"{middle['moves']:,}, {last['resident']:.0f} MB at the end."
        )
    if "scaling" in figures:
        lines += ["", f"![{PLOTTED}](docs/performance.svg)"]
    days = sorted({found["on"] for found in kept.values()})
    machines = sorted({found["machine"] for found in kept.values()})
    return "\n".join([*lines, "", f"Measured {' and '.join(days)} on {' and '.join(machines)}.", ""])


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    titles = tuple(head)
    return [
        *(f"| {' | '.join(row)} |" for row in (titles, ("---",) * len(titles), *rows)),
        "",
    ]


def _machine() -> str:
    """The processor and how many cores of it there are."""
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    name = names[0].partition(":")[2].strip() if names else platform.machine()
    return f"{len(names)} cores of {name}"


WIDE, HIGH, LEFT, TOP = 190, 150, 44, 34
CROWDED = 22  # pixels between two numbers on an axis
TITLES = {
    "pixels": "pixels a side",
    "layers": "layers (512 px)",
    "kernel": "first kernel's size (512 px)",
    "pupils": "pupils (512 px)",
}


def plot(scaling: Mapping[str, Mapping[str, float]]) -> str:
    """Four small line plots, each from zero, as SVG that keeps to the reader's light or dark."""
    width = (WIDE + LEFT + 16) * len(TITLES)
    style = (
        "text{font:12px system-ui,sans-serif;fill:#444}.v{fill:none;stroke:#1f6feb;stroke-width:2}.d{fill:#1f6feb}"
        ".a{stroke:#999}@media(prefers-color-scheme:dark){text{fill:#bbb}.v{stroke:#6cb0ff}.d{fill:#6cb0ff}}"
    )
    parts = [
        _panel(scaling[name], title, (WIDE + LEFT + 16) * at + LEFT)
        for at, (name, title) in enumerate(TITLES.items())
    ]
    said = (
        "Milliseconds of a move by pixels, layers and kernel size (median), and by pupils (95th percentile)"
    )
    head = f'viewBox="0 0 {width} {HIGH + TOP + 40}" role="img" aria-label="{said}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {head}>'
        f"<title>{said}</title><style>{style}</style>{''.join(parts)}</svg>\n"
    )


def _panel(points: Mapping[str, float], title: str, left: int) -> str:
    most, last = max(points.values()) * 1.1, max(float(at) for at in points)
    places = [
        (left + WIDE * float(at) / last, TOP + HIGH * (1 - ms / most), at, ms) for at, ms in points.items()
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y, _, _ in places)
    axes = f'<path class="a" fill="none" d="M{left} {TOP}V{TOP + HIGH}H{left + WIDE}"/>'
    dots = "".join(
        f'<circle class="d" cx="{x:.1f}" cy="{y:.1f}" r="3"/>'
        f'<text x="{x:.1f}" y="{y - 8:.1f}" text-anchor="middle">{ms:.0f}</text>'
        for x, y, _, ms in places
    )
    shown: list[float] = []
    ticks = ""
    for x, _, at, _ in places:
        if not shown or x - shown[-1] > CROWDED:
            shown.append(x)
            ticks += f'<text x="{x:.1f}" y="{TOP + HIGH + 16}" text-anchor="middle">{at}</text>'
    name = f'<text x="{left}" y="{TOP + HIGH + 34}">{title}</text><text x="{left}" y="14">ms</text>'
    return f'{axes}<polyline class="v" points="{line}"/>{dots}{ticks}{name}'
