"""The words of the interface, in pairs, so that neither language can lack one."""

from collections.abc import Mapping
from typing import Final

from maligeo.checks import require_known
from maligeo.labels.layer_words import LAYER_WORDS
from maligeo.labels.paper_words import PAPER_WORDS
from maligeo.labels.release_words import RELEASE_WORDS
from maligeo.labels.typesetting import typeset

# key: (French, English)
_PAGE_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "page.title": (
        "Mali : engins explosifs, projets et population par région",
        "Mali: explosive devices, projects and people by region",
    ),
    "page.units": ("découpage de {vintage}", "division of {vintage}"),
    "page.no_script": (
        "Cette carte a besoin de JavaScript, qui est désactivé dans ce navigateur.",
        "This map needs JavaScript, which is switched off in this browser.",
    ),
    "page.map": ("Carte des régions", "Map of the regions"),
    "page.panel": ("Choix et légende", "Choices and legend"),
    "page.panel_show": ("Mesure, période et détails", "Measure, period and details"),
    "page.panel_hide": ("Réduire le panneau", "Fold the panel"),
    "page.close": ("Fermer", "Close"),
    "control.measure": ("Mesure", "Measure"),
    "control.period": ("Période", "Period"),
    "control.zoom_in": ("Agrandir", "Zoom in"),
    "control.zoom_out": ("Réduire", "Zoom out"),
    "control.overview": ("Vue d’ensemble", "Whole view"),
    "control.north": ("Nord", "North"),
    "layer.incidents": ("Incidents (EEI et mines)", "Incidents (IEDs and mines)"),
    "layer.incidents_per_100k": (
        "Incidents pour 100 000 habitants",
        "Incidents per 100,000 people",
    ),
    "layer.projects": ("Projets (compte entier)", "Projects (full count)"),
    "layer.projects_fractional": ("Projets (compte fractionné)", "Projects (fractional count)"),
    "layer.programmes": ("Programmes présents", "Programmes present"),
    "layer.people": ("Population", "Population"),
    "layer.people_per_sqkm": ("Densité de population", "Population density"),
    "title.incidents": (
        "Incidents d’engins explosifs (EEI et mines)",
        "Explosive incidents (IEDs and mines)",
    ),
    "title.incidents_per_100k": (
        "Fréquence des incidents d’engins explosifs",
        "Rate of explosive incidents",
    ),
    "title.projects": ("Projets d’aide et de stabilisation", "Aid and stabilisation projects"),
    "title.projects_fractional": (
        "Projets d’aide et de stabilisation, en parts",
        "Aid and stabilisation projects, in shares",
    ),
    "title.programmes": ("Programmes présents", "Programmes present"),
    "title.people": ("Population", "Population"),
    "title.people_per_sqkm": ("Densité de population", "Population density"),
    "unit.incidents": ("incidents sur la période", "incidents in the period"),
    "unit.incidents_per_100k": (
        "incidents pour 100 000 habitants et par an",
        "incidents per 100,000 people and year",
    ),
    "unit.projects": ("projets dans la région", "projects in the region"),
    "unit.projects_fractional": ("parts de projets", "shares of projects"),
    "unit.programmes": ("programmes dans la région", "programmes in the region"),
    "unit.people": ("habitants", "people"),
    "unit.people_per_sqkm": ("habitants au km²", "people per km²"),
    "about.incidents": (
        "Incidents d’engins explosifs improvisés (EEI) et de mines, tels que publiés.",
        "Incidents of improvised explosive devices (IEDs) and mines, as published.",
    ),
    "about.incidents_per_100k": (
        "Incidents de la période rapportés à la population et à l’année.",
        "Incidents of the period in relation to people and to a year.",
    ),
    "about.projects": (
        "Un projet mené dans trois régions compte pour 1 dans chacune : la somme des régions "
        "dépasse le nombre de projets.",
        "A project in three regions counts as 1 in each: the regions add up to more than the "
        "number of projects.",
    ),
    "about.projects_fractional": (
        "Un projet mené dans trois régions compte pour un tiers dans chacune : la somme est le "
        "nombre de projets.",
        "A project in three regions counts as one third in each: the sum is the number of "
        "projects.",
    ),
    "about.programmes": (
        "Nombre de programmes qui citent au moins un projet dans la région.",
        "Number of programmes that name at least one project in the region.",
    ),
    "about.people": (
        "Habitants recensés ; les totaux de quelques régions sont approximatifs.",
        "People counted by the census; the totals of some regions are approximate.",
    ),
    "about.people_per_sqkm": (
        "Habitants rapportés à la superficie des contours généralisés. Pour Bamako, dont le "
        "contour est mauvais, ce n’est qu’un ordre de grandeur.",
        "People in relation to the area of the generalised outlines. For Bamako, whose outline "
        "is poor, it is no more than an order of magnitude.",
    ),
    "about.title": ("Définition", "Definition"),
    "legend.title": ("Légende", "Legend"),
    "legend.zero": ("0", "0"),
    "legend.zero_note": ("compté, aucun", "counted, none"),
    "legend.missing": ("Pas de donnée", "No data"),
    "legend.missing_note": ("ce n’est pas zéro", "this is not zero"),
    "legend.below": ("moins de {high}", "less than {high}"),
    "legend.between": ("{low} à moins de {high}", "{low} to less than {high}"),
    "legend.whole": ("{low} – {high}", "{low} – {high}"),
    "legend.above": ("{low} et plus", "{low} and more"),
    "legend.derived": (
        "≈ calculé à partir de pourcentages publiés",
        "≈ derived from published shares",
    ),
    "legend.same": (
        "Mêmes classes pour toutes les périodes.",
        "Same classes in every period.",
    ),
    "unplaced.title": ("Bilan et non placés", "Balance and not placed"),
    "unplaced.none": ("Tout est placé dans une région.", "All is placed in a region."),
    "unplaced.counted_in": ("Compté en : {unit}", "Counted in: {unit}"),
    "place.unit": ("Placés dans une région", "Placed in a region"),
    "place.joint": ("{name} ensemble", "{name} together"),
    "place.countrywide": ("Tout le pays", "Whole country"),
    "place.unattributed": ("Région non précisée", "Region not stated"),
    "place.outside": ("Hors des régions", "Outside the regions"),
    "total.national": ("Total national", "National total"),
    "total.regions": ("Somme des régions", "Sum of the regions"),
    "total.unknown": ("non publié", "not published"),
    "total.records": ("Projets en tout, comptés une fois", "Projects in all, counted once"),
    "total.full": (
        "Ces lignes ne s’additionnent pas : un projet compte dans chacune de ses régions.",
        "These lines do not add up: a project counts in each of its regions.",
    ),
    "total.programmes": (
        "Ces lignes ne s’additionnent pas : un programme compte dans chacune de ses régions.",
        "These lines do not add up: a programme counts in each of its regions.",
    ),
    "value.missing": ("pas de donnée", "no data"),
    "value.interval": ("{low} à {high}", "{low} to {high}"),
    "value.confidence": ("IC 95 % : {low} à {high}", "95% CI: {low} to {high}"),
    "value.derived": ("≈ {value}", "≈ {value}"),
    "period.all": ("toutes années confondues", "all years together"),
    "period.census": ("recensement de {year}", "census of {year}"),
    "period.by": ("{period} ({publisher})", "{period} ({publisher})"),
    "popup.code": ("découpage de {vintage} · code {pcode}", "division of {vintage} · code {pcode}"),
    "popup.base": (
        "Taux calculés avec la population de {year}.",
        "Rates computed with the population of {year}.",
    ),
    "popup.notes": ("Remarques", "Notes"),
    "popup.sources": ("Sources", "Sources"),
    "popup.close": ("Fermer la fiche", "Close the card"),
    "region.title": ("{name} – {title}", "{name} – {title}"),
    "region.page": (
        "{name} (Mali) : engins explosifs, projets et population",
        "{name} (Mali): explosive devices, projects and people",
    ),
    "region.figures": ("{name} en chiffres", "{name} in figures"),
    "presence.button": ("Régions × programmes", "Regions × programmes"),
    "presence.title": ("Présence des programmes par région", "Programmes present by region"),
    "presence.intro": (
        "Nombre de projets recensés dans les documents sources. Un projet mené dans plusieurs "
        "régions compte dans chacune. Une case vide : aucun projet cité, ce qui ne prouve pas "
        "qu’il n’y en ait aucun.",
        "Number of projects recorded in the source documents. A project in several regions "
        "counts in each. An empty cell: no project is named, which does not prove that there "
        "is none.",
    ),
    "presence.region": ("Région", "Region"),
    "presence.none": ("aucun projet recensé", "no project recorded"),
    "presence.empty": ("aucun", "none"),
    "notes.button": ("Sources et limites", "Sources and limits"),
    "notes.title": ("Sources et limites", "Sources and limits"),
    "notes.boundaries": ("Limites administratives", "Boundaries"),
    "notes.vintage": (
        "Découpage de {vintage} ({count} unités).",
        "Division of {vintage} ({count} units).",
    ),
    "notes.older": (
        "Le Mali a changé de découpage en 2016 et en 2023 : ces unités ne sont pas celles "
        "d’aujourd’hui.",
        "Mali changed its division in 2016 and in 2023: these units are not those of today.",
    ),
    "notes.outlines": (
        "Contours généralisés au 1:10 000 000 (Natural Earth), bons pour une vue du pays, trop "
        "grossiers près d’une limite. Celui de Bamako est mauvais : il ne coïncide que pour "
        "moitié environ avec le contour officiel, et sa densité n’est qu’un ordre de grandeur.",
        "Outlines generalised at 1:10,000,000 (Natural Earth), good for a view of the country, "
        "too coarse near a border. That of Bamako is poor: it agrees with the official outline "
        "by about half only, and its density is no more than an order of magnitude.",
    ),
    "notes.simplified": (
        "Les contours sont simplifiés pour que la page reste légère : ils sont exacts au pixel "
        "près jusqu’au zoom {zoom} ; au-delà, une limite peut s’écarter de son tracé.",
        "The outlines are simplified to keep the page light: they are exact to a pixel up to "
        "zoom {zoom}; beyond it a border may be off its course.",
    ),
    "notes.disclaimer": (
        "Les frontières, les noms et les appellations qui figurent sur cette carte servent à la "
        "lecture des chiffres. Ils n’impliquent ni reconnaissance, ni approbation officielle, ni "
        "prise de position sur le statut d’un territoire ou le tracé de ses limites.",
        "The boundaries, names and designations on this map serve to read the figures. They imply "
        "neither recognition nor official endorsement, nor any view on the status of a territory "
        "or on where its limits run.",
    ),
    "notes.balance": ("Ce qui est placé et ce qui ne l’est pas", "What is placed and what is not"),
    "notes.placed": ("Placés", "Placed"),
    "notes.unplaced": ("Non placés", "Not placed"),
    "notes.total": ("Total", "Total"),
    "notes.balance_note": (
        "Les chiffres de publications différentes ne s’additionnent pas.",
        "Figures of different publications do not add up.",
    ),
    "notes.shares": (
        "Parts publiées sans total national : elles ne donnent aucun nombre",
        "Shares published without a national total: they give no number",
    ),
    "notes.method": ("Méthode", "Method"),
    "notes.derived": (
        "Un nombre précédé de « ≈ » est calculé à partir d’un pourcentage publié, arrondi à "
        "l’unité ; l’intervalle indique les valeurs que cet arrondi permet.",
        "A number after “≈” is derived from a published percentage, which is rounded to a whole "
        "one; the interval gives the values that this rounding allows.",
    ),
    "notes.missing": (
        "Une région hachurée n’est pas citée par la source. Ce n’est pas un zéro.",
        "A hatched region is not named by the source. This is not a zero.",
    ),
    "notes.sources": ("Sources", "Sources"),
    "notes.source_towns": ("Villes", "Towns"),
    "notes.source_outlines": ("Contours", "Outlines"),
    "scale.outlines": ("Contours : {outlines}", "Outlines: {outlines}"),
    "scale.attribution": (
        "Contours : {outlines} · Villes : GeoNames (CC BY 4.0)",
        "Outlines: {outlines} · Towns: GeoNames (CC BY 4.0)",
    ),
    "tiles.attribution": ("© les contributeurs d’OpenStreetMap", "© OpenStreetMap contributors"),
}


WORDS: Final[Mapping[str, tuple[str, str]]] = {
    **_PAGE_WORDS,
    **LAYER_WORDS,
    **PAPER_WORDS,
    **RELEASE_WORDS,
}


def word(key: str, language: str) -> str:
    """Give one text of the interface.

    Parameters
    ----------
    key : str
        Name of the text, such as "legend.missing".
    language : {"fr", "en"}
        The language.

    Returns
    -------
    str
        With `{placeholders}` where the text has them.

    Raises
    ------
    ArgumentError
        If the language is not known.
    UnknownNameError
        If there is no text of that name.
    """
    require_known(key, WORDS, what="text")
    return typeset(WORDS[key], language)


def has_word(key: str) -> bool:
    """Tell whether there is a text of a name, such as "outcome.exploded"."""
    return key in WORDS


def words(language: str, *prefixes: str) -> dict[str, str]:
    """Give the texts whose names start with one of some prefixes, or all of them."""
    return {
        key: typeset(pair, language)
        for key, pair in WORDS.items()
        if key.startswith(prefixes or ("",))
    }
