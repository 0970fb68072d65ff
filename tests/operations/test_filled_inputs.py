"""The input types that our writes fill: what a store demands in them beyond what is sent is found when connecting."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from examples import CASES
from graphql import (
    GraphQLInputObjectType,
    build_ast_schema,
    get_named_type,
    is_required_input_field,
    parse,
    type_from_ast,
)
from published import SCHEMA, SDL

from langchain_centra.approval.proposal import CannotPropose
from langchain_centra.client import AsyncCentra
from langchain_centra.operations.binding import fit
from langchain_centra.operations.filled import FILLED
from langchain_centra.operations.order_changes import CONFIRM_ORDER
from langchain_centra.operations.stock_changes import SET_STOCK
from langchain_centra.sandbox import Sandbox
from langchain_centra.sandbox.edits import Edit, Required, edit
from langchain_centra.tools.registry import TOOLS
from langchain_centra.tools.spec import WriteTool

WRITES = {spec.name: spec for spec in TOOLS if isinstance(spec, WriteTool)}
OPERATIONS = {op.name: op for spec in WRITES.values() for op in spec.every_operation if op.is_mutation}


MORE: list[tuple[str, dict[str, Any]]] = [
    ("set_order_hold", {"order_number": 1048, "on_hold": True}),
    *(
        ("set_attributes", {"object_type": "product", "changes": [{"objects": ["TEE01"], "attribute": name, **change}]})
        for name, change in (
            ("pr_fit", {"values": []}),
            ("pr_care", {"element": "text", "values": ["Wash cold"]}),
        )
    ),
]
"""Calls that fill what no card of CASES does."""
NOT_IN_A_FRESH_STORE = {"ShipmentCompleteInput", "DynamicAttributeUnassignInput"}


def inputs_in(kind: Any, value: Any) -> Iterator[str]:
    """The input types that a variable's value fills."""
    named = get_named_type(kind)
    if isinstance(value, list):
        for one in value:
            yield from inputs_in(named, one)
    elif isinstance(named, GraphQLInputObjectType) and isinstance(value, dict):
        yield named.name
        for name, part in value.items():
            yield from inputs_in(named.fields[name].type, part)


async def test_every_input_that_a_write_fills_is_listed() -> None:
    store, filled = Sandbox(plan="unlimited"), set[str]()
    async with AsyncCentra(store.url, store.TOKEN, transport=store.transport()) as centra:
        for case, args in [*CASES.items(), *MORE]:
            write = WRITES[case.partition("-")[0]]
            with suppress(CannotPropose):
                for step in (await write.propose(centra, write.validate(args))).steps:
                    definition: Any = parse(OPERATIONS[step.operation].document).definitions[0]
                    for variable in definition.variable_definitions:
                        kind = type_from_ast(SCHEMA, variable.type)
                        filled |= set(inputs_in(kind, step.variables.get(variable.variable.name.value)))
    assert filled - FILLED.keys() == set()
    assert FILLED.keys() - filled == NOT_IN_A_FRESH_STORE


@pytest.mark.parametrize("name", FILLED)
def test_what_an_input_demands_in_the_published_schema_is_listed(name: str) -> None:
    demanded = {field for field, kind in SCHEMA.type_map[name].fields.items() if is_required_input_field(kind)}  # type: ignore[attr-defined]
    assert FILLED[name] == demanded


def changed(*edits: Edit) -> Any:
    schema = build_ast_schema(SDL, assume_valid=True)
    edit(schema, edits)
    return schema


def test_a_field_that_an_input_newly_demands_is_named() -> None:
    bound = fit(CONFIRM_ORDER, changed(Required("OrderConfirmInput", "reason", "String")))
    assert "OrderConfirmInput.reason" in bound.problem


def test_so_is_one_deep_inside_of_it() -> None:
    bound = fit(SET_STOCK, changed(Required("StockSetProductSizeInput", "reason", "String")))
    assert "StockSetProductSizeInput.reason" in bound.problem


def test_one_of_an_input_that_we_leave_out_changes_nothing() -> None:
    assert not fit(CONFIRM_ORDER, changed(Required("OrderLineCreateInput", "reason", "String"))).problem
