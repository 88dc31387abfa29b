"""The bundled list of downloads with a server of this machine in the place of its publishers."""

import json
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from maligeo.catalog import resource_path
from maligeo.downloads import FetchOptions, fetch
from maligeo.downloads.http import RETRIES
from tests.downloadserver import Page, Server

QUICK = RETRIES.new(total=2, backoff_factor=0)
_HOST = re.compile("^https://[^/]+")


def at_home(root: str) -> dict[str, Any]:
    """Give the bundled list with a server's address for every publisher's."""
    content = json.loads(resource_path("reference", "downloads").read_text(encoding="utf-8"))
    for entry in content["downloads"]:
        places = [*entry["editions"], entry.get("account", {})]
        places += [part for edition in entry["editions"] for part in edition.get("also", [])]
        for place in places:
            if "address" in place:
                place["address"] = _HOST.sub(root, place["address"])
    return content


@dataclass
class Publisher:
    """A server that answers as publishers do, and how it is asked."""

    server: Server
    options: FetchOptions
    waits: list[float] = field(default_factory=list)

    @classmethod
    def of(cls, server: Server, folder: Path) -> "Publisher":
        sources = folder / "sources.json"
        sources.write_text(json.dumps(at_home(server.root)), encoding="utf-8")
        made = cls(server, FetchOptions(folder / "cache", sources, retries=QUICK, timeout_s=(5, 5)))
        made.options = replace(made.options, wait=made.waits.append)
        return made

    def has(self, path: str, content: bytes | str | dict | list, **how: Any) -> Page:
        """Let the server have something at an address; JSON for a dictionary or list."""
        if isinstance(content, dict | list):
            content = json.dumps(content)
        page = Page(content.encode() if isinstance(content, str) else content, **how)
        self.server.pages[path] = page
        return page

    def fetch(self, name: str, edition: str | None = None, **more: Any) -> Path:
        """Fetch with the licence accepted."""
        return fetch(
            name, edition=edition, options=self.options, **({"accept_licence": True} | more)
        )

    def remarks(self, path: Path) -> list[str]:
        """Give what the record of a file says of it."""
        record = json.loads(path.with_name(path.name + ".json").read_text(encoding="utf-8"))
        return record["remarks"]
