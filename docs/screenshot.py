"""A card as the terminal shows it, as an image for README.md."""

import io
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from reference import previews
from rich.console import Console

from langchain_centra.cli.cards import card

_FONTS = re.compile(r"@font-face \{.*?\}", re.DOTALL)


def terminal_card() -> str:
    """One card, 80 columns wide, as SVG that loads nothing from elsewhere."""
    tool = "cancel_order"
    console = Console(record=True, file=io.StringIO(), width=80, highlight=False)
    with _utc():
        console.print(card({"name": tool, "args": {}, "preview": previews()[tool]}, 1, 1))
    return _FONTS.sub("", console.export_svg(title="centra-agent chat", unique_id="card"))


@contextmanager
def _utc() -> Iterator[None]:
    """The terminal shows times in the zone of its machine; here in the same one everywhere."""
    try:
        with patch.dict(os.environ, TZ="UTC"):
            time.tzset()
            yield
    finally:
        time.tzset()
