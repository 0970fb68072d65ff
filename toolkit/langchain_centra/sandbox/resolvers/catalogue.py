"""Products, variants, product sizes and what they are sorted into."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from ariadne import ObjectType, QueryType

from langchain_centra.sandbox.context import Info, context_of
from langchain_centra.sandbox.filters import Filter
from langchain_centra.sandbox.listing import Listing

if TYPE_CHECKING:
    from langchain_centra.sandbox.paging import Connection
    from langchain_centra.sandbox.state.catalogue import Collection, ProductSize, ProductVariant

query = QueryType()
variant_type = ObjectType("ProductVariant")
size_type = ObjectType("ProductSize")
collection_type = ObjectType("Collection")
BINDABLES = [query, variant_type, size_type, collection_type]

_BY_ID_AND_UPDATE = {"id": attrgetter("id"), "updatedAt": attrgetter("updated_at")}

PRODUCTS = Listing(
    Filter(
        "ProductFilter",
        {
            "id": attrgetter("id"),
            "name": attrgetter("name"),
            "status": attrgetter("status"),
            "productNumber": attrgetter("product_number"),
            "createdAt": attrgetter("created_at"),
            "updatedAt": attrgetter("updated_at"),
            "harmonizedCommodityCode": attrgetter("harmonized_commodity_code"),
            "harmonizedCommodityDescription": attrgetter("harmonized_commodity_code_description"),
            "internalComment": attrgetter("internal_comment"),
            "brandId": attrgetter("brand.id"),
            "collectionId": attrgetter("collection.id"),
            "countryOfOriginId": attrgetter("country_of_origin.id"),
            "folderId": attrgetter("folder.id"),
            "externalId": attrgetter("external_id"),
        },
        text=lambda product: (product.name, product.product_number),
    ),
    _BY_ID_AND_UPDATE,
)
_VARIANTS = Listing(
    Filter(
        "ProductVariantFilter",
        {
            "id": attrgetter("id"),
            "name": attrgetter("name"),
            "status": attrgetter("status"),
            "variantNumber": attrgetter("variant_number"),
            "displayId": lambda variant: [row.id for row in variant.product.displays if row.item_of(variant)],
            "productId": attrgetter("product.id"),
            "sizeChartId": attrgetter("size_chart.id"),
            "sizeId": lambda variant: [size.size.id for size in variant.product_sizes],
            "externalId": attrgetter("external_id"),
            "updatedAt": attrgetter("updated_at"),
        },
        text=lambda variant: (variant.name, variant.variant_number, variant.product.name),
    ),
    _BY_ID_AND_UPDATE,
)
_SIZES = Listing(
    Filter(
        "ProductSizeFilter",
        {
            "id": attrgetter("id"),
            "description": attrgetter("description"),
            "EAN": attrgetter("ean"),
            "UPC": attrgetter("upc"),
            "SKU": attrgetter("sku"),
            "sizeNumber": attrgetter("size_number"),
            "preorder": attrgetter("preorder"),
            "sizeId": attrgetter("size.id"),
            "isActive": attrgetter("is_active"),
            "updatedAt": attrgetter("updated_at"),
        },
        text=lambda size: (size.sku, size.ean, size.upc, size.description, size.product_variant.product.name),
    ),
    _BY_ID_AND_UPDATE,
)
_SIZE_CHARTS = Listing(Filter("SizeChartFilter", {"id": attrgetter("id")}))
_BRANDS = Listing(Filter("BrandFilter", {"name": attrgetter("name")}))
_COLLECTIONS = Listing(
    Filter(
        "CollectionFilter",
        {
            "id": attrgetter("id"),
            "name": attrgetter("name"),
            "status": attrgetter("status"),
            "uri": attrgetter("uri"),
            "externalId": attrgetter("external_id"),
        },
        text=lambda collection: (collection.name,),
    )
)
_BUNDLES = Listing(
    Filter(
        "BundleFilter",
        {
            "id": attrgetter("id"),
            "createdAt": attrgetter("created_at"),
            "updatedAt": attrgetter("updated_at"),
            "type": attrgetter("type"),
            "priceType": attrgetter("price_type"),
        },
        text=lambda bundle: (bundle.product.name, bundle.product.product_number),
    )
)
_FOLDERS = Listing(
    Filter("FolderFilter", {"name": attrgetter("name"), "isTopFolder": attrgetter("is_top_folder")}),
    {"customOrder": attrgetter("id")},
)


@query.field("product")
def product(_source: object, info: Info, **arguments: Any) -> Any:
    """Return a product, or null."""
    return context_of(info).state.products.get(arguments["id"])


@query.field("products")
def products(_source: object, info: Info, **arguments: Any) -> list[Any]:
    """List the products."""
    return PRODUCTS.page(context_of(info).state.products.values(), info, arguments)


@query.field("productConnection")
def product_connection(_source: object, info: Info, **arguments: Any) -> Connection:
    """Page through the products."""
    return PRODUCTS.connection(context_of(info).state.products.values(), info, arguments)


@query.field("productVariant")
def product_variant(_source: object, info: Info, **arguments: Any) -> Any:
    """Return a variant, or null."""
    return context_of(info).state.product_variants.get(arguments["id"])


@query.field("productVariants")
def product_variants(_source: object, info: Info, **arguments: Any) -> list[Any]:
    """List the variants."""
    return _VARIANTS.page(context_of(info).state.product_variants.values(), info, arguments)


@query.field("productVariantConnection")
def product_variant_connection(_source: object, info: Info, **arguments: Any) -> Connection:
    """Page through the variants."""
    return _VARIANTS.connection(context_of(info).state.product_variants.values(), info, arguments)


@query.field("productSizes")
def product_sizes(_source: object, info: Info, **arguments: Any) -> list[Any]:
    """List the product sizes."""
    return _SIZES.page(context_of(info).state.product_sizes.values(), info, arguments)


@query.field("productSizeConnection")
def product_size_connection(_source: object, info: Info, **arguments: Any) -> Connection:
    """Page through the product sizes."""
    return _SIZES.connection(context_of(info).state.product_sizes.values(), info, arguments)


@query.field("sizeCharts")
def size_charts(_source: object, info: Info, **arguments: Any) -> list[Any]:
    """List the size charts."""
    return _SIZE_CHARTS.page(context_of(info).state.size_charts.values(), info, arguments)


@query.field("brands")
def brands(_source: object, info: Info, **arguments: Any) -> list[Any]:
    """List the brands."""
    return _BRANDS.page(context_of(info).state.brands.values(), info, arguments)


@query.field("collections")
def collections(_source: object, info: Info, **arguments: Any) -> list[Any]:
    """List the collections."""
    return _COLLECTIONS.page(context_of(info).state.collections.values(), info, arguments)


@query.field("bundles")
def bundles(_source: object, info: Info, **arguments: Any) -> list[Any]:
    """List the bundles."""
    return _BUNDLES.page(context_of(info).state.bundles.values(), info, arguments)


@query.field("folders")
def folders(_source: object, info: Info, **arguments: Any) -> list[Any]:
    """List the folders."""
    return _FOLDERS.page(context_of(info).state.folders.values(), info, arguments)


@variant_type.field("productSizes")
def sizes_of_variant(variant: ProductVariant, info: Info, **arguments: Any) -> list[Any]:
    """List a variant's sizes: all of them."""
    return list(_SIZES.matching(variant.product_sizes, info, arguments.get("where")))


@collection_type.field("totalProducts")
def total_products(collection: Collection, info: Info) -> int:
    """Return how many products are in a collection, whatever their status (inferred)."""
    return sum(1 for product in context_of(info).state.products.values() if product.collection is collection)


@size_type.field("quantity")
def quantity(size: ProductSize, info: Info) -> int:
    """Return the units on the shelf in all warehouses (inferred: the field's meaning was not read)."""
    return sum(row.physical_quantity for row in context_of(info).state.stock.values() if row.product_size is size)
