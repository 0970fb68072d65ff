"""Switching vouchers and campaigns on and off, deleting a voucher."""

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import Field

from langchain_centra.approval.effects import Effect
from langchain_centra.approval.proposal import Change, Impossible, NothingToChange, Proposal, Reverse, Step
from langchain_centra.client import AsyncCentra
from langchain_centra.operations.discounts import (
    DELETE_VOUCHER,
    NAMED_VOUCHERS,
    SEARCH_VOUCHERS_BY_TEXT,
    SET_VOUCHER_STATUS,
    VOUCHER_STATUS,
    VOUCHERS_PER_REQUEST,
    StatedVoucher,
    named_vouchers,
)
from langchain_centra.tools.arguments import ActiveStatus, Arguments, Text
from langchain_centra.tools.choice import refuse
from langchain_centra.tools.discounts import uses_left, vouchers_with
from langchain_centra.tools.spec import write_tool
from langchain_centra.tools.text import cell, counted, day_and_time, listed

_SIMILAR = 6


class SetVoucherStatus(Arguments):
    """What set_voucher_status takes."""

    vouchers: list[Text] = Field(min_length=1, max_length=50, description="Codes or names.")
    status: ActiveStatus


class DeleteVoucher(Arguments):
    """What delete_voucher takes."""

    voucher: Text = Field(description="Code or name.")


async def observe_voucher(centra: AsyncCentra, step: Step) -> dict[str, Any]:
    """Read the status of a step's voucher again; a voucher that is not there is deleted."""
    rows = (await VOUCHER_STATUS(centra, id=step.variables["id"])).data.vouchers
    if rows is None:
        return {}
    [fact] = step.after
    status = rows[0].status if rows else "deleted"
    return {} if status is None else {fact: status}


@write_tool(
    group="discounts",
    operations=[NAMED_VOUCHERS, SEARCH_VOUCHERS_BY_TEXT, VOUCHER_STATUS, SET_VOUCHER_STATUS],
    effects=[Effect.STATUS, Effect.PRICE],
    observe=observe_voucher,
)
async def set_voucher_status(centra: AsyncCentra, arguments: SetVoucherStatus) -> Proposal:
    """Switch vouchers on or off."""
    status = arguments.status
    found = await _named(centra, arguments.vouchers)
    changed = [voucher for voucher in found if voucher.status != status]
    if not changed:
        raise NothingToChange(f"Already {status}: {listed([voucher_called(voucher) for voucher in found])}.")
    before = {voucher.status for voucher in changed}
    switch = "on" if status == "ACTIVE" else "off"
    what = voucher_called(changed[0]) if len(changed) == 1 else f"{len(changed)} vouchers"
    return Proposal(
        sentence=f"Switch {switch} {what}",
        changes=tuple(
            Change(object=_described(voucher), field="status", before=voucher.status, after=status)
            for voucher in changed
        ),
        effects=frozenset({Effect.STATUS, Effect.PRICE}),
        steps=tuple(_status_step(voucher, status) for voucher in changed),
        undo=f"switch {'off' if switch == 'on' else 'on'} again",
        reverse=_reverse(changed, before),
        warnings=tuple(_warnings(centra, changed, status)),
        rows=len(changed),
    )


@write_tool(
    group="discounts",
    operations=[NAMED_VOUCHERS, SEARCH_VOUCHERS_BY_TEXT, VOUCHER_STATUS, DELETE_VOUCHER],
    effects=[Effect.DELETE],
    observe=observe_voucher,
)
async def delete_voucher(centra: AsyncCentra, arguments: DeleteVoucher) -> Proposal:
    """Delete a voucher for good. To stop it, set_voucher_status is enough."""
    [voucher] = await _named(centra, [arguments.voucher])
    if voucher.status is None:
        raise Impossible(f"The status of {voucher_called(voucher)} cannot be read, so it is not deleted.")
    fact = f"status of {voucher_called(voucher)}"
    step = Step(
        operation=DELETE_VOUCHER.name,
        variables={"id": voucher.id},
        targets=(f"voucher:{voucher.id}",),
        before={fact: voucher.status},
        after={fact: "deleted"},
    )
    used = "how often it was used cannot be read"
    if voucher.successful_usages is not None:
        used = f"it was used {counted(voucher.successful_usages, 'time')} so far"
    return Proposal(
        sentence=f"Delete {voucher_called(voucher)}",
        changes=(Change(object=_described(voucher), field="status", before=voucher.status, after="deleted"),),
        effects=frozenset({Effect.DELETE}),
        steps=(step,),
        warnings=(
            f"Deleting cannot be undone, and {used}; switching the voucher off can be undone.",
            *_beside([voucher]),
        ),
    )


def voucher_called(voucher: StatedVoucher) -> str:
    """Name a voucher: its name, and its code or link."""
    code = voucher.code or voucher.url
    return f"voucher {cell(voucher.name)}" + (f" ({cell(code)})" if code else "")


async def _named(centra: AsyncCentra, named: Sequence[str]) -> list[StatedVoucher]:
    """Return the voucher of each code or name, the code first, many vouchers a request; raises Impossible."""
    found: dict[int, StatedVoucher] = {}
    problems: list[str] = []
    unknown: list[str] = []
    wanted = list(dict.fromkeys(named))
    for start in range(0, len(wanted), VOUCHERS_PER_REQUEST):
        chunk = wanted[start : start + VOUCHERS_PER_REQUEST]
        variables: dict[str, Any] = {f"voucher{n}": words for n, words in enumerate(chunk)}
        rows = (await named_vouchers(len(chunk))(centra, **variables)).data.root
        for n, words in enumerate(chunk):
            candidates = rows.get(f"code{n}") or rows.get(f"name{n}") or []
            if len(candidates) > 1:
                names = listed([f"{voucher_called(voucher)} {voucher.status}" for voucher in candidates])
                problems.append(f"Several vouchers are called {cell(words)!r}; give the code: {names}.")
            elif candidates:
                found[candidates[0].id] = candidates[0]
            else:
                unknown.append(words)
    refuse([*problems, *([await _unknown(centra, unknown)] if unknown else [])])
    return list(found.values())


async def _unknown(centra: AsyncCentra, words: Sequence[str]) -> str:
    close, _ = await vouchers_with(centra, words[0], {}, _SIMILAR)
    names = listed([f"{cell(voucher.name)} ({cell(voucher.code or voucher.url)})" for voucher in close])
    it = "it" if len(words) == 1 else cell(words[0])
    hint = f"Close to {it}: {names}." if close else f"Use search_vouchers to find {it}."
    return f"No voucher has the code or name {', '.join(repr(cell(one)) for one in words)}. {hint}"


def _status_step(voucher: StatedVoucher, status: str) -> Step:
    fact = f"status of {voucher_called(voucher)}"
    return Step(
        operation=SET_VOUCHER_STATUS.name,
        variables={"id": voucher.id, "status": status},
        targets=(f"voucher:{voucher.id}",),
        before={} if voucher.status is None else {fact: voucher.status},
        after={fact: status},
    )


def _described(voucher: StatedVoucher) -> str:
    if not voucher.max_usages:
        return f"{voucher_called(voucher)}, uses not limited"
    return f"{voucher_called(voucher)}, uses left {uses_left(voucher)} of {voucher.max_usages}"


def _reverse(vouchers: Sequence[StatedVoucher], before: set[str | None]) -> Reverse | None:
    if len(before) != 1 or not before <= {"ACTIVE", "INACTIVE"}:
        return None
    names = [voucher.code or voucher.name for voucher in vouchers]
    return Reverse(tool="set_voucher_status", args={"vouchers": names, "status": before.pop()})


def _warnings(centra: AsyncCentra, vouchers: Sequence[StatedVoucher], status: str) -> Iterator[str]:
    if status == "ACTIVE":
        now = centra.clock.now()
        over = [
            f"{cell(row.name)} ({day_and_time(row.stop_at)})" for row in vouchers if row.stop_at and row.stop_at < now
        ]
        if over:
            yield f"Past their last day, so without effect until their dates change: {listed(over)}."
        used_up = [row.name or "-" for row in vouchers if uses_left(row) == "0"]
        if used_up:
            yield f"No use is left of {listed(used_up)}."
    yield from _beside(vouchers)


def _beside(vouchers: Sequence[StatedVoucher]) -> Iterator[str]:
    """Say what else lowers prices where the vouchers hold."""
    combined = [row.name or "-" for row in vouchers if row.combine_with_other_vouchers]
    if combined:
        yield f"Can be combined with other vouchers: {listed(combined)}."
    markets = [market for row in vouchers for market in row.markets or ()]
    if any(row.markets is None for row in vouchers) or any(market.campaigns is None for market in markets):
        yield "Which campaigns run in the same markets cannot be read."
        return
    campaigns = [campaign for market in markets for campaign in market.campaigns or ()]
    running = dict.fromkeys(campaign.name or "-" for campaign in campaigns if campaign.status == "ACTIVE")
    if running:
        yield f"Campaigns that run in the same markets: {listed(list(running))}."
