"""How far a long reading has come, told to whoever listens: a progress bar, or the stream of a graph."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from typing import Any

from langchain_core.runnables.config import var_child_runnable_config


@dataclass(frozen=True)
class Progress:
    """What is being read, how many of it have been, and of how many, where that is known."""

    what: str
    done: int
    total: int | None = None


Listener = Callable[[Progress], None]

_LISTENER: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Hear of the progress of every report that is asked for inside; called on the toolkit's own thread."""
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)


def report(progress: Progress) -> None:
    """Tell the listener; without one, the stream (mode "custom") of the graph that the tool runs in, if any."""
    listener = _LISTENER.get() or _graph()
    if listener is not None:
        # Whoever listened may be gone: its event loop is closed then.
        with suppress(RuntimeError):
            listener(progress)


def _graph() -> Listener | None:
    # The key is private in langgraph; its public get_stream_writer() looks there too, but would have to be imported.
    config: Any = var_child_runnable_config.get() or {}
    writer = getattr(config.get("configurable", {}).get("__pregel_runtime"), "stream_writer", None)
    return None if writer is None else lambda progress: writer({"progress": asdict(progress)})
