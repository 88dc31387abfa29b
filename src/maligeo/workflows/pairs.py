"""The same event in two lists: proposed, accepted by people, counted once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from maligeo.core.columns import AUDIENCES, Language
from maligeo.core.errors import ReleaseError
from maligeo.core.session import session_audience, session_language
from maligeo.disclosure import Release
from maligeo.join import event_pairs
from maligeo.readers.files.sources import Source
from maligeo.readers.files.tables import read_table
from maligeo.text.event_pairs import pair_sentences
from maligeo.workflows.recipes import Recipe, TableProduct, table_product
from maligeo.workflows.records import INCIDENTS, records_of

if TYPE_CHECKING:
    from os import PathLike
    from typing import TypeAlias

    Given: TypeAlias = str | PathLike[str] | Source | pd.DataFrame


def same_events(
    first: Given,
    second: Given,
    *,
    days: int = 1,
    km: float = 25.0,
    language: Language | None = None,
) -> pd.DataFrame:
    """Propose which incidents of two lists are the same event, with the reasons.

    Nothing is merged: people look at each pair, say yes in `accepted`, and `count_once` takes
    those. By day, place and victims; types and sources are shown and not asked.

    Parameters
    ----------
    first, second : path, Source or frame
        Incidents of two sources, such as ACLED and UCDP, as `read_incidents` takes or gives
        them.
    days : int, default 1
        Most days between both reports. Incidents that are not known to the day are left out.
    km : float, default 25
        Most kilometres between two positions. Without both positions the name of a locality,
        commune or cercle has to be the same.
    language : {"fr", "en"}, optional
        Language of the sentences; that of the session by default.

    Returns
    -------
    pandas.DataFrame, one row per pair
        The likeliest first: `accepted` (empty, for people), `likelihood` ("likely": the same
        day, within 5 km or in the same locality or commune, and victims that agree within a
        quarter or one; else "possible"), `first_id, second_id`, dates, places (with commune,
        cercle and region), types and victims of both, `days_apart`, `distance_m` (WGS 84),
        `same_place` (the column whose name both have, in no other commune, cercle or region),
        `rivals` (how many other pairs either is in), `sentence`. `attrs["left_out"]` counts the
        incidents that were compared with none: `first_day, second_day` are not known to the
        day, `first_place, second_place` have neither a position nor a name of a locality,
        commune or cercle; and `elsewhere` the pairs of one name in different communes, cercles
        or regions. For internal use: it shows exact records.

    Raises
    ------
    ArgumentError
        If days or kilometres are negative.
    MaligeoError
        As the readers raise.

    Examples
    --------
    >>> import maligeo
    >>> import pandas as pd
    >>> acled = pd.DataFrame({"id": ["MLI1"], "date": ["2022-03-05"], "type": ["IED"],
    ...     "commune": ["Konna"], "killed": [3]})
    >>> own = acled.assign(id="17", killed=4)
    >>> pairs = maligeo.same_events(acled, own, language="en")
    >>> print(pairs["sentence"].iloc[0].split(": ", 1)[1])
    MLI1 and 17: the same day (2022-03-05); the same commune (Konna); killed: 3 and 4
    """
    lists = [records_of(INCIDENTS, _taken(one)) for one in (first, second)]
    pairs = event_pairs.event_pairs(lists[0], lists[1], days=days, km=km)
    said = pair_sentences(pairs, session_language(language))
    return pairs.assign(sentence=pd.array(said, dtype="string"))


def count_once(first: Given, second: Given, pairs: Given) -> pd.DataFrame:
    """Put two lists of incidents together, each accepted pair as one event.

    Parameters
    ----------
    first, second : path, Source or frame
        The lists that pairs were proposed of.
    pairs : path, Source or pandas.DataFrame
        With `first_id, second_id, accepted`, as `same_events` gives it: accepted are rows that
        say "oui", "yes", "x" or "1". What is empty, or says "non", "no" or "0", is not.

    Returns
    -------
    geopandas.GeoDataFrame or pandas.DataFrame
        All incidents of the first list, and those of the second that are in no accepted pair:
        as many as both have, less the accepted pairs. `also_in` has the id of the second of a
        pair, whose own row is left out. Victims that only the second knows are taken from it;
        where both know another number, that of the first stays. What the second says stands in
        `also_killed, also_injured, also_civilians_killed, also_civilians_injured`, where it
        says anything; `attrs` counts numbers as `victims_taken` and `victims_differ`. An id of
        the second list that the first has too gets " (2)" behind it.

    Raises
    ------
    FrameError
        With every row of the pairs whose word is neither yes nor no, whose id is not in its
        list or repeats there, or whose event is in another accepted pair too.
    MaligeoError
        As the readers raise.

    Examples
    --------
    >>> import maligeo
    >>> import pandas as pd
    >>> acled = pd.DataFrame({"id": ["MLI1"], "date": ["2022-03-05"], "type": ["IED"],
    ...     "commune": ["Konna"], "killed": [3]})
    >>> own = acled.assign(id="17", killed=4)
    >>> pairs = maligeo.same_events(acled, own).assign(accepted="oui")
    >>> maligeo.count_once(acled, own, pairs)[["event_id", "killed", "also_killed", "also_in"]]
      event_id  killed  also_killed also_in
    0     MLI1       3            4      17
    """
    lists = [records_of(INCIDENTS, _taken(one)) for one in (first, second)]
    return event_pairs.count_once(lists[0], lists[1], _pairs(pairs))


def _taken(given: Any) -> Any:
    return given if isinstance(given, pd.DataFrame) else Source.of(given)


def _pairs(given: Given) -> pd.DataFrame:
    if isinstance(given, pd.DataFrame):
        return given
    source = Source.of(given)
    return read_table(Path(source), sheet=source.sheet).frame


def proposed_pairs(
    first: Source, second: Source, *, days: int = 1, km: float = 25.0, language: Language
) -> TableProduct:
    """Give the pairs of two files as a product, see `same_events`."""
    frame = same_events(first, second, days=days, km=km, language=language)
    asked = {"first": first, "second": second, "days": days, "km": km, "language": language}
    return _internal("pairs", asked, frame)


def events_counted_once(first: Source, second: Source, *, accepted: Source) -> TableProduct:
    """Give two files as one list, see `count_once`."""
    frame = count_once(first, second, accepted)
    return _internal("together", {"first": first, "second": second, "accepted": accepted}, frame)


def _internal(product: str, asked: dict[str, object], frame: pd.DataFrame) -> TableProduct:
    rules = Release("internal")
    return table_product(Recipe(product, asked | rules.recorded, rules), lambda: frame)


def require_internal(audience: str | None) -> None:
    """Refuse to show exact records to others than those who keep them.

    Raises
    ------
    ReleaseError
        If another audience is named, or none, and that of the session is another.
    """
    if session_audience(audience) != AUDIENCES[0]:  # type: ignore[arg-type]
        raise ReleaseError(
            "pairs of incidents show exact records, which partners and the public cannot be "
            "given: make them for the audience 'internal' (--audience internal)"
        )
