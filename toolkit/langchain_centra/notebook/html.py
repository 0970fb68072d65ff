"""A card as HTML: the store's texts only ever as text."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from langchain_centra.approval.card import Action, facts, heading, one_line, value


def card_html(action: Action, number: int, total: int) -> str:
    """One card as HTML: a sentence, the changes, then what else would happen."""
    preview = action["preview"]
    rows = "".join(_row(f"{c['object']}: {c['field']}", *_values(c)) for c in preview["changes"])
    return (
        f"<div style='border:1px solid #8888;border-radius:4px;padding:8px 12px;margin:4px 0;max-width:760px'>"
        f"<div style='opacity:.7'>{_text(heading(action, number, total))}</div>"
        f"<p><b>{_text(preview['sentence'])}</b></p>"
        f"<div style='max-height:320px;overflow:auto'><table><thead>{_row('what', 'now', 'after', cell='th')}</thead>"
        f"<tbody>{rows}</tbody></table></div><ul style='max-height:240px;overflow:auto'>"
        f"{''.join(_facts(preview))}</ul></div>"
    )


def _facts(preview: Mapping[str, Any]) -> Iterable[str]:
    for label, text in facts(preview, whole=True):
        line = f"{label}: {_text(text)}"
        yield f"<li style='color:#c62828'><b>{line}</b></li>" if label == "Warning" else f"<li>{line}</li>"
    yield f"<li>Read {_text(preview['read_at'])}; this card expires {_text(preview['expires_at'])}.</li>"


def _values(change: Mapping[str, Any]) -> tuple[str, str]:
    return value(change, "before"), value(change, "after")


def _row(*cells: str, cell: str = "td") -> str:
    style = "text-align:left;padding:2px 12px 2px 0"
    return "<tr>" + "".join(f"<{cell} style='{style}'>{_text(text)}</{cell}>" for text in cells) + "</tr>"


def _text(text: object) -> str:
    return escape(one_line(text))


def note_html(note: str) -> str:
    """A text of several lines as a paragraph."""
    lines = map(_text, note.split("\n"))
    return f"<p>{'<br>'.join(lines)}</p>" if note else ""
