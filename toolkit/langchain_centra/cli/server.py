"""Resuming a conversation on a LangGraph server after a decision was stored."""

import os

import httpx
from langgraph_sdk import get_client

from langchain_centra.approval.answers import IN_JOURNAL
from langchain_centra.cli.errors import CommandFailed
from langchain_centra.client.url import environment


async def resume(server: str, thread: str) -> None:
    """Let a thread go on with the decisions in the journal; CENTRA_SERVER_KEY is the caller's key for the server.

    Raises CommandFailed when the server cannot be reached, does not let the caller in, or has nothing that waits there.
    """
    try:
        async with get_client(url=server, headers=_authorization(server)) as client:
            state = await client.threads.get_state(thread)
            interrupts = [one for task in state["tasks"] for one in task["interrupts"]]
            found = await client.threads.get(thread)
            assistant = (found.get("metadata") or {}).get("assistant_id")
            if not interrupts or not assistant:
                raise CommandFailed(f"The decision is stored, but the conversation {thread} does not wait there.")
            resumed = {str(one["id"]): IN_JOURNAL for one in interrupts}
            await client.runs.wait(thread, str(assistant), command={"resume": resumed})
    except CommandFailed:
        raise
    except httpx.HTTPStatusError as error:
        raise CommandFailed(_refused(server, thread, error.response.status_code)) from None
    except Exception as error:
        # The SDK raises its transport's errors and its own.
        raise CommandFailed(f"The decision is stored, but {server} could not resume: {error}") from None


def _authorization(server: str) -> dict[str, str]:
    key = os.environ.get("CENTRA_SERVER_KEY")
    if not key:
        return {}
    url = httpx.URL(server)
    if url.scheme != "https" and environment(url) != "this machine":
        raise CommandFailed(f"The decision is stored, but CENTRA_SERVER_KEY may not go over plain http to {server}.")
    return {"authorization": f"Bearer {key}"}


def _refused(server: str, thread: str, status: int) -> str:
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        return f"The decision is stored, but {server} refused the caller ({status}). Set CENTRA_SERVER_KEY to your key."
    if status == httpx.codes.NOT_FOUND:
        return f"The decision is stored, but there is no conversation {thread} there that you may see."
    return f"The decision is stored, but {server} could not resume (HTTP {status})."
