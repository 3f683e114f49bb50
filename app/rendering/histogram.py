"""A histogram as the outline that a page draws."""

from __future__ import annotations


def histogram_svg_path(counts: tuple[int, ...], width: float, height: float) -> str:
    """The histogram as a closed SVG path in a box of width x height, standing on its lower edge.

    Heights go by the square root of the counts, so that rare values stay visible beside a heap of zeros.
    """
    most = max(counts, default=0)
    path = [f"M0 {height:g}"]
    for i, count in enumerate(counts):
        top = height * (1 - (count / most) ** 0.5) if most else height
        path.append(f"V{round(top, 2):g}H{round(width * (i + 1) / len(counts), 2):g}")
    return "".join([*path, f"V{height:g}Z"])
