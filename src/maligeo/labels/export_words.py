"""The words of exported tables and layers, in pairs."""

from collections.abc import Mapping
from typing import Final

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
