"""Arguments that several tools take, and how a wrong one is explained to the model."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from langchain_centra.approval.proposal import CannotPropose

LARGEST_INT = 2**31 - 1
_ECHO = 60
_SENTENCES = 3


class Arguments(BaseModel):
    """What a tool takes: unknown names are refused, texts are stripped."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class InvalidArguments(CannotPropose):
    """An argument is missing, unknown or out of bounds; the text says which and what is expected."""


def whole_number(value: Any) -> Any:
    """Take a number as people write it, `#1042` too; true and false are none."""
    if isinstance(value, bool):
        raise ValueError("It should be a number")
    return value.strip().removeprefix("#") if isinstance(value, str) else value


def _upper(value: Any) -> Any:
    return value.strip().upper() if isinstance(value, str) else value


OrderNumber = Annotated[int, Field(ge=1, le=LARGEST_INT), BeforeValidator(whole_number)]
Quantity = Annotated[
    int,
    Field(ge=0, le=LARGEST_INT, description="Physical units, allocated ones included."),
    BeforeValidator(whole_number),
]
Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Comment = Annotated[str, StringConstraints(max_length=2000)]
ActiveStatus = Annotated[Literal["ACTIVE", "INACTIVE"], BeforeValidator(_upper)]
ResponseFormat = Literal["concise", "detailed"]
Sku = Annotated[str, StringConstraints(min_length=1, max_length=100)]


def validated(tool: str, model: type[BaseModel], raw: Mapping[str, Any]) -> BaseModel:
    """Return the arguments of a tool as its model; an optional argument given as null counts as not given.

    Raises InvalidArguments, whose text is one sentence for each wrong argument, three at most.
    """
    try:
        return model.model_validate(_given(raw))
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False)
        sentences = [_sentence(tool, model, detail) for detail in details[:_SENTENCES]]
        more = len(details) - _SENTENCES
        raise InvalidArguments(" ".join(sentences) + (f" {more} more are wrong." if more > 0 else "")) from None


def _given(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _given(one) for name, one in value.items() if one is not None}
    return [_given(one) for one in value] if isinstance(value, list) else value


def _sentence(tool: str, model: type[BaseModel], detail: ErrorDetails) -> str:
    name = _path(detail["loc"])
    if detail["type"] == "missing":
        return f"{tool} needs the argument {name}."
    if detail["type"] == "extra_forbidden" and len(detail["loc"]) == 1:
        return f"{tool} has no argument {name}; it takes: {', '.join(model.model_fields) or 'none'}."
    if not name:
        return f"{tool}: {detail['msg'].removeprefix('Value error, ')}."
    return f"Argument {name} of {tool}: {detail['msg'].removeprefix('Value error, ')}. Given: {_echo(detail['input'])}."


def _path(location: tuple[int | str, ...]) -> str:
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in location]
    return "".join(parts).removeprefix(".")


def _echo(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _ECHO else f"{text[:_ECHO]}… ({len(text)} characters)"
