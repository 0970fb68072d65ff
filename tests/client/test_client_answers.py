"""What an answer means: data, or one error that says what happened."""

import logging
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import respx

from langchain_centra.client import (
    AsyncCentra,
    CentraError,
    Clock,
    Extensions,
    NotFound,
    OutcomeUnknown,
    PermissionMissing,
    RateLimited,
    RequestRefused,
    TokenRejected,
    TransportFailed,
    UserErrors,
    UserMessage,
)

READ = "query { orders { id } }"
WRITE = "mutation { confirmOrder(input: {}) { userErrors { message path } userWarnings { message path } } }"
DONE: dict[str, Any] = {"confirmOrder": {"userErrors": [], "userWarnings": []}}

FORBIDDEN = {"message": "You need Order:read permission to access orders.", "path": ["orders"]}
FORBIDDEN_WRITE = {"message": "You need Order:write permission to access confirmOrder.", "path": ["confirmOrder"]}
FORBIDDEN_DEEP = {
    "message": "You need Customer:read permission to access customer.",
    "path": ["confirmOrder", "order", "customer"],
}
MISSING = {"message": "Could not find Order with ID 7"}
INVALID = {"message": 'Cannot query field "foo" on type "Order".', "locations": [{"line": 1, "column": 9}]}
CRASH = {"message": "Internal server error", "extensions": {"category": "internal"}}


def gql(status: int = 200, **body: Any) -> httpx.Response:
    return httpx.Response(status, json=body)


def html(status: int) -> httpx.Response:
    return httpx.Response(status, html="<html><body>Bad gateway</body></html>")


async def failure(centra: AsyncCentra, document: str) -> CentraError:
    with pytest.raises(CentraError) as caught:
        await centra.execute(document)
    return caught.value


async def test_a_read_brings_data_and_extensions(centra: AsyncCentra, route: respx.Route) -> None:
    extensions = {
        "complexity": 111,
        "permissionsUsed": ["Order:read"],
        "deprecatedFieldsUsed": ["Field: Answers.one, reason: renamed"],
        "deprecatedPermissionsUsed": ["Field: Answers.two, deprecated: A:read, current: B:read"],
        "appVersion": "v1.83.0",
    }
    route.respond(json={"data": {"orders": [{"id": "a"}]}, "extensions": extensions})
    response = await centra.execute(READ, {"limit": 1})
    assert response.data == {"orders": [{"id": "a"}]}
    assert response.user_warnings == ()
    assert response.extensions == Extensions(
        complexity=111,
        permissions_used=("Order:read",),
        deprecated_fields_used=("Field: Answers.one, reason: renamed",),
        deprecated_permissions_used=("Field: Answers.two, deprecated: A:read, current: B:read",),
        app_version="v1.83.0",
    )


async def test_a_request_carries_document_variables_and_token(
    centra: AsyncCentra, route: respx.Route, token: str
) -> None:
    route.respond(json={"data": {"orders": []}})
    await centra.execute(READ, {"limit": 1})
    request = route.calls.last.request
    assert request.headers["authorization"] == f"Bearer {token}"
    assert request.headers["content-type"] == "application/json"
    assert request.read() == httpx.Request("POST", "http://x", json={"query": READ, "variables": {"limit": 1}}).read()


@pytest.mark.parametrize("extensions", [None, [], {"complexity": "many", "permissionsUsed": "all", "appVersion": 1}])
async def test_unexpected_extensions_read_as_none(centra: AsyncCentra, route: respx.Route, extensions: object) -> None:
    route.respond(json={"data": {"orders": []}, "extensions": extensions})
    assert (await centra.execute(READ)).extensions == Extensions()


async def test_user_warnings_come_with_the_response(centra: AsyncCentra, route: respx.Route) -> None:
    warnings = [{"message": "Price was rounded", "path": ["input", "prices", 0]}, {"message": "Row skipped"}]
    route.respond(json={"data": {"confirmOrder": {"userErrors": [], "userWarnings": warnings}}})
    assert (await centra.execute(WRITE)).user_warnings == (
        UserMessage("Price was rounded", ("input", "prices", "0")),
        UserMessage("Row skipped"),
    )


async def test_user_errors_on_http_200_are_raised_with_their_paths(centra: AsyncCentra, route: respx.Route) -> None:
    errors = [{"message": "Order is locked", "path": ["input", "order"]}, {"message": "Try later.", "path": None}]
    route.respond(json={"data": {"confirmOrder": {"userErrors": errors, "userWarnings": []}}})
    error = await failure(centra, WRITE)
    assert isinstance(error, UserErrors)
    assert error.messages == (UserMessage("Order is locked", ("input", "order")), UserMessage("Try later."))
    assert "wrote nothing: Order is locked (input.order); Try later." in str(error)
    assert not error.retryable


async def test_user_errors_of_an_odd_shape_are_still_user_errors(centra: AsyncCentra, route: respx.Route) -> None:
    route.respond(json={"data": {"confirmOrder": {"userErrors": "locked"}}})
    error = await failure(centra, WRITE)
    assert isinstance(error, UserErrors)
    assert error.messages == (UserMessage("locked"),)


async def test_a_missing_permission_is_named_with_its_field(centra: AsyncCentra, route: respx.Route) -> None:
    second = {"message": "You need Order.internalComment:read permission to access internalComment"}
    route.respond(json={"data": {"orders": [{"id": "a"}]}, "errors": [FORBIDDEN, second, FORBIDDEN]})
    error = await failure(centra, READ)
    assert isinstance(error, PermissionMissing)
    assert (error.permission, error.field) == ("Order:read", "orders")
    assert error.permissions == ("Order:read", "Order.internalComment:read")
    assert "You need Order:read permission to access orders (missing too: Order.internalComment:read)" in str(error)


READS: dict[str, tuple[httpx.Response, type[CentraError]]] = {
    "permission, HTTP 200": (gql(errors=[FORBIDDEN]), PermissionMissing),
    "permission, HTTP 403": (gql(403, errors=[FORBIDDEN]), PermissionMissing),
    "permission, HTTP 500": (gql(500, errors=[FORBIDDEN], data=None), PermissionMissing),
    "token, no body": (httpx.Response(403), TokenRejected),
    "token, HTML": (html(403), TokenRejected),
    "token, errors": (gql(403, errors=[{"message": "Expired token"}]), TokenRejected),
    "401": (httpx.Response(401), TokenRejected),
    "rate limit": (httpx.Response(429, headers={"retry-after": "3600"}), RateLimited),
    "rate limit, errors": (gql(429, errors=["Too many"]), RateLimited),
    "unknown id": (gql(errors=[MISSING], data={"order": None}), NotFound),
    "validation, HTTP 200": (gql(errors=[INVALID]), RequestRefused),
    "validation, HTTP 400": (gql(400, errors=[INVALID]), RequestRefused),
    "unknown id and validation": (gql(errors=[MISSING, INVALID]), RequestRefused),
    "crash beside data": (gql(data={"orders": [None]}, errors=[CRASH]), RequestRefused),
    "errors that are no list": (gql(errors="boom"), RequestRefused),
    "400, JSON": (httpx.Response(400, json={"message": "Bad JSON"}), RequestRefused),
    "400, HTML": (html(400), RequestRefused),
    "404, HTML": (html(404), TransportFailed),
    "200, HTML": (html(200), TransportFailed),
    "201, data": (gql(201, data={"orders": []}), TransportFailed),
    "302": (httpx.Response(302, headers={"location": "https://login.example.org/"}), TransportFailed),
    "499": (httpx.Response(499), TransportFailed),
    "500, HTML": (html(500), TransportFailed),
    "500, errors": (gql(500, errors=[CRASH]), TransportFailed),
    "503": (httpx.Response(503), TransportFailed),
    "cut JSON": (httpx.Response(200, content=b'{"data": {"orders": ['), TransportFailed),
    "endless JSON": (httpx.Response(200, content=b"[" * 100_000), TransportFailed),
    "no object": (httpx.Response(200, json=[1]), TransportFailed),
    "no data": (gql(data=None), TransportFailed),
    "nothing": (httpx.Response(200), TransportFailed),
}


@pytest.mark.parametrize("case", READS)
async def test_a_read_that_failed_raises(centra: AsyncCentra, route: respx.Route, case: str) -> None:
    response, kind = READS[case]
    route.mock(return_value=response)
    assert type(await failure(centra, READ)) is kind


WRITES: dict[str, tuple[httpx.Response, type[CentraError]]] = {
    # proved: nothing was written
    "permission, no data": (gql(errors=[FORBIDDEN_WRITE]), PermissionMissing),
    "permission, data null": (gql(data=None, errors=[FORBIDDEN_WRITE]), PermissionMissing),
    "permission, field null": (gql(data={"confirmOrder": None}, errors=[FORBIDDEN_WRITE]), PermissionMissing),
    "permission, no path": (gql(errors=[{"message": FORBIDDEN_WRITE["message"]}]), PermissionMissing),
    "unknown id": (gql(data={"confirmOrder": None}, errors=[MISSING]), NotFound),
    "validation, HTTP 200": (gql(errors=[INVALID]), RequestRefused),
    "validation, HTTP 400": (gql(400, errors=[INVALID]), RequestRefused),
    "validation, HTTP 400, data null": (gql(400, errors=[INVALID], data=None), RequestRefused),
    "400, HTML": (html(400), RequestRefused),
    "token": (html(403), TokenRejected),
    "404, HTML": (html(404), TransportFailed),
    "405, HTML": (html(405), TransportFailed),
    # in doubt
    "permission below the mutation": (gql(data={"confirmOrder": {}}, errors=[FORBIDDEN_DEEP]), OutcomeUnknown),
    "permission below, data null": (gql(data=None, errors=[FORBIDDEN_DEEP]), OutcomeUnknown),
    "permission below, HTTP 403": (gql(403, data=None, errors=[FORBIDDEN_DEEP]), OutcomeUnknown),
    "errors beside data": (gql(data=DONE, errors=[{"message": "half"}]), OutcomeUnknown),
    "permission beside data": (gql(data=DONE, errors=[FORBIDDEN_WRITE]), OutcomeUnknown),
    "permission and a crash": (gql(data=None, errors=[FORBIDDEN_WRITE, CRASH]), OutcomeUnknown),
    "crash of the mutation": (gql(errors=[CRASH | {"path": ["confirmOrder"]}]), OutcomeUnknown),
    "crash without a path": (gql(errors=[CRASH]), OutcomeUnknown),
    "crash, data null": (gql(data=None, errors=[{"message": "boom"}]), OutcomeUnknown),
    "HTTP 500, errors": (gql(500, errors=[{"message": "boom"}]), OutcomeUnknown),
    "HTTP 500, data": (gql(500, data=DONE), OutcomeUnknown),
    "HTTP 499": (httpx.Response(499), OutcomeUnknown),
    "HTTP 502, HTML": (html(502), OutcomeUnknown),
    "HTTP 201": (gql(201, data=DONE), OutcomeUnknown),
    "HTTP 307": (httpx.Response(307, headers={"location": "https://acme.centra.com/graphql/"}), OutcomeUnknown),
    "HTTP 200, HTML": (html(200), OutcomeUnknown),
    "cut JSON": (httpx.Response(200, content=b'{"data": {"confirmOrder": {'), OutcomeUnknown),
    "no data": (gql(data=None), OutcomeUnknown),
    "empty data": (gql(data={}), OutcomeUnknown),
    "payload null": (gql(data={"confirmOrder": None}), OutcomeUnknown),
    "data is a list": (gql(data=[1], errors=[{"message": "boom"}]), OutcomeUnknown),
    "one of two refused": (
        gql(data={"a": {"userErrors": [{"message": "no"}]}, "b": {"userErrors": []}}),
        OutcomeUnknown,
    ),
}


@pytest.mark.parametrize("case", WRITES)
async def test_a_mutation_that_failed_raises_and_is_not_repeated(
    centra: AsyncCentra, route: respx.Route, case: str
) -> None:
    response, kind = WRITES[case]
    route.mock(return_value=response)
    error = await failure(centra, WRITE)
    assert type(error) is kind
    assert route.call_count == 1
    assert not error.retryable


async def test_an_unknown_outcome_keeps_status_and_what_centra_said(centra: AsyncCentra, route: respx.Route) -> None:
    route.respond(json={"data": {"confirmOrder": {}}, "errors": [FORBIDDEN_DEEP]})
    error = await failure(centra, WRITE)
    assert isinstance(error, OutcomeUnknown)
    assert error.status == 200
    assert error.messages == (FORBIDDEN_DEEP["message"],)
    assert "Read the object" in error.hint


async def test_a_refused_request_keeps_status_and_what_centra_said(centra: AsyncCentra, route: respx.Route) -> None:
    route.mock(return_value=gql(400, errors=[INVALID]))
    error = await failure(centra, READ)
    assert isinstance(error, RequestRefused)
    assert (error.status, error.messages) == (400, (INVALID["message"],))
    assert 'Cannot query field "foo"' in str(error)


async def test_an_html_answer_is_told_by_status_and_kind(centra: AsyncCentra, route: respx.Route) -> None:
    route.mock(return_value=html(404))
    assert "HTTP 404 (text/html)" in str(await failure(centra, READ))


@pytest.mark.respx(assert_all_called=False)
async def test_a_redirect_is_told_and_never_followed(
    centra: AsyncCentra, route: respx.Route, respx_mock: respx.MockRouter
) -> None:
    elsewhere = respx_mock.route(host="evil.example.org")
    elsewhere.respond(json={"data": {}})
    route.respond(308, headers={"location": "https://evil.example.org/graphql"})
    assert "redirect (HTTP 308)" in str(await failure(centra, READ))
    assert not elsewhere.called


async def test_an_expired_token_says_when_it_expired(route: respx.Route, clock: Clock, token: str) -> None:
    route.respond(403)
    ended = datetime(2026, 2, 27, tzinfo=UTC)
    async with AsyncCentra("https://acme.centra.com", token, clock=clock, token_expires=ended) as centra:
        error = await failure(centra, READ)
    assert isinstance(error, TokenRejected)
    assert error.expired_at == ended
    assert "expired on 2026-02-27" in str(error)


async def test_a_rejected_token_that_should_still_be_valid_is_not_called_expired(
    route: respx.Route, clock: Clock, token: str
) -> None:
    route.respond(403)
    later = datetime(2026, 4, 1, tzinfo=UTC)
    async with AsyncCentra("https://acme.centra.com", token, clock=clock, token_expires=later) as centra:
        error = await failure(centra, READ)
    assert isinstance(error, TokenRejected)
    assert error.expired_at is None


async def test_error_texts_carry_no_e_mail_address_and_no_echoed_variables(
    centra: AsyncCentra, route: respx.Route
) -> None:
    echoed = 'Variable "$input" got invalid value {"lastName":"Lind; Ek","age":1}; Field "age" is not defined.'
    route.respond(json={"errors": [{"message": "anna.lind@example.org exists"}, {"message": echoed}]})
    text = str(await failure(centra, READ))
    assert "(e-mail) exists" in text
    assert 'got invalid value; Field "age" is not defined' in text
    assert "Lind" not in text


async def test_deprecations_are_logged_once_per_field(
    centra: AsyncCentra, route: respx.Route, caplog: pytest.LogCaptureFixture
) -> None:
    used = {
        "deprecatedFieldsUsed": ["Field: Once.field, reason: renamed, date of removal: 2027-01-01"],
        "deprecatedPermissionsUsed": ["Field: Once.field, deprecated: A:read, current: B:read"],
    }
    route.respond(json={"data": {"orders": []}, "extensions": used})
    with caplog.at_level(logging.WARNING, logger="langchain_centra.client"):
        await centra.execute(READ)
        await centra.execute(READ)
    assert [record.getMessage() for record in caplog.records] == [
        "Centra calls a field deprecated. Field: Once.field, reason: renamed, date of removal: 2027-01-01",
        "Centra calls a permission deprecated. Field: Once.field, deprecated: A:read, current: B:read",
    ]


@pytest.mark.parametrize(
    "document",
    [
        "{ orders { id } }",
        "query ($where: OrderFilter = {number: {from: 1}}) { orders(where: $where) { id } }",
        "# mutation { no }\nquery mutation { orders { mutation: id } }",
        'query { orders(where: {search: "} mutation { x }"}) { ...Row } } fragment Row on Order { id }',
        "query@live { orders { id } }",
        'fragment Row on Order { id }\nquery Q @live { orders(where: {search: """ { "x" """}) { ...Row } }',
    ],
)
async def test_a_query_is_told_by_its_keyword_and_repeated(
    centra: AsyncCentra, route: respx.Route, document: str
) -> None:
    route.side_effect = [httpx.Response(503), gql(data={"orders": []})]
    await centra.execute(document)
    assert route.call_count == 2


@pytest.mark.parametrize(
    "document",
    [
        "mutation { confirmOrder(input: {order: {number: 1}}) { userErrors { message } } }",
        "# query { no }\n mutation Confirm($input: I = {a: 1}) { confirmOrder(input: $input) { ...P } }"
        " fragment P on Payload { userErrors { message } }",
        "fragment query on Payload { userErrors { message } } mutation query { confirmOrder { ...query } }",
    ],
)
async def test_a_mutation_is_told_by_its_keyword_and_not_repeated(
    centra: AsyncCentra, route: respx.Route, document: str
) -> None:
    route.respond(503)
    assert isinstance(await failure(centra, document), OutcomeUnknown)
    assert route.call_count == 1


@pytest.mark.parametrize(
    "document",
    [
        "",
        "# query { nothing }",
        "fragment Row on Order { id }",
        "query A { a } query B { b }",
        "query A { a } mutation B { b }",
        "subscription { orders { id } }",
    ],
)
async def test_a_document_without_exactly_one_operation_is_not_sent(centra: AsyncCentra, document: str) -> None:
    error = await failure(centra, document)
    assert isinstance(error, RequestRefused)
    assert error.status is None
    assert "exactly one query or mutation" in str(error)
