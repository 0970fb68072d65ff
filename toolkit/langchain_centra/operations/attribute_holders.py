"""What objects hold of custom attributes, one query for each kind of object.

An attribute of a type with several values comes as several entries; attributes are never paged (Centra, "PIM
integration"). In attribute mutations an order is addressed by its number, everything else by its id.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Generic, TypeVar

from pydantic import Field, RootModel

from langchain_centra.operations.attributes import TypeName
from langchain_centra.operations.operation import Operation
from langchain_centra.operations.personal import Personal
from langchain_centra.operations.values import Record


class HeldElement(Record):
    """The value of an element: a text, a choice, or the address of a file."""

    key: str | None = None
    value: str | None = None
    selected_value: str | None = None
    url: str | None = None


class Held(Record):
    """An attribute that an object holds; `id` and `name` are those of a mapped value."""

    type: TypeName | None = None
    id: int | None = None
    name: str | None = None
    elements: list[HeldElement] | None = None


class Holder(Record):
    """An object with its custom attributes."""

    id: int
    attributes: list[Held] | None = None

    @property
    def number(self) -> int:
        """What attribute mutations address it by."""
        return self.id

    @property
    def handle(self) -> str:
        """A word that names this object and no other."""
        return f"#{self.id}"

    @property
    def label(self) -> str:
        """How people know it."""
        raise NotImplementedError


class NamedHolder(Holder):
    """A display, category or campaign."""

    name: str | None = None

    @property
    def label(self) -> str:
        """Name and id: names may be given twice."""
        return f"{self.name} (#{self.id})"


class ProductHolder(Holder):
    """A product."""

    name: str | None = None
    product_number: str | None = None

    @property
    def label(self) -> str:
        """Name and number."""
        return f"{self.name} ({self.product_number})"


class HolderProduct(Record):
    """The product of a variant."""

    id: int
    name: str | None = None
    product_number: str | None = None


class VariantHolder(Holder):
    """A variant."""

    name: str | None = None
    variant_number: str | None = None
    product: HolderProduct | None = None

    @property
    def label(self) -> str:
        """The product's name, its own, and both numbers together."""
        product = self.product
        code = f"{product.product_number or ''}{self.variant_number or ''}" if product else f"#{self.id}"
        return f"{product.name if product else 'variant'}, {self.name} ({code})"


class OrderHolder(Record):
    """An order; its id is a hash."""

    id: str
    number: int
    attributes: list[Held] | None = None

    @property
    def handle(self) -> str:
        """The number."""
        return str(self.number)

    @property
    def label(self) -> str:
        """The number."""
        return f"order {self.number}"


class CustomerHolder(Holder):
    """A customer."""

    email: Personal | None = None
    first_name: Personal | None = None
    last_name: Personal | None = None

    @property
    def label(self) -> str:
        """Name and e-mail address."""
        return f"{self.first_name or ''} {self.last_name or ''} <{self.email}>".strip()


class VoucherHolder(Holder):
    """A voucher."""

    name: str | None = None
    code: str | None = None

    @property
    def label(self) -> str:
        """Name and code."""
        return f"{self.name} ({self.code or f'#{self.id}'})"


class SizedVariant(Record):
    """A variant of a size."""

    id: int
    name: str | None = None
    variant_number: str | None = None
    product: HolderProduct | None = None


class VariantSize(Record):
    """A product size with what tells its variant from others."""

    id: int
    sku: str | None = Field(None, alias="SKU")
    product_variant: SizedVariant | None = None


class VariantsOfSkus(RootModel[dict[str, list[VariantSize] | None]]):
    """The answer to variants_of_skus: the product sizes of each filter, in the order of the variables."""


HolderT = TypeVar("HolderT", bound=Holder | OrderHolder)

_HELD = """attributes(where: $attributes) {
        type { name }
        ... on MappedAttribute { id name }
        elements {
          key
          ... on AttributeStringElement { value }
          ... on AttributeChoiceElement { selectedValue }
          ... on AttributeFileElement { url }
          ... on AttributeImageElement { url }
        }
      }"""


@dataclass(frozen=True, kw_only=True)
class HolderKind(Generic[HolderT]):
    """How one kind of object is asked for its attributes; `name` is what the API calls the kind.

    `query` is made for a number of filters in one request, each under an alias found0, found1, ...; the fields of a
    filter are variables of their own, such as id0 and search0, because some fields of the filters take a permission.
    `attributes` narrows what is shown of each object, `limit` the objects of each filter.
    """

    name: str
    holder: type[HolderT]
    query: Callable[[int], Operation[Any]] = field(repr=False)


def _by(*texts: str) -> dict[str, str]:
    return {"id": "[Int!]", **dict.fromkeys(texts, "StringMatch"), "search": "String"}


_BY_NUMBER = {"number": "[Int!]", "isOnHold": "Boolean", "isWaitingForPayment": "Boolean", "search": "String"}


def _kind(
    name: str,
    root: str,
    selection: str,
    holder: type[HolderT],
    fields: Mapping[str, str],
    *,
    optional: Mapping[str, str] | None = None,
) -> HolderKind[HolderT]:
    result: Any = RootModel[dict[str, list[holder] | None]]  # type: ignore[valid-type]

    @cache
    def query(count: int) -> Operation[Any]:
        declared = ", ".join(f"${field}{n}: {kind}" for n in range(count) for field, kind in fields.items())
        where = [", ".join(f"{field}: ${field}{n}" for field in fields) for n in range(count)]
        asked = "".join(
            f"\n      found{n}: {root}(where: {{{given}}}, limit: $limit) {{ {selection} {_HELD} }}"
            for n, given in enumerate(where)
        )
        head = f"query {name}Attributes({declared}, $attributes: AssignedAttributeFilter, $limit: Int!)"
        return Operation(
            document=f"{head} {{{asked}\n}}",
            result=result,
            needs=frozenset({f"{name}:read", f"{name}.attributes:read", "Attribute:read"}),
            optional=optional or {},
        )

    return HolderKind(name=name, holder=holder, query=query)


_PRODUCT = "product { id name productNumber }"

HOLDER_KINDS: Mapping[str, HolderKind[Any]] = {
    kind.name: kind
    for kind in (
        _kind("Product", "products", "id name productNumber", ProductHolder, _by("productNumber", "name")),
        _kind(
            "ProductVariant",
            "productVariants",
            f"id name variantNumber {_PRODUCT}",
            VariantHolder,
            _by(),
            optional={"Product:read": _PRODUCT},
        ),
        _kind("Display", "displays", "id name", NamedHolder, _by("name", "uri")),
        _kind("Category", "categories", "id name", NamedHolder, _by()),
        _kind("Order", "orders", "id number", OrderHolder, _BY_NUMBER),
        _kind("Customer", "customers", "id email firstName lastName", CustomerHolder, _by("email")),
        _kind("Voucher", "vouchers", "id name code", VoucherHolder, _by("code", "name")),
        _kind("Campaign", "campaigns", "id name", NamedHolder, _by("name")),
    )
}
"""By what the API calls them, the kinds of objects whose attributes it shows."""


@cache
def variants_of_skus(count: int) -> Operation[VariantsOfSkus]:
    """Return the query for the variants of `count` filters of product sizes; variables where0, where1, ..., limit."""
    declared = ", ".join(f"$where{n}: ProductSizeFilter!" for n in range(count))
    asked = "".join(
        f"""
      found{n}: productSizes(where: $where{n}, limit: $limit) {{
        id SKU productVariant {{ id name variantNumber {_PRODUCT} }}
      }}"""
        for n in range(count)
    )
    return Operation(
        document=f"query VariantsOfSkus({declared}, $limit: Int!) {{{asked}\n}}",
        result=VariantsOfSkus,
        needs=frozenset({"ProductSize:read", "ProductVariant:read", "Product:read"}),
    )


VARIANTS_OF_SKUS = variants_of_skus(1)
HOLDER_QUERIES = tuple(kind.query(1) for kind in HOLDER_KINDS.values())
