"""The tools, each declared once, in the order in which they are offered."""

from langchain_centra.tools.attributes import list_custom_attributes
from langchain_centra.tools.categories import list_categories
from langchain_centra.tools.category_changes import create_category, set_category_displays
from langchain_centra.tools.displays import search_displays
from langchain_centra.tools.order_changes import add_order_note, cancel_order, confirm_order
from langchain_centra.tools.orders import get_order, search_orders
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
    search_displays,
    list_custom_attributes,
    list_categories,
    create_category,
    set_category_displays,
)

__all__ = ["TOOLS", "Answer", "ToolSpec"]
