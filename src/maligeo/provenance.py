"""What a product was made from: inputs by their hashes, method, versions and command."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from maligeo.errors import InputFileError

KEY: Final = "maligeo-about"
_CHUNK: Final = 1 << 20


@dataclass(frozen=True)
class Source:
    """An input of a product.

    Attributes
    ----------
    role : str
        What it was used as, such as "incidents" or "bundled data".
    name : str
        Name of the file without its folders; empty where it may not be told.
    sha256 : str
        Hash of its bytes, as hexadecimal digits.
    """

    role: str
    name: str
    sha256: str


@dataclass(frozen=True)
class Provenance:
    """What made a product.

    Attributes
    ----------
    command : sequence of str
        Arguments after `maligeo`, without folders; empty for a product of a script.
    inputs : sequence of Source
        Files that were read.
    audience : str
        For whom the product is: "internal", "partner" or "public".
    versions : mapping of str to str
        Versions of maligeo and of the packages that shape its products.
    more : mapping of str to str
        Vintage, method and what else there is to say.
    """

    command: tuple[str, ...] = ()
    inputs: tuple[Source, ...] = ()
    audience: str = "internal"
    versions: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        """Write it as one line of JSON, the same each time."""
        return json.dumps(asdict(self), ensure_ascii=True, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote.

        Raises
        ------
        InputFileError
            If the text is no such record.
        """
        try:
            found: dict[str, Any] = json.loads(text)
            found["inputs"] = tuple(Source(**source) for source in found["inputs"])
            return cls(**(found | {"command": tuple(found["command"])}))
        except (ValueError, TypeError, KeyError) as error:
            raise InputFileError(f"the record of what made it cannot be read: {error}") from error


def file_sha256(path: Path) -> str:
    """Give the SHA-256 of a file as hexadecimal digits.

    Raises
    ------
    InputFileError
        If it cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise InputFileError(f"cannot read {path}: {error.strerror}") from error
    return digest.hexdigest()
