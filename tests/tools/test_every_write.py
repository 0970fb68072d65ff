"""What holds for every tool that writes: the card shows what is there, and what it promises is there afterwards."""

import pytest
from card_cases import CASES

from langchain_centra.approval.proposal import CannotPropose
from langchain_centra.client import AsyncCentra
from langchain_centra.sandbox import Sandbox
from langchain_centra.tools import TOOLS
from langchain_centra.tools.spec import WriteTool

WRITES = {spec.name: spec for spec in TOOLS if isinstance(spec, WriteTool)}
REPEATABLE = ("adjust_stock", "add_order_note", "cancel_order_lines", "create_shipment-", "update_customer-comment")
"""Those that take or add a number of units or a text, or whose result cannot be read: they can be meant once more."""
ELSEWHERE = ("complete_shipment", "adjust_stock-loss", "set_stock-below")
"""Those that need a shipment first, or that the store refuses or carries out in its own way."""


@pytest.fixture
def sandbox() -> Sandbox:
    """A fresh store that is never asked too much."""
    return Sandbox(plan="unlimited")


@pytest.mark.parametrize("case", [case for case in CASES if not case.startswith(ELSEWHERE)])
async def test_a_card_says_what_is_there_before_and_after_and_is_not_repeated_unseen(
    case: str, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    spec = WRITES[case.partition("-")[0]]
    arguments = spec.validate(CASES[case])
    proposal = await spec.propose(centra, arguments)
    assert not sandbox.mutations
    for step in proposal.steps:
        seen = await spec.observe(centra, step)
        assert {name: seen[name] for name in step.before if name in seen} == {
            name: value for name, value in step.before.items() if name in seen
        }
        sent = await spec.send(centra, step)
        shown = {**await spec.observe(centra, step), **sent.facts}
        assert not sent.warnings
        assert {name: shown[name] for name in step.after if name in shown} == {
            name: value for name, value in step.after.items() if name in shown
        }
        assert sandbox.mutations[-1].applied
    assert len(sandbox.mutations) == len(proposal.steps)
    if case.startswith(REPEATABLE):
        assert (await spec.propose(centra, arguments)).steps
    else:
        with pytest.raises(CannotPropose):
            await spec.propose(centra, arguments)
