"""Titles as the tables have them now → documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from armarium.configuration import service as configuration
from armarium.configuration.model import SearchField
from armarium.derivatives import service as derivatives
from armarium.holdings import service as holdings
from armarium.inventory import service as inventory
from armarium.inventory.errors import BibNotFoundError
from armarium.inventory.model import File, Title
from armarium.metadata import service as metadata
from armarium.metadata.model import SourceRecord
from armarium.search.documents import LONGEST_TEXT, document
from armarium.search.model import Document, Text

_AT_ONCE = 8
_FILES = 200
"""Files of a representation whose formats and texts are indexed."""
_BARCODES = 1_000
"""Items of a title that are found by their barcodes."""


def documents(mms_ids: Sequence[str]) -> tuple[list[Document], list[str]]:
    """The documents of titles, and those of the MMS ids that no title has any more."""
    own = configuration.listed(SearchField)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = list(pool.map(_read, mms_ids))
        present = [each for each in found if each]
        lineage = inventory.lineage(each for title, _ in present for each in title.bib.collection_ids)
        made = list(pool.map(lambda read: _document(read[0], read[1], lineage, own), present))
    return made, [mms_id for mms_id, each in zip(mms_ids, found, strict=True) if each is None]


def _read(mms_id: str) -> tuple[Title, tuple[File, ...]] | None:
    try:
        return inventory.get_title_with_files(mms_id, _FILES)
    except BibNotFoundError:
        return None


def _document(
    title: Title, files: Sequence[File], lineage: dict[str, tuple[str, ...]], own: Sequence[SearchField]
) -> Document:
    return document(
        title.bib,
        title.representations,
        lineage=(each for collection_id in title.bib.collection_ids for each in lineage.get(collection_id, ())),
        lines=metadata.display(title.bib.record),
        files=files,
        texts=_texts(files),
        barcodes=holdings.barcodes(title.bib.mms_id, _BARCODES),
        own=_own(title.bib.record, own),
    )


def _own(record: SourceRecord, fields: Sequence[SearchField]) -> Iterator[tuple[SearchField, tuple[str, ...]]]:
    """What the record says in each of the configured fields."""
    said = metadata.said_in(record, {place for field in fields for place in field.sources}) if fields else {}
    for field in fields:
        yield field, tuple(dict.fromkeys(value for place in field.sources for value in said[place]))


def _texts(files: Iterable[File]) -> Iterator[Text]:
    """The full texts, until there is as much as is indexed of a title."""
    left = LONGEST_TEXT
    for file in files:
        if left <= 0:
            return
        said = derivatives.full_text(file, left)
        left -= len(said)
        if said:
            yield Text(representation_id=file.representation_id, text=said)
