"""The waiting cards as a form of ipywidgets."""

import asyncio
from collections.abc import Awaitable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets  # type: ignore[import-untyped]

from langchain_centra.approval.card import Action, likeness, one_line, together
from langchain_centra.approval.form import Field, fields, filled_in
from langchain_centra.notebook.html import card_html, note_html
from langchain_centra.tools.registry import TOOLS
from langchain_centra.tools.structured import argument_schema
from langchain_centra.tools.undo import undo_change

if TYPE_CHECKING:
    from langchain_centra.notebook.review import Cards

_WIDE = {"width": "560px"}
_LABEL = {"description_width": "200px"}
_LONG = 80
_HINT = (
    "<i>This approves the edited change, unless it does more than this card: then it is asked again. "
    "An empty field leaves the argument out.</i>"
)


class Form:
    """All waiting cards with a choice for each, and one button that sends the decisions together."""

    def __init__(self, review: "Cards") -> None:
        self._review = review
        self.button = widgets.Button(description="Decide", disabled=True, button_style="primary")
        self.button.on_click(self._send)
        self.message = widgets.HTML()
        self.box = widgets.VBox()
        self._sending: asyncio.Future[None] | None = None
        self.cards: list[CardForm] = []
        self.together: list[Any] = []
        self.refresh()

    @property
    def bundle(self) -> dict[str, Any]:
        """What a frontend needs to show the form."""
        bundle: Any = self.box._repr_mimebundle_()
        name = "application/vnd.jupyter.widget-view+json"
        return {name: bundle[name]}

    def refresh(self) -> None:
        """Show the cards that wait now, or how it ended; what is filled in stays with a card that still waits."""
        actions = self._review.actions
        self.cards = [self._card(action, number, len(actions)) for number, action in enumerate(actions, 1)]
        self.together = list(self._several())
        self.message.value = note_html(self._review.note)
        self._chosen()
        forms = [*(card.box for card in self.cards), *self.together]
        # Cards are tall: what is said above them is not seen from the button.
        self.box.children = (*forms, self.message, self.button) if forms else (self.message,)

    def _card(self, action: Action, number: int, total: int) -> "CardForm":
        for card in self.cards:
            if card.key == _key(action, number, total):
                return card
        card = CardForm(action, number, total)
        card.choice.observe(self._chosen, "value")
        return card

    def _several(self) -> Iterator[Any]:
        """What the cards that are alike come to in all, with a button for them."""
        kinds: dict[Any, list[CardForm]] = {}
        for card in self.cards:
            kinds.setdefault(likeness(card.action), []).append(card)
        for same in kinds.values():
            if len(same) > 1:
                total = one_line(together([card.action["preview"] for card in same]))
                about = f"All {len(same)} of {same[0].action['name']} together: {total}."
                button = widgets.Button(description=f"Approve these {len(same)}")
                button.on_click(partial(_approve, same))
                yield widgets.VBox((widgets.HTML(note_html(about)), button))

    def _chosen(self, _change: Any = None) -> None:
        self.button.disabled = not self._all_chosen()

    def _all_chosen(self) -> bool:
        return bool(self.cards) and all(card.choice.value for card in self.cards)

    def _send(self, _button: Any) -> None:
        # A second click arrives after the first has been carried out, when other cards may stand here.
        if self._sending or not self._all_chosen():
            return
        decisions = [card.decision() for card in self.cards]
        self.button.disabled = True
        try:
            sent = self._review.send(decisions)
        except Exception as error:
            self._broke_off(error)
        else:
            if sent is None:
                self.refresh()
            else:
                self._sending = asyncio.ensure_future(self._wait(sent))

    async def _wait(self, sent: Awaitable[None]) -> None:
        try:
            await sent
            self.refresh()
        except Exception as error:
            self._broke_off(error)
        finally:
            self._sending = None

    def _broke_off(self, error: Exception) -> None:
        # Models and their providers raise whatever they like; a callback's error would be seen by nobody.
        self.message.value = note_html(f"The run broke off ({type(error).__name__}: {error}).")
        self.button.disabled = False


class CardForm:
    """One card: what it says, the choice, and the fields that belong to the choice."""

    def __init__(self, action: Action, number: int, total: int) -> None:
        self.action = action
        self.key = _key(action, number, total)
        self.choice = widgets.ToggleButtons(
            options=[("Approve", "approve"), ("Edit", "edit"), ("Reject", "reject")], value=None
        )
        self.reason = widgets.Text(description="Why", placeholder="The agent reads this", layout=_WIDE, style=_LABEL)
        self._fields = _fields(action)
        self.inputs = [_input(field) for field in self._fields]
        self._more = widgets.VBox()
        self.choice.observe(self._chosen, "value")
        self.box = widgets.VBox((widgets.HTML(card_html(action, number, total)), self.choice, self._more))

    def decision(self) -> dict[str, Any]:
        """The decision as it is chosen."""
        kind, more = self.choice.value, dict[str, Any]()
        if kind == "reject" and (reason := self.reason.value.strip()):
            more = {"message": reason}
        elif kind == "edit":
            args = filled_in(zip(self._fields, [one.value for one in self.inputs], strict=True))
            more = {"edited_action": {"name": self.action["name"], "args": args}}
        return {"type": kind, **{name: self.action[name] for name in ("proposal_id", "tool_call_id")}, **more}

    def _chosen(self, change: Mapping[str, Any]) -> None:
        shown: dict[str, tuple[Any, ...]] = {"edit": (*self.inputs, widgets.HTML(_HINT)), "reject": (self.reason,)}
        self._more.children = shown.get(change["new"], ())


def _key(action: Action, number: int, total: int) -> tuple[Any, ...]:
    """The same for a card that is shown again; one that was worked out anew has another proposal."""
    return action["proposal_id"], action["tool_call_id"], number, total


def _approve(cards: "list[CardForm]", _button: Any) -> None:
    for card in cards:
        card.choice.value = "approve"


def _fields(action: Action) -> list[Field]:
    arguments = {spec.name: spec.args for spec in (*TOOLS, undo_change)}[action["name"]]
    return fields(action["args"], argument_schema(arguments))


def _input(field: Field) -> Any:
    options: dict[str, Any] = {"value": field.text, "description": field.label, "layout": _WIDE, "style": _LABEL}
    if field.choices and field.text in ("", *field.choices):
        return widgets.Dropdown(options=["", *field.choices], **options)
    return (widgets.Textarea if len(field.text) > _LONG or "\n" in field.text else widgets.Text)(**options)
