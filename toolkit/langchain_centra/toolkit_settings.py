"""The settings of a toolkit, read from the environment."""

from pathlib import Path

from pydantic import Field

from langchain_centra.approval.masking import PersonalData
from langchain_centra.client.settings import CentraSettings, Names


class ToolkitSettings(CentraSettings):
    """The connection's settings, and CENTRA_WRITES _JOURNAL, _POLICY and _PII."""

    writes: Names = Field(default_factory=list)
    journal: str | None = None
    policy: Path | None = None
    pii: PersonalData = "show"
