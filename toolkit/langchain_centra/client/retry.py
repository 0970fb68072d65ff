"""When a request is sent again."""

from __future__ import annotations

import logging

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_exponential, wait_random

from langchain_centra.client.clock import Clock
from langchain_centra.client.errors import CentraError, RateLimited

logger = logging.getLogger("langchain_centra.client")

_ATTEMPTS = 4
_BACKOFF = wait_exponential(multiplier=0.5, max=8) + wait_random(0, 0.5)


def attempts(clock: Clock, until: float) -> AsyncRetrying:
    """Repeat a call while it raises a retryable error; no attempt starts at or after `until` on the monotonic clock.

    After a rate limit the next attempt waits until requests are accepted again, and a little more each time, so that
    many callers who wait for the same moment spread out. The last error is raised as it is.
    """

    def pause(state: RetryCallState) -> float:
        error = _error(state)
        accepted = error.retry_at if isinstance(error, RateLimited) else None
        return _BACKOFF(state) + max(0.0, (accepted - clock.now()).total_seconds() if accepted else 0.0)

    def enough(state: RetryCallState) -> bool:
        too_often = state.attempt_number >= _ATTEMPTS and not isinstance(_error(state), RateLimited)
        return too_often or clock.monotonic() + state.upcoming_sleep >= until

    def tell(state: RetryCallState) -> None:
        logger.info("Trying again in %.1f s: %s", state.upcoming_sleep, _error(state))

    return AsyncRetrying(
        sleep=clock.sleep,
        wait=pause,
        stop=enough,
        retry=retry_if_exception(lambda error: isinstance(error, CentraError) and error.retryable),
        before_sleep=tell,
        reraise=True,
    )


def _error(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None
