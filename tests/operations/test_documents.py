"""Every operation against the schema: its document, its result model, its permissions."""

from collections.abc import Iterator
from decimal import Decimal
from importlib import import_module
from pkgutil import iter_modules
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import pytest
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLObjectType,
    OperationDefinitionNode,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_non_null_type,
    parse,
    type_from_ast,
    validate,
    visit,
)
from published import SCHEMA
from pydantic import BaseModel, RootModel

from langchain_centra import operations as operations_package
from langchain_centra.operations import Operation
from langchain_centra.operations.order_history import ORDER_FIELDS
from langchain_centra.operations.order_history import PERMISSION as HISTORY
from langchain_centra.operations.orders import SECTIONS, order_with
from langchain_centra.operations.reports import earlier_orders
from langchain_centra.operations.stock import stock_by_code
from langchain_centra.tools.registry import TOOLS

OPERATIONS = {
    **{operation.name: operation for tool in TOOLS for operation in tool.every_operation},
    "StockByCode of 25": stock_by_code(25, 5),
    "EarlierOrders of 50": earlier_orders(50),
}
REQUIRED = {"id", "number", "__typename"}
UNSEEN = {"history"}
"""What is found in a store's schema by its type, and is selected under this name."""
SCALARS: dict[str, Any] = {"Int": int, "Float": Decimal, "String": str, "Boolean": bool}

operations = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)


def without(operation: Operation[Any], *permissions: str) -> str:
    """The document as the operation sends it when these permissions are missing."""
    return operation.without(permissions)


def permissions_of(document: str) -> set[str]:
    """Every permission that the schema asks for the document's fields and their types."""
    info, found = TypeInfo(SCHEMA), set[str]()

    class Collect(Visitor):
        def enter_field(self, *_: Any) -> None:
            definition = info.get_field_def()
            if definition:
                found.update(_required(definition.ast_node), _required(get_named_type(definition.type).ast_node))

    visit(parse(document), TypeInfoVisitor(info, Collect()))
    return found


def _required(node: Any) -> Iterator[str]:
    for directive in (node and node.directives) or ():
        if directive.name.value == "permission":
            [requires] = [a.value for a in directive.arguments if a.name.value == "requires"]
            yield from (value.value for value in requires.values)


@operations
def test_the_document_is_valid_whichever_optional_permissions_are_missing(operation: Operation[Any]) -> None:
    variants = [(), *((permission,) for permission in operation.optional), tuple(operation.optional)]
    for missing in variants:
        errors = validate(SCHEMA, parse(without(operation, *missing)))
        assert not errors, (missing, errors)


@operations
def test_needs_and_optional_are_what_the_schema_asks(operation: Operation[Any]) -> None:
    assert permissions_of(without(operation, *operation.optional)) == operation.needs
    assert permissions_of(operation.document) == operation.needs | operation.optional.keys()
    for permission in operation.optional:
        assert permission not in permissions_of(without(operation, permission))


@operations
def test_arguments_that_need_a_permission_are_named(operation: Operation[Any]) -> None:
    inputs: list[Any] = [
        type_from_ast(SCHEMA, variable.type) for variable in _definition(operation).variable_definitions or ()
    ]
    fields = [
        (name, permission)
        for kind in inputs
        if isinstance(get_named_type(kind), GraphQLInputObjectType)
        for name, field in get_named_type(kind).fields.items()
        for permission in _required(field.ast_node)
    ]
    finds = {"history": HISTORY} if operation is ORDER_FIELDS else {}
    assert dict(fields) | finds == dict(operation.argument_needs)


@operations
def test_a_mutation_asks_for_errors_and_warnings_and_for_nothing_that_a_token_may_lack(
    operation: Operation[Any],
) -> None:
    if not operation.is_mutation:
        return
    [field] = _definition(operation).selection_set.selections
    asked = {child.name.value: {leaf.name.value for leaf in child.selection_set.selections} for child in _fields(field)}
    judged = {"userErrors": {"message", "path"}, "userWarnings": {"message", "path"}}
    assert asked | judged == asked
    if len(asked) > len(judged):
        assert not operation.optional, "a token without it would not know what was written"


@operations
def test_a_list_is_always_limited(operation: Operation[Any]) -> None:
    info, unlimited = TypeInfo(SCHEMA), []

    class Check(Visitor):
        def enter_field(self, node: FieldNode, *_: Any) -> None:
            definition = info.get_field_def()
            arguments = {argument.name.value for argument in node.arguments or ()}
            if definition and definition.args.keys() & {"limit", "last"} and not arguments & {"limit", "first", "last"}:
                unlimited.append(node.name.value)

    visit(parse(operation.document), TypeInfoVisitor(info, Check()))
    assert not unlimited


@operations
def test_the_result_models_every_selected_field_and_no_other(operation: Operation[Any]) -> None:
    if operation is ORDER_FIELDS:
        return  # reads the schema, which is in no schema
    root: Any = SCHEMA.mutation_type if operation.is_mutation else SCHEMA.query_type
    fragments = {
        d.name.value: d for d in parse(operation.document).definitions if isinstance(d, FragmentDefinitionNode)
    }
    if issubclass(operation.result, RootModel):
        [wanted] = get_args(operation.result.model_fields["root"].annotation)[1:]
        for field in _fields(_definition(operation)):
            _agree(field.name.value, root.fields[field.name.value].type, wanted, field.selection_set, fragments)
        return
    _model_agrees(operation.result, root, _definition(operation).selection_set, fragments)


def test_every_operation_belongs_to_a_tool() -> None:
    found = iter_modules(operations_package.__path__, f"{operations_package.__name__}.")
    modules = [import_module(module.name) for module in found]
    written = {value.name for module in modules for value in vars(module).values() if isinstance(value, Operation)}
    assert written <= OPERATIONS.keys()


@pytest.mark.parametrize("section", [*SECTIONS, "returns"])
def test_an_order_is_asked_for_its_sections_only(section: str) -> None:
    operation = order_with([section])
    assert not validate(SCHEMA, parse(operation.document))
    test_needs_and_optional_are_what_the_schema_asks(operation)
    assert len(operation.document) < len(order_with([*SECTIONS, "returns"]).document)


def test_a_document_starts_with_a_named_operation() -> None:
    with pytest.raises(ValueError, match="starts with"):
        Operation(document="{ counters { orders } }", result=BaseModel, needs=frozenset())


def test_an_optional_selection_stands_in_the_document() -> None:
    with pytest.raises(ValueError, match="Store:read"):
        Operation(
            document="query Q { counters { orders } }",
            result=BaseModel,
            needs=frozenset(),
            optional={"Store:read": "store { id }"},
        )


def _model_agrees(model: type[BaseModel], parent: Any, selection: SelectionSetNode, fragments: Any) -> None:
    selected = list(_with_parents(parent, selection, fragments))
    by_alias = {field.alias or name: field for name, field in model.model_fields.items()}
    keys = [field.alias.value if field.alias else field.name.value for _, field in selected]
    assert set(keys) | UNSEEN == by_alias.keys() | UNSEEN, f"{model.__name__}: {set(keys) ^ by_alias.keys()}"
    for key, (owner, field) in zip(keys, selected, strict=True):
        name = field.name.value
        kind = None if name == "__typename" else owner.fields[name].type
        _agree(name, kind, by_alias[key].annotation, field.selection_set, fragments)


def _agree(name: str, kind: Any, annotation: Any, selection: SelectionSetNode | None, fragments: Any) -> None:
    inner, optional = _unwrapped(annotation)
    if kind is None:
        assert inner is str
        return
    assert optional or (name in REQUIRED and is_non_null_type(kind)), f"{name} has to accept null"
    kind = get_nullable_type(kind)
    if is_list_type(kind):
        assert get_origin(inner) is list, f"{name} is a list"
        [member] = get_args(inner)
        inner, kind = _unwrapped(member)[0], get_nullable_type(kind.of_type)
    if selection:
        assert isinstance(inner, type)
        assert issubclass(inner, BaseModel)
        _model_agrees(inner, kind, selection, fragments)
    elif isinstance(kind, GraphQLEnumType):
        assert inner is str, f"{name}: an unknown member of {kind.name} must not break reading"
    elif kind.name in SCALARS:
        assert inner is SCALARS[kind.name], f"{name}: {kind.name} is read as {inner}"


def _unwrapped(annotation: Any) -> tuple[Any, bool]:
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, UnionType):
        [inner] = [member for member in get_args(annotation) if member is not NoneType]
        return _unwrapped(inner)[0], True
    return annotation, False


def _with_parents(parent: Any, selection: SelectionSetNode, fragments: Any) -> Iterator[tuple[Any, FieldNode]]:
    node: Any
    for node in selection.selections:
        if isinstance(node, FieldNode):
            yield parent, node
        elif node.kind == "fragment_spread":
            yield from _with_parents(parent, fragments[node.name.value].selection_set, fragments)
        else:
            narrowed = SCHEMA.type_map[node.type_condition.name.value]
            assert isinstance(narrowed, GraphQLObjectType)
            yield from _with_parents(narrowed, node.selection_set, fragments)


def _definition(operation: Operation[Any]) -> OperationDefinitionNode:
    definition = parse(operation.document).definitions[0]
    assert isinstance(definition, OperationDefinitionNode)
    return definition


def _fields(node: Any) -> list[Any]:
    return list(node.selection_set.selections)
