"""Vouchers and campaigns: finding them, switching them on and off, deleting a voucher.

A voucher works by code, by link or by itself; a campaign lowers the prices of listed variants in markets and
pricelists (Centra, "Working with vouchers"; the campaign's dates stand on its variants, which displays show).
"""

from decimal import Decimal
from functools import cache

from pydantic import AwareDatetime, RootModel

from langchain_centra.operations.operation import Operation
from langchain_centra.operations.values import AMOUNT, Amount, Named, Payload, Record

VOUCHERS_PER_REQUEST = 20
DISPLAYS_PER_PAGE = 200


class Voucher(Named):
    """A voucher; `max_usages` of none or 0 means no limit."""

    status: str | None = None
    code: str | None = None
    url: str | None = None
    method: str | None = None
    start_at: AwareDatetime | None = None
    stop_at: AwareDatetime | None = None
    max_usages: int | None = None
    successful_usages: int | None = None
    combine_with_other_vouchers: bool | None = None
    store: Named | None = None


class CampaignStatus(Named):
    """A campaign of a market."""

    status: str | None = None


class VoucherMarket(Named):
    """A market of a voucher with its campaigns."""

    campaigns: list[CampaignStatus] | None = None


class StatedVoucher(Voucher):
    """A voucher with the campaigns beside which it works."""

    markets: list[VoucherMarket] | None = None


class NamedVouchers(RootModel[dict[str, list[StatedVoucher] | None]]):
    """The answer to named_vouchers: the vouchers of each code and of each name."""


class Vouchers(Record):
    """The answer to SEARCH_VOUCHERS."""

    vouchers: list[Voucher] | None = None


class VouchersByText(Record):
    """The answer to SEARCH_VOUCHERS_BY_TEXT."""

    by_code: list[Voucher] | None = None
    by_name: list[Voucher] | None = None


class VoucherStatus(Named):
    """A voucher as it is read back."""

    status: str | None = None


class VoucherStatuses(Record):
    """The answer to VOUCHER_STATUS."""

    vouchers: list[VoucherStatus] | None = None


class Campaign(Named):
    """A price campaign with where it holds."""

    status: str | None = None
    markets: list[Named] | None = None
    pricelists: list[Named] | None = None


class Campaigns(Record):
    """The answer to LIST_CAMPAIGNS."""

    campaigns: list[Campaign] | None = None


class CampaignOf(Record):
    """The campaign of a campaign variant."""

    id: int


class VariantOfProduct(Named):
    """A variant with its product."""

    product: Named | None = None


class CampaignVariant(Record):
    """What a campaign does to a variant, and when."""

    discount_percent: Decimal | None = None
    fixed_price: Amount | None = None
    start_at: AwareDatetime | None = None
    stop_at: AwareDatetime | None = None
    campaign: CampaignOf | None = None
    product_variant: VariantOfProduct | None = None


class CampaignDisplay(Record):
    """A display with what campaigns do to it."""

    id: int
    campaign_variants: list[CampaignVariant] | None = None


class CampaignDisplays(Record):
    """The answer to CAMPAIGN_PRODUCTS."""

    displays: list[CampaignDisplay] | None = None


class VoucherUpdated(Record):
    """The answer to SET_VOUCHER_STATUS."""

    update_voucher: Payload | None = None


class VoucherDeleted(Record):
    """The answer to DELETE_VOUCHER."""

    delete_voucher: Payload | None = None


class CampaignUpdated(Record):
    """The answer to SET_CAMPAIGN_STATUS."""

    update_campaign: Payload | None = None


_STORE = "store { id name }"
_FIELDS = "id name status code url method startAt stopAt maxUsages successfulUsages combineWithOtherVouchers"
_VOUCHER = f"""
    fragment Found on Voucher {{
      {_FIELDS}
      {_STORE}
    }}"""
_OPTIONAL = {"Store:read": _STORE}
_CAMPAIGNS = "campaigns { id name status }"
_MARKETS = f"markets {{ id name {_CAMPAIGNS} }}"


@cache
def named_vouchers(count: int) -> Operation[NamedVouchers]:
    """Return the query for `count` vouchers by code or name in one request; its variables are voucher0, voucher1, ...

    A filter by code or name takes one value only, so each voucher is two fields of their own under aliases.
    """
    declared = ", ".join(f"$voucher{n}: String!" for n in range(count))
    asked = "".join(
        f"""
      code{n}: vouchers(where: {{code: {{equals: $voucher{n}}}}}, limit: 10) {{ ...Stated }}
      name{n}: vouchers(where: {{name: {{equals: $voucher{n}}}}}, limit: 10) {{ ...Stated }}"""
        for n in range(count)
    )
    stated = f"fragment Stated on Voucher {{ {_FIELDS} {_STORE} {_MARKETS} }}"
    return Operation(
        document=f"query NamedVouchers({declared}) {{{asked}\n}}\n{stated}",
        result=NamedVouchers,
        needs=frozenset({"Voucher:read"}),
        optional={"Store:read": _STORE, "Market:read": _MARKETS, "Campaign:read": _CAMPAIGNS},
    )


NAMED_VOUCHERS = named_vouchers(1)

SEARCH_VOUCHERS = Operation(
    document="""
    query SearchVouchers($where: VoucherFilter, $limit: Int!) {
      vouchers(where: $where, limit: $limit) { ...Found }
    }"""
    + _VOUCHER,
    result=Vouchers,
    needs=frozenset({"Voucher:read"}),
    optional=_OPTIONAL,
)

SEARCH_VOUCHERS_BY_TEXT = Operation(
    document="""
    query SearchVouchersByText($code: VoucherFilter!, $name: VoucherFilter!, $limit: Int!) {
      byCode: vouchers(where: $code, limit: $limit) { ...Found }
      byName: vouchers(where: $name, limit: $limit) { ...Found }
    }"""
    + _VOUCHER,
    result=VouchersByText,
    needs=frozenset({"Voucher:read"}),
    optional=_OPTIONAL,
)

VOUCHER_STATUS = Operation(
    document="""
    query VoucherStatus($id: Int!) {
      vouchers(where: {id: [$id]}, limit: 1) { id name status }
    }""",
    result=VoucherStatuses,
    needs=frozenset({"Voucher:read"}),
)

_CAMPAIGN_MARKETS = "markets(limit: 200) { id name }"
_CAMPAIGN_PRICELISTS = "pricelists(limit: 200) { id name }"

LIST_CAMPAIGNS = Operation(
    document=f"""
    query ListCampaigns($where: CampaignFilter, $limit: Int!) {{
      campaigns(where: $where, sort: [id_DESC], limit: $limit) {{
        id name status
        {_CAMPAIGN_MARKETS}
        {_CAMPAIGN_PRICELISTS}
      }}
    }}""",
    result=Campaigns,
    needs=frozenset({"Campaign:read"}),
    optional={"Market:read": _CAMPAIGN_MARKETS, "Pricelist:read": _CAMPAIGN_PRICELISTS},
)

_VARIANT_PRODUCT = "product { id name }"
_VARIANT = f"productVariant {{ id name {_VARIANT_PRODUCT} }}"

CAMPAIGN_PRODUCTS = Operation(
    document=f"""
    query CampaignProducts($markets: [Int!]!, $limit: Int!, $page: Int!) {{
      displays(where: {{marketId: $markets}}, limit: $limit, page: $page) {{
        id
        campaignVariants(limit: 100) {{
          discountPercent fixedPrice {{ ...Amount }} startAt stopAt
          campaign {{ id }}
          {_VARIANT}
        }}
      }}
    }}"""
    + AMOUNT,
    result=CampaignDisplays,
    needs=frozenset({"Display:read", "Campaign:read"}),
    optional={"ProductVariant:read": _VARIANT, "Product:read": _VARIANT_PRODUCT},
)

SET_VOUCHER_STATUS = Operation(
    document="""
    mutation SetVoucherStatus($id: Int!, $status: Status!) {
      updateVoucher(id: $id, input: {status: $status}) { userErrors { message path } userWarnings { message path } }
    }""",
    result=VoucherUpdated,
    needs=frozenset({"Voucher:write"}),
)

DELETE_VOUCHER = Operation(
    document="""
    mutation DeleteVoucher($id: Int!) {
      deleteVoucher(id: $id) { userErrors { message path } userWarnings { message path } }
    }""",
    result=VoucherDeleted,
    needs=frozenset({"Voucher:write"}),
)

SET_CAMPAIGN_STATUS = Operation(
    document="""
    mutation SetCampaignStatus($id: Int!, $status: Status!) {
      updateCampaign(id: $id, input: {status: $status}) { userErrors { message path } userWarnings { message path } }
    }""",
    result=CampaignUpdated,
    needs=frozenset({"Campaign:write"}),
)
