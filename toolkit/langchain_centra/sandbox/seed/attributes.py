"""Custom attributes, and what a few objects hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_centra.sandbox.state.attributes import AttributeType, AttributeTypeElement, MappedAttribute

if TYPE_CHECKING:
    from langchain_centra.sandbox.state import State

_NAME = AttributeTypeElement("name", "Name")
# Type, description, kind of object, whether several, values.
_MAPPED = [
    ("pr_material", "Material", "Product", True, ["Organic cotton", "Linen", "Merino wool", "Recycled polyester"]),
    ("pr_fit", "Fit", "Product", False, ["Slim", "Regular", "Relaxed"]),
    ("var_color_group", "Colour group", "ProductVariant", False, ["Black", "White", "Blue", "Green", "Brown"]),
    ("disp_badge", "Badge", "Display", False, ["New", "Bestseller", "Last chance"]),
    ("customer_segment", "Segment", "Customer", True, ["VIP", "Press", "Staff"]),
]
_DYNAMIC = [
    ("pr_care", "Care", "Product", [("text", "Washing advice", "TEXTAREA"), ("recyclable", "Recyclable", "BOOLEAN")]),
    ("var_shade", "Shade", "ProductVariant", [("text", "Name of the shade", "INPUT")]),
    ("disp_video", "Video", "Display", [("url", "Address", "INPUT"), ("autoplay", "Starts by itself", "BOOLEAN")]),
    ("cat_banner", "Banner", "Category", [("headline", "Headline", "INPUT"), ("image", "Image", "IMAGE")]),
    ("order_gift", "Gift", "Order", [("message", "Message", "TEXTAREA"), ("wrapped", "Wrapped", "BOOLEAN")]),
    ("voucher_partner", "Partner", "Voucher", [("name", "Name", "INPUT")]),
    ("campaign_brief", "Brief", "Campaign", [("text", "Text", "TEXTAREA")]),
]
_MATERIALS = {"Knitwear": ["Merino wool"], "Outerwear": ["Recycled polyester"], "Linen Shirt": ["Linen"]}
_OTHER_MATERIALS = ["Organic cotton"]
_MIXED = {"Chinos": ["Organic cotton", "Linen"], "Socks": ["Organic cotton", "Recycled polyester"]}
_COLOR_GROUPS = {"Black": "Black", "Ecru": "White", "Navy": "Blue", "Moss": "Green", "Clay": "Brown"}
_FITS = {"Alva": "Regular", "Birk": "Relaxed"}
_FIRST_VALUE = 101


def fill_attributes(state: State) -> None:
    """Fill in twelve attribute types, their values, and what the products, some displays and some orders hold."""
    for name, description, owner, several, values in _MAPPED:
        kind = AttributeType(
            name=name,
            description=description,
            object_type=owner,
            is_mapped=True,
            is_multi=several,
            elements=[_NAME],
        )
        state.attribute_types[name] = kind
        for value in values:
            made = MappedAttribute(_FIRST_VALUE + len(state.mapped_attributes), value, kind, {"name": value})
            state.mapped_attributes[made.id] = made
    for name, description, owner, elements in _DYNAMIC:
        state.attribute_types[name] = AttributeType(
            name=name,
            description=description,
            object_type=owner,
            elements=[AttributeTypeElement(*element) for element in elements],
        )
    _assign_to_products(state)
    _assign_to_others(state)


def _give(state: State, row: object, kind: str, value: str) -> None:
    made = next(v for v in state.mapped_attributes.values() if v.type.name == kind and v.name == value)
    state.attributes_of(row).assign(made)


def _assign_to_products(state: State) -> None:
    for product in state.products.values():
        line, _, kind = product.name.partition(" ")
        materials = _MIXED.get(kind) or _MATERIALS.get(kind) or _MATERIALS.get(product.folder.name, _OTHER_MATERIALS)
        for material in materials:
            _give(state, product, "pr_material", material)
        if line in _FITS:
            _give(state, product, "pr_fit", _FITS[line])
        if product.folder.name == "Knitwear":
            care = state.attribute_types["pr_care"]
            state.attributes_of(product).write(care, "text", "Wash by hand, dry flat.")
            state.attributes_of(product).write(care, "recyclable", "1")
    for variant in state.product_variants.values():
        _give(state, variant, "var_color_group", _COLOR_GROUPS[variant.name])


def _assign_to_others(state: State) -> None:
    for display in state.displays.values():
        if any(category.name == "New Arrivals" for category in display.categories):
            _give(state, display, "disp_badge", "New")
    for customer_id in (1, 8):
        _give(state, state.customers[customer_id], "customer_segment", "VIP")
    gift = state.attribute_types["order_gift"]
    state.attributes_of(state.orders[1043]).write(gift, "message", "Happy birthday, Maja!")
    state.attributes_of(state.orders[1043]).write(gift, "wrapped", "1")
