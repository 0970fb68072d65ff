"""The HTTP side: one endpoint, POST /graphql.

Published: 400, 403, 429 and 500 and when they come, and the body of a permission error. Inferred: that a permission
error, as every error of a resolver, comes with status 200; the bodies of 403, 429 and 500.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeGuard, cast

from graphql import ExecutionResult, GraphQLError, execute
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .access import presented_token
from .context import Context
from .faults import ConnectionDropped, Fault
from .limits import retry_after
from .requests import BadRequest, GraphQLRequest, read_request
from .schema import executable_schema, type_name

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence
    from datetime import datetime

    from graphql import DocumentNode, GraphQLSchema
    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

    from .access import Grant
    from .sandbox import Sandbox

DROP_CONNECTION = "drop_connection"
_APP_VERSION = "sandbox"
_INTROSPECTION = ("__schema",)


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """A request that was answered, or whose connection was dropped (`status` 0)."""

    operation_name: str | None
    fields: tuple[str, ...]
    status: int
    at: datetime


class DroppedConnection(Response):
    """No answer at all: the server closes the connection, or there is none to close and the transport is told."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 (ASGI's signature)
        """Close the connection."""
        drop = scope.get("state", {}).get(DROP_CONNECTION)
        if drop is None:
            raise ConnectionDropped
        drop()
        await receive()


def _errors(status: int, errors: Sequence[GraphQLError], headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"errors": [error.formatted for error in errors]}, status, headers)


class Endpoint:
    """Answers requests for one sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._schema = executable_schema(sandbox.schema)
        self._lock = threading.Lock()

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        now = self._sandbox.clock.now()
        token = presented_token(request.headers.get("authorization"), request.cookies)
        grant = self._sandbox.tokens.grant(token, now)
        if grant is None:
            return self._answered(None, _errors(403, [GraphQLError("The access token is invalid or expired.")]))
        try:
            asked = read_request(self._schema, await request.body())
        except BadRequest as bad:
            # A request that cannot be executed counts as a request (inferred).
            limited = self._pay(mutations=0, complexity=0)
            return self._answered(None, limited or _errors(400, bad.errors))
        limited = self._pay(mutations=asked.mutations, complexity=asked.complexity)
        return self._answered(asked, limited or await self._with_faults(asked, grant))

    def _answered(self, asked: GraphQLRequest | None, response: Response) -> Response:
        name, fields = (asked.operation_name, asked.fields) if asked else (None, ())
        self._sandbox.requests.append(RequestRecord(name, fields, response.status_code, self._sandbox.clock.now()))
        return response

    def _pay(self, *, mutations: int, complexity: int) -> Response | None:
        resume = self._sandbox.limits.take(mutations=mutations, complexity=complexity)
        return None if resume is None else self._too_many_requests(resume)

    def _too_many_requests(self, resume: datetime) -> Response:
        header = retry_after(resume, self._sandbox.retry_after, self._sandbox.clock.now())
        return _errors(429, [GraphQLError("Too many requests.")], {"Retry-After": header})

    async def _with_faults(self, asked: GraphQLRequest, grant: Grant) -> Response:
        fault = self._sandbox.faults.take(asked.fields, mutation=asked.is_mutation)
        if fault is None:
            return self._execute(asked, grant)
        if fault.kind == "rate_limited":
            return self._too_many_requests(self._sandbox.clock.now() + fault.delay)
        if fault.kind == "slow":
            return await self._slowly(fault, asked, grant)
        if fault.kind == "drop_before":
            return DroppedConnection(status_code=0)
        if fault.kind == "server_error" and not fault.after:
            return _errors(500, [GraphQLError("Internal server error")])
        answer = self._execute(asked, grant, half=fault.kind == "half_answer")
        match fault.kind:
            case "drop_after":
                return DroppedConnection(status_code=0)
            case "server_error":
                return _errors(500, [GraphQLError("Internal server error")])
            case _:
                return answer

    async def _slowly(self, fault: Fault, asked: GraphQLRequest, grant: Grant) -> Response:
        delay = fault.delay.total_seconds()
        if fault.after:
            answer = self._execute(asked, grant)
            await self._sandbox.clock.sleep(delay)
            return answer
        await self._sandbox.clock.sleep(delay)
        return self._execute(asked, grant)

    def _context(self, grant: Grant) -> Context:
        sandbox = self._sandbox
        return Context(
            store=lambda: sandbox.store,
            now=sandbox.clock.now(),
            zone=sandbox.zone,
            grant=grant,
            limits=sandbox.limits,
            token_count=len(sandbox.tokens),
            emails=sandbox.emails,
            mutations=sandbox.mutations,
        )

    def _execute(self, asked: GraphQLRequest, grant: Grant, *, half: bool = False) -> Response:
        context = self._context(grant)
        with self._lock:
            if asked.fields == _INTROSPECTION and not asked.variables and not half:
                result = _introspected(self._schema, asked.document, asked.operation_name)
            else:
                result = _executed(self._schema, asked, context)
        errors = result.errors or []
        for error in errors:
            if error.original_error is not None and not isinstance(error.original_error, GraphQLError):
                raise error.original_error
        if errors and errors[0].path is None:
            return _errors(400, errors)
        if half:
            errors = [*errors, _halve(result.data or {})]
        return JSONResponse(_answer(result.data, errors, asked, context))


def _executed(schema: GraphQLSchema, asked: GraphQLRequest, context: Context) -> ExecutionResult:
    result = execute(
        schema,
        asked.document,
        context_value=context,
        variable_values=asked.variables,
        operation_name=asked.operation_name,
        type_resolver=type_name,
        is_awaitable=_never,
    )
    if not isinstance(result, ExecutionResult):
        raise TypeError("A resolver of the sandbox is asynchronous.")
    return result


@lru_cache(maxsize=16)
def _introspected(schema: GraphQLSchema, document: DocumentNode, operation_name: str | None) -> ExecutionResult:
    """Answer what depends on nothing but the schema; whoever changes the result has to execute it anew."""
    result = execute(schema, document, operation_name=operation_name, is_awaitable=_never)
    return cast("ExecutionResult", result)


def _never(_value: Any) -> TypeGuard[Awaitable[Any]]:
    """No resolver of the sandbox is asynchronous, and asking for each value takes a tenth of the time."""
    return False


def _halve(data: dict[str, Any]) -> GraphQLError:
    """Take away the first part of an answer that may be null, and return the error that goes with it."""
    for name, payload in data.items():
        for part, value in payload.items() if isinstance(payload, dict) else ():
            if isinstance(value, dict):
                payload[part] = None
                return GraphQLError("Internal server error", path=[name, part])
    return GraphQLError("Internal server error", path=list(data)[:1])


def _whole_numbers(value: Any) -> Any:
    """Write 675.0 as 675, as PHP does and the published answers show."""
    match value:
        case dict():
            return {name: _whole_numbers(part) for name, part in value.items()}
        case list():
            return [_whole_numbers(part) for part in value]
        case float() if value.is_integer():
            return int(value)
        case _:
            return value


def _answer(
    data: dict[str, Any] | None, errors: Sequence[GraphQLError], asked: GraphQLRequest, context: Context
) -> dict[str, Any]:
    """Return the body. Data that is null as a whole is left out, as in the published example."""
    body: dict[str, Any] = {}
    if errors:
        body["errors"] = [error.formatted for error in errors]
    if data is not None:
        body["data"] = _whole_numbers(data)
    body["extensions"] = {
        "complexity": asked.complexity,
        "permissionsUsed": list(context.permissions_used),
        "appVersion": _APP_VERSION,
    }
    if asked.deprecated:
        body["extensions"]["deprecatedFieldsUsed"] = list(asked.deprecated)
    return body


def build_app(sandbox: Sandbox) -> Starlette:
    """Return the ASGI application of a sandbox."""
    endpoint = Endpoint(sandbox)

    async def graphql(request: Request) -> Response:
        return await endpoint(request)

    return Starlette(routes=[Route("/graphql", graphql, methods=["POST"])])
