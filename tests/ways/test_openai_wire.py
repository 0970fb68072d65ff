"""ChatOpenAI with the tools bound, against a small OpenAI-compatible server on loopback."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from conversations import APPROVE, set_stock
from langchain.agents import create_agent
from langchain_core.messages import HumanMessage
from langchain_openai import ChatOpenAI
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command
from pydantic import SecretStr

from langchain_centra import CentraToolkit
from langchain_centra.middleware import CentraApproval

STRICT_KEYWORDS = {
    "type",
    "description",
    "enum",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "minItems",
    "maxItems",
    "minimum",
    "maximum",
}
"""Of the keywords that strict function calling takes, those that every model with it takes and that need no `$ref`."""


@dataclass
class Provider:
    """Answers with one tool call and then with a word; refuses what OpenAI refuses."""

    url: str = ""
    call: tuple[str, dict[str, Any]] = field(default_factory=lambda: set_stock(25))
    bodies: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """The status and the body of an answer."""
        self.bodies.append(body)
        if problem := _problem(body):
            return 400, {"error": {"message": problem, "type": "invalid_request_error"}}
        if body["messages"][-1]["role"] == "tool":
            return 200, _completion({"role": "assistant", "content": "Done."}, "stop")
        name, arguments = self.call
        function = {"name": name, "arguments": json.dumps(arguments)}
        call = {"id": "call_1", "type": "function", "function": function}
        return 200, _completion({"role": "assistant", "content": None, "tool_calls": [call]}, "tool_calls")


def _completion(message: dict[str, Any], reason: str) -> dict[str, Any]:
    choice = {"index": 0, "message": message, "finish_reason": reason}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    head = {"id": "1", "object": "chat.completion", "created": 0, "model": "test"}
    return head | {"choices": [choice], "usage": usage}


def _problem(body: dict[str, Any]) -> str | None:
    called: list[str] = []
    for message in body["messages"]:
        if message["role"] == "tool":
            if message["tool_call_id"] not in called:
                return "A tool message without its call."
            called.remove(message["tool_call_id"])
            continue
        if called:
            return "Tool calls without their results."
        called = [call["id"] for call in message.get("tool_calls") or ()]
    functions = [tool["function"] for tool in body.get("tools", ())]
    return next((text for one in functions if one.get("strict") and (text := _not_strict(one["parameters"]))), None)


def _not_strict(schema: dict[str, Any]) -> str | None:
    """What OpenAI's strict mode would not take: open objects, optional properties, keywords that it does not know."""
    names = list(schema.get("properties", {}))
    if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
        return f"An object is open: {names}"
    if schema.get("required", names) != names:
        return f"Something is optional: {names}"
    if unknown := schema.keys() - STRICT_KEYWORDS:
        return f"Not permitted: {unknown}"
    if "null" in schema.get("type", ()) and None not in schema.get("enum", [None]):
        return f"May be null, but is not one of {schema['enum']}"
    parts = [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]
    return next(filter(None, map(_not_strict, parts)), None)


@pytest.fixture
def provider() -> Iterator[Provider]:
    """The server."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, answer = provider.answer(body)
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class's name)
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        provider.url = f"http://127.0.0.1:{server.server_port}/v1"
        yield provider
        server.shutdown()
        thread.join()


@pytest.fixture
def model(provider: Provider) -> Iterator[ChatOpenAI]:
    model = ChatOpenAI(model="test", base_url=provider.url, api_key=SecretStr("none"), max_retries=0)
    yield model
    model.root_client.close()


def test_nulls_of_a_strict_call_mean_not_given(model: ChatOpenAI, provider: Provider) -> None:
    provider.call = ("search_orders", {"status": "PENDING"})
    with CentraToolkit.sandbox() as toolkit:
        tools = {tool.name: tool for tool in toolkit.get_tools(strict=True)}
        schema: Any = tools["search_orders"].tool_call_schema
        provider.call[1].update({name: None for name in schema["properties"] if name != "status"})
        [call] = model.bind_tools([*tools.values()], strict=True).invoke("Which are pending?").tool_calls
        message = tools["search_orders"].invoke(call)
    assert message.status == "success"
    assert "1042" in message.content


def test_an_agent_on_the_wire_asks_and_goes_on(model: ChatOpenAI, provider: Provider) -> None:
    with CentraToolkit.sandbox() as toolkit:
        tools, middleware = toolkit.get_tools(), [CentraApproval(toolkit)]
        agent: Any = create_agent(model, tools=tools, middleware=middleware, checkpointer=InMemorySaver())
        config = {"configurable": {"thread_id": "thread"}}
        state = agent.invoke({"messages": [HumanMessage("Set it.")]}, config)
        assert state["__interrupt__"]
        state = agent.invoke(Command(resume={"decisions": [APPROVE]}), config)
    assert state["messages"][-1].text == "Done."
    assert "Written." in state["messages"][-2].text
    assert toolkit.instructions in provider.bodies[0]["messages"][0]["content"]


@pytest.mark.parametrize("strict", [True, False])
def test_the_provider_takes_the_schemas_of_all_tools(model: ChatOpenAI, provider: Provider, strict: bool) -> None:
    with CentraToolkit.sandbox() as toolkit:
        tools = toolkit.get_tools(strict=strict)
        reply = model.bind_tools(tools, strict=strict).invoke("Set it.")
    assert reply.tool_calls
    functions = [tool["function"] for tool in provider.bodies[0]["tools"]]
    assert [function["name"] for function in functions] == [tool.name for tool in tools]
    assert all(function["strict"] is strict for function in functions)
