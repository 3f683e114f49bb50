"""Challenges without a line: guess a hidden kernel from what it makes of pictures, make the network say unsure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np

from app.domain.errors import UserError
from app.engine.probe import Change, Cover
from app.explorer.challenges.verdict import Finding, Floats, Verdict, last_maps, traced
from app.explorer.explorer import Explorer

CLOSE = 0.01  # of each of the nine numbers
MOST_COVERED, SURE = 0.15, 0.9
CLEARLY_TURNED = 0.5
PICTURE = 112  # cells a side of what the network reads
UNSURE_SAMPLES = (
    "dog-jumping",
    "dog-retriever",
    "dog-dachshund-snow",
)  # found by trying patches: a small one makes the network unsure of each


def hidden_kernel(which: int) -> Floats:
    """The nine numbers of a hidden kernel, drawn from its number: tenths from −2 to 2, never its own turn."""
    drawn = np.random.default_rng(
        int.from_bytes(hashlib.sha256(f"kernel {which}".encode()).digest()[:8], "big")
    )
    kernel: Floats = np.zeros((3, 3))
    while float(np.abs(kernel - kernel[::-1, ::-1]).max()) < CLEARLY_TURNED:
        kernel = np.array([value / 10 for value in drawn.integers(-20, 21, 9)]).reshape(3, 3)
    return kernel


def answer_of_hidden(explorer: Explorer, which: int, image: str) -> Floats:
    """What the hidden kernel makes of a picture, as conv with padding 1 does: (H, W)."""
    rows = ";".join(",".join(f"{value:.1f}" for value in row) for row in hidden_kernel(which))
    made: Floats = last_maps(traced(explorer, image, f"gray|conv([{rows}],padding=1)"))[0]
    return made


def guess_kernel(explorer: Explorer, given: Mapping[str, str]) -> Verdict:
    """Nine numbers, each within a hundredth; the fewer pictures were sent the better."""
    wanted = hidden_kernel(number(given, "which", 1, 999)).ravel()
    guessed = read_nine(given.get("kernel", ""))
    off = int((np.abs(guessed - wanted) > CLOSE).sum())
    sent = number(given, "sent", 0, 999)
    medal = "gold" if sent <= 1 else "silver" if sent <= 3 else "bronze"
    return Verdict((Finding("kernel_found", off == 0, {"right": 9 - off}),), medal, sent)


def read_nine(text: str) -> Floats:
    """Nine numbers, as ``1,2,3;4,5,6;7,8,9`` with or without brackets; decimal points.

    Raises
    ------
    UserError
        `challenge_nine_numbers`.
    """
    parts = text.strip().strip("[]").replace(";", ",").split(",")
    try:
        numbers = np.array([float(part) for part in parts])
    except ValueError:
        raise UserError("challenge_nine_numbers") from None
    if len(numbers) != 9 or not np.isfinite(numbers).all():
        raise UserError("challenge_nine_numbers")
    return numbers


def make_unsure(explorer: Explorer, given: Mapping[str, str]) -> Verdict:
    """A grey patch over a sample of which the network is sure; it has to say unsure."""
    image = given.get("image", "") or UNSURE_SAMPLES[0]
    cover = Cover(
        number(given, "top", 0, PICTURE),
        number(given, "left", 0, PICTURE),
        number(given, "rows", 1, PICTURE),
        number(given, "cols", 1, PICTURE),
    )
    seen_rows = max(0, min(cover.top + cover.rows, PICTURE) - cover.top)
    seen_cols = max(0, min(cover.left + cover.cols, PICTURE) - cover.left)
    share = seen_rows * seen_cols / PICTURE**2
    _, before = explorer.classify(image)
    _, after = explorer.what_if(image, Change(cover=cover))
    sure = max(before.probabilities.values())
    return Verdict(
        (
            Finding("was_sure", before.reason is None and sure >= SURE, {"share": sure}),
            Finding("patch_small_enough", share <= MOST_COVERED, {"share": share}),
            Finding("says_unsure", after.reason is not None, {"share": max(after.probabilities.values())}),
        ),
        score=share,
    )


def number(given: Mapping[str, str], name: str, low: int, high: int) -> int:
    """A whole number of an answer.

    Raises
    ------
    UserError
        `challenge_number`.
    """
    text = given.get(name, "").strip()
    if not (text.isascii() and text.isdecimal() and len(text) < 6) or not low <= int(text) <= high:
        raise UserError("challenge_number", name=name, value=text[:20], low=low, high=high)
    return int(text)
