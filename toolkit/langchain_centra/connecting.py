"""Connecting: finding out what of the chosen tools this store and this token can do, and saying so."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, TypeVar

from langchain_centra.client import AsyncCentra, CentraError, RateLimited, TokenRejected, TransportFailed
from langchain_centra.client.permissions import TokenPermissions, kept_under
from langchain_centra.operations.operation import Bound, Operation, bind, digest, withhold
from langchain_centra.tools.spec import ReadTool, ToolSpec

T = TypeVar("T")
Saved = Mapping[str, Any]
State = Literal["active", "limited", "expired", "failed"]

_LIMITS = "query RateLimits { rateLimits { type intervalSeconds quota remainingQuota } }"
_PLANS = {60: "Growth", 150: "Enhanced", 450: "High volume", 1_500: "Enterprise"}
_UNVERSIONED = (None, "unknown", "sandbox")
_NEW_TOKEN = "Make a new token in Centra under System, API Tokens, and set CENTRA_TOKEN to it."  # noqa: S105 (a sentence)
_UNTRIED = "What it may change shows when it does; CENTRA_GRANTED can say so before."
_ADD = (
    "Add what is missing to the token in Centra under System, API Tokens, then connect anew (--anew); "
    "or choose fewer tools."
)


class Memory(Protocol):
    """Where processes keep what they learned about stores and tokens: a journal."""

    async def revise(self, key: str, change: Callable[[Saved | None], tuple[Saved | None, T]]) -> T:
        """Change what is stored under a key, and return what `change` says; None keeps it."""
        ...


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that was checked; `passed` is None where it could not be."""

    name: str
    passed: bool | None
    text: str


@dataclass(frozen=True, kw_only=True)
class ToolReport:
    """Whether a tool can be used; `reason` says why not, `missing` names the permissions, `problem` any other."""

    tool: str
    usable: bool
    reason: str = ""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Connection:
    """What connecting to a store found; its state is `active` where every chosen tool can be used."""

    store: str
    url: str
    environment: str
    state: State
    checks: tuple[Check, ...]
    next: str
    app_version: str | None = None
    tools: tuple[ToolReport, ...] = ()
    deprecated: tuple[Mapping[str, Any], ...] = ()
    permissions: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the same as JSON values."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """The operations of the chosen tools as a store's schema wants them, and the deprecated fields that they use."""

    bound: Mapping[str, Bound]
    deprecated: tuple[Mapping[str, Any], ...] = ()


class _Ended(Exception):
    """A check failed, and the others cannot be made."""

    def __init__(self, state: State, next_step: str) -> None:
        super().__init__(next_step)
        self.state: State = state
        self.next_step = next_step


class Connector:
    """Checks a store for some tools; `problems` of operations stay known afterwards."""

    def __init__(self, centra: AsyncCentra, specs: Sequence[ToolSpec], memory: Memory) -> None:
        self._centra = centra
        self._specs = specs
        self._memory = memory
        self._checks: list[Check] = []
        self._version: str | None = None
        self.problems: dict[str, str] = {}
        operations = (operation for spec in specs for operation in spec.operations)
        self._operations: dict[str, Operation[Any]] = {operation.name: operation for operation in operations}

    async def connect(self, *, anew: bool = False) -> Connection:
        """Check everything in order; what fails is in the result, and nothing is raised for it.

        Permissions that answers said were missing are forgotten before, if it begins `anew`.
        """
        if anew:
            await self._centra.permissions.forget_missing(self._memory, self._centra.token_fingerprint)
        fitted = Fitted(bound={})
        self._note("URL", True, f"{self._centra.url} ({self._centra.environment})")
        try:
            limits = await self._reach()
            fitted = await self._fit()
            await self._probe(fitted)
        except _Ended as end:
            return self._result(end.state, end.next_step, fitted)
        self._note_plan(limits)
        unusable = [report for report in self.reports() if not report.usable]
        state: State = "limited" if unusable else "active"
        return self._result(state, _advice(unusable), fitted)

    def reports(self) -> tuple[ToolReport, ...]:
        """Say of each tool whether it can be used, as far as is known now."""
        return tuple(map(self._report, self._specs))

    async def remember(self) -> None:
        """Store what the token has shown, for the next process."""
        await self._centra.permissions.remember(self._memory, self._centra.token_fingerprint)

    def _report(self, spec: ToolSpec) -> ToolReport:
        if lacking := tuple(sorted(self._centra.permissions.lacking(spec.needs, self._now()))):
            return ToolReport(
                tool=spec.name, usable=False, missing=lacking, reason=f"The token lacks {', '.join(lacking)}."
            )
        problems = [self.problems[op.name] for op in spec.operations if op.name in self.problems]
        return ToolReport(tool=spec.name, usable=not problems, reason=problems[0] if problems else "")

    def _note(self, name: str, passed: bool | None, text: str) -> None:
        self._checks.append(Check(name=name, passed=passed, text=text))

    async def _reach(self) -> Sequence[Mapping[str, Any]]:
        """Ask the cheapest question: whether the host, the API and the token answer."""
        try:
            response = await self._centra.execute(_LIMITS)
        except TokenRejected as error:
            self._note("reachable", True, "The host answers.")
            self._note("token", False, error.message)
            raise _Ended("expired" if error.expired_at else "failed", _NEW_TOKEN) from None
        except RateLimited as error:
            self._note("reachable", True, "The host answers.")
            self._note("token", None, error.message)
            raise _Ended("failed", error.hint) from None
        except TransportFailed as error:
            self._note("reachable", False, error.message)
            raise _Ended("failed", _reach_hint(error)) from None
        except CentraError as error:
            self._note("reachable", True, "The host answers.")
            self._note("token", True, "The token is accepted.")
            self._note("rate limits", None, error.message)
            return []
        self._version = response.extensions.app_version
        self._note("reachable", True, f"The host answers, Centra {self._version or 'of unknown version'}.")
        self._note("token", *self._accepted())
        limits: Sequence[Mapping[str, Any]] = response.data.get("rateLimits") or []
        return limits

    def _accepted(self) -> tuple[bool | None, str]:
        """Say of a token that works when it will not any more, if that is soon."""
        expires = self._centra.token_expires
        if expires is None or self._centra.expiry_warning() is None:
            return True, "The token is accepted."
        if expires > self._now():
            return True, f"The token is accepted; it expires on {expires:%Y-%m-%d}."
        said = f"CENTRA_TOKEN_EXPIRES says that it expired on {expires:%Y-%m-%d}"
        return None, f"The token is accepted, although {said}. Correct the date."

    async def _fit(self) -> Fitted:
        """Write the operations for the store's schema; what was found for the same version of Centra is kept."""
        key = f"schema {self._centra.url}"
        mark = {"version": self._version, "operations": digest(self._operations)}
        saved: Saved | None = None
        if self._version not in _UNVERSIONED:
            saved = await self._memory.revise(key, lambda saved: (None, saved))
        if saved and saved["mark"] == mark:
            bound = {name: _restored(raw) for name, raw in saved["bound"].items()}
            fitted = Fitted(bound=bound, deprecated=tuple(saved["deprecated"]))
        else:
            fitted = await self._introspect()
            entry = {"mark": mark, "bound": {n: asdict(b) for n, b in fitted.bound.items()}}
            entry["deprecated"] = list(fitted.deprecated)
            await self._memory.revise(key, lambda _saved: (entry, None))
        bind(self._centra, fitted.bound)
        self.problems = {name: bound.problem for name, bound in fitted.bound.items() if bound.problem}
        unfit = len(self.problems)
        said = f"{unfit} of {len(fitted.bound)} operations do not fit" if unfit else "Every operation fits"
        self._note("schema", not unfit, f"{said}; {len(fitted.deprecated)} deprecated fields are used.")
        return fitted

    async def _introspect(self) -> Fitted:
        from langchain_centra.operations.binding import fit_all

        try:
            bound, used = await fit_all(self._centra, self._operations)
        except CentraError as error:
            self._note("schema", None, error.message)
            raise _Ended("failed", error.hint) from None
        return Fitted(
            bound=bound, deprecated=tuple(asdict(found) | {"operations": [*found.operations]} for found in used)
        )

    async def _probe(self, fitted: Fitted) -> None:
        """Find out what the token may read, and recall what it has shown of the rest."""
        from langchain_centra.operations.probing import probe

        await recalled(self._centra, self._memory)
        try:
            probed = await probe(self._centra, list(self._operations.values()), fitted.bound)
        except CentraError as error:
            self._note("permissions", None, error.message)
            raise _Ended("failed", error.hint) from None
        withhold(self._centra, probed.missing)
        self.problems |= probed.problems
        await self.remember()
        self._note_permissions(probed.missing)

    def _note_permissions(self, unreadable: Collection[str]) -> None:
        known = self._centra.permissions
        needs = frozenset[str]().union(*(spec.needs for spec in self._specs))
        if lacking := known.lacking(needs, self._now()) | set(unreadable):
            self._note("permissions", False, f"The token lacks {', '.join(sorted(lacking))}.")
            return
        said = ["No read of the chosen tools is refused."]
        reads = frozenset[str]().union(
            *(spec.needs | spec.optional for spec in self._specs if isinstance(spec, ReadTool))
        )
        if unseen := sorted(known.unknown(reads)):
            said.append(f"No answer has needed {', '.join(unseen)} yet.")
        if known.unknown(needs):
            said.append(_UNTRIED)
        self._note("permissions", True, " ".join(said))

    def _note_plan(self, limits: Sequence[Mapping[str, Any]]) -> None:
        quotas = {(limit["type"], limit["intervalSeconds"]): limit["quota"] for limit in limits}
        requests = quotas.get(("REQUEST_COUNT", "TEN_SECONDS"))
        if requests is None:
            self._note("rate limits", None, "The rate limits cannot be read; requests go on until they are refused.")
            return
        hourly = quotas.get(("REQUEST_COUNT", "ONE_HOUR"), "unknown")
        plan = f" ({_PLANS[requests]} plan)" if requests in _PLANS else ""
        share = f"{self._centra.rate_share:.0%} of them are used here"
        self._note("rate limits", True, f"{requests} requests in ten seconds, {hourly} an hour{plan}; {share}.")

    def _result(self, state: State, next_step: str, fitted: Fitted) -> Connection:
        known = self._centra.permissions
        return Connection(
            store=self._centra.name,
            url=self._centra.url,
            environment=self._centra.environment,
            state=state,
            checks=tuple(self._checks),
            next=next_step,
            app_version=self._version,
            tools=self.reports() if state in ("active", "limited") else (),
            deprecated=fitted.deprecated,
            permissions=_told(known, self._now()),
        )

    def _now(self) -> datetime:
        return self._centra.clock.now()


async def recalled(centra: AsyncCentra, memory: Memory) -> Mapping[str, Any]:
    """What is known of a client's token: permissions it has "shown", "missing" ones, and those said to be "granted"."""
    saved = await memory.revise(kept_under(centra.token_fingerprint), lambda saved: (None, saved))
    if saved:
        centra.permissions.recall(saved)
    return _told(centra.permissions, centra.clock.now())


def _told(known: TokenPermissions, now: datetime) -> dict[str, list[str]]:
    return {"shown": sorted(known.shown), "missing": sorted(known.missing(now)), "granted": sorted(known.granted)}


def _advice(unusable: Sequence[ToolReport]) -> str:
    if not unusable:
        return "Everything that was chosen can be used."
    if any(report.missing for report in unusable):
        return _ADD
    return "Upgrade langchain-centra, or go on without these tools."


def _reach_hint(error: TransportFailed) -> str:
    text = error.message.lower()
    if "certificate" in text or "ssl" in text:
        return "Check the host's certificate, or the proxy in between; the token was not sent."
    if any(sign in text for sign in ("name or service", "getaddrinfo", "nodename", "name resolution")):
        return "Check the host name in CENTRA_URL, and the network: it cannot be found."
    return error.hint


def _restored(raw: Mapping[str, Any]) -> Bound:
    return Bound(
        variant=raw["variant"],
        field=tuple(raw["field"]) if raw["field"] else None,
        argument=tuple(raw["argument"]) if raw["argument"] else None,
        inputs=tuple((tuple(path), name) for path, name in raw["inputs"]),
        problem=raw["problem"],
    )
