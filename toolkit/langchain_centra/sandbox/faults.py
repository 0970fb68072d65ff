"""Injected faults: what can go wrong between a request and its answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Collection

FaultKind = Literal["drop_before", "drop_after", "rate_limited", "server_error", "slow", "half_answer"]


class ConnectionDropped(Exception):
    """The sandbox dropped the connection without an answer."""


@dataclass(slots=True)
class Fault:
    """A fault that waits for the requests it is meant for."""

    kind: FaultKind
    operation: str | None
    times: int
    after: bool
    delay: timedelta

    def meets(self, fields: Collection[str], *, mutation: bool) -> bool:
        """Tell whether a request with these root fields is meant."""
        return self.operation in fields if self.operation else mutation


class Faults:
    """The faults that are still to happen, in the order in which they were added."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(
        self,
        kind: FaultKind,
        operation: str | None = None,
        times: int = 1,
        *,
        after: bool = False,
        seconds: float = 5.0,
    ) -> None:
        """Have the next requests fail.

        - `drop_before`, `drop_after`: the connection is lost before or after the request is executed.
        - `rate_limited`: 429, to be tried again in `seconds`; nothing is executed.
        - `server_error`: 500, before the request is executed, or `after` it.
        - `slow`: `seconds` pass before the request is executed, or `after` it, before the answer.
        - `half_answer`: executed, and answered with data and errors.

        Args:
            kind: what happens.
            operation: name of the root field that is meant; without it, every mutation.
            times: how often.
            after: for `server_error` and `slow`.
            seconds: for `rate_limited` and `slow`.
        """
        self._waiting.append(Fault(kind, operation, times, after, timedelta(seconds=seconds)))

    def clear(self) -> None:
        """Forget the faults that have not happened yet."""
        self._waiting.clear()

    def take(self, fields: Collection[str], *, mutation: bool) -> Fault | None:
        """Return the first fault that is meant for a request, and count it."""
        for fault in self._waiting:
            if fault.meets(fields, mutation=mutation):
                fault.times -= 1
                if fault.times <= 0:
                    self._waiting.remove(fault)
                return fault
        return None
