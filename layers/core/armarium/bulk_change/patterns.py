"""What people look for in texts, and what they put in its place: plain text, or a pattern of RE2, which cannot hang.

Pure. A pattern's memory, its length and the growth of a text are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from armarium.bulk_change.errors import NotPossibleError

LONGEST_TEXT = 20_000
"""Characters of a text after it was changed."""
_MEMORY = 4 * 1024 * 1024  # bytes of a pattern's automata
_REFERENCE = re.compile(r"\\(\\|\d)")


def fault_of(text: str, *, is_pattern: bool) -> str | None:
    """What is wrong with a pattern, in words; None where it can be used."""
    import re2

    try:
        compiled(text, is_pattern, False)
    except re2.error as error:
        reason = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else str(error)
        return f"this pattern cannot be read: {reason}"
    return None


def fault_of_replacement(replacement: str, pattern: str) -> str | None:
    r"""What is wrong with a pattern's replacement: ``\1`` is its first group, ``\0`` all of it, ``\\`` a backslash."""
    groups = compiled(pattern, True, False).groups
    rest = _REFERENCE.sub("", replacement)
    if "\\" in rest:
        return r"a backslash stands before the number of a group (\1), or is doubled (\\)"
    named = [int(each) for each in _REFERENCE.findall(replacement) if each != "\\"]
    if named and max(named) > groups:
        return f"there is no group \\{max(named)}: the pattern has {groups}"
    return None


@lru_cache(maxsize=64)
def compiled(text: str, is_pattern: bool, ignore_case: bool) -> Any:
    """The compiled pattern. Raises ``re2.error``."""
    import re2

    options = re2.Options()
    options.literal = not is_pattern
    options.case_sensitive = not ignore_case
    options.max_mem = _MEMORY
    options.log_errors = False
    return re2.compile(text, options)


def test(text: str, is_pattern: bool, ignore_case: bool) -> Callable[[str], bool]:
    """Whether something holds the text; nothing looked for is in everything."""
    if not text:
        return lambda _: True
    pattern = compiled(text, is_pattern, ignore_case)
    return lambda found: pattern.search(found) is not None


def replacer(text: str, replacement: str, is_pattern: bool, ignore_case: bool) -> Callable[[str], str]:
    """Puts the replacement in every place that matches. Raises :class:`NotPossibleError` for a text that grows long."""
    pattern = compiled(text, is_pattern, ignore_case)
    parts = _REFERENCE.split(replacement) if is_pattern else [replacement]

    def replaced(found: str) -> str:
        pieces: list[str] = []
        at = length = 0
        for match in pattern.finditer(found):
            pieces += [found[at : match.start()], _expanded(parts, match)]
            length += len(pieces[-2]) + len(pieces[-1])
            at = match.end()
            if length > LONGEST_TEXT:
                raise NotPossibleError(f"A text would grow beyond {LONGEST_TEXT} characters")
        return "".join((*pieces, found[at:]))

    return replaced


def _expanded(parts: list[str], match: Any) -> str:
    """The replacement with its groups filled in: every other part is what stands behind a backslash."""
    if len(parts) == 1:
        return parts[0]
    return "".join(
        part if not at % 2 else "\\" if part == "\\" else match.group(int(part)) or "" for at, part in enumerate(parts)
    )
