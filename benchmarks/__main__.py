"""Run benchmarks: ``python -m benchmarks [--points N] [name ...]``.

A benchmark is a module of this package with a function ``run(point_count)``; name it in
`MODULES` and it is part of the run.
"""

from __future__ import annotations

import argparse
import importlib

MODULES = (
    "join", "locating", "reading", "counting", "answering", "surface", "raster_tiles",
    "vector_tiles", "maps", "opening", "releasing", "utility", "jobs", "scale", "ways", "page",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(MODULES)}; all")
    parser.add_argument("--points", type=int, default=10_000_000, help="default: 10 million")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.names) - set(MODULES))
    if unknown:
        parser.error(f"no such benchmark: {', '.join(unknown)}")
    for name in arguments.names or MODULES:
        importlib.import_module(f"benchmarks.{name}").run(arguments.points)


if __name__ == "__main__":
    main()
