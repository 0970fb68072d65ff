"""The settings of a toolkit, read from the environment."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from langchain_centra.approval.masking import PersonalData
from langchain_centra.client.settings import CentraSettings


class ToolkitSettings(CentraSettings):
    """The connection's settings, and CENTRA_WRITES (names, separated by commas), _JOURNAL, _POLICY and _PII."""

    writes: Annotated[list[str], NoDecode] = Field(default_factory=list)
    journal: str | None = None
    policy: Path | None = None
    pii: PersonalData = "show"

    @field_validator("writes", mode="before")
    @classmethod
    def _names(cls, value: str | list[str]) -> list[str]:
        return [name.strip() for name in value.split(",") if name.strip()] if isinstance(value, str) else value
