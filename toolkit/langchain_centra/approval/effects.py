"""What a write does to the merchant's business, apart from which fields it changes."""

from enum import StrEnum


class Effect(StrEnum):
    """A consequence of a write that decides whether a person is asked."""

    MONEY = "money"
    STOCK = "stock"
    PRICE = "price"
    EMAIL = "email"
    STATUS = "status"
    CONTENT = "content"
    DELETE = "delete"
    NOTE = "note"
