"""Which files of the drop folder belong to which record, and how they form representations."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from armarium.ingest.model import (
    Finding,
    ImportProfile,
    InputFile,
    InputRepresentation,
    RepresentationPattern,
    Where,
)
from armarium.ingest.reading.entry import NamedFile, Part, error, warning
from armarium.metadata.service import is_url

_UNSAFE = re.compile(r"^[/~]|^[A-Za-z]:|\\|[\x00-\x1f\x7f\ud800-\udfff]|(^|/)\.\.(/|$)")
_NOT_IN_NAMES = re.compile(r"[^\w.-]+")
_LOOKS_LIKE_A_FILE = re.compile(r"[^/]\.[A-Za-z][A-Za-z0-9]{1,4}$")
_ANOTHER_IDENTIFIER = re.compile(r"www\.|10\.\d{4,}/", re.IGNORECASE)
_DIGITS = re.compile(r"(\d+)")
_NO_PATTERN = RepresentationPattern()


class Claims:
    """The files of the drop folder, by path, and who claimed them."""

    def __init__(self, profile: ImportProfile, listing: Mapping[str, int]) -> None:
        self._listing = listing
        self._owner: dict[str, int] = {}
        self._patterns = [(_compiled(each.pattern), each) for each in profile.representations]
        self._missing: dict[str, None] = {}

    @property
    def claimed(self) -> int:
        """How many files have a record."""
        return len(self._owner)

    @property
    def missing(self) -> tuple[str, ...]:
        """The files that records name and the drop folder has not, in the order in which they were named."""
        return tuple(self._missing)

    @property
    def unmatched(self) -> tuple[str, ...]:
        """The files that no record claimed, in natural order."""
        return tuple(sorted((path for path in self._listing if path not in self._owner), key=natural))

    def named(self, values: Iterable[str]) -> list[NamedFile]:
        """Of the values of the profile's file field those that are relative paths, not URLs or other identifiers."""
        return [NamedFile(value) for value in map(str.strip, values) if self._names_a_file(value)]

    def in_folder(self, ids: Iterable[str]) -> list[NamedFile]:
        """The files in the folders that are named after one of these identifiers, where a pattern wants them."""
        folders = dict.fromkeys(filter(None, map(folder_name, ids)))
        paths = dict.fromkeys(path for folder in folders for path in self._by_folder.get(folder, ()))
        return [NamedFile(path) for path in paths if self._pattern_of(path)[0]]

    def claim(self, files: Iterable[NamedFile], ordinal: int, where: Where) -> tuple[list[InputFile], list[Finding]]:
        """The files of one record that are here and free, and what is wrong with the others."""
        found: list[InputFile] = []
        findings: list[Finding] = []
        for each in files:
            at = where if each.row is None else where.model_copy(update={"row": each.row})
            path, finding = self._found(each, at)
            if path is not None and (taken := self._taken(each, path, ordinal, at)):
                path, finding = None, taken
            if path is not None:
                self._owner[path] = ordinal
                found.append(InputFile(path=path, label=each.label, size=self._listing[path]))
            findings += [finding] if finding else []
        return found, findings

    def grouped(self, files: Iterable[InputFile], part: Part | None = None) -> Iterator[InputRepresentation]:
        """The files as representations, by the first pattern that matches each."""
        by_pattern: dict[int, list[InputFile]] = {}
        for each in files:
            by_pattern.setdefault(self._pattern_of(each.path)[0], []).append(each)
        prefix = part.key if part else ""
        for place in sorted(by_pattern):
            key = f"{prefix}p{place}" if place > 1 or not prefix else prefix
            yield representation(key, by_pattern[place], self._pattern_at(place), part)

    def whole(self, files: list[InputFile], part: Part) -> InputRepresentation:
        """The one representation that a row describes."""
        place = self._pattern_of(files[0].path)[0] if files else 0
        return representation(part.key, files, self._pattern_at(place), part)

    def _pattern_of(self, path: str) -> tuple[int, RepresentationPattern]:
        """The place of the pattern from 1, and the pattern; 0 where none matches."""
        numbered = enumerate(self._patterns, 1)
        return next(((place, each) for place, (matches, each) in numbered if matches(path)), (0, _NO_PATTERN))

    def _pattern_at(self, place: int) -> RepresentationPattern:
        return self._patterns[place - 1][1] if place else _NO_PATTERN

    def _names_a_file(self, value: str) -> bool:
        if not value or is_url(value) or _ANOTHER_IDENTIFIER.match(value):
            return False
        return _LOOKS_LIKE_A_FILE.search(value) is not None or bool(self._alike(_plain(value)))

    def _found(self, named: NamedFile, where: Where) -> tuple[str | None, Finding | None]:
        """The path in the listing that the input means, and what is to be said of it."""
        if _UNSAFE.search(named.path):
            return None, error(
                "unsafe_path",
                where,
                "The file name is not a path inside the drop folder.",
                "Name files by their path from the drop folder, with `/`, without `..` or a drive letter.",
                column=named.column,
                value=named.path,
            )
        path = _plain(named.path)
        alike = self._alike(path)
        if path in self._listing:
            return path, None
        if len(alike) == 1:
            return alike[0], warning(
                "file_written_differently",
                where,
                f"The file is called {alike[0]!r} in the drop folder: capitals or the writing of accents differ.",
                "Nothing is lost; write the name as the file has it.",
                column=named.column,
                value=named.path,
            )
        return None, self._absent(named, where, alike)

    def _absent(self, named: NamedFile, where: Where, alike: list[str]) -> Finding:
        if alike:
            return error(
                "ambiguous_file",
                where,
                f"Several files could be meant: {', '.join(alike[:5])}.",
                "Write the name exactly as the file has it.",
                column=named.column,
                value=named.path,
            )
        self._missing[named.path] = None
        return error(
            "missing_file",
            where,
            "The file is not in the drop folder.",
            "Add the file to the drop folder, or correct its name.",
            column=named.column,
            value=named.path,
        )

    def _taken(self, named: NamedFile, path: str, ordinal: int, where: Where) -> Finding | None:
        owner = self._owner.get(path)
        if owner is None:
            return None
        by = "this record names it twice" if owner == ordinal else f"record {owner} has it already"
        return error(
            "file_claimed_twice",
            where,
            f"The file can belong to one record once: {by}.",
            "Name the file once, or put a second copy under another name into the drop folder.",
            column=named.column,
            value=named.path,
        )

    def _alike(self, path: str) -> list[str]:
        return [path] if path in self._listing else self._by_fold.get(_fold(path), [])

    @cached_property
    def _by_fold(self) -> dict[str, list[str]]:
        return _indexed((_fold(path), path) for path in self._listing)

    @cached_property
    def _by_folder(self) -> dict[str, list[str]]:
        paths = sorted(self._listing, key=natural)
        return _indexed(
            (folder, path) for path in paths for folder in dict.fromkeys(map(folder_name, path.split("/")[:-1]))
        )


def representation(
    key: str, files: list[InputFile], pattern: RepresentationPattern, part: Part | None
) -> InputRepresentation:
    """What a row says of a representation, and for what it does not say, the pattern."""
    row = part or Part(key)
    profiles = {
        "label": pattern.label or None,
        "usage_type": pattern.usage_type,
        "access_rights": pattern.access_rights,
    }
    taken = {name: value for name, value in profiles.items() if getattr(row, name) is None and value is not None}
    said = {
        "label": row.label,
        "public_note": row.public_note,
        "note": row.note,
        "usage_type": row.usage_type,
        "library": row.library,
        "access_rights": row.access_rights,
    }
    return InputRepresentation(key=key, files=tuple(files), from_profile=tuple(taken), **{**said, **taken})


def folder_name(identifier: str) -> str:
    """The name of a folder of this identifier's files: letters, digits, `.`, `-`, and `_` for the rest."""
    return _NOT_IN_NAMES.sub("_", unicodedata.normalize("NFC", identifier)).strip("_. ").casefold()


def natural(path: str) -> list[tuple[int, int, str]]:
    """A key by which page 2 comes before page 10, folder by folder."""
    parts = _DIGITS.split(path.replace("/", "\x00"))
    return [(0, len(part.lstrip("0")), part.lstrip("0")) if part.isdigit() else (1, 0, part) for part in parts]


def _plain(path: str) -> str:
    return "/".join(part for part in path.strip().split("/") if part not in ("", "."))


def _fold(path: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def _indexed(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    index: dict[str, list[str]] = {}
    for key, path in pairs:
        index.setdefault(key, []).append(path)
    return index


def place_of(profile: ImportProfile, path: str) -> int:
    """The place of the profile's first pattern that takes a path in the drop folder, from 1; 0 where none does."""
    patterns = enumerate(profile.representations, 1)
    return next((place for place, each in patterns if _compiled(each.pattern)(path)), 0)


def _compiled(pattern: str) -> Any:
    """``*`` matches any run of characters; RE2, because a pattern of a person's must not be able to hang a load."""
    import re2

    return re2.compile(".*".join(map(re2.escape, pattern.split("*")))).fullmatch
