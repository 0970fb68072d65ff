"""One endpoint, one token: carries a request there and brings back what came of it.

A failed request is returned as a value: httpx's errors hold the request with its headers, and what is never the cause
or context of an exception cannot show the token in a traceback, a log or a pickle.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx
from pydantic import SecretStr

from langchain_centra.client.answer import Answer, Lost
from langchain_centra.client.clock import Clock
from langchain_centra.client.errors import SettingsError


class Wire:
    """Posts to one endpoint with one token; `expires` is when the token runs out, if that is known."""

    def __init__(
        self,
        url: httpx.URL,
        token: SecretStr,
        *,
        expires: datetime | None,
        transport: httpx.AsyncBaseTransport | None,
        clock: Clock,
    ) -> None:
        self._url = url
        self._token = token
        self._expires = expires
        self._clock = clock
        # A proxy of the environment would see the token of a plain http request.
        self._http = httpx.AsyncClient(
            auth=self._authorize, transport=transport, follow_redirects=False, trust_env=url.scheme == "https"
        )

    @property
    def host(self) -> str:
        """The environment that is asked."""
        return self._url.netloc.decode("ascii")

    async def post(self, body: Mapping[str, Any], *, limit: float) -> Answer | Lost:
        """Send one request and read its answer, in `limit` seconds all told.

        Connecting may take half of them, so that a slow connection is told from a slow answer.
        """
        timeout = httpx.Timeout(limit, pool=limit / 4, connect=limit / 4)
        try:
            async with asyncio.timeout(limit):
                response = await self._http.post(self._url, json=body, timeout=timeout)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            why = self._hide(str(error)) or type(error).__name__
            return Lost(f"no connection to {self._url.host} ({why})", arrived=False)
        except (httpx.TimeoutException, TimeoutError):
            return Lost(f"no answer within {limit:.3g} seconds", arrived=True)
        except httpx.RequestError as error:
            return Lost(f"the connection was lost ({type(error).__name__})", arrived=True)
        return Answer.of(response, now=self._clock.now(), expires=self._expires, hide=self._hide)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    def _authorize(self, request: httpx.Request) -> httpx.Request:
        request.headers["Authorization"] = f"Bearer {self._token.get_secret_value()}"
        return request

    def _hide(self, text: str) -> str:
        """Take the token out of a text that a server wrote."""
        return re.sub(rf"(?<!\w){re.escape(self._token.get_secret_value())}(?!\w)", "(token)", text)


def usable_token(token: str | SecretStr) -> SecretStr:
    """Return a token as it is sent, without the spaces around it.

    Raises:
        SettingsError: it cannot be a token.
    """
    text = (token if isinstance(token, str) else token.get_secret_value()).strip()
    hint = "Paste the token alone, without quotes and without the word Bearer."
    if not text:
        raise SettingsError("CENTRA_TOKEN", "is empty", hint=hint)
    if not text.isascii() or not text.isprintable() or any(character in " \"'" for character in text):
        raise SettingsError("CENTRA_TOKEN", "has spaces, quotes or letters that no token has", hint=hint)
    return SecretStr(text)
