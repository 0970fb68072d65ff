"""The chat model that the environment asks for."""

import os

from langchain_core.language_models import BaseChatModel

from langchain_centra_graphs.offline_model import OfflineModel

OPENAI_MODEL = "openai:gpt-5-mini"


def default_model(name: str | None = None) -> BaseChatModel:
    """Make the chat model of that name, else the one that the environment names, else the offline demo model.

    `CENTRA_MODEL` (written as `init_chat_model` takes it, such as "anthropic:claude-sonnet-4-5") goes first, then
    `OPENAI_MODEL` if `OPENAI_API_KEY` is set.

    Raises:
        ImportError: If langchain or the provider's package is not installed.
        ValueError: If the name is of no known provider.
    """
    name = name or os.environ.get("CENTRA_MODEL") or (OPENAI_MODEL if os.environ.get("OPENAI_API_KEY") else None)
    if not name:
        return OfflineModel()
    try:
        from langchain.chat_models import init_chat_model
    except ImportError as error:
        raise ImportError(
            f'The model {name!r} needs the package langchain: pip install "langchain-centra[langchain]".'
        ) from error
    return init_chat_model(name)
