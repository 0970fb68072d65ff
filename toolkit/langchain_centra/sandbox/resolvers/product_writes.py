"""updateProduct."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ariadne import MutationType
from graphql import GraphQLError

from langchain_centra.sandbox import messages
from langchain_centra.sandbox.mutations import Refused, write
from langchain_centra.sandbox.names import snake_case

if TYPE_CHECKING:
    from collections.abc import Mapping

    from langchain_centra.sandbox.context import Context
    from langchain_centra.sandbox.state.catalogue import Product

mutations = MutationType()
BINDABLES = [mutations]

_REQUIRED = {"name": messages.EMPTY_NAME, "productNumber": messages.EMPTY_PRODUCT_NUMBER}
_ALWAYS_SET = (*_REQUIRED, "status", "isSerializableProduct")
_NULLABLE = ("internalComment", "harmonizedCommodityCode", "harmonizedCommodityCodeDescription")


@write(mutations, "updateProduct")
def update_product(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Change a product: a field that is not sent stays as it is.

    With the product number all SKUs of the product change. Inferred: null leaves what always has a value as it is, an
    empty name or number is refused, and so is the number of another product.
    """
    product, given = context.state.products.get(arguments["id"]), arguments["input"]
    if product is None:
        raise Refused(messages.not_found("Product", "ID", arguments["id"]), "id")
    changes = _read(given)
    _check_number(context, product, changes.get("productNumber"))
    for name, value in changes.items():
        setattr(product, snake_case(name), value)
    if "productNumber" in changes:
        context.state.file_sizes_anew()
    product.updated_at = context.now
    return {"product": product}


def _read(given: Mapping[str, Any]) -> dict[str, Any]:
    for name, value in given.items():
        if name not in (*_ALWAYS_SET, *_NULLABLE) and value is not None:
            raise GraphQLError(f"ProductUpdateInput.{name} is not in the sandbox yet.")
    for name, refusal in _REQUIRED.items():
        if given.get(name) is not None and not given[name].strip():
            raise Refused(refusal, "input", name)
    return {
        name: value for name, value in given.items() if name in _NULLABLE or (name in _ALWAYS_SET and value is not None)
    }


def _check_number(context: Context, product: Product, number: str | None) -> None:
    for other in context.state.products.values():
        if number is not None and other is not product and other.product_number == number:
            raise Refused(messages.number_taken(number, other.name), "input", "productNumber")
