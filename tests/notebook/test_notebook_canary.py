"""The token of a store is in nothing that a notebook shows or saves."""

from typing import Any

from conversations import set_stock
from ipywidgets import Widget  # type: ignore[import-untyped]
from langchain_core.tools import BaseTool
from langgraph.checkpoint.memory import InMemorySaver
from scripted import ScriptedModel, calls

from langchain_centra import AsyncCentra, CentraToolkit
from langchain_centra.notebook import Review, to_pandas
from langchain_centra.notebook.form import Form
from langchain_centra.sandbox import Sandbox
from ways import build

CANARY = "canary-90f2c1d7e4"
CONVERSATION: Any = {"configurable": {"thread_id": "thread", "approver": "Kim"}}


def ask(tool: BaseTool, **arguments: Any) -> Any:
    return tool.invoke({"type": "tool_call", "id": "call-1", "name": tool.name, "args": arguments})


def test_no_form_text_table_or_widget_state_shows_the_token(sandbox: Sandbox, capsys: Any) -> None:
    sandbox.issue_token(token=CANARY)
    centra = AsyncCentra(sandbox.url, CANARY, name="sandbox", transport=sandbox.transport())
    with CentraToolkit(centra, writes=True, journal="sqlite://") as toolkit:
        script = [calls(set_stock(25), set_stock(7, "TEE01BLKL")), "Done."]
        agent = build("graph", ScriptedModel(script=script), toolkit, InMemorySaver())
        agent.invoke({"messages": [("user", "Go on.")]}, CONVERSATION)
        waiting = Review(agent, CONVERSATION)
        form = Form(waiting)
        shown = [str(waiting), waiting.html(), repr(waiting), repr(form), f"{Widget.get_manager_state()}"]
        form.cards[0].choice.value = "edit"
        form.cards[1].choice.value = "approve"
        sandbox.revoke_token(CANARY)
        form.button.click()
        tools = {tool.name: tool for tool in toolkit.get_tools()}
        failed = ask(tools["get_order"], order_number=1)
        sandbox.issue_token(token=CANARY)
        stock = ask(tools["get_stock"], sku="TEE01BLKM")
        shown += [str(waiting), waiting.html(), f"{Widget.get_manager_state()}", failed.text]
        shown += [to_pandas(stock).to_html(), repr(stock), capsys.readouterr().out]
    assert failed.status == "error"
    assert all(shown[:4])
    assert [text for text in shown if "canary" in text] == []
