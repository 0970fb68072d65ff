"""Setting prices."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from langchain_centra.approval.effects import Effect
from langchain_centra.approval.proposal import Change, Impossible, NothingToChange, Proposal, Reverse, Step
from langchain_centra.client import AsyncCentra
from langchain_centra.operations.channels import Pricelist, all_pricelists
from langchain_centra.operations.prices import PRICED_PRODUCTS_BY_ID, SET_PRICES, PricedProduct, PricedVariant
from langchain_centra.tools.arguments import Arguments, Text
from langchain_centra.tools.channels import pricelist_named
from langchain_centra.tools.choice import one_named, refuse
from langchain_centra.tools.prices import PRICE_READS, price_in, product_called, products_with_prices, written_price
from langchain_centra.tools.spec import write_tool
from langchain_centra.tools.text import cell, listed

_TIMES = 10
_NAMED = 3


def _finite(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("It should be a number")
    return value


Money = Annotated[
    Decimal,
    Field(ge=0, max_digits=12, decimal_places=2, allow_inf_nan=False),
    BeforeValidator(_finite),
    WithJsonSchema({"type": "number"}),
]


class PriceLine(Arguments):
    """The price that a product or one of its variants is to have in a pricelist."""

    product: Text = Field(description="Number, name or a SKU of it.")
    variant: Text | None = Field(None, description="For one variant only.")
    pricelist: Text
    price: Money
    currency: Text = Field(description="ISO code.")


class SetPrice(Arguments):
    """What set_price takes."""

    lines: list[PriceLine] = Field(min_length=1, max_length=100)
    override_variant_prices: bool = Field(default=False, description="Replace variants' own prices too.")


@dataclass(frozen=True, kw_only=True)
class _Row:
    """A variant whose price is set; `alone` when it is given a price of its own."""

    product: PricedProduct
    variant: PricedVariant
    pricelist: Pricelist
    before: Decimal | None
    after: Decimal
    alone: bool

    @property
    def currency(self) -> str:
        return (self.pricelist.currency.code if self.pricelist.currency else None) or ""

    @property
    def changes(self) -> bool:
        return self.before != self.after

    @property
    def percent(self) -> Decimal | None:
        return (self.after - self.before) * 100 / self.before if self.before else None

    @property
    def fact(self) -> str:
        return _fact(self.product, self.variant, self.pricelist.name)

    @property
    def was(self) -> str:
        return written_price(price_in(self.variant, self.pricelist.id))


@dataclass(frozen=True, kw_only=True)
class _Set:
    """What one product gets in one pricelist: a price of its own, prices of single variants, or both."""

    product: PricedProduct
    pricelist: Pricelist
    price: Decimal | None
    rows: tuple[_Row, ...]


async def observe_prices(centra: AsyncCentra, step: Step) -> dict[str, Any]:
    """Read the prices of a step's products again, in one request."""
    given = step.variables["input"]
    ids = [entry["product"]["id"] for entry in given["productPrices"]]
    products = (await PRICED_PRODUCTS_BY_ID(centra, ids=ids, limit=len(ids))).data.products or ()
    seen: dict[str, Any] = {}
    for product in products:
        for variant in product.variants or ():
            price = price_in(variant, given["pricelist"]["id"])
            if price and price.pricelist:
                seen[_fact(product, variant, price.pricelist.name)] = written_price(price)
    return {name: seen.get(name, "not set") for name in step.before} if len(products) == len(ids) else {}


@write_tool(
    group="prices",
    operations=[*PRICE_READS, SET_PRICES],
    effects=[Effect.PRICE],
    observe=observe_prices,
)
async def set_price(centra: AsyncCentra, arguments: SetPrice) -> Proposal:
    """Set prices of products or variants in pricelists, all in one call."""
    sets = await _sets(centra, arguments)
    changed = [one for one in sets if any(row.changes for row in one.rows)]
    if not changed:
        raise NothingToChange("The prices already are as requested.")
    override = arguments.override_variant_prices
    _refuse_unclear(changed, override=override)
    rows = [row for one in changed for row in one.rows]
    percents = [row.percent for row in rows]
    measured = [abs(percent) for percent in percents if percent is not None]
    return Proposal(
        sentence=_sentence(changed),
        changes=tuple(change for one in changed for change in _changes(one)),
        effects=frozenset({Effect.PRICE}),
        steps=tuple(_step(list(group), override=override) for _, group in groupby(changed, _pricelist_id)),
        undo=_undo(rows),
        reverse=_reverse(changed),
        warnings=tuple(_warnings(changed, override=override)),
        rows=len(rows),
        # A price that was not set has no change in per cent: the number is then not stated, and a person is asked.
        measures={"price_change_percent": max(measured)} if len(measured) == len(rows) else {},
    )


async def _sets(centra: AsyncCentra, arguments: SetPrice) -> list[_Set]:
    pricelists = (await all_pricelists(centra)).rows
    places = {line.pricelist: pricelist_named(line.pricelist, pricelists) for line in arguments.lines}
    refuse([text for line in arguments.lines if (text := _wrong_currency(line, places[line.pricelist]))])
    products = await products_with_prices(centra, [line.product for line in arguments.lines])
    wanted: dict[tuple[int, int], tuple[PricedProduct, Pricelist, dict[int | None, Decimal]]] = {}
    for line in arguments.lines:
        product, pricelist = products[line.product], places[line.pricelist]
        _, _, prices = wanted.setdefault((pricelist.id, product.id), (product, pricelist, {}))
        whose = None if line.variant is None else _variant(product, line.variant).id
        if prices.setdefault(whose, line.price) != line.price:
            raise Impossible(f"{product_called(product)} in {cell(pricelist.name)} is given twice; give it once.")
    return [_set(*wanted[key]) for key in sorted(wanted)]


def _wrong_currency(line: PriceLine, pricelist: Pricelist) -> str | None:
    code = pricelist.currency.code if pricelist.currency else None
    if code is None:
        return f"The currency of the pricelist {cell(pricelist.name)} cannot be read."
    if line.currency.upper() != code.upper():
        return f"{cell(line.product)}: the pricelist {cell(pricelist.name)} is in {code}, not in {cell(line.currency)}."
    return None


def _fact(product: PricedProduct, variant: PricedVariant, pricelist: str | None) -> str:
    names = [product.product_number, variant.name, f"({cell(variant.variant_number)})"]
    return f"price of {' '.join(map(cell, names))} in {cell(pricelist)}"


def _variant(product: PricedProduct, named: str) -> PricedVariant:
    variants = product.variants or []
    numbered = [row for row in variants if (row.variant_number or "").casefold() == named.casefold()]
    return numbered[0] if len(numbered) == 1 else one_named("variant", named, variants, lambda row: row.name)


def _set(product: PricedProduct, pricelist: Pricelist, prices: Mapping[int | None, Decimal]) -> _Set:
    if not product.variants:
        raise Impossible(f"{product_called(product)} has no variants, so it has no prices to set here.")
    rows = []
    for variant in product.variants:
        after = prices.get(variant.id, prices.get(None))
        if variant.prices is None:
            raise Impossible(f"The present prices of {product_called(product)} cannot be read.")
        if after is not None:
            now = price_in(variant, pricelist.id)
            rows.append(
                _Row(
                    product=product,
                    variant=variant,
                    pricelist=pricelist,
                    before=now.price.value if now and now.price else None,
                    after=after,
                    alone=variant.id in prices,
                )
            )
    return _Set(product=product, pricelist=pricelist, price=prices.get(None), rows=tuple(rows))


def _refuse_unclear(sets: Iterable[_Set], *, override: bool) -> None:
    """Refuse a product price that only some variants would take: which of them is not shown by the API."""
    unclear = [
        f"{product_called(one.product)} in {cell(one.pricelist.name)}: {prices}"
        for one in sets
        if not override and (prices := _own_prices(one))
    ]
    if unclear:
        more = f"; and {len(unclear) - _NAMED} more" if len(unclear) > _NAMED else ""
        raise Impossible(
            f"Variants have prices of their own, which would stay ({'; '.join(unclear[:_NAMED])}{more}). Name the "
            "variants, or set override_variant_prices so that all of them get the new price."
        )


def _step(sets: Sequence[_Set], *, override: bool) -> Step:
    rows = [row for one in sets for row in one.rows]
    pricelist = sets[0].pricelist
    return Step(
        operation=SET_PRICES.name,
        variables={
            "input": {
                "pricelist": {"id": pricelist.id},
                "productPrices": [_sent(one, override=override) for one in sets],
            }
        },
        targets=tuple(f"price:{pricelist.id}:{one.product.id}" for one in sets),
        before={row.fact: row.was for row in rows},
        after={row.fact: f"{row.after:.2f} {row.currency}" for row in rows},
    )


def _sent(one: _Set, *, override: bool) -> dict[str, Any]:
    sent: dict[str, Any] = {
        "product": {"id": one.product.id},
        "overrideIndividualVariantPrices": override and one.price is not None,
    }
    if one.price is not None:
        sent["price"] = _money(one.price, one.rows[0].currency)
    alone = [row for row in one.rows if row.alone]
    if alone:
        sent["individualVariantPrices"] = [
            {"productVariant": {"id": row.variant.id}, "price": _money(row.after, row.currency)} for row in alone
        ]
    return sent


def _money(price: Decimal, currency: str) -> dict[str, Any]:
    return {"value": float(price), "currencyIsoCode": currency}


def _sentence(sets: Sequence[_Set]) -> str:
    names = list(dict.fromkeys(cell(one.pricelist.name) for one in sets))
    products = {one.product.id for one in sets}
    if len(sets) == 1:
        [one] = sets
        prices = {row.after for row in one.rows}
        to = f" to {one.rows[0].after:.2f} {one.rows[0].currency}" if len(prices) == 1 else ""
        what = f"Set the price of {_whose(one.rows, one)}{to}"
    else:
        what = f"Set the prices of {len(products)} product{'' if len(products) == 1 else 's'}"
    lists = f"pricelist{'' if len(names) == 1 else 's'} {listed(names)}"
    return f"{what} in {lists}{_range(sets) if len(sets) > 1 else ''}; other pricelists stay as they are"


def _range(sets: Sequence[_Set]) -> str:
    percents = [row.percent for one in sets for row in one.rows if row.changes and row.percent is not None]
    if not percents:
        return ""
    least, most = f"{min(percents):+.1f} %", f"{max(percents):+.1f} %"
    return f" by {least}" if least == most else f" by {least} to {most}"


def _changes(one: _Set) -> Iterator[Change]:
    """Variants that change alike share a line."""
    groups: dict[tuple[str, Decimal], list[_Row]] = {}
    for row in one.rows:
        if row.changes:
            groups.setdefault((row.was, row.after), []).append(row)
    for rows in groups.values():
        row = rows[0]
        percent = "" if row.percent is None else f" ({row.percent:+.1f} %)"
        yield Change(
            object=_whose(rows, one),
            field=f"price in {cell(one.pricelist.name)}{percent}",
            before="not set" if row.before is None else f"{row.before:.2f}",
            after=f"{row.after:.2f}",
            unit=None if row.before is None else row.currency,
        )


def _whose(rows: Sequence[_Row], one: _Set) -> str:
    every = one.product.variants or []
    name = product_called(one.product)
    return name if len(rows) == len(every) else f"{name} {listed([row.variant.name or '-' for row in rows])}"


def _warnings(sets: Sequence[_Set], *, override: bool) -> Iterator[str]:
    for pricelist in {one.pricelist.id: one.pricelist for one in sets}.values():
        if pricelist.status not in (None, "ACTIVE"):
            yield f"The pricelist {cell(pricelist.name)} is {pricelist.status}, so nobody buys at its prices now."
    said: dict[str, dict[str, None]] = {}
    for kind, text in (found for one in sets for found in _row_warnings(one, override=override)):
        said.setdefault(kind, {})[text] = None
    for [first, *others] in said.values():
        yield (
            f"{first.removesuffix('.')}; {len(others)} more {'is' if len(others) == 1 else 'are'} like this."
            if others
            else first
        )


def _own_prices(one: _Set) -> str:
    """Say at which prices variants stand of which a product price takes the place, where these differ."""
    shared = [row for row in one.rows if not row.alone]
    differ = len({row.was for row in shared}) > 1
    return ", ".join(f"{cell(row.variant.name)} {row.was}" for row in shared) if differ else ""


def _row_warnings(one: _Set, *, override: bool) -> Iterator[tuple[str, str]]:
    """Yield warnings, each with its kind."""
    where = f"{product_called(one.product)} in {cell(one.pricelist.name)}"
    if override and (prices := _own_prices(one)):
        yield "own", f"{where}: prices that variants have of their own are replaced; now: {prices}."
    if one.product.is_bundle:
        yield "bundle", f"{where} is a bundle: if its price follows from its parts, Centra skips it with a warning."
    for row in one.rows:
        new, old = f"{row.after:.2f} {row.currency}", row.before
        if row.after == 0:
            yield "free", f"{where} would be free."
        elif not old:
            yield "new", f"{where}: there is no price yet to compare {new} with."
        elif row.after >= old * _TIMES:
            yield "more", f"{where}: {new} is {row.after / old:.0f} times the present price."
        elif row.after <= old / _TIMES:
            share = row.after * 100 / old
            part = "less than 1 %" if share < 1 else f"only {share:.0f} %"
            yield "less", f"{where}: {new} is {part} of the present price."


def _undo(rows: Sequence[_Row]) -> str:
    if any(row.before is None for row in rows):
        return "set the old prices again; those that were not set can only be emptied in Centra"
    return "set the old prices again"


def _reverse(sets: Sequence[_Set]) -> Reverse | None:
    lines = []
    for one in sets:
        if any(row.before is None for row in one.rows):
            return None
        for row in one.rows:
            lines.append(_line_before(row, one))
    unique = [line for n, line in enumerate(lines) if line not in lines[:n]]
    return Reverse(tool="set_price", args={"lines": unique})


def _line_before(row: _Row, one: _Set) -> dict[str, Any]:
    line: dict[str, Any] = {"product": one.product.product_number or one.product.name}
    if row.alone or len({other.was for other in one.rows}) > 1:
        line["variant"] = row.variant.variant_number or row.variant.name
    before = 0.0 if row.before is None else float(row.before)
    return line | {"pricelist": one.pricelist.name, "price": before, "currency": row.currency}


def _pricelist_id(one: _Set) -> int:
    return one.pricelist.id
