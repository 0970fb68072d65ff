"""What a command could not do."""

_LONGEST = 300


class CommandFailed(Exception):
    """A command cannot go on; the text tells the person what happened and what to do, in one or two sentences."""


class Undecided(Exception):
    """The person left without deciding; the cards go on waiting."""


def sentence(error: BaseException) -> str:
    """An unforeseen error on one line, for a person."""
    text = " ".join(str(error).split())
    shortened = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return f"{type(error).__name__}: {shortened}" if shortened else type(error).__name__
