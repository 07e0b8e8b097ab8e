"""What of a title is indexed, and which passage shows it."""

from __future__ import annotations

from armarium.inventory.model import Bib, File, Representation, Technical, UsageType
from armarium.metadata.model import Description, DisplayField, Identifier, RecordSchema, SourceRecord
from armarium.search.documents import LONGEST_TEXT, document
from armarium.search.model import Text
from armarium.search.snippets import snippet
from armarium.search.words import parse

BIB = Bib(
    mms_id="991",
    description=Description(
        title="Moby Dick",
        sort_title="moby dick",
        alternative_titles=("白鯨",),
        creators=("Melville, Herman",),
        contributors=("Kent, Rockwell",),
        subjects=("Whaling",),
        types=("Text",),
        languages=("eng",),
        year=1851,
        isbn="9783161484100",
        network_numbers=("(OCoLC)12345",),
        identifiers=(Identifier(scheme="isbn", value="9783161484100"),),
    ),
    record=SourceRecord(schema_=RecordSchema.DC, content=b"<dc/>"),
    fingerprint="f",
    modified_at="2026-11-21T12:00:00.000Z",
)


def representation(id: str, **given: object) -> Representation:
    return Representation(id=id, mms_id="991", **given)  # type: ignore[arg-type]


def test_what_a_title_says_stands_in_the_field_that_people_name() -> None:
    lines = (DisplayField(label="note", values=("First edition",)), DisplayField(label="series", values=("Sea books",)))
    made = document(BIB, [representation("121", label="Scan", public_note="Page 3 is torn")], lineage=(), lines=lines)
    assert made.words["title"] == ("Moby Dick", "白鯨")
    assert made.words["creator"] == ("Melville, Herman", "Kent, Rockwell")
    assert made.words["note"] == ("First edition", "Page 3 is torn")
    assert {"Sea books", "Scan", "eng"} <= set(made.words["any"])
    assert {"991", "121", "9783161484100", "(OCoLC)12345", "ocolc12345"} <= set(made.words["identifier"])
    assert made.suggestions == ("Moby Dick", "白鯨", "Melville, Herman", "Whaling")


def test_facets_hold_each_value_once_and_collections_with_all_above_them() -> None:
    file = File(
        pid="131", mms_id="991", representation_id="121", order=1, name="a", label="a", key="k", size=1,
        technical=Technical(mime_type="application/pdf"),
    )  # fmt: skip
    made = document(
        BIB,
        [
            representation("121", library="MAIN", access_rights="OPEN"),
            representation("122", library="MAIN", usage_type=UsageType.DERIVATIVE, active=False),
        ],
        lineage=("815", "811", "816", "811"),
        files=[file],
    )
    assert made.facets == {
        "collection": ("815", "811", "816"),
        "library": ("MAIN",),
        "type": ("Text",),
        "usage_type": ("PRESERVATION_MASTER", "DERIVATIVE_COPY"),
        "format": ("application/pdf",),
        "language": ("eng",),
        "access": ("OPEN",),
        "suppressed": ("false",),
        "remote": ("false",),
    }
    assert not made.suppressed and document(BIB.model_copy(update={"suppressed": True}), [], lineage=()).suppressed


def test_full_text_is_cut_to_what_is_indexed_of_a_title() -> None:
    texts = [
        Text(representation_id="121", text="x" * (LONGEST_TEXT - 10)),
        Text(representation_id="122", text="y" * 50),
    ]
    made = document(BIB, [], lineage=(), texts=texts)
    assert [len(each.text) for each in made.texts] == [LONGEST_TEXT - 10, 10]
    made = document(BIB, [], lineage=(), texts=[*texts, texts[0]])
    assert len(made.texts) == 2


def test_a_passage_shows_the_words_that_were_asked_for() -> None:
    text = Text(
        representation_id="121", text="Call me Ishmael. " * 40 + "The Whále\nsurfaced; whales dived. " + "End. " * 60
    )
    found = snippet(text, parse("whale* ishmaelite"))
    assert found
    assert [found.text[start:end] for start, end in found.marks] == ["Whále", "whales"]
    assert "\n" not in found.text and len(found.text) < 300


def test_a_passage_is_found_for_likeness_and_for_pairs_of_characters() -> None:
    assert snippet(Text(representation_id="1", text="the whael dives"), parse("whale~"))
    found = snippet(Text(representation_id="1", text="昔々、白鯨という鯨がいた"), parse("白鯨"))
    assert found and found.marks


def test_words_of_another_field_show_no_passage() -> None:
    text = Text(representation_id="1", text="a whale")
    assert snippet(text, parse("title:whale")) is None
    assert snippet(text, parse("squid")) is None
