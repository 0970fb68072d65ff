"""Every error that the client raises; the other layers add their own below the same top.

```
CentraError                        what happened, and in `hint` what to do next
 ├ SettingsError (also ValueError)  a setting is missing or wrong; nothing was sent
 ├ TokenRejected                    HTTP 403: the token is wrong, expired or revoked
 ├ PermissionMissing                the token may not do this; nothing was done
 ├ RateLimited                      the limit is used up until `retry_at`; nothing was done
 ├ UserErrors                       Centra refused a change for its content; nothing was written
 ├ NotFound                         what the request names does not exist, or not for this token
 ├ RequestRefused                   Centra did not accept the request; nothing was done
 ├ TransportFailed                  the request could not be done; nothing was changed
 └ OutcomeUnknown                   a change that may have been made: read before anything else
```
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from langchain_centra.client.response import UserMessage

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_ECHOED_VALUE = re.compile(r"(invalid value) (?:.*(;)|.*)", re.DOTALL)


def _impersonal(text: str) -> str:
    """Return a server's text without e-mail addresses and without the variables that it may repeat."""
    return _EMAIL.sub("(e-mail)", _ECHOED_VALUE.sub(r"\1\2", text))


def _listed(messages: Sequence[str]) -> str:
    return "; ".join(_impersonal(message).rstrip(".; ") for message in messages)


def _restore(kind: type[CentraError], text: str) -> CentraError:
    return kind.__new__(kind, text)


class CentraError(Exception):
    """Something between the caller and Centra went wrong; `str()` tells what, and what to do next.

    Attributes:
        message: what happened, one sentence.
        hint: what to do next, one sentence.
        retryable: whether the same request, sent again later, may succeed without any risk of doing it twice.
    """

    retryable: bool = False
    hint: str = ""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        self.message = message
        if hint is not None:
            self.hint = hint
        super().__init__(f"{message} {self.hint}".rstrip())

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), str(self)), self.__dict__


class SettingsError(CentraError, ValueError):
    """A setting is missing or wrong; nothing was sent.

    Attributes:
        setting: the environment variable that the value comes from or could come from.
    """

    def __init__(self, setting: str, problem: str, *, hint: str) -> None:
        self.setting = setting
        super().__init__(f"{setting} {problem}.", hint=hint)


class TokenRejected(CentraError):
    """HTTP 403: the token is wrong, expired or revoked; nothing was done.

    Attributes:
        expired_at: when the token ran out, if its end was told to the client and has passed.
    """

    hint = "Make a new one in Centra under System, API Tokens, and set CENTRA_TOKEN to it."

    def __init__(self, expired_at: datetime | None = None) -> None:
        self.expired_at = expired_at
        why = f"it expired on {expired_at:%Y-%m-%d}" if expired_at else "it is wrong, expired or revoked"
        super().__init__(f"Centra rejected the token: {why}.")


class PermissionMissing(CentraError):
    """The token lacks a permission; nothing was done.

    Attributes:
        permission: the first permission that is missing, as Centra writes it (`Order:read`).
        field: the field that needs it.
        permissions: every permission that the answer named, in its order.
    """

    hint = "Do not try again before a person has added it to the token in Centra under System, API Tokens."

    def __init__(self, permission: str, field: str, permissions: Sequence[str] = ()) -> None:
        self.permission = permission
        self.field = field
        self.permissions = tuple(permissions) or (permission,)
        others = f" (missing too: {', '.join(self.permissions[1:])})" if self.permissions[1:] else ""
        super().__init__(f"You need {permission} permission to access {field}{others}; nothing was done.")


class RateLimited(CentraError):
    """A rate limit of the Centra environment is used up; nothing was done.

    The limits are shared by every integration of the environment.

    Attributes:
        retry_at: when requests are accepted again, UTC; None if the answer did not say.
        ours: whether nothing was sent, because our share of the limit is used up.
    """

    retryable = True

    def __init__(self, retry_at: datetime | None = None, *, ours: bool = False) -> None:
        self.retry_at = retry_at
        self.ours = ours
        when = f"after {retry_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if retry_at else "in a minute"
        limit = "Our share of Centra's rate limit" if ours else "Centra's rate limit"
        super().__init__(f"{limit} is used up; nothing was done.", hint=f"Try again {when}.")


class UserErrors(CentraError):
    """Centra refused a change for its content (HTTP 200 with `userErrors`); nothing was written.

    Attributes:
        messages: what Centra said, with the path of the input that each is about.
    """

    hint = "Change the input before sending it again."

    def __init__(self, messages: Sequence[UserMessage]) -> None:
        self.messages = tuple(messages)
        texts = [f"{m.message} ({'.'.join(m.path)})" if m.path else m.message for m in self.messages]
        super().__init__(f"Centra refused the change and wrote nothing: {_listed(texts)}.")


class NotFound(CentraError):
    """What the request names does not exist, or not for this token; nothing was done."""

    hint = "Check the id or number; a token restricted to some stores does not see the objects of others."

    def __init__(self, message: str) -> None:
        super().__init__(f"{_impersonal(message).rstrip('.')}.")


class RequestRefused(CentraError):
    """Centra did not accept the request: syntax, validation, arguments; nothing was done.

    Attributes:
        messages: what Centra said.
        status: the HTTP status; None if the client refused to send it.
    """

    hint = "Change the request before sending it again."

    def __init__(self, messages: Sequence[str] = (), *, status: int | None = None) -> None:
        self.messages = tuple(messages)
        self.status = status
        super().__init__(f"The request was refused, nothing was done: {_listed(self.messages) or f'HTTP {status}'}.")


class TransportFailed(CentraError):
    """The request could not be done, and nothing was changed: a read failed, or a change never left.

    Attributes:
        status: the HTTP status, if there was an answer.
    """

    hint = "Check the connection and CENTRA_URL, then try again."

    def __init__(self, reason: str, *, status: int | None = None, retryable: bool = True) -> None:
        self.status = status
        self.retryable = retryable
        super().__init__(f"Centra could not be asked, nothing was changed: {reason}.")


class OutcomeUnknown(CentraError):
    """A change that may have been made: it was sent, and no answer says what became of it.

    Attributes:
        status: the HTTP status, if there was an answer.
        messages: what Centra said, if it said something.
    """

    hint = "Read the object to see whether the change was made; do not send it again before."

    def __init__(self, reason: str, *, status: int | None = None, messages: Sequence[str] = ()) -> None:
        self.status = status
        self.messages = tuple(messages)
        said = f" ({_listed(self.messages)})" if self.messages else ""
        super().__init__(f"It is not known whether Centra made the change: {reason}{said}.")
