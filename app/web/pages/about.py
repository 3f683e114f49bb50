"""The network's card as a page, with what becomes of uploads and who made the pictures and files shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from fastapi import APIRouter, Request, Response

from app.engine.network import Network
from app.i18n import Language
from app.i18n.numbers import format_percent
from app.store.samples import SAMPLES
from app.web.deps import LanguageOf, ServicesOf
from app.web.pages.about_card import (
    DRAWN,
    SAYS,
    Card,
    accuracies,
    by_set,
    confusions,
    failures,
    found,
    outsiders,
    robustness,
    suspects,
)
from app.web.pages.about_plots import bar, coverage_chart, reliability_chart, roc_chart
from app.web.pages.code import measured
from app.web.pages.compared import comparison
from app.web.pages.frame import page, spoken_time
from app.web.pages.scene import LabState
from app.web.templating import ROOT

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Vendored:
    """A file that others wrote and that is served with the pages."""

    file: str
    package: str
    licence: str


@router.get("/about")
async def about(request: Request, lang: LanguageOf, services: ServicesOf) -> Response:
    """The page; where no network is loaded it holds the rest."""
    networks = await services.jobs.run(services.shelf, request)
    network = next(iter(networks.loaded.values()), None)
    values = {
        "share": lambda value: format_percent(value, lang, 1),
        "kept": spoken_time(services.settings.photo_lifetime_s),
        "network_kept": spoken_time(services.settings.network_lifetime_s),
        "limits": services.limits,
        "samples": SAMPLES,
        "vendored": vendored(),
        "network": network,
        **(card_values(network, lang) if network else {}),
    }
    return page(request, "about/page.html", lang, "about", lambda code: f"/about?lang={code}", values)


def card_values(network: Network, lang: Language) -> dict[str, Any]:
    """What the templates of the card show, as it stands there."""
    card = network.card
    bins, rocs = by_set(card, "reliability", DRAWN), by_set(card, "roc", DRAWN)
    outside = found(card, "figures", "other", "roc_ood_dev_against_val")
    coverage = by_set(card, "risk_coverage")
    return {
        "card": card,
        "found": found,
        "says": SAYS,
        "bar": bar,
        "accuracies": accuracies(card),
        "confusions": confusions(card),
        "outsiders": outsiders(card),
        "bins": bins,
        "errors": by_set(card, "calibration_error"),
        "reliability": reliability_chart(bins) if bins else None,
        "rocs": rocs,
        "roc": roc_chart(rocs) if rocs else None,
        "outside": outside,
        "outside_roc": roc_chart({"about.neither": outside}) if outside else None,
        "robustness": robustness(card),
        "roc_points": {key: curve["points"] for key, curve in rocs.items()},
        "coverage_points": {
            key: [(point["answered"], point["accuracy"]) for point in points]
            for key, points in coverage.items()
        },
        "rule": rule(card),
        "coverage_plot": coverage_chart(coverage, rule(card)) if coverage else None,
        "failures": failures(card),
        "suspects": suspects(card),
        "measured": comparison(card.get("frameworks")) or measured(),
        "calibration": found(card, "figures", "calibration"),
        "chance": by_set(card, "calibration_error_by_chance"),
        "lab_url": LabState(stack=network.text, size=512, fit="squeeze", lang=lang).url(),
    }


def rule(card: Card) -> dict[str, tuple[float, float]]:
    """For each set, what share the limits of `unsure` leave to be answered, and how much of that is right."""
    silent, right = by_set(card, "unsure"), by_set(card, "accuracy_when_sure")
    return {key: (1.0 - silent[key], right[key]) for key in silent if key in right}


@cache
def vendored() -> tuple[Vendored, ...]:
    """The vendored files, from the table that lies beside them."""
    table = (ROOT / "static" / "vendor" / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\S+) \| (.+?) \| (.+?) \| [0-9a-f]{64} \|$", table, re.MULTILINE)
    return tuple(Vendored(file, package.replace("`", ""), licence) for file, package, licence in rows)
