"""What the card says in words, and how it is written.

`python -m models.card` writes into the card what was measured apart from it: the comparison of the frameworks.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

TERMS = (
    "The training pictures come from many sources whose terms allow non-commercial research and "
    "education, or state no licence at all. They were used to train and to measure only: none of them is "
    "shipped or shown. Whether weights learned from them may be used commercially is not settled; treat "
    "these as for non-commercial research and education."
)
UNSURE_RULE = (
    "p_other is the softmax of the three logits (no temperature) at `other`; confidence is the larger of "
    "the softmax of the cat and dog logits divided by the temperature. The answer is unsure when p_other "
    "> max_other (reason unlike_training) or else when confidence < min_confidence (reason "
    "low_confidence). The limits are set on validation pictures so that at most 5 % of them are unsure; "
    "no picture of ood_dev was used for it."
)
# By a code, so that a page may say each in its language; the numbers stand under `figures`.
KNOWN_FAILURES = {
    "other_sources": "Photos unlike the main source (stock, web, phones) are read worse than validation ones.",
    "unsure_elsewhere": "Photos of other sources are called unsure more often than validation ones.",
    "turned": "Pictures turned by 90 degrees or upside down: the training pictures are upright.",
    "small_or_blurred": "Animals that fill little of the picture, and blurred pictures.",
    "look_alikes": "Foxes, wolves and big cats often pass as cat or dog: `unsure` is a hint, not a guard.",
    "plain_colour": "A picture of one plain colour may be called cat instead of unsure.",
    "two_animals": "Two animals in one picture get one label.",
}


FOLDER = Path(__file__).parent
FRAMEWORKS = FOLDER / "frameworks.json"


def measured_apart() -> dict[str, Any]:
    """Return the parts of a card that other commands measured, and that outlive the weights."""
    return {"frameworks": read_card(FRAMEWORKS)} if FRAMEWORKS.exists() else {}


def read_card(path: Path) -> dict[str, Any]:
    """Read a card."""
    card: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return card


def write_card(path: Path, card: dict[str, Any]) -> None:
    """Write a card; curves' points and listed pictures stand on one line each."""
    path.write_text(to_text(card) + "\n", encoding="utf-8")


def to_text(value: Any, depth: int = 0) -> str:
    """Return JSON, indented by two; what fits on a line of 100 characters stays on it."""
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or not value or len(flat) + 2 * depth <= 100:
        return flat
    inner, outer = "  " * (depth + 1), "  " * depth
    if isinstance(value, dict):
        parts = [f"{json.dumps(key)}: {to_text(part, depth + 1)}" for key, part in value.items()]
    else:
        parts = [to_text(part, depth + 1) for part in value]
    opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
    return f"{opening}\n{inner}" + f",\n{inner}".join(parts) + f"\n{outer}{closing}"


def main() -> None:
    """Write what was measured apart into the shipped card."""
    path = FOLDER / "catdog.json"
    write_card(path, read_card(path) | measured_apart())


if __name__ == "__main__":
    main()
