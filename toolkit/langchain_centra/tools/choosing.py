"""Choosing tools by what people call them: a role, groups, names."""

from collections.abc import Collection, Mapping

from langchain_centra.tools.registry import TOOLS
from langchain_centra.tools.spec import ReadTool, ToolSpec, WriteTool
from langchain_centra.tools.undo import undo_change

PRESETS: Mapping[str, tuple[Collection[str], Collection[str]]] = {
    "analyst": (("catalogue", "stock", "orders", "customers", "channels", "analysis"), ()),
    "customer_service": (("catalogue", "stock", "orders", "customers", "channels"), ("orders", "customers")),
    "merchandiser": (
        ("catalogue", "stock", "channels", "analysis"),
        ("products", "attributes", "categories", "prices", "discounts"),
    ),
    "fulfilment": (("catalogue", "stock", "orders", "channels"), ("stock", "shipments")),
}
"""The groups that a role reads and writes."""

_ALL = (*TOOLS, undo_change)


def chosen_tools(
    reads: bool | Collection[str] | None,
    writes: bool | Collection[str] | None,
    *,
    exclude: Collection[str],
    preset: str | None,
) -> tuple[ToolSpec, ...]:
    """Return the tools that `CentraToolkit` was asked for, in their order; undo_change comes with any write.

    Raises ValueError for a name that is no group, no tool or no preset.
    """
    usual_reads, usual_writes = role(preset)
    names = _chosen(usual_reads if reads is None else reads, ReadTool)
    names |= _chosen(usual_writes if writes is None else writes, WriteTool)
    excluded = names_of(exclude, ToolSpec)
    specs = tuple(spec for spec in TOOLS if spec.name in names and spec.name not in excluded)
    undo = any(isinstance(spec, WriteTool) for spec in specs) and undo_change.name not in excluded
    return (*specs, undo_change) if undo else specs


def names_of(names: Collection[str], kind: type[ToolSpec]) -> set[str]:
    """Return the names of the tools of a kind that groups and tools of these names are.

    Raises ValueError for a name that is neither, TypeError for a text in place of a list.
    """
    if isinstance(names, str):
        raise TypeError(f"Pass a list of names, not the text {names!r}.")
    known = [spec for spec in _ALL if isinstance(spec, kind)]
    possible = {name for spec in known for name in (spec.name, spec.group)}
    if unknown := set(names) - possible:
        raise ValueError(f"Unknown: {', '.join(sorted(unknown))}. Choose from: {', '.join(sorted(possible))}.")
    return {spec.name for spec in known if spec.name in names or spec.group in names}


def reads_and_writes(names: Collection[str]) -> tuple[list[str], list[str]]:
    """Return which of these groups and tools read, and which write."""
    named = names_of(names, ToolSpec)
    reads = [spec.name for spec in TOOLS if spec.name in named and isinstance(spec, ReadTool)]
    return reads, [spec.name for spec in TOOLS if spec.name in named and isinstance(spec, WriteTool)]


def role(preset: str | None) -> tuple[bool | Collection[str], bool | Collection[str]]:
    """Return the groups that a role reads and writes; without one every read and no write.

    Raises ValueError for a name that is no preset.
    """
    if preset is None:
        return True, False
    if preset not in PRESETS:
        raise ValueError(f"There is no preset {preset}. Choose from: {', '.join(PRESETS)}.")
    groups = {spec.group for spec in TOOLS}
    reads, writes = PRESETS[preset]
    return [name for name in reads if name in groups], [name for name in writes if name in groups]


def _chosen(choice: bool | Collection[str], kind: type[ToolSpec]) -> set[str]:
    if isinstance(choice, bool):
        return {spec.name for spec in TOOLS if isinstance(spec, kind)} if choice else set()
    return names_of(choice, kind)
