from collections.abc import Sequence
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool, StructuredTool, tool
from pydantic import BaseModel

from langchain_centra_graphs.offline_model import HELP, MARK, SHAPES, OfflineModel


class Line(BaseModel):
    sku: str
    warehouse: str
    quantity: int


@tool
def get_order(order_number: int) -> str:
    """Show an order."""
    return f"Order {order_number}: PENDING."


@tool
def search_orders(status: str | None = None, customer: str | None = None, limit: int = 20) -> str:
    """Find orders."""
    return "2 orders: 1042, 1043."


@tool
def get_stock(sku: str, warehouse: str | None = None) -> str:
    """Show the stock of a SKU."""
    return f"{sku}: 12 in {warehouse or 'all warehouses'}."


@tool
def list_warehouses() -> str:
    """List the warehouses."""
    return "Stockholm, Berlin."


@tool
def confirm_order(order_number: int) -> str:
    """Confirm an order."""
    return f"Applied: order {order_number} is confirmed."


@tool
def cancel_order(order_number: int, reason: str | None = None) -> str:
    """Cancel an order."""
    return f"Applied: order {order_number} is cancelled."


@tool
def add_order_note(order_number: int, note: str) -> str:
    """Add a note to an order."""
    return f"Applied: note on order {order_number}."


@tool
def set_stock(lines: list[Line], reason: str | None = None) -> str:
    """Set the stock of SKUs."""
    return f"Applied: {len(lines)} lines."


@tool
def adjust_stock(lines: list[dict[str, Any]], warehouse: str, reason: str) -> str:
    """Add units to the stock of SKUs, or take them away."""
    return f"Applied: {lines[0]['change']:+} in {warehouse}."


@tool
def set_order_hold(order_number: int, on_hold: bool, reason: str | None = None) -> str:
    """Hold or release an order."""
    return f"Applied: order {order_number}, on hold: {on_hold}."


@tool
def undo_change(change: str | None = None) -> str:
    """Take a change back."""
    return "Applied: it is as it was."


READS: list[BaseTool] = [get_order, search_orders, get_stock, list_warehouses]
WRITES: list[BaseTool] = [
    confirm_order,
    cancel_order,
    set_order_hold,
    add_order_note,
    set_stock,
    adjust_stock,
    undo_change,
]
TOOLS: list[BaseTool] = [*READS, *WRITES]
JOB = (
    "Cancel order 1042, the customer changed her mind, "
    "and put the stock of SKU ABC-123 in the Stockholm warehouse to 25"
)

Model = Runnable[Any, AIMessage]
Calls = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def model() -> Model:
    return OfflineModel().bind_tools(TOOLS)


def calls(message: AIMessage) -> Calls:
    return [(call["name"], call["args"]) for call in message.tool_calls]


def results(message: AIMessage, *texts: str) -> list[ToolMessage]:
    return [
        ToolMessage(text, tool_call_id=call["id"] or "") for text, call in zip(texts, message.tool_calls, strict=True)
    ]


def play(model: Model, request: str, tools: Sequence[BaseTool] = TOOLS) -> tuple[list[Calls], str]:
    """Run the tools until the model answers: the calls of each of its messages, and the answer."""
    by_name = {each.name: each for each in tools}
    history: list[BaseMessage] = [HumanMessage(request)]
    steps: list[Calls] = []
    while (message := model.invoke(history)).tool_calls:
        steps.append(calls(message))
        history += [message, *(by_name[call["name"]].invoke(call) for call in message.tool_calls)]
    return steps, str(message.text)


@pytest.mark.parametrize(
    ("request_text", "expected"),
    [
        ("Show order 1042", [("get_order", {"order_number": 1042})]),
        ("look up #1042, please", [("get_order", {"order_number": 1042})]),
        ("What is the status of order 1042?", [("get_order", {"order_number": 1042})]),
        ("Hi! Can you show me order #1042? Thanks!", [("get_order", {"order_number": 1042})]),
        ("Which orders are pending?", [("search_orders", {"status": "PENDING"})]),
        ("list canceled orders", [("search_orders", {"status": "CANCELLED"})]),
        ("orders of anna@example.com", [("search_orders", {"customer": "anna@example.com"})]),
        (
            "List pending orders of anna@example.com.",
            [("search_orders", {"status": "PENDING", "customer": "anna@example.com"})],
        ),
        ("how many ABC-123 do we have in stock?", [("get_stock", {"sku": "ABC-123"})]),
        (
            "How many of SKU ABC-123 are in the Stockholm warehouse?",
            [("get_stock", {"sku": "ABC-123", "warehouse": "Stockholm"})],
        ),
        ("stock of ABC.1_M in New York", [("get_stock", {"sku": "ABC.1_M", "warehouse": "New York"})]),
        (
            "What is the stock level of ABC-123 in warehouse Berlin",
            [("get_stock", {"sku": "ABC-123", "warehouse": "Berlin"})],
        ),
        ("which warehouses are there?", [("list_warehouses", {})]),
        (
            "Show order 1042, how many ABC-123 are in Stockholm and which warehouses do we have?",
            [
                ("get_order", {"order_number": 1042}),
                ("get_stock", {"sku": "ABC-123", "warehouse": "Stockholm"}),
                ("list_warehouses", {}),
            ],
        ),
        ("Show order 1042\nshow order 1043", [("get_order", {"order_number": n}) for n in (1042, 1043)]),
        ("Show order 1042 and show order 1042", [("get_order", {"order_number": 1042})]),
    ],
)
def test_a_question_becomes_reads_and_an_answer_that_repeats_them(
    model: Model, request_text: str, expected: Calls
) -> None:
    steps, answer = play(model, request_text)

    assert steps == [expected]
    by_name = {each.name: each for each in TOOLS}
    assert answer == "\n".join(by_name[name].invoke(args) for name, args in expected) + f"\n\n{MARK}"


@pytest.mark.parametrize(
    ("request_text", "expected"),
    [
        ("Cancel order 1042", [("cancel_order", {"order_number": 1042})]),
        (
            "Please cancel order 1042. The customer changed her mind.",
            [("cancel_order", {"order_number": 1042, "reason": "The customer changed her mind"})],
        ),
        (
            "cancel #1042 because it was a test",
            [("cancel_order", {"order_number": 1042, "reason": "it was a test"})],
        ),
        ("confirm order 1043", [("confirm_order", {"order_number": 1043})]),
        (
            "Confirm order 1043 and cancel order 1042, a duplicate",
            [
                ("confirm_order", {"order_number": 1043}),
                ("cancel_order", {"order_number": 1042, "reason": "a duplicate"}),
            ],
        ),
        (
            "Add a note to order 1042: call back on Monday, after 10 and before 12.",
            [("add_order_note", {"order_number": 1042, "note": "call back on Monday, after 10 and before 12"})],
        ),
        (
            'leave a note on order 1042 saying "fragile" and confirm order 1042',
            [("add_order_note", {"order_number": 1042, "note": "fragile"}), ("confirm_order", {"order_number": 1042})],
        ),
        (
            "set ABC-123 in Stockholm to 0 units",
            [("set_stock", {"lines": [{"sku": "ABC-123", "warehouse": "Stockholm", "quantity": 0}]})],
        ),
        (
            "Put order 1042 on hold because the address is wrong",
            [("set_order_hold", {"order_number": 1042, "reason": "the address is wrong", "on_hold": True})],
        ),
        ("Release #1042 from its hold.", [("set_order_hold", {"order_number": 1042, "on_hold": False})]),
        (
            "Add 5 to the stock of ABC-123 in Stockholm",
            [
                (
                    "adjust_stock",
                    {
                        "lines": [{"sku": "ABC-123", "change": 5}],
                        "warehouse": "Stockholm",
                        "reason": "asked for in the chat",
                    },
                )
            ],
        ),
        (
            "Take 2 units from SKU ABC-123 in the Main Street warehouse, they were stolen, and confirm order 1043",
            [
                (
                    "adjust_stock",
                    {
                        "lines": [{"sku": "ABC-123", "change": -2}],
                        "warehouse": "Main Street",
                        "reason": "they were stolen",
                    },
                ),
                ("confirm_order", {"order_number": 1043}),
            ],
        ),
        (
            "Cancel order 1042 (a duplicate),\n\nthen put the stock\n  of ABC-123 in the Main Street warehouse to 25!",
            [
                ("cancel_order", {"order_number": 1042, "reason": "a duplicate"}),
                ("set_stock", {"lines": [{"sku": "ABC-123", "warehouse": "Main Street", "quantity": 25}]}),
            ],
        ),
    ],
)
def test_a_change_is_called_once_after_reading_what_it_changes(
    model: Model, request_text: str, expected: Calls
) -> None:
    (reads, writes), answer = play(model, request_text)

    assert {name for name, _ in reads} <= {"get_order", "get_stock"}
    assert writes == expected
    assert answer.count("Applied") == len(expected)


@pytest.mark.parametrize(
    ("request_text", "arguments"),
    [("Undo the last change", {}), ("please undo that!", {}), ("Undo change 91bfa12e", {"change": "91bfa12e"})],
)
def test_a_change_is_taken_back_without_reading(model: Model, request_text: str, arguments: dict[str, str]) -> None:
    steps, answer = play(model, request_text)

    assert steps == [[("undo_change", arguments)]]
    assert answer.startswith("Applied: it is as it was.")


def test_several_stock_lines_become_one_call_after_a_read_of_each(model: Model) -> None:
    steps, _ = play(
        model,
        "Set the stock of ABC-123 in the Stockholm warehouse to 25, of ABC-124 in the Berlin warehouse to 3 "
        "and put the stock of ABC-125 in Berlin to 0.",
    )

    lines = [
        {"sku": "ABC-123", "warehouse": "Stockholm", "quantity": 25},
        {"sku": "ABC-124", "warehouse": "Berlin", "quantity": 3},
        {"sku": "ABC-125", "warehouse": "Berlin", "quantity": 0},
    ]
    reads = [("get_stock", {"sku": line["sku"], "warehouse": line["warehouse"]}) for line in lines]
    assert steps == [reads, [("set_stock", {"lines": lines})]]


def test_what_several_changes_touch_is_read_once(model: Model) -> None:
    steps, _ = play(model, "Add a note to order 1042: fragile, confirm order 1042 and show order 1042")

    assert steps[0] == [("get_order", {"order_number": 1042})]


def test_the_job_reads_then_writes_in_one_message_then_reports_each_outcome(model: Model) -> None:
    history: list[BaseMessage] = [SystemMessage("You work for a shop."), HumanMessage(JOB)]

    first = model.invoke(history)
    history += [first, *results(first, "Order 1042: PENDING.", "ABC-123 in Stockholm: 12.")]
    second = model.invoke(history)
    history += [second, *results(second, "Rejected by Kim: wrong order.", "Unknown: the connection was lost.")]
    third = model.invoke(history)

    assert calls(first) == [
        ("get_order", {"order_number": 1042}),
        ("get_stock", {"sku": "ABC-123", "warehouse": "Stockholm"}),
    ]
    assert calls(second) == [
        ("cancel_order", {"order_number": 1042, "reason": "the customer changed her mind"}),
        ("set_stock", {"lines": [{"sku": "ABC-123", "warehouse": "Stockholm", "quantity": 25}]}),
    ]
    assert not third.tool_calls
    assert third.text == f"Rejected by Kim: wrong order.\nUnknown: the connection was lost.\n\n{MARK}"


def test_call_ids_do_not_repeat_within_a_conversation(model: Model) -> None:
    first = model.invoke([HumanMessage(JOB)])
    second = model.invoke([HumanMessage(JOB), first, *results(first, "", "")])
    ended = [HumanMessage(JOB), first, *results(first, "", ""), second, *results(second, "", "")]
    again = model.invoke([*ended, HumanMessage(JOB)])

    ids = [call["id"] for message in (first, second, again) for call in message.tool_calls]
    assert len(set(ids)) == len(ids) == 6


def test_a_new_message_counts_and_what_was_asked_before_does_not(model: Model) -> None:
    first = model.invoke([HumanMessage(JOB)])
    history = [HumanMessage(JOB), first, *results(first, "a", "b"), HumanMessage("Which warehouses are there?")]

    assert calls(model.invoke(history)) == [("list_warehouses", {})]


@pytest.mark.parametrize(
    "request_text",
    [
        "",
        "Hello!",
        "What is the weather like in Stockholm?",
        "Don't cancel order 1042",
        "Should I cancel order 1042?",
        "Set the stock of ABC-123 to 25",
        "Set the stock of ABC-123 in the Stockholm warehouse to -5",
    ],
)
def test_anything_else_is_answered_with_what_the_model_is(model: Model, request_text: str) -> None:
    answer = model.invoke(request_text)

    assert not answer.tool_calls
    assert answer.text == f"{HELP}\n\n{MARK}"


def test_the_help_names_an_example_of_each_shape_and_how_to_use_a_real_model(model: Model) -> None:
    for shape in SHAPES:
        assert shape.example in HELP
        assert shape.tool in {name for step in play(model, shape.example)[0] for name, _ in step}
    assert "OPENAI_API_KEY" in HELP
    assert "CENTRA_MODEL" in HELP


@pytest.mark.parametrize(
    ("request_text", "unclear"),
    [
        ("Cancel order 1042, is it shipped?", "is it shipped"),
        ("Confirm order 1043 and 1044", "and 1044"),
        ("Cancel order 1042, but only if it has not shipped", "but only if it has not shipped"),
        ("Cancel order 1042, a duplicate, and put ABC-123 to 25", "a duplicate, and put ABC-123 to 25"),
        ("Cancel order 1042 unless it has shipped", "unless it has shipped"),
        ("If order 1042 is paid, confirm order 1042", "If order 1042 is paid"),
        ("Set ABC-123 in Stockholm to 2.5", "5"),
        ("Confirm order 1043 and delete all products", "and delete all products"),
        ("Add a note to order 1042", "Add a note to order 1042"),
        ("Put order 1042 on hold, but only if it is paid", "but only if it is paid"),
        ("Add 5 to ABC-123 in Stockholm, unless it is sold out", "unless it is sold out"),
        ("Undo the last change and the one before", "and the one before"),
    ],
)
def test_a_change_that_is_understood_in_part_is_not_made(model: Model, request_text: str, unclear: str) -> None:
    answer = model.invoke(request_text)

    assert not answer.tool_calls
    assert str(answer.text).startswith(f'I do not understand "{unclear}".\nSo nothing was changed.\n')


def test_a_question_that_is_understood_in_part_is_answered_and_the_rest_named(model: Model) -> None:
    steps, answer = play(model, "Show order 1042 and sing a song")

    assert steps == [[("get_order", {"order_number": 1042})]]
    assert answer.startswith('Order 1042: PENDING.\nI do not understand "and sing a song".\n')


def test_tools_that_are_not_bound_are_not_called_and_nothing_is_done_by_halves() -> None:
    model = OfflineModel().bind_tools([*READS, cancel_order])

    steps, answer = play(model, f"{JOB} and show order 1043")

    assert steps == [[("get_order", {"order_number": 1043})]]
    assert answer == (
        f"Order 1043: PENDING.\nThe tool set_stock is not available here.\nSo nothing was changed.\n\n{MARK}"
    )


def test_without_any_tools_nothing_is_called() -> None:
    answer = OfflineModel().invoke("Show order 1042")

    assert not answer.tool_calls
    assert answer.text == f"The tool get_order is not available here.\n\n{MARK}"


def test_a_write_whose_reads_are_not_bound_is_called_at_once() -> None:
    steps, _ = play(OfflineModel().bind_tools([confirm_order]), "Confirm order 1043")

    assert steps == [[("confirm_order", {"order_number": 1043})]]


def test_arguments_that_a_bound_tool_does_not_know_are_left_out() -> None:
    def cancel(order_number: int) -> str:
        return f"{order_number}"

    bare = StructuredTool.from_function(cancel, name="cancel_order", description="Cancel an order.")
    message = OfflineModel().bind_tools([bare]).invoke("Cancel order 1042, a duplicate")

    assert calls(message) == [("cancel_order", {"order_number": 1042})]


def test_a_request_may_come_as_content_blocks(model: Model) -> None:
    message = model.invoke([HumanMessage([{"type": "text", "text": "Show order 1042"}])])

    assert calls(message) == [("get_order", {"order_number": 1042})]


async def test_streaming_gives_the_tool_calls(model: Model) -> None:
    chunks = [chunk async for chunk in model.astream(JOB)]

    assert [call["name"] for chunk in chunks for call in chunk.tool_calls] == ["get_order", "get_stock"]
