"""What a command says of the file that it wrote, without what tables and progress need."""

from pathlib import Path

import typer


def show_file(path: Path) -> None:
    """Say which file was written, and how large it is."""
    files = [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]
    typer.echo(f"{path} ({sum(file.stat().st_size for file in files) / 1000:,.0f} kB)")
