"""Showing the waiting cards of a conversation, and going on with the decisions."""

import sys
from collections.abc import Awaitable, Mapping, Sequence
from html import escape
from typing import Any, Literal

from langchain_core.runnables import RunnableConfig
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command, Interrupt

from langchain_centra.approval.card import Action, one_line
from langchain_centra.notebook.html import card_html, note_html

Agent = CompiledStateGraph[Any, Any, Any, Any]
Kind = Literal["approve", "edit", "reject"]

_HOW = (
    "Answer in code: .approve(), .reject('why') or .edit(argument=...); of several cards one at a time with "
    ".approve(2), .reject('why', card=2) or .edit(2, argument=...). Nothing is written before each has its answer."
)
_NOTHING_WAITS = "No card is waiting."


def review(graph: Agent, config: RunnableConfig) -> "Review":
    """Show the cards that wait in a conversation, take the decisions, and go on with the run.

    In a notebook with ipywidgets the cards are a form; elsewhere they are text, answered through the methods of what
    is returned. Either answers once: cards that come up again, or anew, are shown in the same place. `graph` is an
    agent of `build_store_agent`, or of `create_agent` with `CentraApproval`, whose checkpointer can be used
    synchronously; for others there is `areview`.
    """
    shown = Review(graph, config)
    shown.show()
    return shown


async def areview(graph: Agent, config: RunnableConfig) -> "AsyncReview":
    """Do what `review` does with an agent that is used asynchronously; the methods of what is returned are awaited."""
    shown = AsyncReview(graph, config, (await graph.aget_state(config)).interrupts)
    shown.show()
    return shown


class Cards:
    """The waiting cards of one conversation, how they are shown, and the decisions on them so far."""

    def __init__(self, graph: Agent, config: RunnableConfig, waiting: Sequence[Interrupt]) -> None:
        self._graph = graph
        self._config = config
        self._decisions: dict[int, dict[str, Any]] = {}
        self.note = ""
        self._form: Any = None
        self._shown_in: int | None = None
        self._take_up(waiting)

    @property
    def actions(self) -> list[Action]:
        """The waiting cards."""
        return list(self._interrupt.value["action_requests"]) if self._interrupt else []

    def show(self) -> None:
        """Display the cards as they are now."""
        shell = _shell()
        if shell is None:
            sys.stdout.write(f"{self}\n")
            return
        self._shown_in = shell.execution_count
        _display(self._bundle(shell))

    def __str__(self) -> str:
        actions = self.actions
        # The first description begins with what was wrong with the last answer.
        told = actions and self._interrupt and self._interrupt.value.get("error") == self.note
        parts = [] if told or not self.note else ["\n".join(map(one_line, self.note.split("\n")))]
        for number, action in enumerate(actions, 1):
            parts.append(f"Change {number} of {len(actions)}: {one_line(action['name'])}\n\n{action['description']}")
        if actions:
            parts.append(_HOW)
        return "\n\n".join(parts) or _NOTHING_WAITS

    def html(self) -> str:
        """The cards as HTML; every text of the store is escaped."""
        actions = self.actions
        cards = [card_html(action, number, len(actions)) for number, action in enumerate(actions, 1)]
        parts = [note_html(self.note), *cards, f"<p>{escape(_HOW)}</p>" if cards else ""]
        return "".join(parts) or f"<p>{_NOTHING_WAITS}</p>"

    def _ipython_display_(self) -> None:
        """Show it once where the call stands at the end of its cell."""
        shell = _shell()
        if shell is None or shell.execution_count != self._shown_in:
            self.show()

    def _bundle(self, shell: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = {"text/plain": str(self), "text/html": self.html()}
        if self._form is None and self.actions and hasattr(shell, "kernel") and _has_widgets():
            # Loads ipywidgets.
            from langchain_centra.notebook.form import Form

            self._form = Form(self)
        if self._form is not None:
            bundle |= self._form.bundle
        return bundle

    def send(self, decisions: list[dict[str, Any]]) -> Awaitable[None] | None:
        """Go on with the run; `actions` and `note` say what came of it."""
        raise NotImplementedError

    def _take_up(self, waiting: Sequence[Interrupt]) -> None:
        """Show what waits now."""
        self._interrupt = next((one for one in waiting if _is_ours(one.value)), None)
        self._decisions = {}
        self.note = str(self._interrupt.value.get("error") or "") if self._interrupt else ""

    def _decide(self, card: int | None, kind: Kind, **more: Any) -> list[dict[str, Any]]:
        """Decide on one card, or on all that have no decision yet; return the decisions when every card has one."""
        for number in self._meant(card):
            action = self.actions[number - 1]
            named = {name: action[name] for name in ("proposal_id", "tool_call_id")}
            self._decisions[number] = {"type": kind, **named, **more}
        if len(self._decisions) < len(self.actions):
            return []
        return [self._decisions[number] for number in sorted(self._decisions)]

    def _edited(self, card: int | None, changed: Mapping[str, Any]) -> list[dict[str, Any]]:
        meant = self._meant(card)
        if len(meant) > 1:
            raise ValueError("Several cards wait: name the one to edit, as in .edit(1, quantity=5).")
        if not meant:
            return []
        action = self.actions[meant[0] - 1]
        args = {name: value for name, value in {**action["args"], **changed}.items() if value is not None}
        return self._decide(meant[0], "edit", edited_action={"name": action["name"], "args": args})

    def _meant(self, card: int | None) -> list[int]:
        numbers = list(range(1, len(self.actions) + 1))
        if card is None or not numbers:
            return [number for number in numbers if number not in self._decisions]
        if card not in numbers:
            raise ValueError(f"There is no card {card}; waiting cards: {len(numbers)}.")
        return [card]

    def _show_what_came(self) -> None:
        if self._form is not None:
            self._form.refresh()
        self.show()

    def _answer(self, decisions: list[dict[str, Any]], waiting: Sequence[Interrupt]) -> Command[Any] | None:
        """The answer to the cards that are shown; None where they no longer wait, and those that do are taken up."""
        if self._interrupt is not None and self._interrupt.id in {one.id for one in waiting}:
            return Command(resume={self._interrupt.id: {"decisions": decisions}})
        self._take_up(waiting)
        self.note = self.note or "This was decided elsewhere, or the conversation went on."
        return None

    def _told(self, output: Mapping[str, Any], waiting: Sequence[Interrupt]) -> None:
        self._take_up(waiting)
        self.note = self.note or ("" if self._interrupt else str(output["messages"][-1].text))


class Review(Cards):
    """The waiting cards of one conversation, and the decisions on them; made by `review`."""

    def __init__(self, graph: Agent, config: RunnableConfig) -> None:
        super().__init__(graph, config, graph.get_state(config).interrupts)

    def approve(self, card: int | None = None) -> None:
        """Approve one card, or all that have no decision yet."""
        self._go_on(self._decide(card, "approve"))

    def reject(self, message: str = "", card: int | None = None) -> None:
        """Reject one card, or all that have no decision yet; the agent reads the message."""
        self._go_on(self._decide(card, "reject", **({"message": message} if message else {})))

    def edit(self, card: int | None = None, /, **changed: Any) -> None:
        """Approve a card with other values for these arguments; None leaves an argument out.

        Where that does more than the card shows, it is asked again. Raises ValueError where several cards wait and
        none is named.
        """
        self._go_on(self._edited(card, changed))

    def _go_on(self, decisions: list[dict[str, Any]]) -> None:
        """Send the decisions when every card has one, and show what came of it."""
        if decisions:
            self.send(decisions)
        if decisions or not self.actions:
            self._show_what_came()

    def send(self, decisions: list[dict[str, Any]]) -> None:
        """Go on with the run; `actions` and `note` say what came of it.

        Cards that were decided elsewhere in the meantime, or that are new, are shown instead of being answered.
        """
        if answer := self._answer(decisions, self._graph.get_state(self._config).interrupts):
            output = self._graph.invoke(answer, self._config)
            self._told(output, self._graph.get_state(self._config).interrupts)


class AsyncReview(Cards):
    """The waiting cards of one conversation, and the decisions on them; made by `areview`, and as `Review` is."""

    async def approve(self, card: int | None = None) -> None:
        """Approve one card, or all that have no decision yet."""
        await self._go_on(self._decide(card, "approve"))

    async def reject(self, message: str = "", card: int | None = None) -> None:
        """Reject one card, or all that have no decision yet; the agent reads the message."""
        await self._go_on(self._decide(card, "reject", **({"message": message} if message else {})))

    async def edit(self, card: int | None = None, /, **changed: Any) -> None:
        """Approve a card with other values for these arguments; see `Review.edit`."""
        await self._go_on(self._edited(card, changed))

    async def _go_on(self, decisions: list[dict[str, Any]]) -> None:
        if decisions:
            await self.send(decisions)
        if decisions or not self.actions:
            self._show_what_came()

    async def send(self, decisions: list[dict[str, Any]]) -> None:
        """Go on with the run; see `Review.send`."""
        if answer := self._answer(decisions, (await self._graph.aget_state(self._config)).interrupts):
            output = await self._graph.ainvoke(answer, self._config)
            self._told(output, (await self._graph.aget_state(self._config)).interrupts)


def _is_ours(value: Any) -> bool:
    actions = value.get("action_requests") if isinstance(value, Mapping) else None
    return bool(actions) and all("preview" in action for action in actions or ())


def _shell() -> Any:
    """The running IPython, if there is one."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def _display(bundle: Mapping[str, Any]) -> None:
    from IPython.display import display

    display(bundle, raw=True)  # type: ignore[no-untyped-call]


def _has_widgets() -> bool:
    from importlib.util import find_spec

    return find_spec("ipywidgets") is not None
