"""Work that takes as long as a test wants, in the process of the page."""

import time
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Nap:
    """Do nothing for a while."""

    seconds: float = 300.0

    def run(self, bench: Any) -> None:
        bench.say("read", 0, 0)
        time.sleep(self.seconds)

    def named(self, text: str) -> str:
        return text
