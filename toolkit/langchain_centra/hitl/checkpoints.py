"""What a run has to know of its own stored checkpoints."""

import asyncio
from collections.abc import Mapping
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver, CheckpointTuple
from langgraph.runtime import get_runtime

_POLL_SECONDS = 0.1
_SAVE_PATIENCE_SECONDS = 5.0


class Checkpoints:
    """The stored checkpoints of the thread that a node is running in.

    `in_thread` says that the node runs beside synchronous code, whose saver is then used synchronously as well.
    """

    def __init__(self, config: RunnableConfig, *, in_thread: bool) -> None:
        self._saver = _saver(config)
        configurable = config.get("configurable", {})
        self._thread_id = configurable["thread_id"]
        # The namespace of a task ends with the task itself; what stands before is the graph's own.
        self._namespace = str(configurable.get("checkpoint_ns", "")).rpartition("|")[0]
        self._in_thread = in_thread
        # Private as well; langgraph's default is "async".
        self._durability = configurable.get("__pregel_durability", "async")

    @property
    def saved_in_background(self) -> bool:
        """Whether a step may begin before the one before it is stored."""
        return bool(self._durability == "async")

    async def moved_on(self) -> bool:
        """Whether the stored thread has a newer checkpoint than the one that this node runs from."""
        info = get_runtime().execution_info
        head = await self._head()
        # Ids are ordered by time. In a thread that one run at a time works on, what is newer is another run's.
        return head is not None and info is not None and _id(head.config) > info.checkpoint_id

    async def hold_message(self, message_id: str) -> bool:
        """Whether a message is stored; waits a few seconds for a run that saves in the background."""
        waited = 0.0
        while True:
            head = await self._head()
            if head and _holds(head.checkpoint["channel_values"], message_id):
                return True
            if waited >= _SAVE_PATIENCE_SECONDS or self._durability == "exit":
                return False
            await asyncio.sleep(_POLL_SECONDS)
            waited += _POLL_SECONDS

    async def shown_cards(self) -> set[str]:
        """The proposal ids of the question that is stored as waiting for an answer."""
        head = await self._head()
        writes = (head.pending_writes if head else None) or []
        questions = [one.value for _, channel, value in writes if channel == "__interrupt__" for one in value]
        actions = [action for one in questions if isinstance(one, dict) for action in one.get("action_requests", ())]
        return {action["proposal_id"] for action in actions if "proposal_id" in action}

    async def _head(self) -> CheckpointTuple | None:
        config: RunnableConfig = {"configurable": {"thread_id": self._thread_id, "checkpoint_ns": self._namespace}}
        if self._in_thread:
            return await asyncio.to_thread(self._saver.get_tuple, config)
        return await self._saver.aget_tuple(config)


def _saver(config: RunnableConfig) -> BaseCheckpointSaver[Any]:
    # Private in langgraph: the only place where a node can see its checkpointer.
    saver = config.get("configurable", {}).get("__pregel_checkpointer")
    if not isinstance(saver, BaseCheckpointSaver):
        raise RuntimeError(
            "This agent runs without a checkpointer, so nobody could be asked. "
            "Build it with checkpointer=..., or let a LangGraph server run it."
        )
    return saver


def _holds(values: Mapping[str, Any], message_id: str) -> bool:
    lists = [value for value in values.values() if isinstance(value, list)]
    return any(getattr(one, "id", None) == message_id for value in lists for one in value)


def _id(config: RunnableConfig) -> str:
    return str(config.get("configurable", {})["checkpoint_id"])
