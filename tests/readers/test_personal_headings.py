"""Headings about persons, and those that look like them and are counts or places."""

import pytest

from maligeo.readers.formats import without_persons

ABOUT_PERSONS = [
    "Section A/Nom",
    "Groupe identite/Sexe",
    "SubmitterName",
    "SubmitterID",
    "submitter_name",
    "Quel âge a la victime ?",
    "Qui a signalé l'incident ?",
    "Où habite la victime ?",
    "Where does the victim live?",
    "GPS de la maison",
    "Photo de la victime",
    "Qui a rempli la fiche ?",
    "Who reported the incident?",
    "How old is the victim?",
    "Quel âge avait la victime ?",
    "Où la victime habite-t-elle ?",
    "Où habitez-vous ?",
    "Lieu de résidence",
    "Coordonnées GPS du ménage",
    "Position de la maison",
    "Qui est la victime ?",
    "Who is the victim?",
    "Qui a été blessé ?",
    "Où habite le chef de famille ?",
    "Photos des blessés",
    "Où vit la victime ?",
    "Section B/Téléphone",
    "Qui remplit la fiche ?",
]
OTHERS = [
    "Nombre de victimes",
    "Femmes",
    "Nombre d'enfants",
    "Section A/Commune",
    "GPS du lieu de l'incident",
    "Nombre de victimes femmes",
    "Enfants blessés",
    "Victimes",
    "Maisons endommagées",
    "Photo du site",
    "Qui ?",
    "Qui",
    "QUI FAIT QUOI",
    "Qui finance ?",
    "Qui met en œuvre ?",
    "Section A/Nom du projet",
    "Section A/Nom du village",
    "Combien de victimes ?",
    "Où a eu lieu l'incident ?",
    "Who implements?",
    "Position de l'engin",
    "GPS du village",
    "Coordonnées du site",
    "Groupe lieu/Région",
    "Habitants",
    "Nombre de personnes tuées",
    "Personnes vivant dans la zone",
    "Ménages",
    "Nombre de ménages",
    "Maisons détruites",
    "Photo de l'engin",
    "Où l'incident a-t-il eu lieu ?",
    "Quels sont les dégâts ?",
    "Résidence secondaire",
    "Lieu",
    "Points d'eau",
    "Nombre d'enfants blessés",
    "Enfants",
    "Qui a financé le projet ?",
    "Partie prenante",
    "Pourcentage des femmes",
    "Rapports soumis",
    "Logements construits",
    "Qui a posé l'engin ?",
    "Who did what",
    "Who What Where",
    "Date du signalement",
    "Points d'eau du village",
    "Sexe/Total",
    "Localisation des bénéficiaires",
]


@pytest.mark.parametrize("heading", ABOUT_PERSONS)
def test_what_is_about_a_person_is_left_out(heading: str) -> None:
    assert without_persons([heading]) == ()


@pytest.mark.parametrize("heading", OTHERS)
def test_counts_and_places_of_incidents_stay(heading: str) -> None:
    assert without_persons([heading]) == (heading,)
