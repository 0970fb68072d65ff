"""Asking a person to decide on the waiting cards."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol

from langchain_centra.approval.card import Action, is_shortened, likeness, together
from langchain_centra.approval.grants import why_never
from langchain_centra.cli.cards import whole
from langchain_centra.cli.errors import CommandFailed
from langchain_centra.cli.form import fill_in
from langchain_centra.cli.text import plain
from langchain_centra.tools.registry import TOOLS
from langchain_centra.tools.structured import argument_schema

Decision = dict[str, Any]
Request = Mapping[str, Any]
"""What an interrupt asks: LangChain's `HITLRequest`, with `error` if the last answer was not taken."""


class Person(Protocol):
    """Whoever sits at the terminal; methods raise Undecided when they leave."""

    async def key(self, question: str, keys: Collection[str]) -> str:
        """Answer with one key."""
        ...

    async def answer(self, question: str, filled_in: str) -> str:
        """Answer with a line."""
        ...


Say = Callable[[str], None]

UNATTENDED_REASON = "Nobody was asked: the demo ran without a terminal."


async def ask_person(request: Request, person: Person, say: Say) -> list[Decision]:
    """Ask for a decision on each card, in order; each decision names the card that it was made on."""
    actions: Sequence[Action] = request["action_requests"]
    waiting, decided = list(actions), list[Decision]()
    while waiting:
        first = waiting[0]
        same = [action for action in waiting if likeness(action) == likeness(first)]
        key = await _key(first, same, actions, person)
        if key == "v":
            say(whole(first))
        elif key == "a":
            decided += [_decision(action, "approve") for action in same]
            waiting = [action for action in waiting if action not in same]
        elif decision := await _chosen(key, first, person, say):
            decided.append(decision)
            waiting.remove(first)
    return decided


class Unattended:
    """Decides where nobody can be asked: approves the first change that it is shown and rejects the others."""

    def __init__(self) -> None:
        self._first: str | None = None
        self._seen: set[str] = set()

    async def __call__(self, request: Request) -> list[Decision]:
        """Decide on the cards of a request.

        Raises CommandFailed when the same card is asked about again: deciding in the same way would not end.
        """
        actions = request["action_requests"]
        if self._seen & {action["proposal_id"] for action in actions}:
            raise CommandFailed(f"The decisions were not taken. {request.get('error', '')}".strip())
        self._seen |= {action["proposal_id"] for action in actions}
        self._first = self._first or actions[0]["tool_call_id"]
        return [self._decide(action) for action in actions]

    def _decide(self, action: Action) -> Decision:
        if action["tool_call_id"] == self._first:
            return _decision(action, "approve")
        return _decision(action, "reject", message=UNATTENDED_REASON)


async def _key(first: Action, same: Sequence[Action], actions: Sequence[Action], person: Person) -> str:
    choices, keys = "[y] approve, [e] edit, [r] reject", "yer"
    if why_never(first["preview"]) is None:
        choices, keys = f"{choices}, [w] always here", f"{keys}w"
    if len(same) > 1:
        total = plain(together([action["preview"] for action in same]))
        choices, keys = f"{choices}, [a] approve all {len(same)} alike ({total})", f"{keys}a"
    if is_shortened(first["preview"]):
        choices, keys = f"{choices}, [v] view all of it", f"{keys}v"
    return await person.key(f"Change {actions.index(first) + 1} of {len(actions)}: {choices}? ", keys)


async def _chosen(key: str, action: Action, person: Person, say: Say) -> Decision | None:
    if key == "e":
        return await _edit(action, person, say)
    if key == "r":
        reason = (await person.answer("Why? The agent reads this: ", "")).strip()
        return _decision(action, "reject", **({"message": reason} if reason else {}))
    return _decision(action, "approve", **({"always": True} if key == "w" else {}))


async def _edit(action: Action, person: Person, say: Say) -> Decision | None:
    """Let the person change the arguments; None when they are left as they are."""
    say("Change what is wrong; Enter keeps a line, an empty line leaves the argument out.")
    say("This approves the edited change, unless it does more than this card: then it is asked again.")
    arguments = {spec.name: spec.args for spec in TOOLS}[action["name"]]
    args = await fill_in(action["args"], argument_schema(arguments), person.answer)
    if args == action["args"]:
        say("Nothing was edited.")
        return None
    return _decision(action, "edit", edited_action={"name": action["name"], "args": args})


def _decision(action: Action, kind: str, **more: Any) -> Decision:
    return {"type": kind, "proposal_id": action["proposal_id"], "tool_call_id": action["tool_call_id"], **more}
