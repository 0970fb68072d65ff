"""set_price: what it proposes, and what sending it does."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest

from langchain_centra.approval.effects import Effect
from langchain_centra.approval.proposal import Impossible, NothingToChange, Proposal
from langchain_centra.client import AsyncCentra, PermissionMissing
from langchain_centra.sandbox import Sandbox
from langchain_centra.tools.arguments import InvalidArguments
from langchain_centra.tools.spec import WriteTool

Propose = Callable[..., Awaitable[Proposal]]
Write = Callable[[str], WriteTool]


def line(
    price: Any, product: str = "TEE01", pricelist: str = "SEK", currency: str = "SEK", variant: str | None = None
) -> dict[str, Any]:
    given = {"product": product, "pricelist": pricelist, "price": price, "currency": currency, "variant": variant}
    return {name: value for name, value in given.items() if value is not None}


def prices(sandbox: Sandbox, number: str, pricelist: int = 1) -> list[float | None]:
    [product] = [row for row in sandbox.store.products.values() if row.product_number == number]
    rows = [sandbox.store.prices[pricelist, variant.id].price for variant in product.variants]
    return [row.value if row else None for row in rows]


@pytest.fixture
def spec(write: Write) -> WriteTool:
    return write("set_price")


async def carry_out(spec: WriteTool, centra: AsyncCentra, proposal: Proposal) -> None:
    """Send every step, checking that the store shows `before` ahead of it and `after` behind it."""
    for step in proposal.steps:
        assert step.before.items() <= (await spec.observe(centra, step)).items()
        assert not (await spec.send(centra, step)).warnings
        assert step.after.items() <= (await spec.observe(centra, step)).items()


async def test_one_price_is_shown_with_its_change_in_per_cent(propose: Propose, sandbox: Sandbox) -> None:
    proposal = await propose("set_price", lines=[line(199)])
    assert proposal.sentence == (
        "Set the price of Alva Tee (TEE01) to 199.00 SEK in pricelist SEK; other pricelists stay as they are"
    )
    [change] = proposal.changes
    assert (change.field, change.before, change.after, change.unit) == (
        "price in SEK (-20.1 %)",
        "249.00",
        "199.00",
        "SEK",
    )
    assert proposal.effects == {Effect.PRICE}
    assert round(proposal.measures["price_change_percent"], 1) == Decimal("20.1")
    assert not proposal.warnings
    assert not sandbox.mutations


async def test_sending_sets_the_prices_with_one_mutation_a_pricelist(
    propose: Propose, spec: WriteTool, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    lines = [line(199), line(18.5, pricelist="eur", currency="eur"), line(599.9, "Alva Hoodie"), line(5, "SCK01BLKOS")]
    lines[-1]["product"] = next(sku for sku in sandbox.store.product_sizes if sku.startswith("SCK01"))
    proposal = await propose("set_price", lines=lines)
    assert [len(step.targets) for step in proposal.steps] == [3, 1]
    await carry_out(spec, centra, proposal)
    assert prices(sandbox, "TEE01") == [199, 199]
    assert prices(sandbox, "TEE01", 2) == [18.5, 18.5]
    assert set(prices(sandbox, "HOD01")) == {599.9}
    assert prices(sandbox, "TEE01", 3) == [25, 25]
    assert [record.name for record in sandbox.mutations] == ["setPrices"] * 2


async def test_one_variant_gets_a_price_and_the_others_keep_theirs(
    propose: Propose, spec: WriteTool, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    proposal = await propose("set_price", lines=[line(179, variant="ecru"), line(229)])
    assert [(change.object, change.after) for change in proposal.changes] == [
        ("Alva Tee (TEE01) Black", "229.00"),
        ("Alva Tee (TEE01) Ecru", "179.00"),
    ]
    await carry_out(spec, centra, proposal)
    assert prices(sandbox, "TEE01") == [229, 179]


async def test_a_product_price_that_only_some_variants_would_take_is_not_guessed(propose: Propose) -> None:
    with pytest.raises(Impossible, match=r"in SEK: Navy 2999.00 SEK, Moss 3599.00 SEK\). Name the variants, or set"):
        await propose("set_price", lines=[line(2500, "PRK01")])


async def test_prices_of_variants_are_replaced_when_asked_and_named_on_the_card(
    propose: Propose, spec: WriteTool, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    proposal = await propose("set_price", lines=[line(2500, "PRK01")], override_variant_prices=True)
    assert [change.before for change in proposal.changes] == ["2999.00", "3599.00"]
    assert "prices that variants have of their own are replaced; now: Navy 2999.00 SEK" in proposal.warnings[0]
    await carry_out(spec, centra, proposal)
    assert prices(sandbox, "PRK01") == [2500, 2500]


async def test_the_reverse_brings_the_old_prices_back(
    propose: Propose, spec: WriteTool, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    lines = [line(2500, "PRK01"), line(199)]
    proposal = await propose("set_price", lines=lines, override_variant_prices=True)
    await carry_out(spec, centra, proposal)
    assert proposal.reverse
    assert proposal.reverse.tool == "set_price"
    await carry_out(spec, centra, await propose("set_price", **proposal.reverse.args))
    assert prices(sandbox, "PRK01") == [2999, 3599]
    assert prices(sandbox, "TEE01") == [249, 249]


async def test_a_price_that_was_not_set_has_no_change_in_per_cent_and_no_reverse(
    propose: Propose, spec: WriteTool, centra: AsyncCentra
) -> None:
    proposal = await propose("set_price", lines=[line(15, pricelist="Archive Sale EUR", currency="EUR")])
    [change] = proposal.changes
    assert (change.before, change.after, change.field) == ("not set", "15.00", "price in Archive Sale EUR")
    assert (proposal.measures, proposal.reverse) == ({}, None)
    assert "is INACTIVE" in proposal.warnings[0]
    assert proposal.warnings[1].endswith("there is no price yet to compare 15.00 EUR with.")
    await carry_out(spec, centra, proposal)


async def test_rows_that_are_right_already_are_not_written(propose: Propose) -> None:
    proposal = await propose("set_price", lines=[line(249), line(18, pricelist="EUR", currency="EUR")])
    assert [step.targets for step in proposal.steps] == [("price:2:1",)]
    with pytest.raises(NothingToChange, match="already are as requested"):
        await propose("set_price", lines=[line(249)])


@pytest.mark.parametrize(
    ("price", "warning"),
    [(2490, "is 10 times the present price"), (24.9, "is only 10 % of the present price"), (0, "would be free")],
)
async def test_a_price_that_looks_like_a_slip_is_warned_of(propose: Propose, price: float, warning: str) -> None:
    [text] = (await propose("set_price", lines=[line(price)])).warnings
    assert warning in text


async def test_rows_that_the_store_skips_are_reported_and_seen(
    propose: Propose, spec: WriteTool, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    sandbox.store.products[2].is_bundle = True
    proposal = await propose("set_price", lines=[line(199), line(299, "LST01")])
    assert "Alva Long Sleeve Tee (LST01) in SEK is a bundle" in proposal.warnings[0]
    [step] = proposal.steps
    [warning] = (await spec.send(centra, step)).warnings
    assert "bundle with dynamic price type" in (warning.message or "")
    seen = await spec.observe(centra, step)
    assert [name for name, value in step.after.items() if seen[name] != value] == [
        name for name in step.after if "LST01" in name
    ]


async def test_a_price_changed_in_between_shows_in_the_fingerprint(
    propose: Propose, spec: WriteTool, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    [step] = (await propose("set_price", lines=[line(199)])).steps
    sandbox.store.prices[1, 1].of_product.price = 25_900
    assert not step.before.items() <= (await spec.observe(centra, step)).items()


async def test_a_product_that_is_gone_is_not_said_to_have_no_price(
    propose: Propose, spec: WriteTool, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    [step] = (await propose("set_price", lines=[line(199)])).steps
    del sandbox.store.products[1]
    assert await spec.observe(centra, step) == {}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (line(199, currency="EUR"), "TEE01: the pricelist SEK is in SEK, not in EUR."),
        (line(199, pricelist="Swedish"), "There is no pricelist 'Swedish'"),
        (line(199, "Atlantis"), "No product has the number, name or SKU 'Atlantis'"),
        (line(199, variant="Pink"), "There is no variant 'Pink'. The store has: Black, Ecru"),
    ],
)
async def test_what_does_not_fit_is_answered_with_what_does(
    propose: Propose, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(Impossible) as refused:
        await propose("set_price", lines=[given])
    assert message in str(refused.value)


async def test_all_rows_that_do_not_fit_are_told_at_once(propose: Propose, sandbox: Sandbox) -> None:
    sandbox.store.products[2].name = "Alva Tee"
    with pytest.raises(Impossible) as refused:
        await propose("set_price", lines=[line(9, "Atlantis"), line(9, "Avalon"), line(9, "Alva Tee"), line(9)])
    assert [word in str(refused.value) for word in ("Atlantis", "Avalon", "Alva Tee (TEE01); Alva Tee (LST01)")] == [
        True
    ] * 3
    with pytest.raises(Impossible, match=r"TEE01: the pricelist SEK .* LST01: the pricelist SEK "):
        await propose("set_price", lines=[line(9, currency="EUR"), line(9, "LST01", currency="EUR")])
    many = [line(9, "LST01", currency=code) for code in ("EUR", "USD", "DKK", "NOK", "GBP", "CHF", "PLN")]
    with pytest.raises(Impossible, match=r"2 more rows are wrong\.$"):
        await propose("set_price", lines=many)


async def test_a_pricelist_name_of_several_is_not_told_apart_by_guessing(propose: Propose, sandbox: Sandbox) -> None:
    sandbox.store.pricelists[2].name = "SEK"
    with pytest.raises(Impossible, match="2 pricelists are called 'SEK'"):
        await propose("set_price", lines=[line(199)])


async def test_one_price_given_twice_is_refused(propose: Propose) -> None:
    with pytest.raises(Impossible, match="given twice"):
        await propose("set_price", lines=[line(199), line(198, "Alva Tee")])


async def test_a_hundred_rows_are_one_card_of_few_requests(propose: Propose, sandbox: Sandbox) -> None:
    numbers = [
        row.product_number for row in sandbox.store.products.values() if row.product_number[:3] not in ("PRK", "RAI")
    ]
    proposal = await propose("set_price", lines=[line(1, number) for number in numbers[:50]])
    assert len(proposal.steps) == 1
    assert proposal.warnings == (
        "Alva Tee (TEE01) in SEK: 1.00 SEK is less than 1 % of the present price; 49 more are like this.",
    )
    assert len(sandbox.requests) == 4


@pytest.mark.parametrize("price", [-1, "many", None, True, 1.005, 1e15, float("nan"), float("inf")])
async def test_an_absurd_price_is_explained(propose: Propose, sandbox: Sandbox, price: Any) -> None:
    with pytest.raises(InvalidArguments, match="set_price"):
        await propose("set_price", lines=[line(1) | {"price": price}])
    assert not sandbox.requests


async def test_a_missing_permission_is_named(
    propose: Propose, spec: WriteTool, sandbox: Sandbox, lacking: Callable[..., str]
) -> None:
    [step] = (await propose("set_price", lines=[line(199)])).steps
    async with AsyncCentra(sandbox.url, lacking("Price:write"), transport=sandbox.transport()) as client:
        with pytest.raises(PermissionMissing, match="Price:write"):
            await spec.send(client, step)
    assert prices(sandbox, "TEE01") == [249, 249]
