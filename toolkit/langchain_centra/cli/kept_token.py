"""The token of a store in the keyring of this machine, where `centra-agent connect --save` puts it."""

import os
from contextlib import suppress

import httpx
from pydantic import SecretStr

from langchain_centra.cli.errors import CommandFailed
from langchain_centra.client import SettingsError
from langchain_centra.client.url import endpoint

SERVICE = "langchain-centra"
_MISSING = (
    "The token was not kept: there is no keyring here. pip install 'langchain-centra[keyring]', or set CENTRA_TOKEN."
)


def kept_token() -> SecretStr | None:
    """The token that is kept for the store of CENTRA_URL; None where CENTRA_TOKEN has one, or none is kept."""
    url = os.environ.get("CENTRA_URL")
    if os.environ.get("CENTRA_TOKEN") or not url:
        return None
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    with suppress(KeyringError, SettingsError, httpx.InvalidURL):
        # Nothing is sent; whether the host may have the token is decided where it is.
        address = str(endpoint(url, [httpx.URL(url.strip()).host]))
        token = keyring.get_password(SERVICE, address)
        return SecretStr(token) if token else None
    return None


def keep(url: str, token: SecretStr) -> None:
    """Keep a token for the store at this address; raises CommandFailed where it cannot be kept."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        raise CommandFailed(_MISSING) from None
    try:
        keyring.set_password(SERVICE, url, token.get_secret_value())
    except KeyringError as error:
        why = f"the keyring of this machine refused it ({type(error).__name__})"
        raise CommandFailed(f"The token was not kept: {why}. Set CENTRA_TOKEN, or choose another keyring.") from None
