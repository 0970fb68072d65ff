"""What a write would do, worked out with reads alone."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict

from langchain_centra.approval.effects import Effect


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Change(_Frozen):
    """One field of one object, now and after the write; `unit` is a currency or "units"."""

    object: str
    field: str
    before: Any
    after: Any
    unit: str | None = None


class Money(_Frozen):
    """An amount that the write moves, keeps or gives up."""

    what: str
    amount: Decimal
    currency: str


class Step(_Frozen):
    """One mutation, frozen: what is sent, what must still be true before, what must be true after.

    `before` is the fingerprint: the fields that matter to this write, as they were read. `after` promises
    values for some of the same fields. `targets` names what the write touches ("order:<id>",
    "stock:<warehouse>:<sku>"); only one write at a time works on a target.
    """

    operation: str
    variables: dict[str, Any]
    targets: tuple[str, ...]
    before: dict[str, Any]
    after: dict[str, Any]


class Reverse(_Frozen):
    """The call that would take a write back, built from the state before it; `tool` takes `args`."""

    tool: str
    args: dict[str, Any]


class Proposal(_Frozen):
    """Everything that a person has to know to decide, and the steps that follow from a yes.

    `undo` says in words how to take it back, `reverse` is the call that does so, where the API can. `personal` are the
    personal data that were read for it and stand in its texts.

    `measures` holds the numbers that a policy bounds: "stock_delta" (units), "price_change_percent",
    "order_value" (in the order's currency); the number of rows is `rows`.
    """

    sentence: str
    changes: tuple[Change, ...]
    effects: frozenset[Effect]
    steps: tuple[Step, ...]
    money: tuple[Money, ...] = ()
    messages: tuple[str, ...] = ()
    stock: tuple[str, ...] = ()
    undo: str | None = None
    reverse: Reverse | None = None
    warnings: tuple[str, ...] = ()
    rows: int = 1
    measures: Mapping[str, Decimal] = {}
    personal: tuple[str, ...] = ()

    @property
    def targets(self) -> frozenset[str]:
        """Everything that the steps touch."""
        return frozenset(target for step in self.steps for target in step.targets)

    def grew_beyond(self, other: "Proposal") -> bool:
        """Whether this proposal does something that a yes to the other one did not cover."""
        return bool(
            self.effects - other.effects
            or self.targets - other.targets
            or set(self.warnings) - set(other.warnings)
            or self.rows > other.rows
            or _exceeds(_amounts(self), _amounts(other))
            or _exceeds(self.measures, other.measures)
        )


class CannotPropose(Exception):
    """The write is not proposed, and nobody is asked; the text tells the model why and what to do instead.

    `personal` are the personal data that were read before and may stand in the text.
    """

    personal: Collection[str] = ()


class Impossible(CannotPropose):
    """The request cannot be carried out as it stands: an unknown SKU, an order that has shipped."""


class NothingToChange(CannotPropose):
    """The store is already as requested, so nothing is written."""


def _amounts(proposal: Proposal) -> dict[str, Decimal]:
    return {f"{money.what} {money.currency}": money.amount for money in proposal.money}


def _exceeds(now: Mapping[str, Decimal], then: Mapping[str, Decimal]) -> bool:
    return any(name not in then or abs(amount) > abs(then[name]) for name, amount in now.items())
