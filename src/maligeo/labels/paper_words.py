"""The words of maps on paper and of reports, in pairs."""

from collections.abc import Mapping
from typing import Final

# key: (French, English)
PAPER_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "paper.scale": ("Échelle 1 : {denominator}", "Scale 1:{denominator}"),
    "paper.west": ("O", "W"),
    "paper.projection": (
        "Projection cylindrique équivalente, longueurs exactes à {latitude}° de latitude",
        "Cylindrical equal-area projection, lengths true at latitude {latitude}°",
    ),
    "paper.page": ("Page {at} sur {all}", "Page {at} of {all}"),
    "paper.more": (
        "La suite des notes est dans la version PDF.",
        "The PDF version has the rest of the notes.",
    ),
    "paper.numbers": ("Numéros sur la carte", "Numbers on the map"),
    "paper.unnamed": (
        "Unités sans nom sur la carte, faute de place : {count}",
        "Units without a name on the map, for want of room: {count}",
    ),
    "paper.values": ("Valeurs par unité", "Values by unit"),
    "paper.counted": ("{name} : {count}", "{name}: {count}"),
    "paper.remark": ("{names} : {remark}", "{names}: {remark}"),
    "report.title": ("{name} (Mali) : profil", "{name} (Mali): profile"),
    "report.figures": ("Chiffres clés", "Key figures"),
    "report.incidents": ("Incidents, {period}", "Incidents in {period}"),
    "report.rate": (
        "Incidents pour 100 000 habitants et par an",
        "Incidents per 100,000 people and year",
    ),
    "report.per_100k": (
        "{rate} pour 100 000 habitants et par an",
        "{rate} per 100,000 people and year",
    ),
    "report.victims": ("Victimes, {period}", "Victims in {period}"),
    "report.killed": ("Tués, {period}", "Killed in {period}"),
    "report.injured": ("Blessés, {period}", "Injured in {period}"),
    "report.area": ("Superficie du contour", "Area of the outline"),
    "report.projects": ("Projets recensés", "Projects recorded"),
    "report.shares": (
        "{count} en parts (compte fractionné)",
        "{count} in shares (fractional count)",
    ),
    "report.trend": ("Évolution : {unit}", "Trend: {unit}"),
    "report.trend_note": (
        "Un trait par période publiée ; la bande claire est son intervalle. Hachures : pas de "
        "donnée. Rien n’est relié par-dessus un manque, ni d’une publication à l’autre.",
        "One stroke per published period; the pale band is its interval. Hatched: no data. "
        "Nothing is joined over a gap, nor from one publication to another.",
    ),
    "report.no_trend": ("Aucun chiffre par période.", "No figure by period."),
    "report.periods": ("Incidents par période", "Incidents by period"),
    "report.earlier": (
        "Périodes plus anciennes, montrées par le graphique seul : {count}",
        "Earlier periods, which only the chart shows: {count}",
    ),
    "report.count": ("Incidents recensés", "Incidents recorded"),
    "report.per_people": ("pour 100 000 par an", "per 100,000 a year"),
    "report.locator": ("Situation de {name}", "Where {name} lies"),
    "report.programmes": ("Programmes dans la région", "Programmes in the region"),
    "report.present": ("Présents", "Present"),
    "report.absent": (
        "Aucun projet cité ici, ce qui ne prouve pas qu’il n’y en ait aucun",
        "No project named here, which does not prove that there is none",
    ),
    "report.unplaced": (
        "projets rattachés à aucune région : {count}",
        "projects tied to no single region: {count}",
    ),
    "report.none": ("aucun", "none"),
    "report.gap": ("Écart, en places", "Gap, in places"),
    "report.gap_order": ("Rang par écart décroissant", "Rank by falling gap"),
    "report.gap_place": ("{place} sur {all}", "{place} of {all}"),
    "report.need_rank": ("Rang du besoin (1 : le plus fort)", "Rank of the need (1 is the most)"),
    "report.response_rank": (
        "Rang de la réponse (1 : la plus forte)",
        "Rank of the response (1 is the most)",
    ),
    "report.certainty": ("Certitude du signe", "Certainty of the sign"),
    "report.robust": ("solide", "robust"),
    "report.agreement": ("{share} % des tirages", "{share}% of the draws"),
    "report.balance": (
        "Placés et non placés dans le pays, {period}",
        "Placed and not placed in the country, {period}",
    ),
    "report.quality": ("Qualité des données", "Data quality"),
    "report.national_only": (
        "Chiffres nationaux seulement, sans part connue d’une région : {periods}",
        "National figures only, without a known part of any region: {periods}",
    ),
}
