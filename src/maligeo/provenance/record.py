"""What a product was made from: inputs by their hashes, method, versions and command."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Self

from maligeo.core.bilingual import FRENCH_SPACES
from maligeo.core.columns import AUDIENCES, Audience
from maligeo.core.errors import InputFileError
from maligeo.core.inputs import require_ordinary
from maligeo.core.version import release

KEY: Final = "maligeo-about"
ROLE: Final = "role"  # of a file, in the options of a record
PDF_KEY: Final = "MaligeoAbout"  # a name of a PDF
TAG: Final = "MALIGEO_ABOUT"  # where a format wants names in capitals: GeoTIFF
CSV_METADATA: Final = "-metadata.json"  # after the name of a CSV file (W3C, CSV on the Web)
KEYED: Final = "keyed:"  # before a hash that whoever has not the key cannot compute
LONGEST: Final = 1 << 20  # characters of a record; real ones have some two thousand

_CHUNK: Final = 1 << 20
_PROPERTY_CHARACTERS: Final = 255
_SCALARS: Final = (str, int, float, bool, type(None))
_COMPANIONS: Final = (".shp", ".shx", ".dbf", ".prj", ".cpg")


@dataclass(frozen=True)
class InputFile:
    """An input of a product.

    Attributes
    ----------
    role : str
        What it was used as, such as "incidents" or "bundled data".
    name : str
        Name of the file without its folders; empty where it may not be named.
    sha256 : str
        Hash of its bytes, as hexadecimal digits; after `KEYED` a hash of that hash by the key
        of a release store, since a plain one confirms guesses at the content.
    """

    role: str
    name: str
    sha256: str

    def keyed(self, key: bytes) -> Self:
        """Give it with a keyed hash (HMAC, RFC 2104); what has no hash stays as it is."""
        if not self.sha256:
            return self
        digest = hmac.new(key, self.sha256.encode("ascii"), "sha256").hexdigest()
        return replace(self, sha256=KEYED + digest)


@dataclass(frozen=True)
class Provenance:
    """What made a product.

    Attributes
    ----------
    product : str
        What it is, such as "map" or "tiles vector"; empty where a script put it together.
    options : mapping of str to object
        What was asked for, as JSON has it. A file is `{"role": …}`, never its path.
    inputs : sequence of InputFile
        Files that were read.
    audience : {"internal", "partner", "public"}
        For whom the product is.
    versions : mapping of str to str
        Versions of maligeo and of the packages that shape its products.
    more : mapping of str to str
        Vintage, method and what else there is to say.
    """

    product: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    inputs: tuple[InputFile, ...] = ()
    audience: Audience = "internal"
    versions: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def request(self) -> str:
        """What was asked for, in one line: the product, and its options by name."""
        options = ", ".join(
            f"{name} {option_text(value)}" for name, value in sorted(self.options.items())
        )
        return f"{self.product}: {options}" if options else self.product

    def to_json(self) -> str:
        """Write it as one line of JSON in ASCII, the same each time."""
        return json.dumps(asdict(self), ensure_ascii=True, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote; the text may come from anybody.

        Raises
        ------
        InputFileError
            If the text is no such record.
        """
        if len(text) > LONGEST:
            raise InputFileError("the record of what made it is too long to be one")
        try:
            return cls._checked(json.loads(text))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise InputFileError(f"the record of what made it cannot be read: {error}") from error

    @classmethod
    def _checked(cls, found: Any) -> Self:
        inputs = tuple(
            InputFile(*_texts([entry["role"], entry["name"], entry["sha256"]]))
            for entry in found["inputs"]
        )
        if found["audience"] not in AUDIENCES:
            raise ValueError("its audience is not known")
        return cls(
            product=_text(found["product"]),
            options=_options(found["options"]),
            inputs=inputs,
            audience=found["audience"],
            versions=_text_mapping(found["versions"]),
            more=_text_mapping(found["more"]),
        )


def hash_input(role: str, path: Path, *, named: bool) -> tuple[InputFile, ...]:
    """Hash an input, once for each file that it consists of.

    Parameters
    ----------
    role : str
        What it is used as.
    path : pathlib.Path
        A file; of a shapefile its companions are hashed too. A folder counts as one input.
    named : bool
        Whether its name may be given.

    Returns
    -------
    tuple of InputFile
        The file itself first.

    Raises
    ------
    InputFileError
        If it cannot be read.
    """
    digest = _folder_sha256 if path.is_dir() else file_sha256
    return tuple(
        InputFile(role, part.name if named else "", digest(part)) for part in parts_of(path)
    )


def parts_of(path: Path) -> list[Path]:
    """Give the files that an input consists of, itself first."""
    if path.suffix.lower() != ".shp":
        return [path]
    companions = [path.with_suffix(suffix) for suffix in _COMPANIONS if suffix != path.suffix]
    return [path, *(part for part in companions if part.is_file())]


def file_sha256(path: Path) -> str:
    """Give the SHA-256 of a file as hexadecimal digits.

    Raises
    ------
    InputFileError
        If it cannot be read.
    """
    require_ordinary(path)
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise InputFileError(f"cannot read {path}: {error.strerror}") from error
    return digest.hexdigest()


def _folder_sha256(folder: Path) -> str:
    """Hash the names and contents of all files below a folder."""
    names = sorted(part.relative_to(folder).as_posix() for part in folder.rglob("*"))
    files = [name for name in names if (folder / name).is_file()]
    listed = [[name, file_sha256(folder / name)] for name in files]
    return hashlib.sha256(json.dumps(listed).encode()).hexdigest()


_UNSAID: Final = (ROLE, "remembered")  # of a file: said already, and what changes no product


def option_text(value: Any) -> str:
    """Write an option: a file as its role in braces, and how it is read."""
    if isinstance(value, list):
        return "/".join(map(option_text, value))
    if isinstance(value, dict):
        said = sorted((name, one) for name, one in value.items() if name not in _UNSAID)
        how = "".join(f" {name}={one}" for name, one in said)
        return f"{{{value.get(ROLE)}}}{how}"
    return str(value)


def _texts(values: Any) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise TypeError("a list of texts was expected")
    return tuple(values)


def _text(value: Any) -> str:
    return _texts([value])[0]


def _options(found: Any) -> dict[str, Any]:
    """Take options: each a scalar, an input, or a list of these."""
    if not isinstance(found, dict):
        raise TypeError("options by name were expected")
    for value in found.values():
        for one in value if isinstance(value, list) else [value]:
            parts = one.values() if isinstance(one, dict) else [one]
            if not all(isinstance(part, _SCALARS) for part in parts):
                raise TypeError("an option is too deep")
    return found


def _text_mapping(found: Any) -> dict[str, str]:
    return dict(zip(_texts(list(found)), _texts(list(found.values())), strict=True))


def program() -> str:
    """Name the program and its release."""
    return f"maligeo {release()}"


def printable(text: str) -> str:
    """Write signs that would steer a terminal, or turn the line around, as their codes."""
    return "".join(
        sign if sign.isprintable() or sign in FRENCH_SPACES else ascii(sign)[1:-1] for sign in text
    )


def office_properties(record: str) -> dict[str, str]:
    """Divide a record among custom properties of an office file (ECMA-376-1, 22.3).

    Programs take 255 characters in one; a longer record goes on in properties of the same name
    and "-2", "-3" and so on.
    """
    starts = range(0, len(record), _PROPERTY_CHARACTERS)
    return {
        KEY if at == 1 else f"{KEY}-{at}": record[start : start + _PROPERTY_CHARACTERS]
        for at, start in enumerate(starts, start=1)
    }
