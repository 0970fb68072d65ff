"""Operations on stores whose schema is not the one that they were written against."""

from collections.abc import AsyncIterator
from functools import cache
from typing import Any

import pytest
from graphql import GraphQLSchema, build_ast_schema, parse, validate
from published import SDL
from pydantic import BaseModel

from langchain_centra.client import AsyncCentra, RequestRefused
from langchain_centra.operations import Operation
from langchain_centra.operations.binding import deprecated, fit, read_schema
from langchain_centra.operations.operation import bind
from langchain_centra.operations.order_changes import ADD_ORDER_NOTE, CONFIRM_ORDER
from langchain_centra.operations.order_search import SEARCH_ORDERS
from langchain_centra.sandbox import Sandbox
from langchain_centra.sandbox.edits import Added, Deprecated, Edit, Removed, Renamed, Required, edit

ERRORS = "{ userErrors { message path } userWarnings { message path } }"


def operation(document: str, **more: Any) -> Operation[BaseModel]:
    return Operation(document=document, result=BaseModel, needs=frozenset(), **more)


def changing(name: str, arguments: dict[str, str]) -> Operation[BaseModel]:
    """A mutation with these arguments, each of its own variable."""
    declared = ", ".join(f"${argument}: {kind}" for argument, kind in arguments.items())
    passed = ", ".join(f"{argument}: ${argument}" for argument in arguments)
    return operation(f"mutation Change({declared}) {{ {name}({passed}) {ERRORS} }}")


UNCERTAIN = {
    "addOrderNote": {"input": "OrderNoteAddInput!"},
    "createCategory": {"input": "CategoryCreateInput!"},
    "setCategoryDisplays": {"input": "CategoryDisplaysSetInput!"},
    "unsetCategoryDisplays": {"input": "CategoryDisplaysUnsetInput!"},
    "updateCampaign": {"id": "Int!", "input": "CampaignUpdateInput!"},
    "updateCustomer": {"id": "Int!", "input": "CustomerUpdateInput!"},
    "updateVoucher": {"id": "Int!", "input": "VoucherUpdateInput!"},
    "deleteVoucher": {"id": "Int!"},
}
PLAUSIBLE = {
    "addOrderNote": "createOrderNote",
    "createCategory": "addCategory",
    "setCategoryDisplays": "addCategoryDisplays",
    "unsetCategoryDisplays": "removeCategoryDisplays",
    "updateCampaign": "changeCampaign",
    "updateCustomer": "updateDirectToConsumerCustomer",
    "updateVoucher": "editVoucher",
    "deleteVoucher": "removeVoucher",
}


@cache
def schema(*edits: Edit) -> GraphQLSchema:
    changed = build_ast_schema(SDL, assume_valid=True)
    edit(changed, edits)
    return changed


@pytest.mark.parametrize("name", UNCERTAIN)
def test_a_mutation_of_another_name_is_found(name: str) -> None:
    change = changing(name, UNCERTAIN[name])
    theirs = schema(*(Renamed(f"Mutation.{ours}", other) for ours, other in PLAUSIBLE.items()))
    bound = fit(change, theirs)
    assert bound.problem == ""
    written = bound.written(change.document)
    assert not validate(theirs, parse(written))
    assert f"{name}: {PLAUSIBLE[name]}" in written


@pytest.mark.parametrize("name", UNCERTAIN)
def test_a_mutation_that_is_absent_is_switched_off_by_name(name: str) -> None:
    bound = fit(changing(name, UNCERTAIN[name]), schema(*(Removed(f"Mutation.{ours}") for ours in UNCERTAIN)))
    assert f"there is no mutation {name}" in bound.problem


@pytest.mark.parametrize("name", UNCERTAIN)
def test_a_mutation_of_the_expected_name_stays_as_it_is_written(name: str) -> None:
    change = changing(name, UNCERTAIN[name])
    assert fit(change, schema()).written(change.document) == change.document


def test_a_mutation_whose_name_is_known_is_never_looked_for_by_its_input() -> None:
    bound = fit(CONFIRM_ORDER, schema(Renamed("Mutation.confirmOrder", "approveOrder")))
    assert "there is no mutation confirmOrder" in bound.problem


def test_two_mutations_that_take_the_input_are_one_too_many() -> None:
    added = Added("Mutation.previewOrderNote", "OrderNoteAddPayload", "x", "x")
    other = schema(added, Renamed("Mutation.addOrderNote", "y"))
    fields: Any = other.mutation_type and other.mutation_type.fields
    fields["previewOrderNote"].args.update(fields["y"].args)
    assert "2 mutations take OrderNoteAddInput" in fit(ADD_ORDER_NOTE, other).problem


def test_the_quantity_of_a_stock_change_by_sku_goes_by_the_one_whole_number_of_its_type() -> None:
    change = changing("changeStock", {"input": "StockChangeInput!"})
    bound = fit(change, schema(Renamed("StockChangeProductSizeInput.deliveredQuantity", "quantity")))
    variables = {"input": {"description": "x", "productSizes": [{"productSize": {"id": 1}, "deliveredQuantity": 3}]}}
    assert bound.sent(variables) == {
        "input": {"description": "x", "productSizes": [{"productSize": {"id": 1}, "quantity": 3}]}
    }
    gone = fit(change, schema(Removed("StockChangeProductSizeInput.deliveredQuantity")))
    assert "StockChangeProductSizeInput has no field deliveredQuantity" in gone.problem


def test_a_new_required_argument_switches_an_operation_off_by_name() -> None:
    bound = fit(CONFIRM_ORDER, schema(Required("Mutation.confirmOrder", "reason", "String")))
    assert "reason" in bound.problem
    assert "confirmOrder" in bound.problem


def test_a_field_that_is_gone_is_named() -> None:
    bound = fit(SEARCH_ORDERS, schema(Removed("Order.isOnHold")))
    assert bound.problem == (
        "SearchOrders does not fit this store's schema: Cannot query field 'isOnHold' on type 'Order'."
    )


def test_the_first_variant_that_fits_is_taken() -> None:
    change = operation(
        "query Old { vouchers(limit: 1) { id } }", variants=("query Old { voucher(id: 1) { id } }", "query Old { x }")
    )
    assert fit(change, schema(Removed("Query.vouchers"))).variant == 1
    assert fit(change, schema()).variant == 0


def test_deprecated_fields_are_listed_with_their_date_and_their_users() -> None:
    theirs = schema(Deprecated("Order.isOnHold", "Replaced by holdStatus, date of removal: 2027-03-01"))
    [field] = deprecated({"SearchOrders": SEARCH_ORDERS.document}, theirs)
    assert (field.field, field.date, field.operations) == ("Order.isOnHold", "2027-03-01", ("SearchOrders",))


@pytest.fixture(scope="module")
def renamed_store() -> Sandbox:
    return Sandbox(
        schema=[Renamed("Mutation.addOrderNote", "createOrderNote"), Renamed("OrderNoteAddInput.note", "text")]
    )


@pytest.fixture
async def centra(renamed_store: Sandbox) -> AsyncIterator[AsyncCentra]:
    async with AsyncCentra(renamed_store.url, Sandbox.TOKEN, transport=renamed_store.transport()) as client:
        yield client


async def test_a_note_is_added_by_whatever_names_the_store_has(centra: AsyncCentra, renamed_store: Sandbox) -> None:
    bind(centra, {"AddOrderNote": fit(ADD_ORDER_NOTE, await read_schema(centra))})
    reply = await ADD_ORDER_NOTE(centra, input={"order": {"number": 1042}, "note": "call back"})
    assert reply.data.add_order_note is not None
    assert renamed_store.mutations[-1].applied


async def test_an_operation_that_fits_in_no_way_is_refused_before_it_is_sent(centra: AsyncCentra) -> None:
    bind(centra, {"AddOrderNote": fit(ADD_ORDER_NOTE, schema(Removed("Mutation.addOrderNote")))})
    with pytest.raises(RequestRefused, match="there is no mutation addOrderNote"):
        await ADD_ORDER_NOTE(centra, input={"order": {"number": 1042}, "note": "call back"})


async def test_without_being_bound_the_first_names_hold() -> None:
    store = Sandbox()
    async with AsyncCentra(store.url, Sandbox.TOKEN, transport=store.transport()) as client:
        await ADD_ORDER_NOTE(client, input={"order": {"number": 1042}, "note": "call back"})
    assert store.mutations[-1].applied
