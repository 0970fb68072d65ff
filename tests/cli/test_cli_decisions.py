"""What a person can decide on several cards at once."""

from collections import deque
from collections.abc import Collection
from typing import Any

from langchain_centra.approval.card import together
from langchain_centra.cli.decisions import ask_person


class Typist:
    """Presses these keys, and keeps the questions."""

    def __init__(self, *keys: str) -> None:
        self.keys = deque(keys)
        self.questions: list[str] = []

    async def key(self, question: str, keys: Collection[str]) -> str:
        self.questions.append(question)
        assert self.keys[0] in keys
        return self.keys.popleft()

    async def answer(self, question: str, filled_in: str) -> str:
        return "Too early."


def action(number: int, tool: str, *effects: str, undo: str | None = None) -> dict[str, Any]:
    change = {"object": "SKU", "field": "stock", "before": 10, "after": 10 + number, "unit": "units"}
    money = [{"what": "refund", "amount": "1.50", "currency": "SEK"}] if "money" in effects else []
    said: dict[str, Any] = {"warnings": [], "messages": [], "stock": [], "money": money, "undo": undo}
    preview = {"effects": list(effects), "changes": [change], "rows": 1, **said}
    return {"name": tool, "args": {}, "proposal_id": f"p{number}", "tool_call_id": f"c{number}", "preview": preview}


async def decide(actions: list[dict[str, Any]], typist: Typist) -> dict[str, Any]:
    decisions = await ask_person({"action_requests": actions}, typist, lambda _text: None)
    return {one["proposal_id"]: one["type"] + ("!" if one.get("always") else "") for one in decisions}


async def test_all_alike_are_approved_with_their_total_and_the_others_are_asked() -> None:
    actions = [action(1, "set_stock", "stock"), action(2, "cancel_order", "money"), action(3, "set_stock", "stock")]
    typist = Typist("a", "r")
    assert await decide(actions, typist) == {"p1": "approve", "p3": "approve", "p2": "reject"}
    assert "[a] approve all 2 alike (2 changes, +4 units)" in typist.questions[0]
    assert "[a]" not in typist.questions[1]


async def test_always_is_offered_only_where_it_may_be_given() -> None:
    actions = [
        action(1, "set_stock", "stock", undo="set back"),
        action(2, "cancel_order", "money", undo="pay"),
    ]
    typist = Typist("w", "y")
    assert await decide(actions, typist) == {"p1": "approve!", "p2": "approve"}
    assert "[w]" not in typist.questions[1]


def test_money_is_counted_by_currency() -> None:
    assert (
        together([action(number, "x", "money")["preview"] for number in (1, 2)])
        == "2 changes, +3 units, +3.00 SEK refund"
    )
