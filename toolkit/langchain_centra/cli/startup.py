"""What a conversation is made of: the store, the model, and the person at the terminal."""

import getpass
import os
from contextlib import suppress

from langchain_core.language_models import BaseChatModel

from langchain_centra import AsyncCentra, CentraToolkit
from langchain_centra.cli.errors import CommandFailed
from langchain_centra.cli.kept_token import kept_token
from langchain_centra_graphs.models import OPENAI_MODEL, default_model
from langchain_centra_graphs.offline_model import OfflineModel


def login() -> str | None:
    """The name that the person is logged in with, if the system knows one."""
    with suppress(OSError, KeyError, ImportError):
        return getpass.getuser()
    return None


def journal_url() -> str | None:
    """The journal that CENTRA_JOURNAL names; None stands for the file in the user's state directory."""
    return os.environ.get("CENTRA_JOURNAL") or None


def chosen_model(name: str | None = None) -> BaseChatModel:
    """The model of that name, or the one that the environment asks for; raises CommandFailed when there is none."""
    try:
        return default_model(name)
    except (ImportError, ValueError) as error:
        raise CommandFailed(f"The model cannot be used. {error}") from error


def described(model: BaseChatModel, name: str | None = None) -> str:
    """Which model is used, and how to use another."""
    if isinstance(model, OfflineModel):
        return (
            "the offline demo model, which understands only a few kinds of request; "
            "set OPENAI_API_KEY or CENTRA_MODEL for a real one"
        )
    return name or os.environ.get("CENTRA_MODEL") or OPENAI_MODEL


def chosen_store() -> CentraToolkit:
    """The store of CENTRA_URL with the changes that CENTRA_WRITES allows, or else a sandbox with all of them.

    Raises SettingsError when a setting is wrong.
    """
    if not os.environ.get("CENTRA_URL"):
        return _sandbox()
    return CentraToolkit.from_env(token=kept_token())


def _sandbox() -> CentraToolkit:
    from langchain_centra.sandbox import Sandbox

    sandbox = Sandbox()
    centra = AsyncCentra(sandbox.url, sandbox.TOKEN, name="sandbox", transport=sandbox.transport())
    return CentraToolkit(centra, writes=True, journal=journal_url())
