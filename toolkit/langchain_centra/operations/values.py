"""What the results of several operations are made of."""

from decimal import Decimal

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

AMOUNT = "\nfragment Amount on MonetaryValue { value currency { id code } }"


class Record(BaseModel):
    """A result from the store: all but ids may be null, statuses are open strings, unknown fields are ignored."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)


class Named(Record):
    """Something of which the id and the name are read."""

    id: int
    name: str | None = None


class Currency(Record):
    """A currency by its ISO code."""

    id: int
    code: str | None = None


class Amount(Record):
    """A sum of money in whole units of its currency, as the fragment AMOUNT reads it."""

    value: Decimal | None = None
    currency: Currency | None = None


class Message(Record):
    """A remark on a mutation, as the client has already judged it."""

    message: str | None = None
    path: list[str] | None = None


class Payload(Record):
    """The part of a mutation's answer that every token may read."""

    user_errors: list[Message] | None = None
    user_warnings: list[Message] | None = None
