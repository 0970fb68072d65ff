"""Changing a customer: status and internal comment."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from langchain_centra.approval.effects import Effect
from langchain_centra.approval.proposal import Change, Impossible, NothingToChange, Proposal, Reverse, Step
from langchain_centra.client import AsyncCentra
from langchain_centra.operations.customers import CUSTOMER_STATE, UPDATE_CUSTOMER, StatedCustomer
from langchain_centra.tools.arguments import ActiveStatus, Arguments, Comment, Text
from langchain_centra.tools.customers import find_customer, person_name
from langchain_centra.tools.spec import write_tool
from langchain_centra.tools.text import cell


class UpdateCustomer(Arguments):
    """What update_customer takes."""

    customer: Text = Field(description="E-mail address or id.")
    status: ActiveStatus | None = None
    internal_comment: Comment | None = Field(None, description="Replaces the present one, which cannot be read.")


async def observe_customer(centra: AsyncCentra, step: Step) -> dict[str, Any]:
    """Read the status of a step's customer again; the internal comment is not known to be readable."""
    found = (await CUSTOMER_STATE(centra, id=[step.variables["id"]])).data.customers
    return _facts(found[0]) if found and "status" in {**step.before, **step.after} else {}


@write_tool(
    group="customers",
    operations=[CUSTOMER_STATE, UPDATE_CUSTOMER],
    effects=[Effect.STATUS, Effect.CONTENT],
    observe=observe_customer,
)
async def update_customer(centra: AsyncCentra, arguments: UpdateCustomer) -> Proposal:
    """Set a customer's status or internal comment."""
    if arguments.status is None and arguments.internal_comment is None:
        raise Impossible("Say what to change: status or internal_comment.")
    customer = await find_customer(centra, arguments.customer)
    facts = _facts(customer)
    after = _after(arguments, facts)
    if not after:
        raise NothingToChange(f"The customer already is {arguments.status}.")
    return Proposal(
        sentence=f"Change the {' and '.join(after)} of {_called(customer)}",
        changes=tuple(
            Change(object=_called(customer), field=name, before=facts.get(name), after=value or "(empty)")
            for name, value in after.items()
        ),
        effects=frozenset(Effect.STATUS if name == "status" else Effect.CONTENT for name in after),
        steps=(_step(customer, facts, after),),
        undo=_undo(facts, after),
        reverse=_reverse(customer, facts, after),
        warnings=_warnings(after),
    )


def _facts(customer: StatedCustomer) -> dict[str, str]:
    return {"status": customer.status} if customer.status else {}


def _after(arguments: UpdateCustomer, facts: Mapping[str, str]) -> dict[str, str]:
    given = {"status": arguments.status, "internal comment": arguments.internal_comment}
    return {name: value for name, value in given.items() if value is not None and facts.get(name) != value}


def _called(customer: StatedCustomer) -> str:
    store = f" in {cell(customer.store.name)}" if customer.store else ""
    return f"customer {cell(person_name(customer))} <{cell(customer.email)}>{store}"


def _step(customer: StatedCustomer, facts: Mapping[str, str], after: Mapping[str, str]) -> Step:
    sent_as = {"status": "status", "internal comment": "internalComment"}
    return Step(
        operation=UPDATE_CUSTOMER.name,
        variables={"id": customer.id, "input": {sent_as[name]: value for name, value in after.items()}},
        targets=(f"customer:{customer.id}",),
        before={name: facts[name] for name in after if name in facts},
        after=dict(after),
    )


def _undo(facts: Mapping[str, str], after: Mapping[str, str]) -> str | None:
    if "status" not in after or "status" not in facts:
        return None
    lost = "; the present internal comment is lost" if "internal comment" in after else ""
    return f"set the status back to {facts['status']}{lost}"


def _reverse(customer: StatedCustomer, facts: Mapping[str, str], after: Mapping[str, str]) -> Reverse | None:
    if not after.keys() <= facts.keys():
        return None
    return Reverse(tool="update_customer", args={"customer": str(customer.id), **facts})


def _warnings(after: Mapping[str, str]) -> tuple[str, ...]:
    lost = "The present internal comment cannot be read; it is replaced, and whether that worked cannot be read either."
    return (lost,) if "internal comment" in after else ()
