"""A small chat model without key or network, for demos, notebooks and tests.

It understands the request shapes in `SHAPES` and answers everything else by saying what it is.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolCall, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from typing_extensions import override

MARK = "(offline demo model)"

_EDGES = " \n,.;!?"
_WRITES = frozenset(
    {"cancel_order", "confirm_order", "set_order_hold", "add_order_note", "set_stock", "adjust_stock", "undo_change"}
)
_NO_REASON = "asked for in the chat"

_COURTESY = r"(?:[\s,.;!?]|\b(?:hi|hello|hey|please|thanks|thank you|too|as well)\b)*"
_SHOW = r"(?:show|list|find|get|look up|check)(?: me)?(?: all)?(?: the| our)?"
_ORDER = r"(?:(?:the )?order (?:number )?#?|#)(?P<order_number>\d{1,18})\b"
_STATUS = r"(?P<status>pending|confirmed|processing|shipped|cancell?ed)"
_CUSTOMER = r"(?P<customer>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
_SKU = r"(?:sku )?(?P<sku>(?=[\w.-]*\d)\w[\w.-]+\w)"
_WAREHOUSE = r"(?:in|at) (?!stock\b)(?:the )?(?:warehouse )?(?P<warehouse>[\w&'-]+(?: [\w&'-]+){0,3}?)(?: warehouse)?"
_UNITS = r"(?: (?:units|pieces|items))?"
_ENDS = r"(?=\s*(?:$|[,.;!?\n]|\b(?:and|then|because|since|as)\b))"
_STOCK_OF = rf"(?:how many{_UNITS}(?: of)?|(?:(?:{_SHOW}|what is|what's) )?(?:the )?stock (?:level )?(?:of|for)) {_SKU}"
_ON_HAND = r"(?: (?:do we have|are there|are|is|left|in stock)\b)*"
_PUT_IN = r"(?:the )?(?:stock (?:level )?)?(?:(?:of|for) )?"
_PUT = rf"(?:(?:put|set|change) )?{_PUT_IN}"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text.replace(" ", r"\s+"), re.IGNORECASE)


_CLAUSE = _pattern(
    r"(?:^|[,.;!?\n]|\b(?:and|then)\b)\s*"
    r"(?:(?:and|then|also|now|please|(?:can|could|would|will) you|i want to|i(?:'d| would) like to) ){0,4}"
)
_NOTHING = _pattern(_COURTESY)
# A condition or a further instruction is no reason: "cancel order 1042, but only if unpaid" is not understood.
_REASON = _pattern(
    rf"{_COURTESY}|(?:\s*[,:;.(\u2013\u2014-]\s*(?:because |since |as )?| (?:because|since|as) )(?:of )?"
    r"(?!(?:and|or|but|then|unless|if|except|only|when|not|don't|do not)\b)"
    r"(?![^?]*(?:[,.;\n]|\b(?:and|then)\b)\s*(?:put|set|change|cancel|confirm|add|take|remove|release|undo|leave|write|show|refund|ship)\b)"
    r"(?P<reason>\w[^?]*?)[\s,.;!)\u2013\u2014-]*"
)
_NOTE = _pattern(r"(?:\s*[:,\u2013\u2014-]| saying| that says)\s*[\"']?(?P<note>\w(?s:.*?))[\"'\s,.;]*")


@dataclass(frozen=True)
class Shape:
    """One kind of request: the tool that it calls and how it is worded.

    The groups of `head` and `tail` are named like the tool's arguments, to which `fixed` adds. `tail` is what may stand
    between the head and the next request.
    """

    tool: str
    example: str
    head: re.Pattern[str]
    tail: re.Pattern[str] = _NOTHING
    fixed: Mapping[str, Any] = field(default_factory=dict)


# Of two shapes that match at the same place the first one counts.
SHAPES: tuple[Shape, ...] = (
    Shape(
        "get_order",
        "Show order 1042",
        _pattern(rf"(?:{_SHOW}|(?:(?:{_SHOW}|what is|what's) )?(?:the )?status of) {_ORDER}"),
    ),
    Shape("search_orders", "Which orders are pending?", _pattern(rf"(?:which|what) orders are {_STATUS}")),
    Shape(
        "search_orders",
        "List orders of anna@example.com",
        _pattern(
            rf"(?:(?:which|what|{_SHOW}) )?(?:{_STATUS} )?orders\b"
            rf"(?: (?:of|from|by) {_CUSTOMER}| are there| do we have)?"
        ),
    ),
    Shape(
        "list_warehouses",
        "Which warehouses are there?",
        _pattern(rf"(?:which|what|{_SHOW}) warehouses(?: are there| do we have)?"),
    ),
    Shape(
        "set_stock",
        "Put the stock of ABC-123 in the Stockholm warehouse to 25",
        _pattern(rf"{_PUT}{_SKU} {_WAREHOUSE} (?:to|at) (?P<quantity>\d{{1,9}})\b{_UNITS}"),
    ),
    Shape(
        "get_stock",
        "How many ABC-123 are in the Stockholm warehouse?",
        _pattern(rf"{_STOCK_OF}{_ON_HAND}(?: {_WAREHOUSE}{_ENDS})?"),
    ),
    Shape(
        "adjust_stock",
        "Add 5 to the stock of ABC-123 in Stockholm, a delivery",
        _pattern(
            rf"(?:add|(?P<less>take|remove)) (?P<units>\d{{1,9}})\b{_UNITS} (?:to|from|of) "
            rf"{_PUT_IN}{_SKU} {_WAREHOUSE}{_ENDS}"
        ),
        _REASON,
    ),
    Shape("cancel_order", "Cancel order 1042, the customer changed her mind", _pattern(rf"cancel {_ORDER}"), _REASON),
    Shape("confirm_order", "Confirm order 1043", _pattern(rf"confirm {_ORDER}")),
    Shape(
        "set_order_hold",
        "Put order 1043 on hold, the address is wrong",
        _pattern(rf"(?:put|place|set) {_ORDER} on hold"),
        _REASON,
        {"on_hold": True},
    ),
    Shape(
        "set_order_hold",
        "Release order 1043",
        _pattern(rf"release {_ORDER}(?: from (?:its |the )?hold)?"),
        _REASON,
        {"on_hold": False},
    ),
    Shape(
        "add_order_note",
        "Add a note to order 1042: call back on Monday",
        _pattern(rf"(?:add|leave|write) (?:a |the )?note (?:to|on|for) {_ORDER}"),
        _NOTE,
    ),
    Shape(
        "undo_change",
        "Undo the last change",
        _pattern(
            r"(?:undo|take back) (?:that|it|(?:the |my )?(?:last |latest )?change(?: (?P<change>[0-9a-f]{6,64}))?)\b"
        ),
    ),
)

HELP = "\n".join(
    [
        "This is the offline demo model, which understands only requests like these:",
        *(f"- {shape.example}" for shape in SHAPES),
        "For a real model set OPENAI_API_KEY or CENTRA_MODEL.",
    ]
)


@dataclass(frozen=True)
class _Call:
    tool: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class _Plan:
    """What one request asks for; of `reads` only the `asked` ones are repeated, the others go before a write."""

    asked: list[_Call]
    reads: list[_Call]
    writes: list[_Call]
    problems: list[str]


class OfflineModel(BaseChatModel):
    """A keyless demo model that turns a few worded requests into tool calls.

    It decides from the last human message and the tool results after it alone: first the reads, then every write in one
    message, then a report that repeats what the tools answered. Each write is called once, whatever came of it. If a
    part of a request is not understood, or its tool is not bound, nothing is written and the answer says so.
    """

    @property
    @override
    def _llm_type(self) -> str:
        return "centra-offline-demo"

    @override
    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Bind the tools that may be called; `tool_choice` changes nothing here."""
        return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools], tool_choice=tool_choice, **kwargs)

    @override
    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        *,
        tools: Sequence[Mapping[str, Any]] = (),
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=_answer(messages, _arguments_of(tools)))])


def _answer(messages: Sequence[BaseMessage], bound: Mapping[str, frozenset[str]]) -> AIMessage:
    request = max((i for i, message in enumerate(messages) if isinstance(message, HumanMessage)), default=None)
    if request is None:
        return _say(HELP)
    plan = _plan(str(messages[request].text), bound)
    done = list(_results(messages[request + 1 :]))
    if plan.reads and not done:
        return _call(plan.reads, messages)
    if plan.writes and not any(call.tool in _WRITES for call, _ in done):
        return _call(plan.writes, messages)
    return _say(_report(plan, done))


def _arguments_of(tools: Sequence[Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    """The argument names of each bound function, by its name."""
    functions = [tool["function"] for tool in tools if "function" in tool]
    return {f["name"]: frozenset(f.get("parameters", {}).get("properties", ())) for f in functions}


def _plan(text: str, bound: Mapping[str, frozenset[str]]) -> _Plan:
    calls, unclear = _understand(text)
    if not calls:
        return _Plan([], [], [], [HELP])
    problems = [f'I do not understand "{part}".' for part in unclear]
    missing = dict.fromkeys(call.tool for call in calls if call.tool not in bound)
    problems += [f"The tool {tool} is not available here." for tool in missing]
    writes = [call for call in calls if call.tool in _WRITES]
    if problems and writes:
        problems.append("So nothing was changed.")
        writes = []
    if unclear:
        problems.append(HELP)
    asked = _fitting([call for call in calls if call.tool not in _WRITES], bound)
    before = _fitting([read for write in writes for read in _reads_before(write)], bound)
    return _Plan(asked, _unique(asked + before), _fitting(writes, bound), problems)


def _understand(text: str) -> tuple[list[_Call], list[str]]:
    """The calls that the text asks for, and its parts that fit no shape."""
    text = "\n".join(" ".join(line.split()) for line in text.splitlines() if line.strip())
    found = list(_matches(text))
    ends = [*(start for start, _, _ in found), len(text)]
    lead = text[: ends[0]]
    calls, unclear = [], [] if _NOTHING.fullmatch(lead) else [lead.strip(_EDGES)]
    for (_, shape, head), end in zip(found, ends[1:], strict=True):
        tail = shape.tail.fullmatch(text, head.end(), end)
        if tail is None:
            unclear.append(text[head.end() : end].strip(_EDGES) or head[0])
        values = _values(head.groupdict() | (tail.groupdict() if tail else {}))
        calls.append(_Call(shape.tool, {**_arranged(shape.tool, values), **shape.fixed}))
    return _merged(calls), unclear


def _matches(text: str) -> Iterator[tuple[int, Shape, re.Match[str]]]:
    """Where a clause starts that has a shape, the shape, and the match of its head."""
    end = 0
    for clause in _CLAUSE.finditer(text):
        if clause.start() < end:
            continue
        for shape in SHAPES:
            if head := shape.head.match(text, clause.end()):
                yield clause.start(), shape, head
                end = head.end()
                break


def _values(groups: Mapping[str, str | None]) -> dict[str, Any]:
    values: dict[str, Any] = {name: value for name, value in groups.items() if value}
    for name in values.keys() & {"order_number", "quantity", "units"}:
        values[name] = int(values[name])
    if "status" in values:
        values["status"] = values["status"].upper().replace("CANCELED", "CANCELLED")
    return values


def _arranged(tool: str, values: dict[str, Any]) -> dict[str, Any]:
    """The values as the tool takes them."""
    if tool != "adjust_stock":
        return values
    change = -values["units"] if "less" in values else values["units"]
    lines = [{"sku": values["sku"], "change": change}]
    return {"lines": lines, "warehouse": values["warehouse"], "reason": values.get("reason", _NO_REASON)}


def _merged(calls: Sequence[_Call]) -> list[_Call]:
    """The calls without repetitions, and with all lines of stock in one call at the end."""
    lines = [call.arguments for call in calls if call.tool == "set_stock"]
    others = _unique([call for call in calls if call.tool != "set_stock"])
    return [*others, _Call("set_stock", {"lines": lines})] if lines else others


def _unique(calls: Sequence[_Call]) -> list[_Call]:
    return [call for i, call in enumerate(calls) if call not in calls[:i]]


def _reads_before(write: _Call) -> list[_Call]:
    if write.tool == "undo_change":
        return []
    if write.tool in ("set_stock", "adjust_stock"):
        lines = [write.arguments | line for line in write.arguments["lines"]]
        return [_Call("get_stock", {"sku": line["sku"], "warehouse": line["warehouse"]}) for line in lines]
    return [_Call("get_order", {"order_number": write.arguments["order_number"]})]


def _fitting(calls: Sequence[_Call], bound: Mapping[str, frozenset[str]]) -> list[_Call]:
    """The calls of bound tools, without the arguments that their schemas do not know."""
    return [
        _Call(call.tool, {name: value for name, value in call.arguments.items() if name in bound[call.tool]})
        for call in calls
        if call.tool in bound
    ]


def _results(messages: Sequence[BaseMessage]) -> Iterator[tuple[_Call, str]]:
    texts = {message.tool_call_id: str(message.text) for message in messages if isinstance(message, ToolMessage)}
    for message in messages:
        for call in message.tool_calls if isinstance(message, AIMessage) else ():
            yield _Call(call["name"], call["args"]), texts.get(call["id"] or "", "no answer").strip()


def _report(plan: _Plan, done: Sequence[tuple[_Call, str]]) -> str:
    answers = [text for call, text in done if call in plan.asked]
    outcomes = [text for call, text in done if call.tool in _WRITES]
    return "\n".join(answers + outcomes + plan.problems)


def _call(calls: Sequence[_Call], messages: Sequence[BaseMessage]) -> AIMessage:
    """A message with the calls, numbered on from those of the conversation so far."""
    earlier = sum(len(message.tool_calls) for message in messages if isinstance(message, AIMessage))
    numbered = enumerate(calls, start=earlier + 1)
    return AIMessage("", tool_calls=[ToolCall(name=c.tool, args=c.arguments, id=f"call_{i}") for i, c in numbered])


def _say(text: str) -> AIMessage:
    return AIMessage(f"{text}\n\n{MARK}")
