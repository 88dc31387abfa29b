"""Work that takes as long as a test wants, or tells all, in the process of the page."""

import logging
import sys
import time
import warnings
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


@dataclass(frozen=True)
class Shout:
    """Say what a file says in every way that there is."""

    text: str

    def run(self, bench: Any) -> None:
        bench.say("read", 0, 0)
        sys.stdout.write(self.text + "\n")
        sys.stderr.write(self.text + "\n")
        sys.stdout.flush()
        logging.getLogger("maligeo").error("%s", self.text)
        warnings.warn(self.text, stacklevel=1)
        raise ValueError(self.text)

    def named(self, text: str) -> str:
        return text
