"""Two versions of a record, line by line, and within a changed line word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

_MOST_COMPARED = 3_000  # lines, or words of a line: more are shown as a whole, for comparing is quadratic
_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_KEY = re.compile(r"[^\s.@:]+(?::\w+)?")  # =245, dc:title


class Kind(StrEnum):
    """What became of a line, or of a piece of one."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


class Piece(BaseModel):
    """A run of words."""

    model_config = ConfigDict(frozen=True)

    kind: Kind
    text: str


class Difference(BaseModel):
    """A line; where it was changed, with its pieces of both versions."""

    model_config = ConfigDict(frozen=True)

    kind: Kind
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """The line as a whole, both versions together."""
        return "".join(each.text for each in self.pieces)


def compare(before: Sequence[str], after: Sequence[str]) -> tuple[Difference, ...]:
    """What became of each line, in the order of the later version. A change keeps the field or element."""
    found: list[Difference] = []
    for kind, old, new in _runs(before, after):
        if kind == "equal":
            found += (_whole(Kind.SAME, each) for each in new)
        else:
            found += _replaced(old, new)
    return tuple(found)


def _runs(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, Sequence[str], Sequence[str]]]:
    if max(len(before), len(after)) > _MOST_COMPARED:
        yield ("equal", before, after) if list(before) == list(after) else ("replace", before, after)
        return
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        yield kind, before[i1:i2], after[j1:j2]


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[Difference]:
    """Lines of one field or element are paired in their order; what finds no partner is removed or added."""
    waiting: dict[str, list[str]] = {}
    for each in old:
        waiting.setdefault(_key(each), []).append(each)
    pairs = [(waiting[_key(each)].pop(0) if waiting.get(_key(each)) else None, each) for each in new]
    partners = [each for each, _ in pairs if each is not None]
    for each in old:
        if each in partners:
            partners.remove(each)
        else:
            yield _whole(Kind.REMOVED, each)
    for earlier, later in pairs:
        yield _whole(Kind.ADDED, later) if earlier is None else _changed(earlier, later)


def _changed(before: str, after: str) -> Difference:
    if before == after:
        return _whole(Kind.SAME, after)
    pieces: list[Piece] = []
    for kind, old, new in _runs(_WORDS.findall(before), _WORDS.findall(after)):
        if kind == "equal":
            pieces.append(Piece(kind=Kind.SAME, text="".join(new)))
            continue
        pieces += (Piece(kind=Kind.REMOVED, text="".join(old)),) if old else ()
        pieces += (Piece(kind=Kind.ADDED, text="".join(new)),) if new else ()
    return Difference(kind=Kind.CHANGED, pieces=tuple(pieces))


def _whole(kind: Kind, line: str) -> Difference:
    return Difference(kind=kind, pieces=(Piece(kind=kind, text=line),))


def _key(line: str) -> str:
    found = _KEY.match(line)
    return found[0] if found else ""
