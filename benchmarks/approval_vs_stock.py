"""The same probes against LangChain's own HumanInTheLoopMiddleware and against CentraApproval, side by side.

The stock agent gets raw functions over the same client; both run against an embedded store, with a scripted model.
Run it with `.venv/bin/python benchmarks/approval_vs_stock.py`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from langchain_centra import AsyncCentra, CentraToolkit
from langchain_centra.approval.proposal import Step
from langchain_centra.middleware import CentraApproval
from langchain_centra.sandbox import Sandbox
from langchain_centra.tools.registry import TOOLS
from langchain_centra.tools.spec import WriteTool

APPROVE = {"type": "approve"}
CHANGE = {"lines": [{"sku": "TEE01BLKM", "warehouse": "Stockholm", "quantity": 25}]}
CONFIG: Any = {"configurable": {"thread_id": "thread"}}
WRITES = {spec.name: spec for spec in TOOLS if isinstance(spec, WriteTool)}


class OneCall(BaseChatModel):
    """Calls set_stock once, then says that it is done."""

    @property
    def _llm_type(self) -> str:
        return "one-call"

    def bind_tools(self, tools: Any, **kwargs: Any) -> "OneCall":  # noqa: ARG002 (the base class's signature)
        """Nothing to bind: the call is fixed."""
        return self

    def _generate(self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **_: Any) -> ChatResult:  # noqa: ARG002
        spoken = any(isinstance(message, AIMessage) for message in messages)
        call = {"name": "set_stock", "args": CHANGE, "id": "call_1", "type": "tool_call"}
        message = AIMessage("Done.") if spoken else AIMessage("", tool_calls=[call])
        return ChatResult(generations=[ChatGeneration(message=message)])


@dataclass
class Trial:
    """One agent on its own store."""

    sandbox: Sandbox
    agent: Any
    crash: dict[str, bool]

    async def ask(self) -> dict[str, Any]:
        """Let the agent come to its question."""
        asked: dict[str, Any] = await self.agent.ainvoke({"messages": [HumanMessage("Set the stock.")]}, CONFIG)
        return asked

    async def answer(self, decision: dict[str, Any]) -> Any:
        """Answer the question."""
        return await self.agent.ainvoke(Command(resume={"decisions": [decision]}), CONFIG)

    @property
    def writes(self) -> list[str]:
        """The mutations that reached the store."""
        return [mutation.name for mutation in self.sandbox.mutations]

    def sell(self, quantity: int) -> None:
        """Change the level behind everybody's back."""
        [place] = [place for place in self.sandbox.store.warehouses.values() if place.name == "Stockholm"]
        self.sandbox.store.stock[("TEE01BLKM", place.id)].physical_quantity = quantity


def _centra(sandbox: Sandbox) -> AsyncCentra:
    return AsyncCentra(sandbox.url, sandbox.TOKEN, transport=sandbox.transport())


def stock() -> Trial:
    """LangChain's own approval in front of raw functions."""
    sandbox, crash = Sandbox(), {"after": False}
    centra = _centra(sandbox)

    steps: dict[str, Sequence[Step]] = {}

    async def write(name: str, arguments: dict[str, Any]) -> str:
        spec = WRITES[name]
        if name not in steps:  # names are resolved to ids once; after that a raw function just sends its mutation
            steps[name] = (await spec.propose(centra, spec.validate(arguments))).steps
        for step in steps[name]:
            await spec.send(centra, step)
        if crash["after"]:
            crash["after"] = False
            raise RuntimeError("the process died")
        return "Written."

    @tool
    async def set_stock(lines: list[dict[str, Any]]) -> str:
        """Set stock levels."""
        return await write("set_stock", {"lines": lines})

    @tool
    async def confirm_order(order_number: int) -> str:
        """Confirm an order."""
        return await write("confirm_order", {"order_number": order_number})

    gate = HumanInTheLoopMiddleware(
        interrupt_on={"set_stock": True, "confirm_order": {"allowed_decisions": ["reject"]}}
    )
    agent = create_agent(OneCall(), [set_stock, confirm_order], middleware=[gate], checkpointer=InMemorySaver())
    return Trial(sandbox, agent, crash)


def ours() -> Trial:
    """The toolkit and its middleware."""
    sandbox = Sandbox()
    toolkit = CentraToolkit(_centra(sandbox), writes=True, journal="sqlite://")
    middleware = [CentraApproval(toolkit)]
    agent = create_agent(OneCall(), toolkit.get_tools(), middleware=middleware, checkpointer=InMemorySaver())
    return Trial(sandbox, agent, {})


async def two_answers(trial: Trial) -> str:
    """Two people press approve at the same moment."""
    await trial.ask()
    await asyncio.gather(trial.answer(APPROVE), trial.answer(APPROVE), return_exceptions=True)
    return f"{len(trial.writes)} write(s)"


async def crash_after_write(trial: Trial) -> str:
    """The answer of the store is lost after it wrote; the run is started again."""
    await trial.ask()
    if trial.crash:
        trial.crash["after"] = True
    else:
        trial.sandbox.faults.add("drop_after", "setStock")
    await asyncio.gather(trial.answer(APPROVE), return_exceptions=True)
    await asyncio.gather(trial.agent.ainvoke(None, CONFIG), return_exceptions=True)
    return f"{len(trial.writes)} write(s)"


async def drift(trial: Trial) -> str:
    """The level changes between the question and the yes."""
    await trial.ask()
    trial.sell(3)
    answer = await trial.answer(APPROVE)
    again = ", asks again" if answer.get("__interrupt__") else ""
    return f"{len(trial.writes)} write(s) over what was not seen{again}"


async def edit_to_another_tool(trial: Trial) -> str:
    """The person's client answers with an edit that names another tool."""
    await trial.ask()
    edited = {"type": "edit", "edited_action": {"name": "confirm_order", "args": {"order_number": 1042}}}
    await asyncio.gather(trial.answer(edited), return_exceptions=True)
    return f"wrote {', '.join(trial.writes) or 'nothing'}"


async def new_message(trial: Trial) -> str:
    """The user writes instead of answering; the model is then shown the history."""
    await trial.ask()
    state = await trial.agent.ainvoke({"messages": [HumanMessage("Never mind.")]}, CONFIG)
    results = sum(message.type == "tool" for message in state["messages"])
    return f"{len(trial.writes)} write(s), {'call has its result' if results else 'call without a result'}"


PROBES: Sequence[Callable[[Trial], Awaitable[str]]] = (
    two_answers,
    crash_after_write,
    drift,
    edit_to_another_tool,
    new_message,
)


async def main() -> None:
    """Print both columns."""
    print(f"{'probe':24}{'create_agent + HumanInTheLoop':45}create_agent + CentraApproval")
    for probe in PROBES:
        theirs, mine = await probe(stock()), await probe(ours())
        print(f"{probe.__name__.replace('_', ' '):24}{theirs:45}{mine}")


if __name__ == "__main__":
    asyncio.run(main())
