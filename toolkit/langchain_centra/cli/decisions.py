"""Asking a person to decide on the waiting cards."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from langchain_centra.cli.cards import Action
from langchain_centra.cli.errors import CommandFailed

Decision = dict[str, Any]
Request = Mapping[str, Any]
"""What an interrupt asks: LangChain's `HITLRequest`, with `error` if the last answer was not taken."""

Ask = Callable[[str, str], Awaitable[str]]
"""Shows a question and a text that is already filled in, and returns the line that the person enters."""

Say = Callable[[str], None]

UNATTENDED_REASON = "Nobody was asked: the demo ran without a terminal."

_CHOICES = {
    "approve": "approve",
    "y": "approve",
    "yes": "approve",
    "edit": "edit",
    "e": "edit",
    "reject": "reject",
    "r": "reject",
    "n": "reject",
    "no": "reject",
    "a": "all",
    "all": "all",
    "approve all": "all",
}


async def ask_person(request: Request, ask: Ask, say: Say) -> list[Decision]:
    """Ask for a decision on each card, in order; each decision names the card that it was made on."""
    actions: Sequence[Action] = request["action_requests"]
    decided: list[Decision] = []
    while len(decided) < len(actions):
        waiting = actions[len(decided) :]
        choice = await _choice(waiting, len(decided) + 1, len(actions), ask, say)
        if choice == "all":
            decided += [_decision(action, "approve") for action in waiting]
        elif decision := await _chosen(choice, waiting[0], ask, say):
            decided.append(decision)
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


async def _choice(waiting: Sequence[Action], number: int, total: int, ask: Ask, say: Say) -> str:
    everything = ", [a] approve all" if len(waiting) > 1 else ""
    question = f"Change {number} of {total}: [y] approve, [e] edit, [r] reject{everything}? "
    while True:
        answer = (await ask(question, "")).strip().lower()
        choice = _CHOICES.get(answer)
        if choice and (choice != "all" or len(waiting) > 1):
            return choice
        say("Enter one of the letters. Nothing is written before every change is decided.")


async def _chosen(choice: str, action: Action, ask: Ask, say: Say) -> Decision | None:
    if choice == "edit":
        return await _edit(action, ask, say)
    if choice == "reject":
        reason = (await ask("Why? The agent reads this: ", "")).strip()
        return _decision(action, "reject", **({"message": reason} if reason else {}))
    return _decision(action, "approve")


async def _edit(action: Action, ask: Ask, say: Say) -> Decision | None:
    """Let the person change the arguments; None when they are left as they are."""
    say("Change the arguments. That approves the edited change, unless it does more than this card: then it is asked.")
    text = json.dumps(action["args"], ensure_ascii=False)
    while text := (await ask("Arguments: ", text)).strip():
        args, problem = _parsed(text)
        if args == action["args"]:
            break
        if args is not None:
            return _decision(action, "edit", edited_action={"name": action["name"], "args": args})
        say(f"{problem} Correct it, or clear the line to go back.")
    say("Nothing was edited.")
    return None


def _parsed(text: str) -> tuple[dict[str, Any] | None, str]:
    try:
        args = json.loads(text)
    except json.JSONDecodeError as error:
        return None, f"This is not JSON (from character {error.pos + 1} on: {error.msg})."
    if not isinstance(args, dict):
        return None, f"The arguments are an object in braces, not {text[:20]}."
    return args, ""


def _decision(action: Action, kind: str, **more: Any) -> Decision:
    return {"type": kind, "proposal_id": action["proposal_id"], "tool_call_id": action["tool_call_id"], **more}
