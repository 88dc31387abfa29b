"""The words of maps on paper and of reports, in pairs."""

from collections.abc import Mapping
from typing import Final

# key: (French, English)
PAPER_WORDS: Final[Mapping[str, tuple[str, str]]] = {}
