"""updateCustomer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ariadne import MutationType
from graphql import GraphQLError

from langchain_centra.sandbox import messages
from langchain_centra.sandbox.mutations import Refused, write

if TYPE_CHECKING:
    from collections.abc import Mapping

    from langchain_centra.sandbox.context import Context

mutations = MutationType()
BINDABLES = [mutations]

_KNOWN = ("status", "internalComment")


@write(mutations, "updateCustomer")
def update_customer(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Change a customer: a field that is not sent stays as it is, and a status sent as null too (inferred)."""
    customer, given = context.state.customers.get(arguments["id"]), arguments["input"]
    if customer is None:
        raise Refused(messages.not_found("Customer", "ID", arguments["id"]), "id")
    for name, value in given.items():
        if name not in _KNOWN and value is not None:
            raise GraphQLError(f"CustomerUpdateInput.{name} is not in the sandbox yet.")
    if given.get("status") is not None:
        customer.status = given["status"]
    if "internalComment" in given:
        customer.internal_comment = given["internalComment"]
    customer.updated_at = context.now
    return {"customer": customer}
