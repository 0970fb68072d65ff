"""The published schema, read once for all who look at it."""

from pathlib import Path

from graphql import build_ast_schema, parse

from langchain_centra import sandbox

SDL = parse(Path(sandbox.__file__).with_name("schema.graphql").read_text(encoding="utf-8"), no_location=True)
SCHEMA = build_ast_schema(SDL)
"""Not to be changed; who needs another builds it from SDL."""
