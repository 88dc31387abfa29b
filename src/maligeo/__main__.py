"""Run the command line as `python -m maligeo`."""

from maligeo.cli import main

main()
