"""Finding out what a token may read, in as few requests as the answers allow.

Many reads are put into one request, each for one row and without its filters. An answer names a permission that is
missing; what needs it is taken out, and the rest is asked again until it goes through. So a token that may do
everything costs a request for a dozen reads, and each missing permission one more.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    REMOVE,
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    IntValueNode,
    NameNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    StringValueNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

from langchain_centra.client import AsyncCentra, CentraError, NotFound, PermissionMissing, RequestRefused
from langchain_centra.operations.operation import Bound, Operation

_READS_PER_REQUEST = 12
_SIZES = ("first", "last", "limit", "page")
_ZEROS: Mapping[str, Any] = {"Int!": IntValueNode(value="0"), "String!": StringValueNode(value="0")}
"""What stands for a value that a query cannot do without; every other filter is left out."""


@dataclass
class Probed:
    """What probing showed.

    Attributes:
        missing: permissions that the token lacks.
        problems: reads that do not work for another reason, by name.
    """

    missing: set[str] = field(default_factory=set)
    problems: dict[str, str] = field(default_factory=dict)


async def probe(centra: AsyncCentra, operations: Iterable[Operation[Any]], bound: Mapping[str, Bound]) -> Probed:
    """Try reads that fit the schema.

    Raises:
        CentraError: the store cannot be asked.
    """
    probed = Probed()
    reads = [op for op in operations if not op.is_mutation and not bound[op.name].problem]
    for start in range(0, len(reads), _READS_PER_REQUEST):
        await _probe(centra, reads[start : start + _READS_PER_REQUEST], bound, probed)
    return probed


async def _probe(
    centra: AsyncCentra,
    reads: Sequence[Operation[Any]],
    bound: Mapping[str, Bound],
    probed: Probed,
) -> None:
    while reads := [op for op in reads if not op.needs & probed.missing]:
        documents = [bound[op.name].written(op.without(probed.missing & op.optional.keys())) for op in reads]
        try:
            await centra.execute(merged(documents))
        except PermissionMissing as error:
            if set(error.permissions) <= probed.missing:
                await _one_by_one(centra, reads, bound, probed, error)
                return
            probed.missing |= set(error.permissions)
        except NotFound:
            return
        except RequestRefused as error:
            await _one_by_one(centra, reads, bound, probed, error)
            return
        else:
            return


async def _one_by_one(
    centra: AsyncCentra,
    reads: Sequence[Operation[Any]],
    bound: Mapping[str, Bound],
    probed: Probed,
    error: CentraError,
) -> None:
    if len(reads) == 1:
        probed.problems[reads[0].name] = error.message
        return
    for read in reads:
        await _probe(centra, [read], bound, probed)


def merged(documents: Sequence[str]) -> str:
    """Put queries into one, each for one row, without variables."""
    fields: list[FieldNode] = []
    fragments: list[FragmentDefinitionNode] = []
    for number, document in enumerate(documents):
        reduced = _reduced(parse(document, no_location=True), number)
        for definition in reduced.definitions:
            if isinstance(definition, FragmentDefinitionNode):
                fragments.append(definition)
            elif isinstance(definition, OperationDefinitionNode):
                fields += [_aliased(node, number) for node in definition.selection_set.selections]
    query = OperationDefinitionNode(
        operation=OperationType.QUERY,
        name=NameNode(value="Probe"),
        variable_definitions=(),
        directives=(),
        selection_set=SelectionSetNode(selections=tuple(fields)),
    )
    return print_ast(DocumentNode(definitions=(query, *fragments)))


def _aliased(node: Any, number: int) -> FieldNode:
    key = (node.alias or node.name).value
    return FieldNode(
        alias=NameNode(value=f"p{number}_{key}"),
        name=node.name,
        arguments=node.arguments,
        directives=node.directives,
        selection_set=node.selection_set,
    )


def _reduced(document: DocumentNode, number: int) -> DocumentNode:
    declared = _declared(document)

    class Reduce(Visitor):
        def enter_argument(self, node: ArgumentNode, *_: object) -> Any:
            if node.name.value in _SIZES:
                return _argument(node, IntValueNode(value="1"))
            if isinstance(node.value, VariableNode):
                zero = _ZEROS.get(declared[node.value.name.value])
                return REMOVE if zero is None else _argument(node, zero)
            return REMOVE if _has_variable(node.value) else None

        def leave_field(self, node: FieldNode, *_: object) -> Any:
            if not node.directives:
                return None
            return FieldNode(
                alias=node.alias,
                name=node.name,
                arguments=node.arguments,
                directives=(),
                selection_set=node.selection_set,
            )

        def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> Any:
            return FragmentSpreadNode(name=_numbered(node.name, number), directives=())

        def leave_fragment_definition(self, node: FragmentDefinitionNode, *_: object) -> Any:
            return FragmentDefinitionNode(
                name=_numbered(node.name, number),
                variable_definitions=(),
                type_condition=node.type_condition,
                directives=(),
                selection_set=node.selection_set,
            )

    reduced: DocumentNode = visit(document, Reduce())
    return reduced


def _declared(document: DocumentNode) -> dict[str, str]:
    """The type of each variable, as the document declares it."""
    return {
        variable.variable.name.value: print_ast(variable.type)
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode)
        for variable in definition.variable_definitions or ()
    }


def _numbered(name: NameNode, number: int) -> NameNode:
    return NameNode(value=f"P{number}{name.value}")


def _argument(node: ArgumentNode, value: Any) -> ArgumentNode:
    return ArgumentNode(name=node.name, value=value)


def _has_variable(value: Any) -> bool:
    found = []

    class Find(Visitor):
        def enter_variable(self, node: VariableNode, *_: object) -> None:
            found.append(node)

    visit(value, Find())
    return bool(found)
