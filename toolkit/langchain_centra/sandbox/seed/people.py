"""Customers, and the accounts that buy wholesale."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from langchain_centra.sandbox.state.channels import Account, Address, Buyer, Customer

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random

    from langchain_centra.sandbox.state import State

_FIRST_NAMES = [
    "Anna",
    "Erik",
    "Maja",
    "Lars",
    "Elin",
    "Oskar",
    "Ida",
    "Nils",
    "Sara",
    "Emil",
    "Klara",
    "Johan",
    "Freja",
    "Hugo",
    "Alma",
    "Viktor",
]
_LAST_NAMES = [
    "Berg",
    "Lindqvist",
    "Nyman",
    "Holm",
    "Strand",
    "Ek",
    "Dahl",
    "Norberg",
    "Sund",
    "Wallin",
    "Hedlund",
    "Falk",
    "Moberg",
    "Ros",
]
_HOMES = [
    (1, "SE", [("Stockholm", "114 55"), ("Göteborg", "411 05"), ("Malmö", "211 22"), ("Uppsala", "753 10")]),
    (2, "DE", [("Berlin", "10115"), ("Hamburg", "20095"), ("München", "80331")]),
    (2, "DK", [("København", "1050"), ("Aarhus", "8000")]),
    (2, "NL", [("Amsterdam", "1012 AB"), ("Utrecht", "3511 AA")]),
    (3, "US", [("New York", "10001"), ("Chicago", "60601"), ("Portland", "97201")]),
]
_WEIGHTS = [60, 12, 7, 6, 15]
_STREETS = ["Storgatan", "Bergsvägen", "Lindenstraße", "Havnegade", "Main Street", "Parkgatan"]
_CUSTOMERS = 200
_PRICELIST_OF_MARKET = {1: 1, 2: 2, 3: 3}

_ACCOUNTS = [
    ("Magasin Nord", "magasin-nord.example", "Karin", "Lund"),
    ("Kaufhaus Mitte", "kaufhaus-mitte.example", "Jonas", "Weber"),
    ("De Winkel", "de-winkel.example", "Sanne", "Visser"),
]


def fill_people(state: State, opened: datetime, rng: Random) -> None:
    """Fill in three wholesale accounts and 200 customers; the first customer is Anna Berg in Stockholm."""
    for i, (name, domain, first, last) in enumerate(_ACCOUNTS, 1):
        state.accounts[i] = Account(id=i, name=name, discount_percent=5.0)
        state.buyers[i] = Buyer(id=i, email=f"buying@{domain}", first_name=first, last_name=last)
    for i in range(_CUSTOMERS):
        market_id, code, towns = _HOMES[0] if i == 0 else rng.choices(_HOMES, _WEIGHTS)[0]
        first, last = _FIRST_NAMES[i % len(_FIRST_NAMES)], _LAST_NAMES[(i // 3) % len(_LAST_NAMES)]
        city, zip_code = towns[0] if i == 0 else rng.choice(towns)
        suffix = "" if i == 0 else str(i + 1)
        market = state.markets[market_id]
        address = Address(
            first_name=first,
            last_name=last,
            address1=f"{rng.choice(_STREETS)} {rng.randint(1, 90)}",
            city=city,
            zip_code=zip_code,
            country=state.countries[code],
            email=f"{first}.{last}{suffix}@example.com".lower(),
            cell_phone_number=f"+46700000{i + 1:03}",
        )
        created = opened + timedelta(hours=i * 7)
        state.customers[i + 1] = Customer(
            id=i + 1,
            email=address.email or "",
            first_name=first,
            last_name=last,
            store=market.store,
            market=market,
            pricelist=state.pricelists[_PRICELIST_OF_MARKET[market_id]],
            billing_address=address,
            cell_phone_number=address.cell_phone_number,
            created_at=created,
            updated_at=created,
        )
