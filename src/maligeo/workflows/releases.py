"""For whom a product is, and the day from which delays count back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from maligeo.core.columns import Audience
from maligeo.core.session import session_audience
from maligeo.disclosure import release

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Release:
    """How frames are released for a product.

    Attributes
    ----------
    audience : {"internal", "partner", "public"}
        For whom.
    as_of : str or None
        Day of the release; None where nothing is delayed.
    """

    audience: Audience
    as_of: str | None = None

    @classmethod
    def asked(
        cls, audience: Audience | None, as_of: str | None = None, *, of_records: bool = True
    ) -> Release:
        """Settle what was left open: the audience of the session, and today.

        The day is recorded, since another day releases more; published figures have none.
        """
        wanted = session_audience(audience)
        is_delayed = of_records and wanted != "internal"
        return cls(wanted, (as_of or date.today().isoformat()) if is_delayed else None)

    @property
    def recorded(self) -> dict[str, object]:
        """What the record of a product says of it."""
        return {"audience": self.audience, "as_of": self.as_of}

    def of(self, frame: Any, *tables: pd.DataFrame) -> Any:
        """Release a frame; incidents together with the tables that count them."""
        return release(frame, audience=self.audience, as_of=self.as_of, linked_tables=tables)
