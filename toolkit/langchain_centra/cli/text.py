"""Text that is safe to write to a terminal."""


def plain(value: object) -> str:
    """Write a value on one line, in characters that only show themselves.

    Names and comments come from the store: an escape sequence or a change of direction in them could make a card
    show something else than what would be written.
    """
    return "".join(map(_shown, str(value)))


def plain_lines(value: object) -> str:
    """The same for a text that may have several lines."""
    return "\n".join(map(plain, str(value).split("\n")))


def _shown(character: str) -> str:
    if character.isprintable():
        return character
    return " " if character.isspace() else character.encode("unicode_escape").decode()
