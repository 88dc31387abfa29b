"""A visitor of the page without scripts, over a socket of this machine."""

import re
import secrets
import time
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple

File = tuple[str, bytes]  # its name, and what is in it


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


def multipart(fields: dict[str, str], files: dict[str, File]) -> tuple[str, bytes]:
    """Write a form as browsers send it."""
    mark = secrets.token_hex(8)
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode()
        for name, text in fields.items()
    ]
    for name, (given, content) in files.items():
        head = f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{given}"\r\n'
        parts.append(f"{head}Content-Type: text/plain\r\n\r\n".encode() + content + b"\r\n")
    parts.append(f"--{mark}--\r\n".encode())
    return f"multipart/form-data; boundary={mark}", b"".join(parts)


class Visitor:
    """Asks and sends forms; where a step has to wait, so does the visitor."""

    def __init__(self, port: int, token: str, language: str = "fr") -> None:
        self.port, self.token, self.language = port, token, language
        self.base = f"/{token}/{language}"

    def ask(
        self, path: str, method: str = "GET", body: bytes | None = None, **headers: str
    ) -> Answer:
        """Send one request, the path as it stands."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request(method, path, body, named)
            response = connection.getresponse()
            found = {name.lower(): text for name, text in response.getheaders()}
            return Answer(response.status, found, response.read())

    def get(self, step: str) -> Answer:
        """Give a page of the job once it is ready."""
        answer = self.ask(f"{self.base}/{step}")
        while b"data-waiting" in answer.body:
            time.sleep(0.05)
            answer = self.ask(f"{self.base}/{step}")
        return answer

    def send(
        self, step: str, fields: dict[str, str] | None = None, files: dict[str, File] | None = None
    ) -> Answer:
        """Send a form and follow where it leads."""
        kind, body = multipart(fields or {}, files or {})
        answer = self.ask(f"{self.base}/{step}", "POST", body, content_type=kind)
        if answer.status != 303:
            return answer
        path = answer.headers["location"]
        found = re.fullmatch(rf"/{self.token}/{self.language}/([\w-]+)/(\w+)", path)
        if found is None:
            return self.ask(path)
        self.base = f"/{self.token}/{self.language}/{found[1]}"
        return self.get(found[2])

    def drop(self, **files: Path | File) -> Answer:
        """Begin with files, by kind."""
        given = {
            f"file.{kind}": (one.name, one.read_bytes()) if isinstance(one, Path) else one
            for kind, one in files.items()
        }
        return self.send("" if self.base.endswith(f"/{self.language}") else "drop", {}, given)


def shown(page: str) -> str:
    """Give the words of a page without its elements."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def plain(page: str) -> str:
    """Give a page with ordinary spaces."""
    return re.sub("[\u00a0\u202f]", " ", page)
