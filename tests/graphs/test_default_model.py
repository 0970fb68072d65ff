import sys

import pytest
from langchain_openai import ChatOpenAI

from langchain_centra_graphs.models import OPENAI_MODEL, default_model
from langchain_centra_graphs.offline_model import OfflineModel


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CENTRA_MODEL", raising=False)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def test_without_settings_the_model_is_the_offline_one() -> None:
    assert isinstance(default_model(), OfflineModel)


def test_an_empty_setting_counts_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CENTRA_MODEL", "")
    monkeypatch.setenv("OPENAI_API_KEY", "")

    assert isinstance(default_model(), OfflineModel)


def test_an_openai_key_chooses_the_openai_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")

    model = default_model()

    assert isinstance(model, ChatOpenAI)
    assert f"openai:{model.model_name}" == OPENAI_MODEL


def test_the_named_model_goes_before_the_openai_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    monkeypatch.setenv("CENTRA_MODEL", "openai:gpt-5")

    model = default_model()

    assert isinstance(model, ChatOpenAI)
    assert model.model_name == "gpt-5"


def test_without_langchain_the_error_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CENTRA_MODEL", "openai:gpt-5")
    monkeypatch.setitem(sys.modules, "langchain.chat_models", None)

    with pytest.raises(ImportError, match=r'pip install "langchain-centra\[langchain\]"'):
        default_model()
