"""PDF files with text at places, written by hand: enough for what reads tables from PDF."""

from collections.abc import Sequence

Line = Sequence[tuple[float, str]]  # from the left edge, in points, and what stands there

_LEFT, _TOP, _STEP = 40.0, 780.0, 14.0


def write_pdf(pages: Sequence[Sequence[Line]]) -> bytes:
    """Write pages of lines in a type whose letters are all as wide."""
    count = len(pages)
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(count))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
    ]
    for at, lines in enumerate(pages):
        content = _content(lines)
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font "
            b"<< /F1 3 0 R >> >> /Contents %d 0 R >>" % (5 + 2 * at),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        ]
    return _file(objects)


def _content(lines: Sequence[Line]) -> bytes:
    shown = [b"BT /F1 8 Tf"]
    for number, line in enumerate(lines):
        for left, text in line:
            escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
            place = f"1 0 0 1 {_LEFT + left} {_TOP - _STEP * number} Tm".encode()
            shown.append(place + b" (" + escaped.encode("cp1252") + b") Tj")
    return b"\n".join([*shown, b"ET"])


def _file(objects: Sequence[bytes]) -> bytes:
    content, starts = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        starts.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    size = len(objects) + 1
    return (
        content
        + b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
        + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(content))
    )
