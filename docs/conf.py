"""How Sphinx builds the site: Markdown, no download, warnings are errors (see `make docs`)."""

project = "langchain-centra"
copyright = "the authors of langchain-centra"  # noqa: A001 (Sphinx wants this name)
extensions = ["myst_parser"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "langchain-centra"
html_show_sourcelink = False
html_show_copyright = False
