"""The texts of user errors and warnings.

Hardly any was published, so these are ours, all but the beginning of `not_found` and the three warnings of setPrices.
Read the behaviour from them, never match their words.
"""


def not_found(what: str, by: str, value: object) -> str:
    """An id that leads nowhere; the beginning, `Could not find ... with ID ...`, is published."""
    return f"Could not find {what} with {by} {value}"


def not_pending(number: int, status: str) -> str:
    """Only a pending order can be confirmed."""
    return f"Order {number} is {status}, only a PENDING order can be confirmed"


def ended(number: int, status: str, action: str) -> str:
    """The order is completed or cancelled."""
    return f"Order {number} is {status} and can not be {action}"


def captured(number: int) -> str:
    """Captured orders are returned and refunded, never cancelled."""
    return f"Payment of order {number} is already captured, the order can not be cancelled"


def has_shipments(number: int) -> str:
    """Part of the order is on its way."""
    return f"Order {number} has shipments and can not be cancelled"


MORE_THAN_AUTHORIZED = "The capture failed: it is more than what is authorized"
NO_UNITS = "quantity must be greater than 0"
SHIPPED_IN_FUTURE = "shippedAt can not be in the future"
COST_TOO_HIGH = "The value is not between 0 and what remains on the order"
NOTHING_TO_DO = "No items given"
NO_WAREHOUSE = "Give intoWarehouse, outFromWarehouse or both"
SAME_WAREHOUSE = "outFromWarehouse and intoWarehouse are the same"
NO_STOCK_ACTION = "A stock action is either true or left out"
EMPTY_NOTE = "The note is empty"
EMPTY_DESCRIPTION = "The description is empty"
EMPTY_NAME = "The name is empty"
EMPTY_PRODUCT_NUMBER = "The product number is empty"
NOT_POSITIVE = "deliveredQuantity must be greater than 0"
NEGATIVE_QUANTITY = "quantity must be 0 or more"
NOT_DIRECT_TO_CONSUMER = "The order is not a direct-to-consumer order"
NOT_WHOLESALE = "The order is not a wholesale order"
SHIPPING_COST_STATUS = "Shipping cost can be changed on a CONFIRMED order only"
SHIPPING_COST_RAISED = "Shipping cost can be lowered or set to 0, not raised"
TOO_MANY_OBJECTS = "At most 100 objects can be given at once"
EMPTY_NAME = "The name is empty"
BAD_URI = "The URI has invalid characters"
OTHER_STORE = "It belongs to another store"
OTHER_PRODUCT = "The variant belongs to another product"
TOO_DEEP = "The category tree has at most 6 levels"
NO_SIBLING = "beforeCategory is not a sibling"
UNDER_ITSELF = "A category can not stand under itself"
OTHER_CURRENCY = "The amount must be in the currency of the order"
NEGATIVE_PRICE = "A price must be 0 or more"
OTHER_PRICELIST_CURRENCY = "The price must be in the currency of the pricelist"


def attribute_of_others(name: str, owner: str, given: str) -> str:
    """A type of another kind of object."""
    return f"Attribute type {name} is for {owner}, not for {given}"


def attribute_is(name: str, *, mapped: bool) -> str:
    """A mapped type takes ids, a dynamic one texts."""
    return f"Attribute type {name} is {'mapped' if mapped else 'dynamic'}"


def not_enough(sku: str, warehouse: str, free: int) -> str:
    """More would leave than is free to allocate."""
    return f"Only {free} of {sku} are free to allocate in {warehouse}"


def number_taken(number: str, other: str) -> str:
    """Two products can not have one number."""
    return f"Product number {number} is already used by {other}"


def raised_to_allocated(sku: str, warehouse: str, allocated: int) -> str:
    """A level below what orders hold."""
    return f"{sku} in {warehouse} was set to {allocated}, the quantity allocated to orders"


def too_many(line_id: int, left: int) -> str:
    """More units than the line still has to ship."""
    return f"Only {left} of order line {line_id} are left to ship"


def not_shippable(number: int, status: str) -> str:
    """Shipments are for confirmed orders."""
    return f"Order {number} is {status}, shipments need a CONFIRMED or PROCESSING order"


def on_hold(number: int) -> str:
    """Nothing ships while an order is on hold."""
    return f"Order {number} is on hold"


def not_allocated(line_id: int) -> str:
    """Not enough units of a line are allocated."""
    return f"Order line {line_id} is not allocated in full"


def already_shipped(number: str) -> str:
    """A shipment leaves once."""
    return f"Shipment {number} is already shipped"


def not_ready(number: str) -> str:
    """A shipment has to be good to go and paid before it leaves."""
    return f"Shipment {number} is not good to go and paid"


def not_deletable(number: str) -> str:
    """Only what is neither shipped nor paid can be deleted."""
    return f"Shipment {number} is shipped or paid and can not be deleted"


def not_captured(provider: str) -> str:
    """The provider refused to capture."""
    return f"{provider} did not capture the payment"


def authorization_kept(provider: str) -> str:
    """The provider refused to void the authorization; the order is cancelled all the same."""
    return f"{provider} did not cancel the authorization"


def duplicate_product(product_id: int) -> str:
    """A product stands twice in one setPrices; the wording is published."""
    return f"Duplicate product ID {product_id} skipped"


def not_assigned(variant_id: object, product_id: int) -> str:
    """A variant in the prices of another product; the wording is published."""
    return f"Product variant with id {variant_id} not assigned to product {product_id}"


def dynamic_bundle(product_id: int) -> str:
    """The price of a bundle that follows from its parts; the wording is published."""
    return f"Product ID {product_id} is a bundle with dynamic price type, changing its prices has no effect, skipped"
