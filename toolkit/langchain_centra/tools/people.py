"""Naming people and where they live."""

from langchain_centra.operations.orders import Address, Person
from langchain_centra.tools.text import cell, clipped


def person_named(person: Person | None) -> str | None:
    """Return a person's name and e-mail address, as far as they can be read."""
    if person is None:
        return None
    name = f"{person.first_name or ''} {person.last_name or ''}".strip()
    return f"{name} <{person.email}>" if person.email else name or None


def address_line(address: Address) -> str:
    """Write an address on one line."""
    parts = [
        f"{address.first_name or ''} {address.last_name or ''}".strip(),
        address.company_name,
        address.address1,
        address.address2,
        f"{address.zip_code or ''} {address.city or ''}".strip(),
        address.state_or_province,
        address.country.name if address.country else None,
        address.email,
        address.phone_number,
    ]
    return clipped(", ".join(cell(part) for part in parts if part), 250)
