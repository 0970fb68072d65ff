"""The tools, each declared once, in the order in which they are offered."""

from langchain_centra.tools.attributes import list_custom_attributes
from langchain_centra.tools.categories import list_categories
from langchain_centra.tools.channels import (
    list_countries,
    list_currencies,
    list_markets,
    list_pricelists,
    list_stores,
)
from langchain_centra.tools.customer_changes import update_customer
from langchain_centra.tools.customers import get_customer, search_customers
from langchain_centra.tools.displays import search_displays
from langchain_centra.tools.order_changes import add_order_note, cancel_order, confirm_order
from langchain_centra.tools.orders import get_order, search_orders
from langchain_centra.tools.product_changes import update_product
from langchain_centra.tools.product_lists import list_brands, list_bundles, list_collections
from langchain_centra.tools.products import find_sku, get_product, search_products
from langchain_centra.tools.spec import Answer, ToolSpec
from langchain_centra.tools.stock import get_stock, list_warehouses
from langchain_centra.tools.stock_changes import set_stock

TOOLS: tuple[ToolSpec, ...] = (
    search_orders,
    get_order,
    confirm_order,
    cancel_order,
    add_order_note,
    get_stock,
    list_warehouses,
    set_stock,
    list_markets,
    list_stores,
    list_pricelists,
    list_currencies,
    list_countries,
    search_products,
    get_product,
    find_sku,
    list_brands,
    list_collections,
    list_bundles,
    update_product,
    search_customers,
    get_customer,
    update_customer,
    search_displays,
    list_custom_attributes,
    list_categories,
)

__all__ = ["TOOLS", "Answer", "ToolSpec"]
