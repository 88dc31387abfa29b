"""The words of the interface, in pairs, so that neither language can lack one."""

from collections.abc import Mapping
from typing import Final

from maligeo.core.checks import require_known
from maligeo.core.words.typesetting import typeset

# key: (French, English)
LAYER_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "compare.page": (
        "Mali : deux cartes côte à côte",
        "Mali: two maps side by side",
    ),
    "compare.map": ("Carte {side} : {label}", "Map {side}: {label}"),
    "compare.table": ("Valeurs côte à côte", "Values side by side"),
    "compare.difference": ("Écart, B − A", "Change, B − A"),
    "compare.unknown": ("non connue", "not known"),
    "compare.same": ("Mêmes classes sur les deux cartes.", "Same classes on both maps."),
    "compare.balance": ("Carte {side}", "Map {side}"),
    "compare.note_chance": (
        "Entre de petits nombres, une différence peut tenir au hasard.",
        "Between small numbers, a difference may be chance.",
    ),
    "compare.note_units": (
        "Les deux découpages n’ont pas les mêmes unités : aucune différence n’est calculée.",
        "The two divisions do not have the same units: no difference is computed.",
    ),
    "compare.note_publishers": (
        "Deux organismes ont publié ces chiffres et ne comptent pas la même chose : aucune "
        "différence n’est calculée.",
        "Two publishers report these figures and do not count the same things: no difference "
        "is computed.",
    ),
    "compare.note_lengths": (
        "Les deux périodes n’ont pas la même durée : comparez les taux plutôt que les nombres.",
        "The two periods are not equally long: compare rates rather than counts.",
    ),
    "compare.note_bounds": (
        "Une valeur connue en partie est un minimum : sa différence n’est pas connue.",
        "A value that is known in part is a least one: its difference is not known.",
    ),
    "search.label": ("Chercher un lieu", "Find a place"),
    "search.town": ("ville", "town"),
    "search.none": ("Aucun lieu de ce nom", "No place of that name"),
    "overlay.from": ("Du mois de", "From the month of"),
    "overlay.until": ("Au mois de", "To the month of"),
    "overlay.span": ("{first} à {last}", "{first} to {last}"),
    "synthetic.banner": (
        "Données fictives, faites pour l’exemple : ne rien en conclure.",
        "Synthetic data, made up as an example: draw no conclusion from them.",
    ),
    "incidents.title": ("Incidents, un par un", "Incidents, one by one"),
    "incidents.types": ("Types d’incidents", "Types of incidents"),
    "incidents.months": ("Mois des incidents", "Months of the incidents"),
    "incidents.count": ("{shown} incidents sur {all}", "{shown} incidents of {all}"),
    "incidents.undated": (
        "{count} sans date : montrés seulement avec toute la période.",
        "{count} without a date: shown with the whole period only.",
    ),
    "incidents.hollow": (
        "Un signe creux : la position est celle d’une unité ou d’une maille entière, pas de "
        "l’incident.",
        "A hollow sign: the position is that of a whole unit or grid cell, not of the incident.",
    ),
    "incidents.rings": (
        "Un cercle à nombre réunit des incidents voisins ; son anneau montre leurs types.",
        "A circle with a number gathers incidents that are near; its ring shows their types.",
    ),
    "incidents.groups": ("Groupes à l’écran", "Groups on the screen"),
    "incidents.group": ("{count} incidents", "{count} incidents"),
    "incidents.canvas": ("Incidents sur la carte", "Incidents on the map"),
    "pager.next": ("Incident suivant", "Next incident"),
    "pager.previous": ("Incident précédent", "Previous incident"),
    "pager.place": ("{at} sur {all}", "{at} of {all}"),
    "event_type.ied": ("Engin explosif improvisé (EEI)", "Improvised explosive device (IED)"),
    "event_type.landmine": ("Mine", "Landmine"),
    "event_type.ied_mine": ("EEI ou mine", "IED or landmine"),
    "event_type.erw": ("Reste explosif de guerre", "Explosive remnant of war"),
    "event_type.other": ("Autre", "Other"),
    "event_type.missing": ("Type non précisé", "Type not stated"),
    "field.event_id": ("Identifiant", "Identifier"),
    "field.date": ("Date", "Date"),
    "field.undated": ("sans date", "no date"),
    "field.event_type": ("Type d’incident", "Type of incident"),
    "field.outcome": ("Issue", "Outcome"),
    "field.killed": ("Tués", "Killed"),
    "field.injured": ("Blessés", "Injured"),
    "field.civilians_killed": ("dont civils tués", "of whom civilians killed"),
    "field.civilians_injured": ("dont civils blessés", "of whom civilians injured"),
    "field.adm1_name": ("Région", "Region"),
    "field.adm2_name": ("Cercle", "Cercle (second level)"),
    "field.adm3_name": ("Commune", "Commune (third level)"),
    "field.date_precision": ("Précision de la date", "Precision of the date"),
    "field.location_precision": ("Précision du lieu", "Precision of the place"),
    "field.source": ("Source du relevé", "Source of the record"),
    "outcome.exploded": ("a explosé", "exploded"),
    "outcome.found": ("trouvé", "found"),
    "outcome.defused": ("neutralisé", "defused"),
    "outcome.unknown": ("inconnue", "unknown"),
    "date_precision.day": ("au jour près", "to the day"),
    "date_precision.week": ("à la semaine près", "to the week"),
    "date_precision.month": ("au mois près", "to the month"),
    "date_precision.quarter": ("au trimestre près", "to the quarter"),
    "date_precision.year": ("à l’année près", "to the year"),
    "location_precision.exact": ("lieu exact", "exact place"),
    "location_precision.near": ("à 25 km près environ", "within some 25 km"),
    "location_precision.adm3": ("commune seulement", "commune only"),
    "location_precision.adm2": ("cercle seulement", "second level only"),
    "location_precision.adm1": ("région seulement", "region only"),
    "location_precision.country": ("pays seulement", "country only"),
    "legend.low": (
        "* moins de 5 incidents : le taux tient au hasard",
        "* fewer than 5 incidents: the rate owes much to chance",
    ),
    "areas.title": ("Terres dangereuses et rendues", "Hazardous and released land"),
    "areas.statuses": ("Statuts des terres", "Status of the land"),
    "areas.canvas": ("Terres sur la carte", "Land on the map"),
    "status.suspected": ("Zone soupçonnée dangereuse", "Suspected hazardous area"),
    "status.confirmed": ("Zone dangereuse confirmée", "Confirmed hazardous area"),
    "status.cancelled": ("Terre déclassée (enquête)", "Cancelled land (survey)"),
    "status.reduced": ("Terre réduite (enquête technique)", "Reduced land (technical survey)"),
    "status.cleared": ("Terre dépolluée", "Cleared land"),
    "status.missing": ("Statut non précisé", "Status not stated"),
    "field.area_id": ("Zone", "Area"),
    "field.method": ("Méthode d’intervention", "Method of work"),
    "field.start_date": ("Début", "Start"),
    "field.end_date": ("Fin", "End"),
    "field.declared_area_sqm": ("Surface déclarée, m²", "Declared area, m²"),
    "field.computed_area_sqm": ("Surface calculée, m²", "Computed area, m²"),
    "field.devices": ("Engins trouvés", "Devices found"),
    "field.organisation": ("Organisme", "Organisation"),
    "layer.gaps": ("Besoin et réponse", "Need and response"),
    "title.gaps": ("Besoin face à la réponse", "Need against response"),
    "unit.gaps": ("places d’écart entre besoin et réponse", "places between need and response"),
    "about.gaps": (
        "Chaque région a un rang selon le besoin et un selon la réponse ; l’écart est leur "
        "différence. Il compare des ordres : un écart de 0 ne dit pas que la réponse suffit.",
        "Each region has a rank by need and one by response; the gap is their difference. It "
        "compares orders: a gap of 0 does not say that the response is enough.",
    ),
    "gaps.unknown": ("non comparable", "not comparable"),
    "gaps.unknown_note": ("besoin ou réponse inconnus", "need or response not known"),
    "gaps.ranks": (
        "besoin au rang {need}, réponse au rang {response}",
        "need ranked {need}, response ranked {response}",
    ),
    "gaps.none": ("aucune réponse recensée", "no response recorded"),
    "gaps.depends": ("dépend des pondérations", "depends on weights"),
    "gaps.elsewhere": ("Sans rang : {names}", "Not ranked: {names}"),
    "gaps.need": ("Besoin", "Need"),
    "gaps.response": ("Réponse", "Response"),
    "gaps.low": ("bas", "low"),
    "gaps.middle": ("moyen", "middle"),
    "gaps.high": ("haut", "high"),
    "gaps.class": ("besoin {need}, réponse {response}", "need {need}, response {response}"),
    "gaps.ranking": ("Par écart décroissant", "By falling gap"),
    "heat.title": ("Densité des incidents", "Density of incidents"),
    "heat.unit": ("incidents pour 1 000 km²", "incidents per 1,000 km²"),
    "heat.alt": ("Surface de densité des incidents", "Surface of the density of incidents"),
    "points.rows": ("Relevés en tout", "Records in all"),
    "points.used": ("Comptés dans la surface", "Counted in the surface"),
    "points.without_position": ("Sans position", "Without a position"),
    "points.without_weight": ("Sans nombre à compter", "Without a number to count"),
    "points.outside": ("Hors du territoire", "Outside the country"),
    "points.too_coarse": ("Trop imprécis pour la surface", "Too coarse for the surface"),
    "projects.title": ("Projets et financement", "Projects and money"),
    "projects.count": ("projets : {count}", "projects: {count}"),
    "projects.unknown": ("montant non connu", "amount not known"),
    "projects.also": ("aussi : {names}", "also: {names}"),
    "projects.sizes": (
        "Surface du cercle : part des budgets connus ; un projet est compté une fois.",
        "Area of the circle: share of the known budgets; a project is counted once.",
    ),
    "projects.hollow": (
        "Cercle creux : montant non connu, ce n’est pas zéro.",
        "Hollow circle: the amount is not known, which is not zero.",
    ),
    "projects.lines": (
        "Trait : un même projet dans deux régions.",
        "Line: one project in two regions.",
    ),
    "projects.placed": ("Projets placés dans une région", "Projects placed in a region"),
    "projects.apart": ("Projets sans région, non montrés", "Projects without a region, not shown"),
    "projects.sized": (
        "Projets avec un budget en {currency}",
        "Projects with a budget in {currency}",
    ),
    "records.title": ("Relevés de la couche « {layer} »", "Records of the layer “{layer}”"),
    "records.what": ("Ce qu’ils sont devenus", "What became of them"),
    "records.count": ("Nombre", "Number"),
    "records.in_file": ("Lignes du fichier", "Rows in the file"),
    "records.left_out": ("Hors sujet, laissées de côté", "Not on the subject, left out"),
    "records.quarantined": ("Fautives, mises en quarantaine", "Faulty, quarantined"),
    "records.shown": ("Montrés sur la carte", "Shown on the map"),
    "records.hidden": ("Sans position, non montrés", "Without a position, not shown"),
    "records.placed": ("Placés dans une unité", "Placed in a unit"),
    "records.too_coarse": (
        "Trop imprécis pour ce niveau, non placés",
        "Too coarse for this level, not placed",
    ),
    "records.not_placed": (
        "Hors des unités ou sans nom reconnu, non placés",
        "Outside the units or without a known name, not placed",
    ),
}


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


# key: (French, English)
EXPORT_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "export.reading": ("Lecture", "How to read it"),
    "export.missing": (
        "Une case vide : non connu. Un zéro : compté, et il n’y en avait aucun.",
        "An empty cell: not known. A zero: counted, and there was none.",
    ),
    "export.vintage": (
        "Découpage administratif : {vintage}.",
        "Administrative division: {vintage}.",
    ),
    "export.rows": ("Lignes : {count}.", "Rows: {count}."),
    "export.columns": ("Colonnes", "Columns"),
    "export.column": ("Colonne", "Column"),
    "export.heading": ("Titre", "Heading"),
    "export.meaning": ("Sens", "Meaning"),
    "export.unit": ("Unité de mesure", "Unit of measurement"),
    "export.release": ("Ce qui est retenu ou masqué", "What is withheld or suppressed"),
    "export.disclaimer_title": ("Limites et noms", "Boundaries and names"),
    "export.disclaimer": (
        "Les limites, les noms et les appellations servent à la lecture des chiffres. Ils "
        "n’impliquent ni reconnaissance, ni approbation officielle, ni prise de position sur le "
        "statut d’un territoire ou le tracé de ses limites.",
        "Boundaries, names and designations serve to read the figures. They imply neither "
        "recognition nor official endorsement, nor any view on the status of a territory or on "
        "where its limits run.",
    ),
    "export.made": ("Fabrication", "How it was made"),
    "export.command": ("Commande", "Command"),
    "export.input": ("Entrée", "Input"),
    "export.version": ("Version du logiciel", "Version of software"),
    "export.other_status": ("Autre statut", "Other status"),
    "export.column_of": ("{layer} : {period}", "{layer}: {period}"),
    "export.short_names": (
        "Un Shapefile n’a que des noms de colonne de dix lettres : champs courts et noms "
        "complets sont dans datapackage.json. Il ne distingue pas un texte vide d’un texte "
        "inconnu.",
        "A Shapefile has column names of ten letters only: datapackage.json lists short and "
        "full names. It does not tell an empty text from an unknown one.",
    ),
}
