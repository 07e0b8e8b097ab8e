"""How a document stands in a tantivy index."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from armarium.search.analysis import folded, indexed
from armarium.search.model import FACETS, FIELDS, Document, Text

SEPARATOR = "\x1f"
"""Between a suggestion as it is compared and as it is shown."""
TEXT_FACETS = tuple(facet for facet in FACETS if facet != "year")


def create(folder: Path) -> Any:
    """A new, empty index in a folder."""
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("mms_id", stored=True, tokenizer_name="raw", index_option="basic")
    for field in FIELDS:
        builder.add_text_field(field, tokenizer_name="whitespace")
    for facet in TEXT_FACETS:
        builder.add_text_field(f"facet_{facet}", fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("year", indexed=True, fast=True)
    for order in ("sort_title", "modified"):
        builder.add_text_field(order, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("suggestion", tokenizer_name="raw", index_option="basic")
    builder.add_bytes_field("texts", stored=True)
    return tantivy.Index(builder.build(), str(folder), reuse=False)


def entry(document: Document) -> Any:
    """A document for the index."""
    import tantivy

    made = tantivy.Document()
    made.add_text("mms_id", document.mms_id)
    for field, texts in document.words.items():
        for terms in indexed(texts):
            made.add_text(field, terms)
    for terms in indexed(each.text for each in document.texts):
        made.add_text("text", terms)
    for facet, values in document.facets.items():
        for value in values:
            made.add_text(f"facet_{facet}", value)
    if document.year is not None:
        made.add_integer("year", document.year)
    made.add_text("sort_title", document.sort_title)
    made.add_text("modified", document.modified_at)
    for suggestion in document.suggestions:
        made.add_text("suggestion", f"{folded(suggestion)}{SEPARATOR}{suggestion}")
    if document.texts:
        kept = [[each.representation_id, each.text] for each in document.texts]
        made.add_bytes("texts", json.dumps(kept, ensure_ascii=False).encode())
    return made


def texts(stored: Any) -> tuple[Text, ...]:
    """The full texts that :func:`entry` kept with a document."""
    kept = stored.get_first("texts")
    pairs = json.loads(bytes(kept)) if kept else ()
    return tuple(Text(representation_id=representation_id, text=text) for representation_id, text in pairs)
