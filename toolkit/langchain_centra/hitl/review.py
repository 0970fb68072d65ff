"""The question to the person: the waiting cards as an interrupt, in the form that LangChain's clients render."""

import uuid
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.errors import GraphInterrupt
from langgraph.runtime import get_runtime
from langgraph.types import interrupt

from langchain_centra.approval.answers import ALLOWED_DECISIONS, response_schema
from langchain_centra.approval.approvals import Approver, waiting_card
from langchain_centra.approval.card import contract_preview, inline, markdown, together
from langchain_centra.approval.records import Card

_ID_RESOLUTION = timedelta(milliseconds=1)


def ask(cards: Sequence[Card], error: str | None) -> Any:
    """Interrupt the run with the waiting cards, and return the answer once there is one.

    A run that broke off after it was given an answer leaves it with the question, so the last one given counts.
    """
    answer = ask_once(cards, error)
    with suppress(GraphInterrupt):
        while True:
            answer = ask_once(cards, error)
    return answer


def ask_once(cards: Sequence[Card], error: str | None = None) -> Any:
    """Interrupt the run with the cards, and return the answer that comes next in order."""
    schema = response_schema(list(map(waiting_card, cards)))
    return interrupt(request(cards, error), response_schema=schema)


def later_answer(approved: Sequence[Card]) -> Any:
    """The answer that came with this run to cards whose approval is stored but not carried out, or None."""
    with suppress(GraphInterrupt):
        return ask(approved, None) if approved else None
    return None


def request(cards: Sequence[Card], error: str | None) -> dict[str, Any]:
    """All waiting cards as one request; `error` says what was wrong with the last answer."""
    payload: dict[str, Any] = {
        "action_requests": [_action(card, _description(cards, index, error)) for index, card in enumerate(cards)],
        "review_configs": [{"action_name": card.tool, "allowed_decisions": list(ALLOWED_DECISIONS)} for card in cards],
    }
    return {**payload, "error": error} if error else payload


def _action(card: Card, description: str) -> dict[str, Any]:
    return {
        "name": card.tool,
        "args": card.args,
        "description": description,
        "tool_call_id": card.call_id,
        "proposal_id": card.proposal_id,
        "preview": contract_preview(card),
    }


def _description(cards: Sequence[Card], index: int, error: str | None) -> str:
    parts = [markdown(cards[index].preview)]
    if index == 0 and error:
        parts.insert(0, f"**{error}**")
    if index == 0 and len(cards) > 1:
        # Some clients show the first description alone.
        others = "\n".join(f"{number}. {inline(card.preview['sentence'])}" for number, card in enumerate(cards[1:], 2))
        parts.append(f"Also waiting for your decision:\n{others}")
        if len({(card.tool, *card.preview["effects"]) for card in cards}) == 1:
            parts.append(f"All {len(cards)} together: {inline(together([card.preview for card in cards]))}.")
    return "\n\n".join(parts)


def asked_by(config: RunnableConfig) -> str | None:
    """Who wrote the request: the server's user, elsewhere the name that the caller claims."""
    return approver(config).name


def approver(config: RunnableConfig, named: str | None = None) -> Approver:
    """Who answers: the server's user and nothing else on a server, elsewhere the name that the caller claims.

    `named` is what the caller claims where the config names nobody.
    """
    server = get_runtime().server_info
    if server is None:
        return Approver(config.get("configurable", {}).get("approver") or named, "claimed")
    if server.user is None or type(server.user).__name__ == "StudioUser":
        return Approver(None, "unauthenticated")
    return Approver(server.user.identity, "authenticated")


def is_for_others(cards: Sequence[Card], answer: Any, shown: Collection[str]) -> bool:
    """Whether an answer that names no card was not given to exactly these cards.

    That is so where the stored question showed others (`shown` are its proposal ids), and where the answer's run is
    older than a card.
    """
    decisions = answer.get("decisions") if isinstance(answer, dict) else None
    if not isinstance(decisions, list) or all(isinstance(one, dict) and one.get("proposal_id") for one in decisions):
        return False
    started = _run_started()
    older = started is not None and any(started < card.created_at - _ID_RESOLUTION for card in cards)
    return older or not {card.proposal_id for card in cards} <= set(shown)


def _run_started() -> datetime | None:
    info = get_runtime().execution_info
    try:
        run_id = uuid.UUID(str(info.run_id)) if info else None
    except ValueError:
        return None
    if run_id is None or run_id.version != 7:
        return None
    return datetime.fromtimestamp((run_id.int >> 80) / 1000, UTC)
