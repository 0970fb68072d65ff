"""Orders: reading one, by sections.

Source of the rules: Centra's example queries for direct to consumer and for wholesale. An order's `id` is a hash,
its `number` is what people see.
"""

from collections.abc import Collection, Mapping
from functools import cache

from pydantic import AwareDatetime, Field

from langchain_centra.operations.operation import Operation
from langchain_centra.operations.order_history import PERMISSION, HistoryEntry, history_selection
from langchain_centra.operations.personal import Personal, PersonalText
from langchain_centra.operations.returns import COMMENT, RETURN_FIELDS, Return
from langchain_centra.operations.values import AMOUNT, Amount, Named, Record


class Person(Record):
    """The customer of a direct-to-consumer order or the buyer of a wholesale order."""

    id: int
    email: Personal | None = None
    first_name: Personal | None = None
    last_name: Personal | None = None


class Address(Record):
    """Where an order goes, or whom it is charged to."""

    first_name: Personal | None = None
    last_name: Personal | None = None
    company_name: Personal | None = None
    address1: Personal | None = None
    address2: Personal | None = None
    zip_code: Personal | None = None
    city: str | None = None
    state_or_province: str | None = None
    email: Personal | None = None
    phone_number: Personal | None = None
    country: Named | None = None


class Totals(Record):
    """Sums over an order's lines; `quantity` is without cancelled units."""

    quantity: int | None = None
    cancelled_quantity: int | None = None
    line_values: Amount | None = None
    shipping: Amount | None = None
    handling: Amount | None = None
    discounts: Amount | None = None
    tax_included: Amount | None = None
    tax_added: Amount | None = None


class LineSize(Record):
    """The product size that a line sells."""

    id: int
    sku: str | None = Field(None, alias="SKU")
    ean: str | None = Field(None, alias="EAN")


class OrderLine(Record):
    """One line; `quantity` is without cancelled units, prices include tax."""

    id: int
    product_number: str | None = None
    product_name: str | None = None
    product_variant_name: str | None = None
    size: str | None = None
    quantity: int | None = None
    cancelled_quantity: int | None = None
    returned_quantity: int | None = None
    unit_price: Amount | None = None
    line_value: Amount | None = None
    product_size: LineSize | None = None


class Payment(Record):
    """One entry of the payment history: an authorization, a capture, a refund, and whether it succeeded."""

    id: int
    created_at: AwareDatetime | None = None
    entry_type: str | None = None
    status: str | None = None
    payment_method: str | None = None
    value: Amount | None = None


class ShipmentLine(Record):
    """Units of one order line in a shipment."""

    id: int
    quantity: int | None = None


class Carrier(Record):
    """Who carries a shipment."""

    carrier_name: str | None = None


class Discount(Record):
    """What a voucher or a rule took off an order."""

    typename: str = Field(alias="__typename")
    value: Amount | None = None
    date: AwareDatetime | None = None
    voucher_name: str | None = None
    code: str | None = None


class Shipment(Record):
    """One parcel or several that leave together."""

    id: int
    number: str | None = None
    is_shipped: bool | None = None
    is_paid: bool | None = None
    is_captured: bool | None = None
    shipped_at: AwareDatetime | None = None
    tracking_number: str | None = None
    carrier_information: Carrier | None = None
    lines: list[ShipmentLine] | None = None


class Order(Record):
    """A whole order."""

    typename: str = Field(alias="__typename")
    id: str
    number: int
    status: str | None = None
    created_at: AwareDatetime | None = None
    updated_at: AwareDatetime | None = None
    is_on_hold: bool | None = None
    is_locked: bool | None = None
    is_waiting_for_payment: bool | None = None
    grand_total: Amount | None = None
    totals: Totals | None = None
    other_comment: PersonalText | None = None
    internal_comment: PersonalText | None = None
    store: Named | None = None
    market: Named | None = None
    payment_method: Named | None = None
    shipping_address: Address | None = None
    billing_address: Address | None = None
    lines: list[OrderLine] | None = None
    discounts_applied: list[Discount] | None = None
    payment_history: list[Payment] | None = None
    shipments: list[Shipment] | None = None
    customer: Person | None = None
    account: Named | None = None
    buyer: Person | None = None
    purchase_order_number: str | None = None
    history: list[HistoryEntry] | None = None


class Orders(Record):
    """The answer to GET_ORDER; `returns` are those of the order."""

    orders: list[Order] | None = None
    returns: list[Return] | None = None


CUSTOMER = "... on DirectToConsumerOrder { customer { id email firstName lastName } }"
ACCOUNT = "... on WholesaleOrder { account { id name } }"
BUYER = "... on WholesaleOrder { buyer { id email firstName lastName } }"
PAYMENTS = "paymentHistory { id createdAt entryType status paymentMethod value { ...Amount } }"
LINE_SIZE = "productSize { id SKU EAN }"
_SHIPMENTS = """shipments {
          id number isShipped isPaid isCaptured shippedAt trackingNumber
          carrierInformation { carrierName }
          lines { id quantity }
        }"""
_ADDRESS = """{
          firstName lastName companyName address1 address2 zipCode city stateOrProvince email phoneNumber
          country { id name }
        }"""
_SHIPPING_ADDRESS = f"shippingAddress {_ADDRESS}"
_BILLING_ADDRESS = f"billingAddress {_ADDRESS}"
_LINES = f"""lines(includeFullyCancelled: true) {{
          id productNumber productName productVariantName size quantity cancelledQuantity returnedQuantity
          unitPrice {{ ...Amount }} lineValue {{ ...Amount }}
          {LINE_SIZE}
        }}"""
_DISCOUNTS = """discountsApplied {
          __typename value { ...Amount } date
          ... on AppliedVoucherDiscount { voucherName code }
          ... on AppliedVoucherCredit { voucherName code }
        }"""
_PAYMENT_METHOD = "paymentMethod { id name }"
_RETURNS = f"returns(where: {{orderNumber: $numbers}}, limit: 50) {{{RETURN_FIELDS}\n      }}"
SECTIONS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "lines": (_LINES, {"ProductSize:read": LINE_SIZE}),
    "addresses": (
        f"{_SHIPPING_ADDRESS}\n        {_BILLING_ADDRESS}",
        {"Order.shippingAddress:read": _SHIPPING_ADDRESS, "Order.billingAddress:read": _BILLING_ADDRESS},
    ),
    "discounts": (_DISCOUNTS, {}),
    "payments": (
        f"{PAYMENTS}\n        {_PAYMENT_METHOD}",
        {"PaymentHistory:read": PAYMENTS, "StorePlugin:read": _PAYMENT_METHOD},
    ),
    "shipments": (_SHIPMENTS, {"Shipment:read": _SHIPMENTS}),
}
"""Parts of an order that are read by choice: the selection, and the permissions that guard it or parts of it."""


def order_with(sections: Collection[str], history: str | None = None) -> Operation[Orders]:
    """Return the query for an order with these sections: names of SECTIONS, or `returns`; `history` is a field's name.

    Its variables are numbers and, for an order that is left out otherwise, isOnHold or isWaitingForPayment.
    """
    return _order_with(frozenset(sections), history)


@cache
def _order_with(sections: frozenset[str], history: str | None) -> Operation[Orders]:
    chosen = {name: part for name, part in SECTIONS.items() if name in sections}
    if history:
        entries = history_selection(history)
        chosen["history"] = (entries, {PERMISSION: entries})
    parts = "".join(f"\n        {selection}" for selection, _ in chosen.values())
    optional = {permission: part for _, guarded in chosen.values() for permission, part in guarded.items()}
    returns = ""
    if "returns" in sections:
        returns = f"\n      {_RETURNS}"
        optional |= {"Return.comment:read": COMMENT, "Return:read": _RETURNS}
    return Operation(
        document=f"""
    query GetOrder($numbers: [Int!], $isOnHold: Boolean, $isWaitingForPayment: Boolean) {{
      orders(
        where: {{number: $numbers, isOnHold: $isOnHold, isWaitingForPayment: $isWaitingForPayment}}
        limit: 1
      ) {{
        __typename id number status createdAt updatedAt isOnHold isLocked isWaitingForPayment
        grandTotal {{ ...Amount }}
        totals {{
          quantity cancelledQuantity
          lineValues {{ ...Amount }} shipping {{ ...Amount }} handling {{ ...Amount }} discounts {{ ...Amount }}
          taxIncluded {{ ...Amount }} taxAdded {{ ...Amount }}
        }}
        otherComment
        internalComment
        store {{ id name }}
        market {{ id name }}
        {CUSTOMER}
        {ACCOUNT}
        {BUYER}
        ... on WholesaleOrder {{ purchaseOrderNumber }}{parts}
      }}{returns}
    }}"""
        + AMOUNT,
        result=Orders,
        needs=frozenset({"Order:read"}),
        optional={
            "Order.internalComment:read": "internalComment",
            "Store:read": "store { id name }",
            "Market:read": "market { id name }",
            "Customer:read": CUSTOMER,
            "Account:read": ACCOUNT,
            "Buyer:read": BUYER,
            **optional,
        },
    )


GET_ORDER = order_with({*SECTIONS, "returns"})
