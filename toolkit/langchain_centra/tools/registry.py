"""The tools, each declared once, in the order in which they are offered."""

from langchain_centra.tools.attribute_changes import set_attributes
from langchain_centra.tools.attributes import list_custom_attributes
from langchain_centra.tools.campaign_changes import set_campaign_status
from langchain_centra.tools.categories import list_categories
from langchain_centra.tools.category_changes import create_category, set_category_displays
from langchain_centra.tools.channels import (
    list_countries,
    list_currencies,
    list_markets,
    list_pricelists,
    list_stores,
)
from langchain_centra.tools.customer_changes import update_customer
from langchain_centra.tools.customer_report import customer_report
from langchain_centra.tools.customers import get_customer, search_customers
from langchain_centra.tools.discount_changes import delete_voucher, set_voucher_status
from langchain_centra.tools.discounts import list_campaigns, search_vouchers
from langchain_centra.tools.displays import search_displays
from langchain_centra.tools.line_changes import cancel_order_lines
from langchain_centra.tools.order_changes import add_order_note, cancel_order, confirm_order
from langchain_centra.tools.order_details import get_order
from langchain_centra.tools.order_holds import set_order_hold
from langchain_centra.tools.orders import search_orders
from langchain_centra.tools.price_changes import set_price
from langchain_centra.tools.prices import get_prices
from langchain_centra.tools.product_changes import update_product
from langchain_centra.tools.product_lists import list_brands, list_bundles, list_collections
from langchain_centra.tools.products import find_sku, get_product, search_products
from langchain_centra.tools.returns import search_returns
from langchain_centra.tools.sales_report import sales_report
from langchain_centra.tools.shipment_changes import create_shipment
from langchain_centra.tools.shipment_completion import complete_shipment
from langchain_centra.tools.spec import ToolSpec
from langchain_centra.tools.stock import get_stock
from langchain_centra.tools.stock_adjustments import adjust_stock
from langchain_centra.tools.stock_changes import set_stock
from langchain_centra.tools.stock_history import list_stock_changes
from langchain_centra.tools.stock_report import stock_report
from langchain_centra.tools.warehouses import list_warehouses

TOOLS: tuple[ToolSpec, ...] = (
    search_orders,
    get_order,
    search_returns,
    confirm_order,
    cancel_order,
    cancel_order_lines,
    set_order_hold,
    add_order_note,
    create_shipment,
    complete_shipment,
    get_stock,
    list_warehouses,
    list_stock_changes,
    set_stock,
    adjust_stock,
    list_markets,
    list_stores,
    list_pricelists,
    list_currencies,
    list_countries,
    get_prices,
    set_price,
    search_vouchers,
    set_voucher_status,
    delete_voucher,
    list_campaigns,
    set_campaign_status,
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
    create_category,
    set_category_displays,
    set_attributes,
    sales_report,
    stock_report,
    customer_report,
)
