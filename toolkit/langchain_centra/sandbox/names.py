"""How a GraphQL field is called in the state."""

import re


def snake_case(name: str) -> str:
    """Return the attribute that holds a field: `isOnHold` is `is_on_hold`, `SKU` is `sku`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
