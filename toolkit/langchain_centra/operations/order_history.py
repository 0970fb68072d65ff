"""The history of an order, whose field on Order was never seen: it is the one that lists history entries.

Source: the reference's types OrderHistoryEntry and OrderHistoryEntryType; what an entry's data holds is not published.
"""

from pydantic import AwareDatetime, Field

from langchain_centra.client import AsyncCentra, RequestRefused
from langchain_centra.operations.kept import kept
from langchain_centra.operations.operation import Operation
from langchain_centra.operations.personal import Personal, PersonalText
from langchain_centra.operations.values import Record

_ENTRY = "OrderHistoryEntry"

PERMISSION = "OrderHistory:read"


class HistoryEntry(Record):
    """Something that happened to an order; `data_json` has no published form."""

    id: int
    created_at: AwareDatetime | None = None
    type: str | None = None
    data_json: PersonalText | None = Field(None, alias="dataJSON")
    organization_user_email: Personal | None = None


class TypeReference(Record):
    """The type of a field, with what it wraps."""

    kind: str
    name: str | None = None
    of_type: "TypeReference | None" = None


class FieldOfType(Record):
    """A field of a type."""

    name: str
    type: TypeReference


class ObjectType(Record):
    """A type of the schema."""

    fields: list[FieldOfType] | None = None


class OrderFields(Record):
    """The answer to ORDER_FIELDS."""

    order: ObjectType | None = None


ORDER_FIELDS = Operation(
    document="""
    query OrderFields {
      order: __type(name: "Order") {
        fields { name type { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }
      }
    }""",
    result=OrderFields,
    needs=frozenset(),
    argument_needs={"history": PERMISSION},
)


async def history_field(centra: AsyncCentra) -> str | None:
    """Return what this store's schema calls the history of an order; None where it shows none or is not shown."""

    async def read() -> str | None:
        try:
            order = (await ORDER_FIELDS(centra)).data.order
        except RequestRefused:
            return None
        return next((field.name for field in (order and order.fields) or () if _lists_entries(field.type)), None)

    return await kept(centra, "the field of order history", read)


def history_selection(field: str) -> str:
    """Return the selection of an order's history."""
    return f"history: {field} {{ id createdAt type dataJSON organizationUserEmail }}"


def _lists_entries(kind: TypeReference | None) -> bool:
    is_list = False
    while kind and kind.of_type:
        is_list |= kind.kind == "LIST"
        kind = kind.of_type
    return is_list and kind is not None and kind.name == _ENTRY
