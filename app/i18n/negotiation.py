"""Chooses the language of an answer from the Accept-Language header (RFC 9110, section 12.5.4)."""

from app.i18n.numbers import LANGUAGES, Language

LONGEST_HEADER = 1000  # characters looked at; browsers send well under 200


def negotiate(accept_language: str | None, default: Language = "en") -> Language:
    """Return the language that the header wants most and we have; `default` where it wants neither.

    The first of equal weights wins; `es-AR` counts as Spanish; `*` stands for the default.
    """
    best, best_weight = default, 0.0
    for entry in (accept_language or "")[:LONGEST_HEADER].split(","):
        tag, _, parameters = entry.partition(";")
        weight = _weight(parameters)
        primary = tag.strip().lower().partition("-")[0]
        if weight <= best_weight:
            continue
        if primary == "*":
            best, best_weight = default, weight
        for language in LANGUAGES:
            if primary == language:
                best, best_weight = language, weight
    return best


def _weight(parameters: str) -> float:
    """Read `q=0.8`; without it 1, and 0 for what is no weight between 0 and 1."""
    name, _, value = parameters.strip().partition("=")
    if not name:
        return 1.0
    try:
        weight = float(value)
    except ValueError:
        return 0.0
    return weight if name.strip().lower() == "q" and 0 <= weight <= 1 else 0.0
