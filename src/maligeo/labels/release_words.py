"""The words that say for whom a product is, and what was withheld, in pairs."""

from collections.abc import Mapping
from typing import Final

# key: (French, English)
RELEASE_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "audience.internal": ("INTERNE : ne pas diffuser", "INTERNAL: do not pass on"),
    "audience.partner": (
        "Pour les partenaires nommés : ne pas publier",
        "For named partners: do not publish",
    ),
    "audience.public": ("Version publique", "Public version"),
    "total.hidden_note": (
        "De petits nombres, et d’autres qui les trahiraient, ne sont pas publiés.",
        "Small counts, and others that would give them away, are withheld.",
    ),
    "value.withheld": ("non publié", "withheld"),
    "legend.withheld": ("Pas de donnée, ou non publié", "No data, or withheld"),
    "legend.withheld_note": ("ce n’est pas zéro", "this is not zero"),
}
