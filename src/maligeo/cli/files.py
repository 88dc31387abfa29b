"""What a command says of the file that it wrote."""

from pathlib import Path

import typer


def show_file(path: Path) -> None:
    """Say which file was written, and how large it is."""
    typer.echo(file_text(path))


def file_text(path: Path) -> str:
    """Name a file or folder, and how large it is."""
    files = [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]
    return f"{path} ({sum(file.stat().st_size for file in files) / 1000:,.0f} kB)"
