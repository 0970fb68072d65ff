"""Fitting operations to the schema of a live store, which is newer than the one that they were written against.

The names of some mutations and input fields were never seen; their input types were. Such a mutation is the one that
takes the type, whatever it is called, and such a field the one of its kind in its type. What fits in no way is switched
off with the reason, and the rest goes on.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from types import MappingProxyType
from typing import Any, cast

from cachetools import LRUCache, cached
from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLSchema,
    IntrospectionQuery,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_client_schema,
    get_introspection_query,
    get_named_type,
    is_required_input_field,
    parse,
    type_from_ast,
    validate,
    visit,
)

from langchain_centra.client import AsyncCentra, TransportFailed
from langchain_centra.operations.filled import FILLED
from langchain_centra.operations.operation import Bound, Operation, digest

MUTATIONS_BY_INPUT = {
    "addOrderNote": "OrderNoteAddInput",
    "createCategory": "CategoryCreateInput",
    "setCategoryDisplays": "CategoryDisplaysSetInput",
    "unsetCategoryDisplays": "CategoryDisplaysUnsetInput",
    "updateCampaign": "CampaignUpdateInput",
    "updateCustomer": "CustomerUpdateInput",
    "updateVoucher": "VoucherUpdateInput",
}
"""Mutations whose name was never seen, and the input type by which they are found."""

OTHER_NAMES = {"deleteVoucher": ("removeVoucher",)}
"""Mutations without an input type, and what else they may be called: older mutations are named `remove...`."""

FIELDS_BY_TYPE = {
    ("OrderNoteAddInput", "note"): "String!",
    ("StockChangeProductSizeInput", "deliveredQuantity"): "Int!",
}
"""Input fields whose name was never seen, and the type by which they are found."""

InputName = tuple[tuple[str, ...], str]

_DEEPEST_INPUT = 5
_KEPT_FITS = 16
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class Unfit(Exception):
    """An operation does not fit the schema; the text says where."""


@dataclass(frozen=True, kw_only=True)
class DeprecatedField:
    """A field that operations use and that will go; `date` is that of its removal, if it is told."""

    field: str
    reason: str
    date: str | None
    operations: tuple[str, ...]


async def read_schema(centra: AsyncCentra) -> GraphQLSchema:
    """Read the schema of a store by introspection, in one request.

    Raises:
        CentraError: it cannot be read.
    """
    return _schema(await _introspection(centra))


async def fit_all(
    centra: AsyncCentra, operations: Mapping[str, Operation[Any]]
) -> tuple[Mapping[str, Bound], tuple[DeprecatedField, ...]]:
    """Write operations for the schema of a store; returns them, and the deprecated fields that they select.

    Raises:
        CentraError: the schema cannot be read.
    """
    return _fit_all(await _introspection(centra), operations)


async def _introspection(centra: AsyncCentra) -> Mapping[str, Any]:
    return (await centra.execute(get_introspection_query(descriptions=False))).data


def _schema(introspection: Mapping[str, Any]) -> GraphQLSchema:
    try:
        return build_client_schema(cast(IntrospectionQuery, introspection))
    except (TypeError, GraphQLError) as error:
        raise TransportFailed(f"the schema cannot be understood ({error})", retryable=False) from None


def _fit_key(introspection: Mapping[str, Any], operations: Mapping[str, Operation[Any]]) -> tuple[str, str]:
    return sha256(json.dumps(introspection).encode()).hexdigest(), digest(operations)


# Stores of one version of Centra have one schema, and fitting all operations to it takes half a second.
@cached(LRUCache(_KEPT_FITS), key=_fit_key, lock=Lock())
def _fit_all(
    introspection: Mapping[str, Any], operations: Mapping[str, Operation[Any]]
) -> tuple[Mapping[str, Bound], tuple[DeprecatedField, ...]]:
    schema = _schema(introspection)
    bound = {name: fit(operation, schema) for name, operation in operations.items()}
    documents = {
        name: bound[name].written(operation.without((), bound[name].variant))
        for name, operation in operations.items()
        if not bound[name].problem
    }
    return MappingProxyType(bound), tuple(deprecated(documents, schema))


def fit(operation: Operation[Any], schema: GraphQLSchema) -> Bound:
    """Write an operation for a schema: the first of its documents that fits, else why the first does not."""
    problems = []
    for variant, document in enumerate((operation.document, *operation.variants)):
        try:
            return _fitted(document, variant, schema)
        except Unfit as problem:
            problems.append(str(problem))
    return Bound(problem=f"{operation.name} does not fit this store's schema: {problems[0]}")


def deprecated(operations: Mapping[str, str], schema: GraphQLSchema) -> list[DeprecatedField]:
    """Return the deprecated fields that documents select, with the names of their operations."""
    found: dict[tuple[str, str], list[str]] = {}
    for name, document in operations.items():
        for field in _deprecated_fields(document, schema):
            found.setdefault(field, []).append(name)
    return [
        DeprecatedField(field=field, reason=reason, date=date[0] if date else None, operations=tuple(users))
        for (field, reason), users in found.items()
        for date in [_DATE.search(reason)]
    ]


def _fitted(document: str, variant: int, schema: GraphQLSchema) -> Bound:
    definition = _definition(document)
    bound = Bound(variant=variant)
    if definition.operation.value == "mutation":
        bound = _mutation(definition, variant, schema)
    errors = validate(schema, parse(bound.written(document)))
    if errors:
        raise Unfit(errors[0].message.partition(" Did you mean")[0])
    renamed = tuple(_renamed_inputs(definition, schema))
    if definition.operation.value == "mutation":
        _check_demands(definition, schema, {name for _, name in renamed})
    return Bound(variant=variant, field=bound.field, argument=bound.argument, inputs=renamed)


def _mutation(definition: OperationDefinitionNode, variant: int, schema: GraphQLSchema) -> Bound:
    """Find the mutation that a document means."""
    [node] = definition.selection_set.selections
    ours = node.name.value if isinstance(node, FieldNode) else ""
    there: Mapping[str, Any] = schema.mutation_type.fields if schema.mutation_type else {}
    wanted = MUTATIONS_BY_INPUT.get(ours)
    if ours in there:
        theirs = ours
    elif wanted:
        takers = [name for name, field in there.items() if _inputs_of(field, wanted)]
        if len(takers) != 1:
            found = f"{len(takers)} mutations take" if takers else "no mutation takes"
            raise Unfit(f"there is no mutation {ours}, and {found} {wanted}.")
        [theirs] = takers
    else:
        theirs = next((name for name in OTHER_NAMES.get(ours, ()) if name in there), "")
        if not theirs:
            raise Unfit(f"there is no mutation {ours}.")
    names = _inputs_of(there[theirs], wanted) if wanted else []
    argument = (names[0], "input") if len(names) == 1 and names != ["input"] else None
    renamed = theirs != ours or argument is not None
    return Bound(variant=variant, field=(theirs, ours) if renamed else None, argument=argument)


def _check_demands(definition: OperationDefinitionNode, schema: GraphQLSchema, renamed: Collection[str]) -> None:
    """Raise Unfit where an input that the mutation fills demands a field that it does not send."""
    kinds = [type_from_ast(schema, variable.type) for variable in definition.variable_definitions or ()]
    seen = set[str]()
    while kinds:
        kind = get_named_type(kinds.pop())
        if not isinstance(kind, GraphQLInputObjectType) or kind.name not in FILLED or kind.name in seen:
            continue
        seen.add(kind.name)
        for name, field in kind.fields.items():
            if is_required_input_field(field) and name not in {*FILLED[kind.name], *renamed}:
                raise Unfit(f"{kind.name}.{name} has to be given there, and is not known here.")
            kinds.append(field.type)


def _inputs_of(field: Any, wanted: str) -> list[str]:
    return [name for name, argument in field.args.items() if get_named_type(argument.type).name == wanted]


def _renamed_inputs(
    definition: OperationDefinitionNode, schema: GraphQLSchema
) -> Iterator[tuple[tuple[str, ...], str]]:
    for variable in definition.variable_definitions or ():
        kind = get_named_type(type_from_ast(schema, variable.type))
        yield from _renamed_in(kind, (variable.variable.name.value,))


def _renamed_in(kind: Any, path: tuple[str, ...]) -> Iterator[InputName]:
    if not isinstance(kind, GraphQLInputObjectType) or len(path) > _DEEPEST_INPUT:
        return
    for (owner, name), wanted in FIELDS_BY_TYPE.items():
        if owner == kind.name and name not in kind.fields:
            candidates = [other for other, field in kind.fields.items() if str(field.type) == wanted]
            if len(candidates) != 1:
                raise Unfit(f"{owner} has no field {name}, and {len(candidates) or 'no'} other of type {wanted}.")
            yield (*path, name), candidates[0]
    for name, field in kind.fields.items():
        yield from _renamed_in(get_named_type(field.type), (*path, name))


def _deprecated_fields(document: str, schema: GraphQLSchema) -> Iterable[tuple[str, str]]:
    info, found = TypeInfo(schema), dict[tuple[str, str], None]()

    class Collect(Visitor):
        def enter_field(self, node: FieldNode, *_: object) -> None:
            field, owner = info.get_field_def(), info.get_parent_type()
            if field is not None and owner is not None and field.deprecation_reason is not None:
                found[f"{owner.name}.{node.name.value}", field.deprecation_reason] = None

    visit(parse(document), TypeInfoVisitor(info, Collect()))
    return found


def _definition(document: str) -> OperationDefinitionNode:
    definition = parse(document).definitions[0]
    if not isinstance(definition, OperationDefinitionNode):
        raise TypeError("An operation's document starts with its query or mutation.")
    return definition
