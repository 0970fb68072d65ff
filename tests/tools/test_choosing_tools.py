"""Presets, and policies that ask nobody on a production store."""

import logging
from datetime import UTC, datetime, timedelta

import pytest

from langchain_centra import ApprovalPolicy, AsyncCentra, CentraToolkit
from langchain_centra.approval.effects import Effect
from langchain_centra.approval.policy import Bounds, Rule, Verdict
from langchain_centra.client import SettingsError
from langchain_centra.tools.choosing import PRESETS
from langchain_centra.tools.registry import TOOLS
from langchain_centra.tools.structured import check_one_store

NEVER = ApprovalPolicy(effects={effect: Rule(verdict=Verdict.RUN) for effect in Effect})
BOUNDED = ApprovalPolicy(effects={effect: Rule(verdict=Verdict.RUN, bounds=Bounds(rows=1)) for effect in Effect})


def client(url: str = "https://acme.centra.com") -> AsyncCentra:
    return AsyncCentra(url, "token")


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_chooses_the_groups_of_its_role(preset: str) -> None:
    reads, writes = PRESETS[preset]
    toolkit = CentraToolkit(client(), preset=preset)
    assert {spec.group for spec in toolkit.specs if spec.name in toolkit.writes} <= {*writes, "undo"}
    assert {spec.group for spec in toolkit.specs if spec.name not in toolkit.writes} <= set(reads)
    assert toolkit.specs


def test_an_analyst_changes_nothing() -> None:
    assert not CentraToolkit(client(), preset="analyst").writes


def test_read_only_beats_a_preset() -> None:
    assert not CentraToolkit(client(), preset="customer_service", writes=False).writes


def test_the_environment_names_a_preset_and_may_choose_other_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"URL": "https://acme.centra.com", "TOKEN": "token", "PRESET": "fulfilment"}.items():
        monkeypatch.setenv(f"CENTRA_{name}", value)
    reads, writes = PRESETS["fulfilment"]
    with CentraToolkit.from_env() as toolkit:
        assert {spec.group for spec in toolkit.specs} - {"undo"} == {*reads, *writes}
    monkeypatch.setenv("CENTRA_WRITES", "confirm_order")
    with CentraToolkit.from_env() as toolkit:
        assert set(toolkit.writes) == {"confirm_order", "undo_change"}


def test_an_unknown_preset_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"no preset boss.*analyst"):
        CentraToolkit(client(), preset="boss")


def test_tools_are_chosen_by_name_whether_they_read_or_write() -> None:
    toolkit = CentraToolkit.of_names(client(), ["confirm_order", "list_warehouses"])
    assert [spec.name for spec in toolkit.specs] == [
        *(spec.name for spec in TOOLS if spec.name in ("confirm_order", "list_warehouses")),
        "undo_change",
    ]


def test_on_production_a_policy_that_asks_nobody_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"CENTRA_POLICY never asks a person, and .* is a production store"):
        CentraToolkit(client(), writes=True, policy=NEVER)


def test_it_holds_where_it_is_said_twice_where_it_has_bounds_and_elsewhere() -> None:
    assert CentraToolkit(client(), writes=True, policy=NEVER, allow_unapproved_writes=True).writes
    assert CentraToolkit(client(), writes=True, policy=BOUNDED).writes
    assert CentraToolkit(client(), writes=True).writes
    assert CentraToolkit(client("https://acme.centraqa.com"), writes=True, policy=NEVER).writes
    assert CentraToolkit(client(), policy=NEVER).specs


def test_a_token_about_to_expire_is_told_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    soon = datetime.now(UTC) + timedelta(days=3)
    with caplog.at_level(logging.WARNING, logger="langchain_centra"):
        CentraToolkit(AsyncCentra("https://acme.centra.com", "token", token_expires=soon))
    assert "The token expires on" in caplog.text


def test_the_tools_of_two_stores_are_refused_in_one_agent() -> None:
    one, other = CentraToolkit(client()), CentraToolkit(client("https://other.centra.com"))
    check_one_store([*one.get_tools(), "a tool of the provider"])
    with pytest.raises(ValueError, match=r"One agent works on one store; these tools are of acme.* other"):
        check_one_store([*one.get_tools(), *other.get_tools()])


PUBLISHED = """
Product ProductVariant ProductSize Brand Collection Display Bundle Warehouse ProductVariant.stock ProductSize.stock
Order Order.shippingAddress Order.billingAddress Return Customer Customer.billingAddress Market Store Pricelist
Category Voucher Campaign Currency Country WarehouseDelivery Purchaser Shipment Shipment.shippingAddress AdminUser
StorePlugin
"""
"""What Centra's own list for an agent's token names, to read."""
PUBLISHED_TO_WRITE = "StockChange Order OrderHistory Shipment Product Customer Attribute Category Price Voucher"
NAMED_DIFFERENTLY = {"WarehouseDelivery:read": "StockChange:read", "Purchaser:read": "Customer:read"}
"""Names of that list that today's schema does not know, and its own."""
NOT_ASKED_FOR = {"Shipment.shippingAddress:read", "AdminUser:read"}
"""What no tool reads: a shipment's address, which is its order's, and who of the staff did something."""


def test_the_permissions_of_all_tools_cover_the_published_list() -> None:
    published = {f"{name}:read" for name in PUBLISHED.split()} | {
        f"{name}:write" for name in PUBLISHED_TO_WRITE.split()
    }
    required = CentraToolkit(client(), writes=True).required_permissions()
    every = {*required["read"], *required["write"]}
    assert published - every == NAMED_DIFFERENTLY.keys() | NOT_ASKED_FOR
    assert set(NAMED_DIFFERENTLY.values()) <= every
    assert required["aliases"] == {today: older for older, today in NAMED_DIFFERENTLY.items()}
