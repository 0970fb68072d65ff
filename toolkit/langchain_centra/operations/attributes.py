"""Custom attributes: the types that are configured, their values, assigning and unassigning.

A mapped type has values that are made once and assigned by id, several where it is multi; a dynamic type has a free
text for each object and element, booleans as "0" and "1" (Centra, "Custom attributes"). What objects hold is read in
attribute_holders.
"""

from langchain_centra.operations.operation import Operation
from langchain_centra.operations.values import Payload, Record

VALUES_PER_PAGE = 200
OBJECTS_PER_MUTATION = 100


class AttributeTypeElement(Record):
    """A place for a value in an attribute type."""

    key: str | None = None
    description: str | None = None
    kind: str | None = None


class AttributeType(Record):
    """A custom attribute as it is configured."""

    name: str | None = None
    description: str | None = None
    is_mapped: bool | None = None
    is_multi: bool | None = None
    object_type: str | None = None
    elements: list[AttributeTypeElement] | None = None


class TypeName(Record):
    """An attribute type by its name."""

    name: str | None = None


class MappedAttribute(Record):
    """A value that a mapped type offers."""

    id: int
    name: str | None = None
    type: TypeName | None = None


class CustomAttributes(Record):
    """The answer to LIST_CUSTOM_ATTRIBUTES: the types, and a page of the values of mapped ones."""

    attribute_types: list[AttributeType] | None = None
    mapped_attributes: list[MappedAttribute] | None = None


class AttributeTypes(Record):
    """The answer to ATTRIBUTE_TYPES."""

    attribute_types: list[AttributeType] | None = None


class AttributeValues(Record):
    """The answer to ATTRIBUTE_VALUES."""

    mapped_attributes: list[MappedAttribute] | None = None


class Assigned(Record):
    """The answer to ASSIGN_ATTRIBUTES."""

    assign_attributes_batch: Payload | None = None


class Unassigned(Record):
    """The answer to UNASSIGN_ATTRIBUTES."""

    unassign_attributes_batch: Payload | None = None


_TYPE = "{ name description isMapped isMulti objectType elements { key description kind } }"

LIST_CUSTOM_ATTRIBUTES = Operation(
    document=f"""
    query ListCustomAttributes($types: AttributeTypeFilter, $values: MappedAttributeFilter, $limit: Int!) {{
      attributeTypes(where: $types) {_TYPE}
      mappedAttributes(where: $values, limit: $limit) {{ id name type {{ name }} }}
    }}""",
    result=CustomAttributes,
    needs=frozenset({"Attribute:read"}),
)

ATTRIBUTE_TYPES = Operation(
    document=f"query AttributeTypes($where: AttributeTypeFilter!) {{ attributeTypes(where: $where) {_TYPE} }}",
    result=AttributeTypes,
    needs=frozenset({"Attribute:read"}),
)

ATTRIBUTE_VALUES = Operation(
    document="""
    query AttributeValues($where: MappedAttributeFilter!, $limit: Int!, $page: Int!) {
      mappedAttributes(where: $where, limit: $limit, page: $page) { id name type { name } }
    }""",
    result=AttributeValues,
    needs=frozenset({"Attribute:read"}),
)

ASSIGN_ATTRIBUTES = Operation(
    document="""
    mutation AssignAttributes($input: [AttributesAssignGenericInput!]!) {
      assignAttributesBatch(input: $input) { userErrors { message path } userWarnings { message path } }
    }""",
    result=Assigned,
    needs=frozenset({"Attribute:write"}),
)

UNASSIGN_ATTRIBUTES = Operation(
    document="""
    mutation UnassignAttributes($input: [AttributesUnassignGenericInput!]!) {
      unassignAttributesBatch(input: $input) { userErrors { message path } userWarnings { message path } }
    }""",
    result=Unassigned,
    needs=frozenset({"Attribute:write"}),
)
