"""What holds for every tool."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from cells import carry_out
from examples import ARGUMENTS
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from langchain_core.tools import BaseTool
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode

from langchain_centra import CentraToolkit
from langchain_centra.approval.effects import Effect
from langchain_centra.approval.journal import Journal
from langchain_centra.approval.proposal import CannotPropose, Proposal, Step
from langchain_centra.client import AsyncCentra, CentraError, PermissionMissing
from langchain_centra.operations.stock import LIST_WAREHOUSES
from langchain_centra.operations.stock_changes import SET_STOCK
from langchain_centra.sandbox import Sandbox
from langchain_centra.sandbox.edits import Added
from langchain_centra.tools.arguments import Arguments
from langchain_centra.tools.registry import TOOLS
from langchain_centra.tools.spec import Answer, ReadTool, ToolSpec, WriteTool, read_tool, write_tool

PERMISSIONS = sorted(frozenset[str]().union(*(spec.needs | spec.optional for spec in TOOLS)))

every_tool = pytest.mark.parametrize("spec", TOOLS, ids=lambda spec: spec.name)
every_read = pytest.mark.parametrize(
    "spec", [spec for spec in TOOLS if isinstance(spec, ReadTool)], ids=lambda spec: spec.name
)
every_write = pytest.mark.parametrize(
    "spec", [spec for spec in TOOLS if isinstance(spec, WriteTool)], ids=lambda spec: spec.name
)


def test_every_tool_has_an_example() -> None:
    assert ARGUMENTS.keys() == {spec.name for spec in TOOLS}


def call(spec: ToolSpec, **arguments: Any) -> dict[str, Any]:
    return {"type": "tool_call", "id": "call-1", "name": spec.name, "args": arguments or ARGUMENTS[spec.name]}


def tool_of(toolkit: CentraToolkit, spec: ToolSpec) -> BaseTool:
    [tool] = [tool for tool in toolkit.get_tools() if tool.name == spec.name]
    return tool


@pytest.fixture(scope="module")
def store() -> Iterator[Sandbox]:
    """A store that no test changes."""
    store = Sandbox(plan="unlimited")
    yield store
    assert not store.mutations


@every_tool
def test_invoke_and_ainvoke_give_the_same(spec: ToolSpec, store: Sandbox) -> None:
    with CentraToolkit(AsyncCentra(store.url, store.TOKEN, transport=store.transport()), writes=True) as toolkit:
        tool = tool_of(toolkit, spec)
        one, other = tool.invoke(call(spec)), asyncio.run(tool.ainvoke(call(spec)))
    assert (one.content, one.artifact, one.status) == (other.content, other.artifact, other.status)


@every_tool
async def test_an_unknown_argument_is_named_with_those_that_exist(spec: ToolSpec, toolkit: CentraToolkit) -> None:
    if isinstance(spec, ReadTool):
        answer = await tool_of(toolkit, spec).ainvoke(call(spec, **ARGUMENTS[spec.name], colour="red"))
        assert answer.status == "error"
        assert "colour" in answer.content
        assert all(name in answer.content for name in spec.args.model_fields)


@every_read
async def test_a_read_answers_with_rows_that_are_json(spec: ToolSpec, toolkit: CentraToolkit) -> None:
    answer = await tool_of(toolkit, spec).ainvoke(call(spec))
    if answer.status == "success":
        assert answer.artifact
        assert json.loads(json.dumps(answer.artifact)) == answer.artifact


@every_read
async def test_a_revoked_token_is_told_to_the_model(spec: ToolSpec, toolkit: CentraToolkit, sandbox: Sandbox) -> None:
    sandbox.revoke_token(sandbox.TOKEN)
    answer = await tool_of(toolkit, spec).ainvoke(call(spec))
    assert answer.status == "error"
    assert "CENTRA_TOKEN" in answer.content


@every_tool
async def test_a_missing_need_is_named(spec: ToolSpec, sandbox: Sandbox) -> None:
    if isinstance(spec, WriteTool):
        return
    for needed in spec.needs:
        token = sandbox.issue_token(spec.needs - {needed})
        client = AsyncCentra(sandbox.url, token, transport=sandbox.transport())
        async with CentraToolkit(client) as toolkit:
            answer = await tool_of(toolkit, spec).ainvoke(call(spec))
        assert answer.status == "error"
        assert needed in answer.content


@every_write
async def test_a_write_called_by_itself_writes_nothing(
    spec: ToolSpec, toolkit: CentraToolkit, sandbox: Sandbox
) -> None:
    answer = await tool_of(toolkit, spec).ainvoke(call(spec))
    assert answer.status == "error"
    assert "build_store_agent" in answer.content
    assert not sandbox.mutations


async def test_a_tool_node_runs_the_tools(toolkit: CentraToolkit) -> None:
    graph = StateGraph(MessagesState)
    graph.add_node("tools", ToolNode(toolkit.get_tools()))
    graph.add_edge(START, "tools")
    graph.add_edge("tools", END)
    calls = [{"id": "call-1", "name": "get_order", "args": {"order_number": 1042}}]
    asked: Any = {"messages": [{"role": "assistant", "content": "", "tool_calls": calls}]}
    state = await graph.compile().ainvoke(asked)
    assert "1042" in state["messages"][-1].content


@pytest.mark.parametrize("called", ["get_order", "list_warehouses"])
async def test_a_tool_node_with_tools_of_two_stores_raises_at_the_first_call(called: str) -> None:
    one, other = (CentraToolkit(AsyncCentra(f"https://{name}.centra.com", "token")) for name in ("one", "other"))
    tools = [tool for tool in one.get_tools() if tool.name == "get_order"]
    tools += [tool for tool in other.get_tools() if tool.name == "list_warehouses"]
    graph = StateGraph(MessagesState)
    graph.add_node("tools", ToolNode(tools))
    graph.add_edge(START, "tools")
    calls = [{"id": "call-1", "name": called, "args": ARGUMENTS[called]}]
    asked: Any = {"messages": [{"role": "assistant", "content": "", "tool_calls": calls}]}
    with pytest.raises(ValueError, match=r"these tools are of one\.centra\.com, other\.centra\.com"):
        await graph.compile().ainvoke(asked)


async def _nothing(_centra: AsyncCentra, _step: Step) -> dict[str, Any]:
    return {}


def test_a_tool_without_a_docstring_is_refused() -> None:
    async def silent(centra: AsyncCentra, arguments: Arguments) -> Answer:
        return Answer(text="")

    with pytest.raises(TypeError, match="docstring"):
        read_tool(group="stock", operations=[LIST_WAREHOUSES])(silent)


def test_a_read_that_mutates_is_refused() -> None:
    async def sneaky(centra: AsyncCentra, arguments: Arguments) -> Answer:
        """Read."""
        return Answer(text="")

    with pytest.raises(TypeError, match="mutation"):
        read_tool(group="stock", operations=[SET_STOCK])(sneaky)


@pytest.mark.parametrize(("operation", "effects"), [(LIST_WAREHOUSES, [Effect.STOCK]), (SET_STOCK, [])])
def test_a_write_has_a_mutation_and_effects(operation: Any, effects: list[Effect]) -> None:
    async def idle(centra: AsyncCentra, arguments: Arguments) -> Proposal:
        """Write."""
        raise NotImplementedError

    with pytest.raises(TypeError, match="mutation and effects"):
        write_tool(group="stock", operations=[operation], effects=effects, observe=_nothing)(idle)


MORE_ARGUMENTS: list[tuple[str, dict[str, Any]]] = [
    ("get_order", {"order_number": 1042, "sections": ["addresses", "discounts", "returns", "history"]}),
    ("get_order", {"order_number": 999, "sections": ["addresses", "returns"]}),
    ("search_customers", {"limit": 50}),
    ("search_orders", {"limit": 50}),
    ("customer_report", {"top": 25}),
    ("get_customer", {"customer": "1"}),
]
"""Reads of people, beyond those of ARGUMENTS."""

PERSONAL = {
    *("first_name", "last_name", "company_name", "attention", "address1", "address2", "zip_code", "phone_number"),
    *("cell_phone_number", "fax_number", "email", "internal_comment", "other_comment", "comment"),
}


def planted(store: Sandbox) -> Sandbox:
    """The store with a mark in every personal datum; names and addresses stay tellable from each other."""
    state = store.store
    addresses = [at for order in state.orders.values() for at in (order.billing_address, order.shipping_address)]
    for entry in (entry for order in state.orders.values() for entry in order.history):
        entry.data = {"note": "xcanary"}
    people = [*state.customers.values(), *state.buyers.values()]
    homes = [customer.billing_address for customer in state.customers.values()]
    holders: list[Any] = [*people, *homes, *addresses, *state.orders.values(), *state.returns.values()]
    for number, holder in enumerate(holders):
        for name in PERSONAL & set(holder.__slots__):
            mark = f"xcanary{number}{name}"
            setattr(holder, name, f"{mark}@example.com" if name == "email" else f"{mark} xcanary")
    return store


@pytest.mark.slow
def test_with_masking_no_read_shows_a_name_an_address_a_number_or_what_a_person_wrote() -> None:
    history = Added("Order.history", "[OrderHistoryEntry!]!", "history", "OrderHistory:read")
    store = planted(Sandbox(plan="unlimited", schema=[history]))
    store.store.customers[1].email = "anna.berg@example.com"
    client = AsyncCentra(store.url, store.TOKEN, transport=store.transport(), cache=False)
    with CentraToolkit(client, journal=Journal.memory(), pii="mask") as toolkit:
        specs = {spec.name: spec for spec in toolkit.specs}
        tools = {tool.name: tool for tool in toolkit.get_tools()}
        answers = [tools[name].invoke(call(specs[name])) for name in specs]
        answers += [tools[name].invoke(call(specs[name], **arguments)) for name, arguments in MORE_ARGUMENTS]
    assert [answer.content for answer in answers if answer.status == "error"] == []
    shown = [f"{answer.content} {answer.artifact}".casefold() for answer in answers]
    assert [text for text in shown if "xcanary" in text or "anna" in text] == []
    assert sum("***" in text for text in shown) >= 8


SOME_UNITS = {"order_number": 1043, "lines": [{"sku": "TEE01BLKM", "quantity": 1}]}
"""A shipment for complete_shipment that leaves some units for create_shipment."""


async def missing_for(spec: ToolSpec, centra: AsyncCentra) -> str | None:
    """The permission for want of which a call fails; a write is proposed and, without an approval, sent."""
    arguments = spec.validate(ARGUMENTS[spec.name])
    try:
        if isinstance(spec, ReadTool):
            await spec.read(centra, arguments)
        elif isinstance(spec, WriteTool):
            for step in (await spec.propose(centra, arguments)).steps:
                await spec.send(centra, step)
    except PermissionMissing as error:
        return error.permission
    except (CannotPropose, CentraError):
        pass
    return None


@pytest.mark.slow
@given(missing=st.sets(st.sampled_from(PERMISSIONS), min_size=1, max_size=12), stated=st.booleans())
@example(missing={"Shipment:write"}, stated=False)
@settings(max_examples=2, deadline=None, phases=[Phase.explicit, Phase.generate])
def test_the_tools_on_offer_are_exactly_those_that_succeed(missing: set[str], stated: bool) -> None:
    """Reads at once; writes at once where the owner stated what was granted, else once each was tried."""
    store, granted = Sandbox(plan="unlimited"), set(PERMISSIONS) - missing
    asyncio.run(carry_out(store, "create_shipment", SOME_UNITS))
    token, statement = store.issue_token(granted), granted if stated else ()
    client = AsyncCentra(store.url, token, transport=store.transport(), cache=False, granted=statement)
    with CentraToolkit(client, writes=True, exclude=["undo_change"], journal=Journal.memory()) as toolkit:
        toolkit.connect()
        before = {tool.name for tool in toolkit.get_tools()}
        found = [(spec, toolkit.portal.call(missing_for, spec, client)) for spec in toolkit.specs]
        # What only some arguments need is named by the calls that need it.
        failing = {spec.name for spec, why in found if why and not (spec.sometimes and why in spec.optional)}
        after = {tool.name for tool in toolkit.get_tools()}
    assert after == {spec.name for spec, _ in found} - failing
    assert before - after <= (set() if stated else toolkit.writes.keys())
