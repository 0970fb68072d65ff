"""update_customer: what it proposes, and what sending it does."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from langchain_centra.approval.effects import Effect
from langchain_centra.approval.proposal import Impossible, NothingToChange, Proposal, Step
from langchain_centra.client import AsyncCentra, PermissionMissing, UserErrors
from langchain_centra.sandbox import Sandbox
from langchain_centra.tools.arguments import InvalidArguments
from langchain_centra.tools.spec import WriteTool

Propose = Callable[..., Awaitable[Proposal]]
Write = Callable[[str], WriteTool]
EMAIL = "anna.berg@example.com"


@pytest.fixture
def anna(sandbox: Sandbox) -> Any:
    """Anna Berg, the first customer."""
    return sandbox.store.customers[1]


@pytest.fixture
def spec(write: Write) -> WriteTool:
    """The tool's declaration."""
    return write("update_customer")


def only(proposal: Proposal) -> Step:
    [step] = proposal.steps
    return step


@pytest.mark.parametrize("customer", [EMAIL, "1"])
async def test_a_status_is_shown_written_and_taken_back(
    propose: Propose, spec: WriteTool, centra: AsyncCentra, sandbox: Sandbox, anna: Any, customer: str
) -> None:
    proposal = await propose("update_customer", customer=customer, status="inactive")
    called = f"customer Anna Berg <{EMAIL}> in Alvelund"
    assert proposal.sentence == f"Change the status of {called}"
    assert [(c.object, c.field, c.before, c.after) for c in proposal.changes] == [
        (called, "status", "ACTIVE", "INACTIVE")
    ]
    assert proposal.effects == {Effect.STATUS}
    assert proposal.warnings == ()
    assert proposal.undo == "set the status back to ACTIVE"
    assert not sandbox.mutations
    step = only(proposal)
    assert await spec.observe(centra, step) == step.before == {"status": "ACTIVE"}
    await spec.send(centra, step)
    assert await spec.observe(centra, step) == step.after == {"status": "INACTIVE"}
    reverse = proposal.reverse
    assert reverse
    await spec.send(centra, only(await propose(reverse.tool, **reverse.args)))
    assert anna.status == "ACTIVE"


async def test_an_internal_comment_replaces_what_cannot_be_read_and_is_not_read_back(
    propose: Propose, spec: WriteTool, centra: AsyncCentra, anna: Any
) -> None:
    proposal = await propose("update_customer", customer=EMAIL, internal_comment="Voucher abuse")
    assert [(change.field, change.before) for change in proposal.changes] == [("internal comment", None)]
    assert proposal.effects == {Effect.CONTENT}
    assert "cannot be read; it is replaced" in proposal.warnings[0]
    assert (proposal.undo, proposal.reverse) == (None, None)
    step = only(proposal)
    assert (step.before, step.after) == ({}, {"internal comment": "Voucher abuse"})
    await spec.send(centra, step)
    assert await spec.observe(centra, step) == {}
    assert (anna.internal_comment, anna.status) == ("Voucher abuse", "ACTIVE")


async def test_both_are_one_mutation_of_which_the_status_is_read_back(
    propose: Propose, spec: WriteTool, centra: AsyncCentra, sandbox: Sandbox, anna: Any
) -> None:
    wanted = {"customer": EMAIL, "status": "INACTIVE", "internal_comment": ""}
    proposal = await propose("update_customer", **wanted)
    assert proposal.undo == "set the status back to ACTIVE; the present internal comment is lost"
    assert proposal.reverse is None
    anna.internal_comment = "Old"
    await spec.send(centra, only(proposal))
    assert await spec.observe(centra, only(proposal)) == {"status": "INACTIVE"}
    assert (anna.status, anna.internal_comment) == ("INACTIVE", "")
    assert len(sandbox.mutations) == 1


async def test_a_status_that_already_is_as_requested_is_not_written(propose: Propose) -> None:
    with pytest.raises(NothingToChange, match="already is ACTIVE"):
        await propose("update_customer", customer=EMAIL, status="ACTIVE")
    proposal = await propose("update_customer", customer=EMAIL, status="ACTIVE", internal_comment="Nice")
    assert only(proposal).variables == {"id": 1, "input": {"internalComment": "Nice"}}


async def test_a_change_behind_the_back_shows_in_the_fingerprint(
    propose: Propose, spec: WriteTool, centra: AsyncCentra, sandbox: Sandbox, anna: Any
) -> None:
    step = only(await propose("update_customer", customer=EMAIL, status="INACTIVE"))
    anna.status = "INACTIVE"
    assert await spec.observe(centra, step) != step.before
    del sandbox.store.customers[1]
    assert await spec.observe(centra, step) == {}
    with pytest.raises(UserErrors):
        await spec.send(centra, step)


async def test_a_change_of_nothing_is_answered_with_what_can_change(propose: Propose) -> None:
    with pytest.raises(Impossible, match="status or internal_comment"):
        await propose("update_customer", customer=EMAIL)


@pytest.mark.parametrize(
    ("customer", "reason"),
    [("nobody@example.com", "No customer has"), ("999999", "No customer has"), ("Anna Berg", "search_customers")],
)
async def test_an_unknown_customer_is_not_proposed(propose: Propose, customer: str, reason: str) -> None:
    with pytest.raises(Impossible, match=reason):
        await propose("update_customer", customer=customer, status="INACTIVE")


async def test_an_address_of_two_customers_is_answered_with_their_ids(propose: Propose, sandbox: Sandbox) -> None:
    sandbox.store.customers[2].email = EMAIL
    with pytest.raises(Impossible, match="id 1 in Alvelund; id 2 in Alvelund"):
        await propose("update_customer", customer=EMAIL, status="INACTIVE")


async def test_a_mutation_without_its_permission_writes_nothing(
    sandbox: Sandbox, spec: WriteTool, lacking: Callable[..., str], anna: Any
) -> None:
    token = lacking("Customer:write", "Store:read")
    async with AsyncCentra(sandbox.url, token, transport=sandbox.transport()) as centra:
        proposal = await spec.propose(centra, spec.validate({"customer": EMAIL, "status": "INACTIVE"}))
        with pytest.raises(PermissionMissing, match="Customer:write"):
            await spec.send(centra, only(proposal))
    assert proposal.sentence.endswith(f"Anna Berg <{EMAIL}>")
    assert anna.status == "ACTIVE"


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"customer": EMAIL, "status": "BLOCKED"},
        {"customer": EMAIL, "internal_comment": "x" * 10_000},
        {"customer": " ", "status": "INACTIVE"},
    ],
)
async def test_absurd_arguments_are_explained_in_a_sentence(propose: Propose, arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidArguments) as explained:
        await propose("update_customer", **arguments)
    assert "update_customer" in str(explained.value)
    assert len(str(explained.value)) < 200
