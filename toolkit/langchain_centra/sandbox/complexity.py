"""What a request costs, computed before it runs.

The platform's formula is not published. This one is ours, made to land near the published figures: 10 for the rate
limits, 50 to 60 for one object by id, 110 to 250 for an ordinary list or mutation, free to allocate for nothing while
every other stock quantity is expensive, nested lists dear.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    InlineFragmentNode,
    IntValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphql import GraphQLField, GraphQLSchema, OperationDefinitionNode, SelectionSetNode

_RATE_LIMITS = 10
_ONE_OBJECT = 50
_CONNECTION = 40
_LIST_OR_MUTATION = 100
_NESTED_LIST = 10
_NESTED_OBJECT = 5
_STOCK_QUANTITY = 5
_ORDINARY_PAGE = 20
_PAGE_ARGUMENTS = ("limit", "first", "last")


class Complexity:
    """The cost of one operation."""

    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode], variables: Mapping[str, Any]
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._variables = variables

    def root_fields(self, operation: OperationDefinitionNode) -> tuple[str, ...]:
        """Return the names of an operation's root fields."""
        root = self._schema.get_root_type(operation.operation)
        return tuple(node.name.value for node, _ in self._fields(operation.selection_set, root))

    def of(self, operation: OperationDefinitionNode) -> int:
        """Return the cost of an operation, at least 1."""
        root = self._schema.get_root_type(operation.operation)
        total = sum(
            self._root(node, field) for node, field in self._fields(operation.selection_set, root) if field is not None
        )
        return max(1, round(total))

    def _root(self, node: FieldNode, field: GraphQLField) -> float:
        name = node.name.value
        if name.startswith("__"):
            return 0
        if name == "rateLimits":
            return _RATE_LIMITS
        children = self._children(node, field) * self._pages(node)
        if name.endswith("Connection"):
            return _CONNECTION + self._page_size(node) + children
        by_id = "id" in field.args and "input" not in field.args
        return (_ONE_OBJECT if by_id or name == "counters" else _LIST_OR_MUTATION) + children

    def _nested(self, node: FieldNode, field: GraphQLField) -> float:
        name = node.name.value
        named = get_named_type(field.type)
        if not is_composite_type(named):
            expensive = name.endswith("Quantity") and name != "freeToAllocateQuantity"
            return _STOCK_QUANTITY if expensive and "limit" not in field.args else 0
        children = self._children(node, field) * self._pages(node)
        return (_NESTED_LIST if is_list_type(get_nullable_type(field.type)) else _NESTED_OBJECT) + children

    def _children(self, node: FieldNode, field: GraphQLField) -> float:
        if node.selection_set is None:
            return 0
        inner = self._fields(node.selection_set, get_named_type(field.type))
        return sum(self._nested(child, definition) for child, definition in inner if definition is not None)

    def _fields(
        self, selections: SelectionSetNode, parent: GraphQLNamedType | None
    ) -> list[tuple[FieldNode, GraphQLField | None]]:
        found: list[tuple[FieldNode, GraphQLField | None]] = []
        for selection in selections.selections:
            match selection:
                case FieldNode():
                    found.append((selection, getattr(parent, "fields", {}).get(selection.name.value)))
                case InlineFragmentNode():
                    condition = selection.type_condition
                    owner = self._schema.get_type(condition.name.value) if condition else parent
                    found.extend(self._fields(selection.selection_set, owner))
                case FragmentSpreadNode():
                    fragment = self._fragments[selection.name.value]
                    owner = self._schema.get_type(fragment.type_condition.name.value)
                    found.extend(self._fields(fragment.selection_set, owner))
        return found

    def _page_size(self, node: FieldNode) -> int:
        for argument in node.arguments or ():
            if argument.name.value in _PAGE_ARGUMENTS:
                match argument.value:
                    case IntValueNode(value=text):
                        return int(text)
                    case VariableNode(name=name):
                        given = self._variables.get(name.value)
                        return given if isinstance(given, int) else _ORDINARY_PAGE
        return _ORDINARY_PAGE

    def _pages(self, node: FieldNode) -> float:
        return max(1.0, self._page_size(node) / _ORDINARY_PAGE)
