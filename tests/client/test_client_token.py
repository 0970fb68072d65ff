"""The token stays where it is: in no error, no traceback, no log, no repr."""

import logging
import pickle
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import respx

from langchain_centra.client import (
    AsyncCentra,
    Centra,
    CentraError,
    CentraSettings,
    NotFound,
    OutcomeUnknown,
    PermissionMissing,
    RateLimited,
    RequestRefused,
    SettingsError,
    TokenRejected,
    TransportFailed,
    UserErrors,
)

CANARY = "canary-5e3d0a77c1"
READ = "query { orders { id } }"
WRITE = "mutation { confirmOrder(input: {}) { userErrors { message path } userWarnings { message path } } }"
SAID = f"bad header Authorization: Bearer {CANARY}."

Answer = Callable[[httpx.Request], httpx.Response]


def gql(status: int, **body: Any) -> Answer:
    return lambda request: httpx.Response(status, json=body)


def echo_headers(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, html=str(request.headers.raw), headers={"set-cookie": f"graphql-access={CANARY}"})


def lose(kind: type[httpx.RequestError]) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        raise kind(f"lost with {CANARY}", request=request)

    return answer


LEAKY: dict[str, tuple[str, Answer, type[CentraError]]] = {
    "token rejected": (READ, gql(403, errors=[{"message": SAID}]), TokenRejected),
    "permission missing": (
        READ,
        gql(200, errors=[{"message": f"You need {CANARY} permission to access {CANARY}."}]),
        PermissionMissing,
    ),
    "rate limited": (READ, lambda r: httpx.Response(429, headers={"retry-after": CANARY}), RateLimited),
    "user errors": (WRITE, gql(200, data={"c": {"userErrors": [{"message": SAID}]}}), UserErrors),
    "not found": (READ, gql(200, errors=[{"message": f"Could not find token with ID {CANARY}"}]), NotFound),
    "refused": (READ, gql(400, errors=[{"message": SAID}]), RequestRefused),
    "read, HTML": (READ, echo_headers, TransportFailed),
    "write, HTML": (WRITE, echo_headers, OutcomeUnknown),
    "read, connection": (READ, lose(httpx.ReadError), TransportFailed),
    "write, connection": (WRITE, lose(httpx.ReadError), OutcomeUnknown),
    "write, protocol": (WRITE, lose(httpx.LocalProtocolError), OutcomeUnknown),
    "no connection": (WRITE, lose(httpx.ConnectError), TransportFailed),
    "timeout": (WRITE, lose(httpx.ReadTimeout), OutcomeUnknown),
    "redirect": (
        READ,
        lambda r: httpx.Response(302, headers={"location": f"https://{CANARY}.example.org/{CANARY}"}),
        TransportFailed,
    ),
    "content type": (READ, lambda r: httpx.Response(404, headers={"content-type": CANARY}), TransportFailed),
    "half answer": (WRITE, gql(200, data={"c": {"userErrors": []}}, errors=[{"message": SAID}]), OutcomeUnknown),
}


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG):
        yield caplog


def chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize("case", LEAKY)
async def test_no_error_shows_the_token(
    centra: AsyncCentra, route: respx.Route, logged: pytest.LogCaptureFixture, case: str
) -> None:
    document, answer, kind = LEAKY[case]
    route.side_effect = answer
    with pytest.raises(kind) as caught:
        await centra.execute(document)
    error = caught.value
    told = [str(error), repr(error), error.hint, repr(vars(error)), str(pickle.dumps(error)), logged.text]
    told += traceback.format_exception(error, chain=True)
    assert CANARY not in "\n".join(told)
    assert not any(isinstance(link, httpx.HTTPError) for link in chain(error))


@pytest.mark.parametrize("case", LEAKY)
async def test_an_error_survives_pickling(centra: AsyncCentra, route: respx.Route, case: str) -> None:
    document, answer, kind = LEAKY[case]
    route.side_effect = answer
    with pytest.raises(kind) as caught:
        await centra.execute(document)
    copy = pickle.loads(pickle.dumps(caught.value))
    assert type(copy) is kind
    assert (str(copy), vars(copy)) == (str(caught.value), vars(caught.value))


async def test_no_client_and_no_log_shows_the_token(
    route: respx.Route, logged: pytest.LogCaptureFixture, token: str
) -> None:
    route.respond(json={"data": {"orders": []}}, headers={"x-echo": token})
    async with AsyncCentra("https://acme.centra.com", token) as centra:
        await centra.execute(READ)
        shown = f"{centra} {centra!r} {vars(centra)} {vars(centra._connection.wire) if centra._connection else ''}"
    sync = Centra("https://acme.centra.com", token)
    assert token == CANARY
    assert CANARY not in shown
    assert CANARY not in f"{sync!r} {vars(sync)}"
    assert CANARY not in logged.text
    assert repr(centra) == "AsyncCentra('https://acme.centra.com/graphql', name='acme.centra.com')"
    assert repr(sync) == "Centra('https://acme.centra.com/graphql', name='acme.centra.com')"


def test_no_settings_error_shows_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CENTRA_TOKEN", CANARY)
    monkeypatch.delenv("CENTRA_URL", raising=False)
    nothing: dict[str, Any] = {}
    readers: list[Callable[[], object]] = [CentraSettings.from_env, lambda: CentraSettings(**nothing)]
    for read in readers:
        with pytest.raises(ValueError, match=r"(?i)url") as caught:
            read()
        assert CANARY not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("url", [CANARY, f"https://{CANARY}@acme.centra.com", f"https://acme.centra.com?{CANARY}"])
def test_a_token_in_the_place_of_the_url_is_not_shown(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        AsyncCentra(url, CANARY)
    assert CANARY not in "".join(traceback.format_exception(caught.value))
