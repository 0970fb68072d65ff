"""A clock that is moved by hand, and a short way to ask a sandbox."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx


class ManualClock:
    """Stands still until it is moved; sleeping moves it."""

    def __init__(self) -> None:
        self._now = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
        self._start = self._now

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return (self._now - self._start).total_seconds()

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


class Api:
    """Sends GraphQL to a sandbox over HTTP, in process."""

    def __init__(self, client: httpx.AsyncClient, url: str, token: str) -> None:
        self._client, self._url, self.token = client, url, token

    async def post(self, document: str, variables: dict[str, Any] | None = None, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {options.pop('token', self.token)}"}
        body = {"query": document, "variables": variables or {}}
        return await self._client.post(self._url, json=body, headers=headers, **options)

    async def answer(self, document: str, /, *, token: str | None = None, **variables: Any) -> dict[str, Any]:
        """Return the body of an answer."""
        response = await self.post(document, variables, token=token or self.token)
        body: dict[str, Any] = response.json()
        return body

    async def data(self, document: str, /, **variables: Any) -> Any:
        """Return the value of the one root field of a request that succeeds."""
        body = await self.answer(document, **variables)
        assert "errors" not in body, body["errors"]
        [value] = body["data"].values()
        return value

    async def error(self, document: str, /, *, token: str | None = None, **variables: Any) -> dict[str, Any]:
        """Return the one GraphQL error of a request."""
        body = await self.answer(document, token=token, **variables)
        [error] = body["errors"]
        return dict(error)
