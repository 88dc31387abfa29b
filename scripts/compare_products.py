"""Make all products of a version of maligeo, and compare those of two versions.

python scripts/compare_products.py make PYTHON FOLDER
python scripts/compare_products.py compare OLD NEW [--renamed scripts/renamed_texts.csv]

`make` writes maps, tables, reports, tiles and exports of the bundled data, of the test files
of this checkout and of invented records into FOLDER, with the maligeo that is installed for
the interpreter PYTHON. `compare` takes two such folders apart and says of each product
whether it is the same, leaving out the record of how it was made and versions. The list of
renamed texts has the columns language, old and new; a text of OLD is read as renamed. The
exit code is 1 if anything differs.
"""

import argparse
import sys
from pathlib import Path

from products.comparing import compare_folders
from products.making import make_products
from products.renaming import NOTHING, read_renamings


def main() -> None:
    """Read the options and do what they say."""
    options = _parser().parse_args()
    if options.task == "make":
        make_products(options.python, options.folder)
    else:
        renamings = NOTHING if options.renamed is None else read_renamings(options.renamed)
        sys.exit(compare_folders(options.old, options.new, renamings, only=options.only))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    tasks = parser.add_subparsers(dest="task", required=True)
    make = tasks.add_parser("make", help="make all products")
    make.add_argument("python", help="interpreter with maligeo")
    make.add_argument("folder", type=Path, help="where the products go")
    compare = tasks.add_parser("compare", help="compare two folders of products")
    compare.add_argument("old", type=Path)
    compare.add_argument("new", type=Path)
    compare.add_argument("--renamed", type=Path, help="table of renamed texts")
    compare.add_argument("--only", default="*", help="pattern of names, such as '*.html'")
    return parser


if __name__ == "__main__":
    main()
