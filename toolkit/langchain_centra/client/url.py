"""Where requests may go: a Centra host over HTTPS, or this very machine."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from typing import Literal

import httpx

from langchain_centra.client.errors import SettingsError

_SETTING = "CENTRA_URL"
_HINT = "Set it to the address of your Centra, such as https://acme.centra.com."
_CENTRA_DOMAINS = (".centra.com", ".centraqa.com")
# Names and addresses, and nothing that a resolver could read in another way.
_HOST = re.compile(rb"[a-z0-9.:-]*[a-z0-9]")
_LAST_PORT = 65_535
_BRACKETED = re.compile(r"<[^<>]*>|\{[^{}]*\}")
_PLACEHOLDERS = {
    "example",
    "your-client",
    "your-company",
    "your-store",
    "yourclient",
    "yourcompany",
    "yourstore",
}

Environment = Literal["production", "QA", "this machine", "another host"]


def environment(url: httpx.URL) -> Environment:
    """Tell what kind of store an address belongs to."""
    if _is_loopback(url.host):
        return "this machine"
    if url.host.endswith(".centraqa.com"):
        return "QA"
    return "production" if url.host.endswith(".centra.com") else "another host"


def endpoint(url: str, allowed_hosts: Collection[str] = ()) -> httpx.URL:
    """Return the address that GraphQL requests go to: the store's URL with `/graphql`.

    Spaces around it and slashes after it are forgiven, and `/graphql` may already be there. The host is `*.centra.com`,
    `*.centraqa.com` or one of `allowed_hosts`, over HTTPS; plain HTTP goes to this machine only.

    Raises:
        SettingsError: it is no such address; the token would go to the wrong place.
    """
    text = url.strip()
    if not text:
        raise SettingsError(_SETTING, "is empty", hint=_HINT)
    if placeholder := _placeholder(text):
        raise SettingsError(_SETTING, f"still holds the placeholder {placeholder!r}", hint=_HINT)
    parsed = _parse(text)
    host = parsed.raw_host.decode("ascii")
    if parsed.scheme == "http" and not _is_loopback(host):
        raise SettingsError(_SETTING, f"uses http for {host}; the token may only travel over https", hint=_HINT)
    if not _is_loopback(host) and not _is_allowed(host, allowed_hosts):
        raise SettingsError(
            _SETTING,
            f"names {host}, which is not a Centra host (*.centra.com, *.centraqa.com)",
            hint="Correct it, or name a host that you trust with the token in CENTRA_ALLOWED_HOSTS or `allowed_hosts`.",
        )
    base = parsed.path.rstrip("/").removesuffix("/graphql").rstrip("/")
    return parsed.copy_with(path=f"{base}/graphql")


def _parse(text: str) -> httpx.URL:
    try:
        parsed = httpx.URL(text)
    except httpx.InvalidURL:
        parsed = None
    if parsed is None or (parsed.port or 0) > _LAST_PORT:
        raise SettingsError(_SETTING, "is not a URL", hint=_HINT)
    if parsed.scheme not in ("http", "https") or not _HOST.fullmatch(parsed.raw_host):
        raise SettingsError(_SETTING, "does not start with https:// and a host", hint=_HINT)
    if parsed.userinfo or parsed.query or parsed.fragment:
        raise SettingsError(_SETTING, "carries a login, a query or a fragment", hint=_HINT)
    return parsed


def _placeholder(text: str) -> str | None:
    if bracketed := _BRACKETED.search(text):
        return bracketed[0]
    host = text.lower().partition("://")[2].partition("/")[0]
    return next((label for label in host.split(".") if label in _PLACEHOLDERS), None)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_allowed(host: str, allowed_hosts: Collection[str]) -> bool:
    return host.endswith(_CENTRA_DOMAINS) or host in {allowed.strip().lower() for allowed in allowed_hosts}
