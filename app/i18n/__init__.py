"""Every text a user reads, in English and Spanish side by side; nothing else in the program has words."""

from app.i18n.catalogue import Catalogue, MissingTextError, load_catalogue
from app.i18n.negotiation import negotiate
from app.i18n.numbers import LANGUAGES, Language

__all__ = ["LANGUAGES", "Catalogue", "Language", "MissingTextError", "load_catalogue", "negotiate"]
