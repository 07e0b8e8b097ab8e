"""A title in the inventory → the document that is indexed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from armarium.configuration.model import SearchField
from armarium.inventory.model import Bib, File, Representation
from armarium.metadata.model import DisplayField
from armarium.search.analysis import compact, folded
from armarium.search.languages import language
from armarium.search.model import Document, Text

LONGEST_TEXT = 200_000
"""Characters of full text that are indexed of one title."""
_LONGEST_FACET = 200
_LONGEST_SUGGESTION = 100
_MOST_SUGGESTIONS = 20
_NOTES = frozenset(
    {"note", "notes", "contents", "summary", "description", "provenance", "citation", "language_note", "rights"}
)
_ELSEWHERE = frozenset({"title", "creator", "contributor", "subject", "identifier", "isbn", "issn", *_NOTES})


def document(
    bib: Bib,
    representations: Sequence[Representation],
    *,
    lineage: Iterable[str],
    lines: Iterable[DisplayField] = (),
    files: Iterable[File] = (),
    texts: Iterable[Text] = (),
    barcodes: Iterable[str] = (),
    own: Iterable[tuple[SearchField, tuple[str, ...]]] = (),
) -> Document:
    """The document of a title.

    ``lineage``: the collections it is in and all above them; ``lines``: its record as people read it; ``files``: those
    whose formats count; ``texts``: full texts, of which the first 200 000 characters are kept; ``own``: configured
    fields, with what the record says in each.
    """
    said = bib.description
    lines, own = tuple(lines), tuple(own)
    words = {
        "title": (said.title, *said.alternative_titles),
        "creator": (*said.creators, *said.contributors),
        "subject": said.subjects,
        "identifier": tuple(_identifiers(bib, representations)),
        "barcode": tuple(_either_way(barcodes)),
        "note": (*_values(lines, _NOTES), *(each.public_note for each in representations)),
        "any": (
            *_other(bib, lines),
            *(each.label for each in representations),
            *(value for field, values in own if field.everywhere for value in values),
        ),
    }
    return Document(
        mms_id=bib.mms_id,
        words={field: _distinct(texts) for field, texts in words.items()},
        own={field.code: values for field, values in own if values},
        facets=_facets(bib, representations, lineage, files)
        | {field.code: _facet_values(values) for field, values in own if field.facet and values},
        year=said.year,
        sort_title=said.sort_title,
        modified_at=bib.modified_at,
        suggestions=_suggestions(bib),
        texts=tuple(_cut(texts)),
    )


def _identifiers(bib: Bib, representations: Iterable[Representation]) -> Iterable[str]:
    said = bib.description
    given = [bib.mms_id, *said.network_numbers, *(each.value for each in said.identifiers)]
    given += [each for each in (said.isbn, said.issn, said.originating_system_id) if each]
    given += [each.id for each in representations]
    return _either_way(given)


def _either_way(identifiers: Iterable[str]) -> Iterable[str]:
    """Each as it is written and in one piece."""
    return (form for each in identifiers for form in (each, compact(each)))


def _facets(
    bib: Bib, representations: Sequence[Representation], lineage: Iterable[str], files: Iterable[File]
) -> dict[str, tuple[str, ...]]:
    remote = any(each.is_remote for each in representations)
    values: dict[str, Iterable[str]] = {
        "collection": lineage,
        "library": (each.library for each in representations),
        "type": bib.description.types,
        "usage_type": (each.usage_type.value for each in representations),
        "format": (file.technical.mime_type or file.mime_type for file in files),
        "language": map(language, bib.description.languages),
        "access": (each.access_rights for each in representations if each.active),
        "suppressed": ("true" if bib.suppressed else "false",),
        "remote": ("true" if remote else "false",),
    }
    return {facet: _facet_values(given) for facet, given in values.items()}


def _facet_values(given: Iterable[str]) -> tuple[str, ...]:
    return _distinct(value[:_LONGEST_FACET] for value in given)


def _values(lines: Iterable[DisplayField], labels: Iterable[str]) -> tuple[str, ...]:
    return tuple(value for line in lines if line.label in labels for value in line.values)


def _other(bib: Bib, lines: Iterable[DisplayField]) -> tuple[str, ...]:
    said = bib.description
    plain = (said.publisher, said.place, said.date, said.summary, *said.types, *said.languages)
    return (*filter(None, plain), *(value for line in lines if line.label not in _ELSEWHERE for value in line.values))


def _suggestions(bib: Bib) -> tuple[str, ...]:
    said = bib.description
    offered = (said.title, *said.alternative_titles, *said.creators, *said.subjects)
    return tuple(each for each in _distinct(offered) if len(each) <= _LONGEST_SUGGESTION and folded(each))[
        :_MOST_SUGGESTIONS
    ]


def _cut(texts: Iterable[Text]) -> Iterable[Text]:
    left = LONGEST_TEXT
    for each in texts:
        if left > 0 and each.text:
            yield each.model_copy(update={"text": each.text[:left]})
        left -= len(each.text)


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))
