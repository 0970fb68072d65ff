"""set_attributes: what it proposes, and what sending it does."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from langchain_centra.approval.card import markdown, preview
from langchain_centra.approval.effects import Effect
from langchain_centra.approval.proposal import Impossible, NothingToChange, Proposal
from langchain_centra.client import AsyncCentra, PermissionMissing, UserErrors
from langchain_centra.sandbox import Sandbox
from langchain_centra.tools.spec import WriteTool

Propose = Callable[..., Awaitable[Proposal]]
Write = Callable[[str], WriteTool]


@pytest.fixture
def spec(write: Write) -> WriteTool:
    return write("set_attributes")


def setting(kind: str, objects: list[str], attribute: str, *values: str, **more: str) -> dict[str, Any]:
    change = {"objects": objects, "attribute": attribute, "values": [*values], **more}
    return {"object_type": kind, "changes": [change]}


def held(sandbox: Sandbox, kind: str, number: int, name: str) -> Any:
    """What an object holds of a type: the names of values, or texts by element."""
    found = sandbox.store.attributes[kind, number]
    if sandbox.store.attribute_types[name].is_mapped:
        return [value.name for value in found.mapped if value.type.name == name]
    return found.dynamic[name].values if name in found.dynamic else {}


async def carry_out(spec: WriteTool, centra: AsyncCentra, proposal: Proposal) -> None:
    """Send every step, checking that the store shows `before` ahead of it and `after` behind it."""
    for step in proposal.steps:
        assert step.before == await spec.observe(centra, step)
        assert not (await spec.send(centra, step)).warnings
        assert step.after == await spec.observe(centra, step)


async def test_one_value_is_shown_from_before_to_after_with_what_is_allowed(propose: Propose, sandbox: Sandbox) -> None:
    proposal = await propose("set_attributes", **setting("product", ["TEE01"], "fit", "slim"))
    assert proposal.sentence == (
        "Change Fit (pr_fit) of Alva Tee (TEE01) to Slim (pr_fit takes one of Slim, Regular, Relaxed)"
    )
    [change] = proposal.changes
    assert (change.object, change.before, change.after) == ("Alva Tee (TEE01)", "Regular", "Slim")
    assert proposal.effects == {Effect.CONTENT}
    assert [step.targets for step in proposal.steps] == [("product:1",)]
    assert not sandbox.mutations
    times = {"read_at": "2026-03-01T12:00Z", "expires_at": "2026-03-02T12:00Z"}
    shown = markdown(preview(proposal, revision=1, args_digest="", **times))
    assert "| Alva Tee (TEE01): Fit (pr_fit) | Regular | Slim |" in shown.replace("\\", "")


@pytest.mark.parametrize(
    ("kind", "owner", "word", "attribute", "value"),
    [
        ("product", ("Product", 1), "Alva Tee", "pr_material", "Linen"),
        ("variant", ("ProductVariant", 1), "TEE01BLKM", "var_color_group", "Blue"),
        ("variant", ("ProductVariant", 1), "tee01blk", "var_shade", "Deep black"),
        ("variant", ("ProductVariant", 1), "#1", "var_shade", "Deep black"),
        ("display", ("Display", 2001), "#2001", "disp_badge", "Bestseller"),
        ("display", ("Display", 2002), "#2002", "disp_badge", "New"),
        ("category", ("Category", 312), "Accessories > Gifts", "cat_banner", "For you"),
        ("order", ("Order", 1042), "1042", "order_gift", "Hello"),
        ("order", ("Order", 1047), "#1047", "order_gift", "Hello"),
        ("customer", ("Customer", 1), "anna.berg@example.com", "customer_segment", "Press"),
        ("voucher", ("Voucher", 1), "WELCOME", "voucher_partner", "Radio"),
        ("campaign", ("Campaign", 1), "#1", "campaign_brief", "Winter"),
    ],
)
async def test_every_kind_of_object_is_named_as_people_do(
    propose: Propose,
    spec: WriteTool,
    centra: AsyncCentra,
    sandbox: Sandbox,
    kind: str,
    owner: tuple[str, int],
    word: str,
    attribute: str,
    value: str,
) -> None:
    elements = {"cat_banner": "headline", "order_gift": "message"}
    more = {"element": elements[attribute]} if attribute in elements else {}
    proposal = await propose("set_attributes", **setting(kind, [word], attribute, value, **more))
    await carry_out(spec, centra, proposal)
    found = held(sandbox, *owner, attribute)
    assert found == [value] or value in dict(found).values()


async def test_the_values_of_a_type_with_several_are_set_added_and_removed(
    propose: Propose, spec: WriteTool, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    async def change(*values: str, how: str) -> list[str]:
        proposal = await propose("set_attributes", **setting("product", ["TEE01"], "Material", *values, how=how))
        await carry_out(spec, centra, proposal)
        return sorted(held(sandbox, "Product", 1, "pr_material"))

    assert await change("Linen", how="add") == ["Linen", "Organic cotton"]
    assert await change("Organic cotton", how="remove") == ["Linen"]
    assert await change("merino wool", "Recycled polyester", how="set") == ["Merino wool", "Recycled polyester"]
    assert await change(how="set") == []
    names = [record.name for record in sandbox.mutations]
    assigned, unassigned = "assignAttributesBatch", "unassignAttributesBatch"
    assert names == [assigned, unassigned, assigned, unassigned, unassigned]


async def test_a_text_is_set_and_cleared(
    propose: Propose, spec: WriteTool, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    wanted = setting("order", ["1043"], "Gift", "No", element="Wrapped")
    await carry_out(spec, centra, await propose("set_attributes", **wanted))
    assert held(sandbox, "Order", 1043, "order_gift")["wrapped"] == "0"
    proposal = await propose("set_attributes", **setting("order", ["1043"], "Gift", element="message"))
    assert (proposal.changes[0].before, proposal.changes[0].after) == ("Happy birthday, Maja!", "(none)")
    await carry_out(spec, centra, proposal)
    assert held(sandbox, "Order", 1043, "order_gift") == {"wrapped": "0"}


async def test_a_hundred_objects_take_one_mutation_and_few_requests(
    propose: Propose, spec: WriteTool, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    numbers = [str(number) for number in range(900, 1000)]
    wanted = setting("order", numbers, "order_gift", "Thanks", element="message")
    proposal = await propose("set_attributes", **wanted)
    assert (proposal.rows, len(proposal.steps)) == (100, 1)
    sandbox.requests.clear()
    await carry_out(spec, centra, proposal)
    assert len(sandbox.mutations) == 1
    assert len(sandbox.requests) <= 7
    assert all(held(sandbox, "Order", int(n), "order_gift") == {"message": "Thanks"} for n in numbers)


async def test_more_than_a_hundred_objects_take_as_few_mutations_as_the_api_allows(propose: Propose) -> None:
    numbers = [str(number) for number in range(800, 1000)]
    proposal = await propose("set_attributes", **setting("order", numbers, "order_gift", "Hi", element="message"))
    assert [len(step.variables["input"]) for step in proposal.steps] == [100, 100]
    with pytest.raises(Impossible, match="More than 500 objects"):
        await propose("set_attributes", **setting("order", ["1"] * 501, "order_gift", "Hi", element="message"))


async def test_several_attributes_of_an_object_go_in_one_mutation(
    propose: Propose, spec: WriteTool, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    changes = [
        {"objects": ["TEE01", "Birk Tee"], "attribute": "pr_fit", "values": ["Slim"]},
        {"objects": ["TEE01"], "attribute": "pr_care", "element": "text", "values": ["Wash cold"]},
    ]
    proposal = await propose("set_attributes", object_type="product", changes=changes)
    assert proposal.sentence.startswith("Change 2 custom attributes of 2 products (pr_fit takes one of")
    [step] = proposal.steps
    assert [sorted(item) for item in step.variables["input"]] == [
        ["dynamicAttributes", "mappedAttributes", "objectId", "objectType"],
        ["mappedAttributes", "objectId", "objectType"],
    ]
    await carry_out(spec, centra, proposal)
    assert held(sandbox, "Product", 1, "pr_care") == {"text": "Wash cold"}


async def test_the_reverse_puts_everything_back(
    propose: Propose, spec: WriteTool, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    before = {number: sorted(held(sandbox, "Product", number, "pr_material")) for number in range(1, 61)}
    names = [product.product_number for product in sandbox.store.products.values()]
    proposal = await propose("set_attributes", **setting("product", names, "pr_material", "Linen"))
    await carry_out(spec, centra, proposal)
    assert proposal.reverse
    assert proposal.reverse.tool == "set_attributes"
    await carry_out(spec, centra, await propose("set_attributes", **proposal.reverse.args))
    assert {n: sorted(held(sandbox, "Product", n, "pr_material")) for n in range(1, 61)} == before


async def test_the_reverse_of_a_text_restores_or_clears_it(
    propose: Propose, spec: WriteTool, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    proposal = await propose("set_attributes", **setting("order", ["1042", "1043"], "Gift", "Hi", element="message"))
    await carry_out(spec, centra, proposal)
    assert proposal.reverse
    await carry_out(spec, centra, await propose("set_attributes", **proposal.reverse.args))
    assert held(sandbox, "Order", 1042, "order_gift") == {}
    assert held(sandbox, "Order", 1043, "order_gift")["message"] == "Happy birthday, Maja!"


async def test_what_is_so_already_is_left_out(propose: Propose) -> None:
    with pytest.raises(NothingToChange, match="already as requested"):
        await propose("set_attributes", **setting("product", ["TEE01"], "pr_fit", "Regular"))
    with pytest.raises(NothingToChange):
        await propose("set_attributes", **setting("product", ["TEE01"], "pr_material", "Linen", how="remove"))
    proposal = await propose("set_attributes", **setting("product", ["TEE01", "TEE02"], "pr_fit", "Regular"))
    assert proposal.rows == 1


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        (
            setting("product", ["TEE01"], "colour", "Red"),
            r"attribute 'colour' here.*pr_material \(Material\)",
        ),
        (setting("product", ["TEE01"], "disp_badge", "New"), "no custom attribute 'disp_badge' here"),
        (
            setting("product", ["TEE01"], "pr_fit", "Baggy"),
            "no value Baggy. The valid ones: Slim, Regular, Relaxed",
        ),
        (setting("product", ["TEE01"], "pr_fit", "Slim", "Regular"), "takes one value only"),
        (setting("product", ["TEE01"], "pr_fit", "Slim", element="name"), "has no elements to set"),
        (setting("product", ["TEE01"], "pr_material", how="add"), "Say which values of Material to add"),
        (setting("product", ["TEE01"], "pr_care", "x"), r"needs an element. The valid ones: text \(Washing advice\)"),
        (setting("product", ["TEE01"], "pr_care", "x", element="y"), "has no element 'y'"),
        (setting("product", ["TEE01"], "pr_care", "x", "y", element="text"), "takes one text, and 2 are given"),
        (setting("product", ["TEE01"], "pr_care", "x", element="text", how="add"), "can only be set or cleared"),
        (setting("product", ["TEE01"], "pr_care", "perhaps", element="recyclable"), "is yes or no"),
        (setting("category", ["Gifts"], "cat_banner", "x", element="image"), "a person has to set it in Centra"),
        (setting("product", ["Parka"], "pr_fit", "Slim"), r"no product Parka. Close to Parka: Alva Parka \(PRK01\)"),
        (
            setting("display", ["Alva Tee"], "disp_badge", "New"),
            r"names 2 of them: Alva Tee \(#2001\); Alva Tee \(",
        ),
        (setting("variant", ["TEE01"], "var_shade", "x"), "names no variants.*TEE01BLK, TEE01ECR"),
        (setting("category", ["Knitwear"], "cat_banner", "x", element="headline"), "2 categories are called"),
        (setting("order", ["9"], "order_gift", "x", element="message"), "There is no order 9"),
        (setting("order", ["nine"], "order_gift", "x", element="message"), "There is no order nine"),
    ],
)
async def test_what_cannot_be_set_is_explained_with_what_can(
    propose: Propose, sandbox: Sandbox, wanted: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Impossible, match=reason):
        await propose("set_attributes", **wanted)
    assert not sandbox.mutations


async def test_one_attribute_twice_with_different_values_is_refused(propose: Propose) -> None:
    changes = [
        {"objects": [word], "attribute": "pr_fit", "values": [fit]}
        for word, fit in (("TEE01", "Slim"), ("#1", "Relaxed"))
    ]
    with pytest.raises(Impossible, match="is given twice, as Slim and as Relaxed"):
        await propose("set_attributes", object_type="product", changes=changes)


async def test_customers_of_one_address_are_told_apart_by_number(
    propose: Propose, spec: WriteTool, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    sandbox.store.customers[2].email = sandbox.store.customers[1].email
    with pytest.raises(Impossible, match=r"names 2 of them: .*#1; .*#2"):
        await propose("set_attributes", **setting("customer", ["anna.berg@example.com"], "Segment", "Staff"))
    proposal = await propose("set_attributes", **setting("customer", ["#1", "#2"], "Segment", "Staff"))
    assert len(proposal.steps[0].before) == 2
    await carry_out(spec, centra, proposal)


async def test_a_value_that_somebody_else_set_meanwhile_is_seen(
    propose: Propose, spec: WriteTool, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    [step] = (await propose("set_attributes", **setting("product", ["TEE01"], "pr_fit", "Slim"))).steps
    relaxed = next(v for v in sandbox.store.mapped_attributes.values() if v.name == "Relaxed")
    sandbox.store.attributes["Product", 1].assign(relaxed)
    assert await spec.observe(centra, step) == {"pr_fit of Alva Tee (TEE01) #1": "Relaxed"}
    assert step.before == {"pr_fit of Alva Tee (TEE01) #1": "Regular"}


async def test_a_value_that_was_deleted_meanwhile_is_refused_by_the_store(
    propose: Propose, spec: WriteTool, centra: AsyncCentra, sandbox: Sandbox
) -> None:
    [step] = (await propose("set_attributes", **setting("product", ["TEE01", "TEE02"], "pr_fit", "Slim"))).steps
    del sandbox.store.mapped_attributes[step.variables["input"][0]["mappedAttributes"][0]["attributeId"]]
    with pytest.raises(UserErrors, match="Could not find MappedAttribute"):
        await spec.send(centra, step)
    assert await spec.observe(centra, step) == step.before


@pytest.mark.parametrize("missing", ["Product:read", "Product.attributes:read", "Attribute:read"])
async def test_the_permission_that_is_lacking_is_named(
    spec: WriteTool, sandbox: Sandbox, lacking: Callable[..., str], missing: str
) -> None:
    async with AsyncCentra(sandbox.url, lacking(missing), transport=sandbox.transport()) as centra:
        with pytest.raises(PermissionMissing, match=missing):
            await spec.propose(centra, spec.validate(setting("product", ["TEE01"], "pr_fit", "Slim")))


async def test_attributes_of_one_kind_do_not_need_the_permissions_of_another(spec: WriteTool, sandbox: Sandbox) -> None:
    token = sandbox.issue_token({"Attribute:read", "Attribute:write", "Display:read", "Display.attributes:read"})
    async with AsyncCentra(sandbox.url, token, transport=sandbox.transport()) as centra:
        proposal = await spec.propose(centra, spec.validate(setting("display", ["#2002"], "Badge", "New")))
        await carry_out(spec, centra, proposal)
    assert spec.needs == {"Attribute:read", "Attribute:write"}
    assert "Voucher.attributes:read" in spec.optional
