"""The labels that controls bear on the pages, in both languages, with the parameter that each stands for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from app.i18n import LANGUAGES, load_catalogue
from app.lessons.hiding import parameters
from app.web.language import label_keys


@cache
def control_labels() -> Mapping[str, str]:
    """Label in small letters -> parameter."""
    catalogue = load_catalogue()
    return {
        catalogue.text(key, language).casefold(): name
        for name in parameters()
        for key in label_keys(name)
        for language in LANGUAGES
    }
