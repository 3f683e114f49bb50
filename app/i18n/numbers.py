"""Writes numbers the way each language does: decimal sign, true minus, groups of digits, per cent."""

import math
from collections.abc import Sequence
from typing import Literal

Language = Literal["en", "es"]
LANGUAGES: tuple[Language, ...] = ("en", "es")

MINUS = "\u2212"
NARROW_NO_BREAK_SPACE = "\u202f"
SIGNIFICANT_DIGITS = 4  # what a float shows unless told: enough for a map's value, short enough for a label
GROUP_FROM = 10_000  # four-digit numbers stay together, as the Spanish academy advises
_POINT = {"en": ".", "es": ","}
_LIST_SIGN = {"en": ", ", "es": "; "}  # a comma between Spanish decimals could not be told from one in them


def format_number(value: float, language: Language, digits: int | None = None) -> str:
    """Write `value` for reading: whole numbers in full, others with `digits` decimals.

    Without `digits` a float shows four significant digits and no trailing zeros. Digits are grouped by
    threes with a narrow no-break space from 10 000 on, in both languages (ISO 80000-1, section 7.3.1).
    """
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("∞" if value > 0 else f"{MINUS}∞")
    if digits is not None:
        text = f"{value:.{digits}f}"
    elif isinstance(value, int) or float(value).is_integer():
        text = str(int(value)) if abs(value) < 1e15 else f"{value:.{SIGNIFICANT_DIGITS - 1}e}"
    else:
        text = _shortest(value)
    if float(text) == 0:
        text = text.lstrip("-")
    sign, text = (MINUS, text[1:]) if text.startswith("-") else ("", text)
    mantissa, e, exponent = text.partition("e")
    whole, point, decimals = mantissa.partition(".")
    written = sign + _grouped(whole) + (_POINT[language] + decimals if point else "")
    return written + (f"·10^{int(exponent)}".replace("-", MINUS) if e else "")


def format_percent(share: float, language: Language, digits: int = 0) -> str:
    """Write a share of one as per cent: 0.973 is '97 %', with a narrow no-break space in both languages.

    What is not none or all is not written so: 0.9996 is '> 99 %', 0.0004 '< 1 %'.
    """
    step = 10.0**-digits
    shown, sign = round(100 * share, digits), ""
    if shown == 100 and share < 1:
        shown, sign = 100 - step, f">{NARROW_NO_BREAK_SPACE}"
    elif shown == 0 and share > 0:
        shown, sign = step, f"<{NARROW_NO_BREAK_SPACE}"
    return f"{sign}{format_number(shown, language, digits)}{NARROW_NO_BREAK_SPACE}%"


def format_value(value: object, language: Language) -> str:
    """Write one parameter of a text: numbers by language, sequences as lists, all else as it is."""
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    if isinstance(value, int | float):
        return format_number(value, language)
    if isinstance(value, range):
        return (
            f"{format_number(value.start, language)}–{format_number(value[-1], language)}" if value else "–"
        )
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _LIST_SIGN[language].join(format_value(item, language) for item in value)
    return str(value)


def _shortest(value: float) -> str:
    """Write a fraction with four significant digits, in powers of ten only where it is tiny or huge."""
    magnitude = abs(value)
    if magnitude < 1e-4 or magnitude >= 1e9:
        mantissa, _, exponent = f"{value:.{SIGNIFICANT_DIGITS - 1}e}".partition("e")
        return f"{mantissa.rstrip('0').rstrip('.')}e{exponent}"
    decimals = max(0, SIGNIFICANT_DIGITS - 1 - math.floor(math.log10(magnitude)))
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _grouped(whole: str) -> str:
    """Part the digits of a large whole number by threes."""
    if len(whole) < len(str(GROUP_FROM)):
        return whole
    return f"{int(whole):,}".replace(",", NARROW_NO_BREAK_SPACE)
