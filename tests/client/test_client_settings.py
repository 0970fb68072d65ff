"""Settings from the environment."""

import pickle
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from langchain_centra.client import AsyncCentra, Centra, CentraSettings, SettingsError


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, token: str) -> pytest.MonkeyPatch:
    for name in ("CENTRA_TIMEZONE", "CENTRA_TOKEN_EXPIRES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CENTRA_URL", "https://acme.centra.com")
    monkeypatch.setenv("CENTRA_TOKEN", token)
    return monkeypatch


@pytest.mark.parametrize("client", [AsyncCentra, Centra])
async def test_the_environment_makes_a_client(
    environment: pytest.MonkeyPatch, client: type[AsyncCentra | Centra]
) -> None:
    environment.setenv("CENTRA_TIMEZONE", "Europe/Stockholm")
    environment.setenv("CENTRA_TOKEN_EXPIRES", "2027-01-31")
    centra = client.from_env()
    assert type(centra) is client
    assert centra.url == "https://acme.centra.com/graphql"
    assert centra.token_expires == datetime(2027, 1, 31, tzinfo=ZoneInfo("Europe/Stockholm"))


async def test_the_time_zone_of_the_environment_is_the_store_s(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("CENTRA_TIMEZONE", "Europe/Stockholm")
    assert await AsyncCentra.from_env().store_timezone() == ZoneInfo("Europe/Stockholm")


@pytest.mark.parametrize(
    ("value", "expires"),
    [
        ("2027-01-31", datetime(2027, 1, 31, tzinfo=UTC)),
        ("2027-01-31T12:00:00Z", datetime(2027, 1, 31, 12, tzinfo=UTC)),
        ("", None),
    ],
)
def test_an_expiry_without_an_offset_is_in_utc(
    environment: pytest.MonkeyPatch, value: str, expires: datetime | None
) -> None:
    environment.setenv("CENTRA_TOKEN_EXPIRES", value)
    assert AsyncCentra.from_env().token_expires == expires


@pytest.mark.parametrize("variable", ["CENTRA_URL", "CENTRA_TOKEN"])
@pytest.mark.parametrize("empty", [True, False])
def test_a_missing_variable_is_named(environment: pytest.MonkeyPatch, variable: str, empty: bool) -> None:
    environment.setenv(variable, "") if empty else environment.delenv(variable)
    with pytest.raises(SettingsError, match=f"{variable} is not set. Set it to") as caught:
        AsyncCentra.from_env()
    assert caught.value.setting == variable


@pytest.mark.parametrize(
    ("variable", "value"), [("CENTRA_TIMEZONE", "Europe/Nowhere"), ("CENTRA_TOKEN_EXPIRES", "some day")]
)
def test_a_variable_that_cannot_be_read_is_named_with_an_example(
    environment: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    environment.setenv(variable, value)
    with pytest.raises(SettingsError, match=f"{variable} cannot be read. Set it to a .* or leave it out."):
        AsyncCentra.from_env()


def test_settings_never_show_the_token(token: str) -> None:
    settings = CentraSettings.from_env()
    assert token not in f"{settings} {settings!r} {settings.model_dump()}"


def test_a_client_cannot_be_pickled(token: str) -> None:
    for client in (AsyncCentra("https://acme.centra.com", token), Centra("https://acme.centra.com", token)):
        with pytest.raises(TypeError, match="holds a token"):
            pickle.dumps(client)
