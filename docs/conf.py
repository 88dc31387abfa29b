"""Settings of the documentation; `make docs` builds it."""

import sys
from pathlib import Path

import maligeo

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

project = "maligeo"
author = "The maligeo developers"
project_copyright = author
version = release = maligeo.__version__.partition("+")[0]

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "accessible_pages",
    "command_reference",
    "public_names",
    "standing_alone",
]
exclude_patterns = ["images/*.md"]
source_suffix = {".md": "markdown"}
language = "en"
smartquotes = False  # the pages have the characters that they mean

myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]

default_role = "py:obj"  # docstrings write `name`: a link where it is one of ours
autosummary_generate = False
autodoc_typehints = "none"  # docstrings say types, with units and reference systems
autodoc_preserve_defaults = True
napoleon_google_docstring = False
napoleon_use_ivar = True  # attributes as one list, named once
napoleon_use_rtype = False
python_use_unqualified_type_names = True
toc_object_entries_show_parents = "hide"

html_theme = "furo"
html_title = f"maligeo {version}"
html_static_path = ["../build/gallery", "_static"]
html_copy_source = False
html_show_sphinx = False
html_theme_options = {
    "source_repository": "",
    "light_css_variables": {"color-brand-primary": "#0b5394", "color-brand-content": "#0b5394"},
    "dark_css_variables": {"color-brand-primary": "#9cc4ee", "color-brand-content": "#9cc4ee"},
}
html_css_files = ["maligeo.css"]
