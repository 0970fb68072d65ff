"""The settings of a toolkit, read from the environment."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from langchain_centra.approval.masking import PersonalData
from langchain_centra.client import SettingsError
from langchain_centra.client.settings import CentraSettings, Names

if TYPE_CHECKING:
    from langchain_centra.approval.policy import ApprovalPolicy


class ToolkitSettings(CentraSettings):
    """The connection's settings, and CENTRA_PRESET, _WRITES, _JOURNAL, _POLICY and _PII."""

    preset: str | None = None
    writes: Names = Field(default_factory=list)
    journal: str | None = None
    policy: Path | None = None
    pii: PersonalData = "show"

    def approval_policy(self) -> "ApprovalPolicy | None":
        """Read the policy's file, if there is one; raises SettingsError."""
        if not self.policy:
            return None
        from langchain_centra.approval.policy import ApprovalPolicy

        return ApprovalPolicy.from_toml(self.policy)

    def check_names(self, policy: "ApprovalPolicy | None") -> None:
        """Raise SettingsError for a role, group or tool that there is not."""
        from langchain_centra.tools.choosing import names_of, role
        from langchain_centra.tools.spec import WriteTool

        with _naming("CENTRA_PRESET"):
            role(self.preset)
        with _naming("CENTRA_WRITES"):
            names_of(self.writes, WriteTool)
        with _naming("CENTRA_POLICY"):
            names_of(policy.tools if policy else (), WriteTool)


@contextmanager
def _naming(setting: str) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise SettingsError(setting, "names what there is not", hint=str(error)) from None
