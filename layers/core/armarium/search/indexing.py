"""Titles as the tables have them now → documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from armarium.derivatives import service as derivatives
from armarium.inventory import service as inventory
from armarium.inventory.errors import BibNotFoundError
from armarium.inventory.model import File, Title
from armarium.metadata import service as metadata
from armarium.metadata.model import DisplayField
from armarium.search.documents import LONGEST_TEXT, document
from armarium.search.model import Document, Text

_AT_ONCE = 8
_FILES = 200
"""Files of a representation whose formats and texts are indexed."""


def documents(mms_ids: Sequence[str]) -> tuple[list[Document], list[str]]:
    """The documents of titles, and those of the MMS ids that no title has any more."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        titles = list(pool.map(_title, mms_ids))
        present = [title for title in titles if title]
        lineage = inventory.lineage(each for title in present for each in title.bib.collection_ids)
        found = list(pool.map(lambda title: _document(title, lineage), present))
    return found, [mms_id for mms_id, title in zip(mms_ids, titles, strict=True) if title is None]


def _title(mms_id: str) -> Title | None:
    try:
        return inventory.get_title(mms_id)
    except BibNotFoundError:
        return None


def _document(title: Title, lineage: dict[str, tuple[str, ...]]) -> Document:
    files = [
        file
        for representation in title.representations
        if representation.file_count
        for file in inventory.first_files(title.bib.mms_id, representation.id, _FILES)
    ]
    return document(
        title.bib,
        title.representations,
        lineage=(each for collection_id in title.bib.collection_ids for each in lineage.get(collection_id, ())),
        lines=_lines(title),
        files=files,
        texts=_texts(files),
    )


def _lines(title: Title) -> Iterable[DisplayField]:
    return metadata.display(title.bib.record)


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
