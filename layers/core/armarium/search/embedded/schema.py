"""How a document stands in a tantivy index."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from armarium.search.analysis import folded, indexed
from armarium.search.model import FACETS, FIELDS, OWN, Document, Text, facet_field, facet_values, own_term

SEPARATOR = "\x1f"
"""Between a suggestion as it is compared and as it is shown."""
FACET_FIELDS = tuple(facet_field(facet) for facet in (*FACETS, OWN) if facet != "year")


def create(folder: Path) -> Any:
    """A new, empty index in a folder."""
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("mms_id", stored=True, tokenizer_name="raw", index_option="basic")
    for field in (*FIELDS, OWN):
        builder.add_text_field(field, tokenizer_name="whitespace")
    for field in FACET_FIELDS:
        builder.add_text_field(field, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("year", indexed=True, fast=True)
    for order in ("sort_title", "modified"):
        builder.add_text_field(order, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("suggestion", tokenizer_name="raw", index_option="basic")
    builder.add_bytes_field("texts", stored=True)
    return tantivy.Index(builder.build(), str(folder), reuse=False)


def names(meta: str) -> frozenset[str]:
    """The fields of the index with this ``meta.json``: one of an older version has fewer until a rebuild."""
    return frozenset(each["name"] for each in json.loads(meta)["schema"])


def entry(document: Document, known: Collection[str]) -> Any:
    """A document for an index with these fields."""
    import tantivy

    made = tantivy.Document()
    made.add_text("mms_id", document.mms_id)
    for field, texts in document.words.items():
        for terms in indexed(texts):
            made.add_text(field, terms)
    for terms in indexed(each.text for each in document.texts):
        made.add_text("text", terms)
    for code, texts in document.own.items() if OWN in known else ():
        for terms in indexed(texts):
            made.add_text(OWN, " ".join(own_term(code, term) for term in terms.split()))
    for facet, values in document.facets.items():
        for value in facet_values(facet, values) if facet_field(facet) in known else ():
            made.add_text(facet_field(facet), value)
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
