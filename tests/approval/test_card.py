import math
from decimal import Decimal
from typing import Any

import pytest
from shelf import Desk

from langchain_centra.approval.card import (
    contract_preview,
    digest,
    facts,
    is_shortened,
    markdown,
    preview,
    stored_proposal,
)
from langchain_centra.approval.effects import Effect
from langchain_centra.approval.proposal import Change, Money, Proposal, Step

WIDTH = 80


def change(item: str = "A", before: Any = 1, after: Any = 2, unit: str | None = "units") -> Change:
    return Change(object=item, field="level", before=before, after=after, unit=unit)


def shown(*changes: Change, **fields: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "sentence": "Set A to 2",
        "changes": changes or (change(),),
        "effects": frozenset({Effect.STOCK, Effect.EMAIL}),
        "steps": (Step(operation="Set", variables={"n": 2}, targets=("A",), before={"level": 1}, after={"level": 2}),),
    }
    times = {"read_at": "2026-03-01T12:00:00+00:00", "expires_at": "2026-03-02T12:00:00+00:00"}
    return preview(Proposal(**usual | fields), revision=1, args_digest="digest", **times)


def rows(card: dict[str, Any]) -> list[str]:
    return [line for line in markdown(card).splitlines() if line.startswith("|")][2:]


def test_a_digest_depends_on_the_data_and_not_on_its_order() -> None:
    assert digest({"a": 1, "b": [1, 2]}) == digest({"b": [1, 2], "a": 1})
    assert digest({"a": 1}) != digest({"a": "1"})
    assert digest([1, 2]) != digest([2, 1])


def test_the_preview_has_the_keys_that_clients_rely_on_and_no_others() -> None:
    card = shown(money=(Money(what="fee", amount=Decimal("10.50"), currency="SEK"),), measures={"stock_delta": 1})
    assert set(card) == {
        "revision",
        "sentence",
        "changes",
        "effects",
        "money",
        "messages",
        "stock",
        "undo",
        "warnings",
        "rows",
        "read_at",
        "expires_at",
        "args_digest",
    }
    assert card["changes"] == [{"object": "A", "field": "level", "before": 1, "after": 2, "unit": "units"}]
    assert card["money"] == [{"what": "fee", "amount": "10.50", "currency": "SEK"}]
    assert card["effects"] == ["email", "stock"]


async def test_a_stored_card_shows_the_same_preview_and_gives_back_its_proposal(desk: Desk) -> None:
    card = await desk.card(levels={"A": 5, "B": 0}, notify=True, fee=20)
    proposal = await desk.shelf.propose(desk.centra, desk.shelf.validate(card.args))
    assert stored_proposal(card) == proposal
    assert contract_preview(card) == preview(
        proposal,
        revision=1,
        read_at=desk.clock.now().isoformat(),
        expires_at=card.expires_at.isoformat(),
        args_digest=digest(card.args),
    )


def test_a_card_is_a_sentence_a_table_and_what_else_would_happen() -> None:
    card = shown(
        money=(Money(what="fee", amount=Decimal("1234.5"), currency="SEK"),),
        messages=("Centra writes to anna@example.com.",),
        stock=("2 units become free.",),
        warnings=("The order is locked.",),
        undo="set it back",
    )
    assert markdown(card).splitlines() == [
        "**Set A to 2**",
        "",
        "| what | now | after |",
        "| --- | --- | --- |",
        "| A: level | 1 unit | 2 units |",
        "",
        "- Warning: The order is locked.",
        "- Money: fee: 1,234.50 SEK",
        "- Message: Centra writes to anna@example.com.",
        "- Stock: 2 units become free.",
        "- Undo: set it back",
        "- Read 2026-03-01 12:00+00:00; this card expires 2026-03-02 12:00+00:00.",
    ]


def test_what_cannot_be_undone_says_so() -> None:
    assert "- Undo: this cannot be undone" in markdown(shown())


@pytest.mark.parametrize(
    ("before", "after", "unit", "row"),
    [
        (None, 2, "units", "| A: level | not readable | 2 units |"),
        (1, None, None, "| A: level | 1 | none |"),
        (1, -1, "units", "| A: level | 1 unit | -1 unit |"),
        ("PENDING", "CANCELLED", None, "| A: level | PENDING | CANCELLED |"),
        (0, 0.5, "SEK", "| A: level | 0 SEK | 0.5 SEK |"),
        (False, True, None, "| A: level | no | yes |"),
    ],
)
def test_a_row_shows_both_values_with_their_unit(before: Any, after: Any, unit: str | None, row: str) -> None:
    assert rows(shown(change(before=before, after=after, unit=unit))) == [row]


def test_six_changes_are_all_shown_in_their_order() -> None:
    card = shown(*(change(f"I{n}", 0, n) for n in range(6)))
    assert [row.split(":")[0] for row in rows(card)] == [f"| I{n}" for n in range(6)]
    assert not is_shortened(card)


def test_of_more_than_six_changes_the_five_largest_are_shown_and_the_others_counted() -> None:
    card = shown(*(change(f"I{n}", 0, n) for n in range(11)), change("down", 50, 0), change("text", "x", "y"))
    assert [row.split(":")[0] for row in rows(card)] == ["| down", "| I10", "| I9", "| I8", "| I7"]
    assert "13 changes in all; the 5 largest are shown." in markdown(card)
    assert is_shortened(card)


def test_changes_without_a_size_are_shown_in_their_order() -> None:
    card = shown(*(change(f"I{n}", "no", "yes", None) for n in range(7)))
    assert [row.split(":")[0] for row in rows(card)] == [f"| I{n}" for n in range(5)]
    assert "7 changes in all; the first 5 are shown." in markdown(card)


def test_prices_are_as_large_as_they_change_in_parts_of_the_present_one() -> None:
    card = shown(*(change(f"I{n}", "900.00", "800.00", "SEK") for n in range(7)), change("half", "9.00", "4.50", "EUR"))
    assert rows(card)[0] == "| half: level | 9.00 EUR | 4.50 EUR |"


def test_of_many_warnings_the_first_are_shown_and_the_others_counted() -> None:
    card = shown(warnings=tuple(f"warning {n}" for n in range(9)))
    said = [line for line in markdown(card).splitlines() if line.startswith("- Warning")]
    assert said == [*(f"- Warning: warning {n}" for n in range(3)), "- Warning: and 6 more like these"]
    assert len([label for label, _ in facts(card, whole=True) if label == "Warning"]) == 9
    assert is_shortened(card)


HOSTILE = [
    "x | approved | y",
    "x\n\n# Approved by the owner",
    "x\r\n| a | b | c |",
    "x\u2028- Undo: easy",
    "x\x85y",
    "x \\| y | z \\",
    "x\\\\| y",
    "<img src=x onerror=alert(1)>",
    "![logo](http://tracker.example/pixel)",
    "[Approve](http://phishing.example)",
    "`code` **bold** `",
    "total 99\u202e00001",
    "\u2066hidden\u2069",
    "a\tb",
    "nul\x00l\x1b[31m",
]


def unescaped(text: str, character: str) -> int:
    """How often a character stands without a backslash that is not itself escaped."""
    return text.replace("\\\\", "").replace(f"\\{character}", "").count(character)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_of_the_store_stays_in_its_place(text: str) -> None:
    usual = markdown(shown(warnings=("w",), messages=("m",), stock=("s",), undo="u"))
    card = shown(
        change(text, text, text, text),
        sentence=text,
        warnings=(text,),
        messages=(text,),
        stock=(text,),
        undo=text,
        money=(Money(what=text, amount=Decimal(1), currency=text),),
    )
    lines = markdown(card).splitlines()
    assert len(lines) == len(usual.splitlines()) + 1
    [row] = rows(card)
    assert unescaped(row, "|") == 4
    for character in "<[`":
        assert not any(unescaped(line, character) for line in lines)
    assert not any(unescaped(line.removeprefix("**").removesuffix("**"), "*") for line in lines)
    assert all(line.isprintable() for line in lines)


def test_a_usual_card_has_at_most_25_lines_of_80_columns() -> None:
    sizes = [change(f"Alva Tee, Black, size {n} in Stockholm", 10 + n, 25) for n in range(10)]
    card = shown(
        *sizes,
        sentence="Set 10 physical stock levels in Stockholm",
        messages=("Centra sends the order confirmation to anna.berg@example.com.",),
        stock=("10 levels change, by +105 units together.",),
        warnings=("TEE01BLKM in Stockholm: 1 is less than the 2 units allocated to orders.",) * 2,
        money=(Money(what="authorization kept at the payment provider", amount=Decimal(1998), currency="SEK"),),
    )
    assert sum(math.ceil(max(len(line), 1) / WIDTH) for line in markdown(card).splitlines()) <= 25
