"""The settings of a connection, read from the environment."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from langchain_centra.client.errors import SettingsError

_HINTS = {
    "url": "Set it to the address of your Centra, such as https://acme.centra.com.",
    "token": "Set it to an Integration API token, made in Centra under System, API Tokens.",
    "token_expires": "Set it to a date such as 2027-01-31, or leave it out.",
    "timezone": "Set it to a zone such as Europe/Stockholm, or leave it out.",
    "rate_share": "Set it to a number above 0, up to 1, such as 0.5, or leave it out.",
    "cache": "Set it to off, or leave it out.",
    "pii": "Set it to show or mask, or leave it out.",
}
_OTHER_HINT = "Correct it, or leave it out."


def _separated(value: str | list[str]) -> list[str]:
    return [name for name in re.split(r"[\s,]+", value) if name] if isinstance(value, str) else value


Names = Annotated[list[str], NoDecode, BeforeValidator(_separated)]
"""Names, separated by commas or spaces."""


class CentraSettings(BaseSettings):
    """CENTRA_URL and CENTRA_TOKEN, and if wanted the others, which are called as what a client is made with."""

    model_config = SettingsConfigDict(env_prefix="CENTRA_", env_ignore_empty=True, hide_input_in_errors=True)

    url: str
    token: SecretStr
    token_expires: datetime | None = None
    allowed_hosts: Names = Field(default_factory=list)
    granted: Names = Field(default_factory=list)
    timezone: ZoneInfo | None = None
    rate_share: float = 0.5
    cache: bool = True

    @classmethod
    def from_env(cls, *, token: SecretStr | None = None) -> Self:
        """Read the environment; a `token` that is given goes before CENTRA_TOKEN.

        Raises:
            SettingsError: a variable is missing or cannot be read; it names the first one.
        """
        given: dict[str, Any] = {"token": token} if token else {}
        try:
            return cls(**given)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        field, problem = str(first["loc"][0]), "is not set" if first["type"] == "missing" else "cannot be read"
        raise SettingsError(f"CENTRA_{field.upper()}", problem, hint=_HINTS.get(field, _OTHER_HINT))

    def arguments(self) -> dict[str, Any]:
        """Return what a client is made with; an expiry without an offset is in the store's zone, else UTC."""
        expires = self.token_expires
        if expires is not None and expires.tzinfo is None:
            expires = expires.replace(tzinfo=self.timezone or UTC)
        return {
            "url": self.url,
            "token": self.token,
            "timezone": self.timezone,
            "token_expires": expires,
            "rate_share": self.rate_share,
            "allowed_hosts": self.allowed_hosts,
            "granted": self.granted,
            "cache": self.cache,
        }
