"""Lets `python -m langchain_centra.cli` run the command."""

from langchain_centra.cli import main

main()
