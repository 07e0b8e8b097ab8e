"""What operations make of a record and of a title."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armarium.bulk_change import records, rules
from armarium.bulk_change.errors import ChangeNotValidError, NotPossibleError
from armarium.bulk_change.model import Change, Result
from armarium.bulk_change.service import change_of
from armarium.inventory.model import Bib, Representation, Title, UsageType
from armarium.metadata import service as metadata
from armarium.metadata.model import RecordSchema, SourceRecord
from tests.unit.metadata.marc_records import BIRDS, marc, marc_in_xml

COLLECTION, OTHER = "810000000000000000010001", "810000000000000000020001"
DC = SourceRecord(
    schema_=RecordSchema.DC,
    content=b"""<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Atlas</dc:title><dc:subject>Maps</dc:subject>
    <dc:subject>Sea</dc:subject></oai_dc:dc>""",
)
Operation = dict[str, Any]


def change(*operations: Operation) -> Change:
    return change_of({"selection": {"q": "birds"}, "operations": list(operations)})


def revised(record: SourceRecord, *operations: Operation) -> SourceRecord:
    return records.revised(record, change(*operations).operations)[0]  # type: ignore[arg-type]


def told(record: SourceRecord, *operations: Operation) -> list[str]:
    return records.revised(record, change(*operations).operations)[1]  # type: ignore[arg-type]


def lines(record: SourceRecord, what: str) -> list[str]:
    return records._lines(record).get(what, [])


def title(record: SourceRecord = DC, *usages: UsageType, collections: tuple[str, ...] = (COLLECTION,)) -> Title:
    examined = metadata.examine(record)
    bib = Bib(
        mms_id="990000000000000000010001",
        record=record,
        description=examined.description,
        fingerprint=examined.fingerprint,
        collection_ids=collections,
    )
    made = (
        Representation(id=f"12000000000000000{number:03d}0001", mms_id=bib.mms_id, usage_type=usage)
        for number, usage in enumerate(usages)
    )
    return Title(bib=bib, representations=tuple(made))


# MARC 21

RIGHTS = {"op": "add_field", "tag": "540", "subfields": [{"code": "a", "value": "No copyright"}]}


@pytest.mark.parametrize("record", [marc(BIRDS), marc_in_xml(BIRDS)], ids=["ISO 2709", "MARCXML"])
def test_a_field_is_added_in_its_place_and_in_the_writing_of_the_record(record: SourceRecord) -> None:
    after = revised(record, RIGHTS)
    assert after.schema_ is record.schema_
    parsed = metadata.examine(after).parsed
    assert isinstance(parsed, metadata.MarcRecord)
    assert [each.tag for each in parsed.fields][-3:] == ["260", "540", "650"]
    assert lines(after, "540") == ["__ $a No copyright"]


def test_a_field_that_is_there_is_not_doubled() -> None:
    once = revised(marc(BIRDS), RIGHTS)
    assert revised(once, RIGHTS) is once
    assert told(once, RIGHTS) == ["540: the field is there already"]


def test_a_field_of_the_same_tag_comes_behind_the_others() -> None:
    subject = {"op": "add_field", "tag": "650", "indicators": "#0", "subfields": [{"code": "a", "value": "Aves"}]}
    assert lines(revised(marc(BIRDS), subject), "650") == ["_0 $a Birds $z Russia $x History.", "_0 $a Aves"]


def test_fields_are_removed_by_what_they_hold() -> None:
    two = revised(marc(BIRDS), RIGHTS, {**RIGHTS, "subfields": [{"code": "a", "value": "Ask us"}]})
    after = revised(two, {"op": "remove_field", "tag": "540", "containing": "ask", "ignore_case": True})
    assert lines(after, "540") == ["__ $a No copyright"]
    assert told(after, {"op": "remove_field", "tag": "999"}) == ["999: there is no such field"]


def test_a_field_left_without_subfields_goes() -> None:
    assert lines(revised(marc(BIRDS), {"op": "remove_subfields", "tag": "020", "codes": "a"}), "020") == []
    kept = revised(marc(BIRDS), {"op": "remove_subfields", "tag": "650", "codes": "zx"})
    assert lines(kept, "650") == ["_0 $a Birds"]


def test_text_is_replaced_in_the_subfields_that_are_named_and_in_no_others() -> None:
    replace = {"op": "replace_text", "field": "650x", "find": "History", "replacement": "Pictorial works"}
    after = revised(marc(BIRDS), replace)
    assert lines(after, "650") == ["_0 $a Birds $z Russia $x Pictorial works."]
    assert lines(after, "245") == lines(marc(BIRDS), "245")
    assert told(marc(BIRDS), {**replace, "find": "Geology"}) == ["650x: the text is not in it"]
    assert told(marc(BIRDS), {**replace, "field": "655"}) == ["655: there is no such field"]


def test_a_pattern_fills_in_its_groups() -> None:
    swap = {
        "op": "replace_text",
        "field": "260c",
        "find": r"(\d\d)(\d\d)\.",
        "replacement": r"\2\\\1",
        "regular_expression": True,
    }
    assert lines(revised(marc(BIRDS), swap), "260")[0].endswith(r"$c 83\19")


def test_plain_text_is_plain_whatever_it_looks_like() -> None:
    dots = {"op": "replace_text", "field": "dc:title", "find": "A.las", "replacement": r"\1"}
    assert told(DC, dots) == ["dc:title: the text is not in it"]
    dollars = {"op": "replace_text", "field": "dc:title", "find": "Atlas", "replacement": r"\1"}
    assert lines(revised(DC, dollars), "dc:title") == [r"\1"]


def test_a_record_never_gets_a_second_title_or_main_entry() -> None:
    second = {"op": "add_field", "tag": "245", "subfields": [{"code": "a", "value": "Again"}]}
    with pytest.raises(NotPossibleError, match="245 once"):
        revised(marc(BIRDS), second)
    with pytest.raises(NotPossibleError, match="main entry"):
        revised(marc(BIRDS), {**second, "tag": "110"})


def test_a_text_that_grows_without_bounds_is_refused() -> None:
    grow = {
        "op": "replace_text",
        "field": "dc:title",
        "find": "",
        "replacement": "x" * 1_000,
        "regular_expression": True,
    }
    with pytest.raises(ChangeNotValidError):
        change(grow)
    long = SourceRecord(schema_=RecordSchema.DC, content=DC.content.replace(b"Atlas", b"a" * 500))
    with pytest.raises(NotPossibleError, match="grow"):
        revised(long, {**grow, "find": "a"})


# Dublin Core


def test_an_element_has_the_values_that_are_set_and_no_others() -> None:
    after = revised(DC, {"op": "set_element", "element": "dc:subject", "values": ["Charts", "Charts", "Seas"]})
    assert lines(after, "dc:subject") == ["Charts", "Seas"]
    assert told(after, {"op": "set_element", "element": "dc:subject", "values": ["Charts", "Seas"]}) == [
        "dc:subject: it is so already"
    ]


def test_elements_are_added_and_removed() -> None:
    add = {"op": "add_element", "element": "dcterms:license", "value": "CC0"}
    after = revised(DC, add, {"op": "remove_element", "element": "dc:subject", "containing": "Sea"})
    assert (lines(after, "dcterms:license"), lines(after, "dc:subject")) == (["CC0"], ["Maps"])
    assert revised(after, add) is after


# Properties

TEXT = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=1, max_size=20).filter(
    lambda text: " ".join(text.split()) == text
)


@given(TEXT, st.sampled_from(["540", "590", "990"]))
def test_what_is_added_and_removed_again_leaves_the_record_as_it_was(text: str, tag: str) -> None:
    add = {"op": "add_field", "tag": tag, "subfields": [{"code": "a", "value": text}]}
    remove = {"op": "remove_field", "tag": tag, "containing": text}
    after = revised(marc(BIRDS), add, remove)
    assert after == marc(BIRDS)


@given(TEXT)
def test_most_operations_do_nothing_the_second_time(text: str) -> None:
    operations: list[Operation] = [
        {"op": "add_element", "element": "dc:rights", "value": text},
        {"op": "set_element", "element": "dc:subject", "values": [text, "Sea"]},
        {"op": "remove_element", "element": "dc:subject", "containing": "Sea"},
    ]
    for operation in operations:
        once = revised(DC, operation)
        assert revised(once, operation) == once


@given(TEXT, TEXT)
def test_a_replacement_that_is_turned_round_gives_the_text_back(first: str, then: str) -> None:
    def replace(find: str, replacement: str) -> Operation:
        return {"op": "replace_text", "field": "dc:title", "find": find, "replacement": replacement}

    there = revised(DC, replace("Atlas", f"{first}¦{then}"))
    assert lines(revised(there, replace(f"{first}¦{then}", "Atlas")), "dc:title") == ["Atlas"]


@given(
    st.lists(st.sampled_from("abcé "), min_size=1, max_size=30).map("".join), st.sampled_from(["a", "b+", "é", "^a"])
)
def test_patterns_replace_what_pythons_own_would(text: str, pattern: str) -> None:
    import re

    from armarium.bulk_change.patterns import replacer

    assert replacer(pattern, r"<\0>", True, False)(text) == re.sub(pattern, r"<\g<0>>", text)


# Titles


def test_one_change_is_all_or_nothing() -> None:
    before = title(DC, UsageType.MASTER)
    decision = rules.decide(
        before,
        change(
            {"op": "set_suppression", "suppressed": True},
            {"op": "remove_element", "element": "dc:title"},
        ),
    )
    assert (decision.result, decision.after) == (Result.REJECTED, before)


def test_a_title_with_representations_stays_in_a_collection() -> None:
    leave = change({"op": "remove_from_collection", "collection": COLLECTION})
    refused = rules.decide(title(DC, UsageType.MASTER), leave)
    assert refused.result is Result.REJECTED and "no other collection" in refused.reasons[0]
    assert rules.decide(title(DC), leave).after.bib.collection_ids == ()
    both = change(
        {"op": "remove_from_collection", "collection": COLLECTION}, {"op": "add_to_collection", "collection": OTHER}
    )
    assert rules.decide(title(DC, UsageType.MASTER), both).after.bib.collection_ids == (OTHER,)


def test_a_title_is_moved_only_out_of_a_collection_that_it_is_in() -> None:
    move = change({"op": "move_to_collection", "source": COLLECTION, "collection": OTHER})
    assert rules.decide(title(), move).after.bib.collection_ids == (OTHER,)
    elsewhere = rules.decide(title(collections=(OTHER,)), move)
    assert (elsewhere.result, elsewhere.reasons) == (Result.UNCHANGED, (f"It is not in collection {COLLECTION}.",))


def test_representations_of_one_usage_type_are_changed_and_the_others_stay() -> None:
    before = title(DC, UsageType.MASTER, UsageType.DERIVATIVE)
    closed = change(
        {"op": "set_representations", "of_usage_type": "DERIVATIVE_COPY", "access_rights": "OPEN", "active": False}
    )
    after = rules.decide(before, closed).after
    assert [(each.access_rights, each.active) for each in after.representations] == [
        ("RESTRICTED", True),
        ("OPEN", False),
    ]
    found = {each.what.split()[1]: (each.before, each.after) for each in rules.differences(before, after)}
    assert found == {"access_rights": (("RESTRICTED",), ("OPEN",)), "active": (("true",), ("false",))}


def test_operations_for_the_other_format_pass_a_title_by() -> None:
    assert rules.decide(title(DC), change(RIGHTS)).result is Result.SKIPPED
    mixed = change(RIGHTS, {"op": "set_element", "element": "dc:rights", "values": ["No copyright"]})
    for record, what in ((DC, "dc:rights"), (marc(BIRDS), "540")):
        decision = rules.decide(title(record), mixed)
        assert [each.what for each in rules.differences(title(record), decision.after)] == [what]


def test_a_bib_that_describes_a_collection_is_left_alone() -> None:
    own = title()
    own = own.model_copy(update={"bib": own.bib.model_copy(update={"origin": f"collection#{COLLECTION}"})})
    assert rules.decide(own, change({"op": "set_suppression", "suppressed": True})).result is Result.SKIPPED


@given(st.booleans(), st.sampled_from([None, "OPEN"]), st.booleans(), st.booleans())
def test_what_a_trace_remembers_is_restored(hide: bool, rights: str | None, join: bool, revise: bool) -> None:
    operations: list[Operation] = [{"op": "set_suppression", "suppressed": hide}]
    operations += [{"op": "set_representations", "access_rights": rights, "usage_type": "AUXILIARY"}] if rights else []
    operations += [{"op": "move_to_collection", "source": COLLECTION, "collection": OTHER}] if join else []
    operations += [{"op": "add_element", "element": "dc:rights", "value": "CC0"}] if revise else []
    before = title(DC, UsageType.MASTER)
    after = rules.decide(before, change(*operations)).after
    trace = type(rules.traced(1, before, after)).model_validate_json(rules.traced(1, before, after).model_dump_json())
    restored, kept = rules.restored(after, trace, frozenset({COLLECTION, OTHER}))
    assert (restored, kept) == (before, ())
    assert rules.restored(before, trace, frozenset({COLLECTION, OTHER})) == (before, ())
    assert trace.is_empty == (before == after)


# What is no change at all


@pytest.mark.parametrize(
    ("given_", "field"),
    [
        ({"selection": {}, "operations": [RIGHTS]}, "selection"),
        ({"selection": {"q": "x", "set_id": "64000000001"}, "operations": [RIGHTS]}, "selection"),
        ({"selection": {"q": "x"}, "operations": []}, "operations"),
        ({"selection": {"q": "x"}, "operations": [{"op": "explode"}]}, "operations.0"),
        ({"selection": {"q": "x"}, "operations": [{**RIGHTS, "tag": "001"}]}, "operations.0.tag"),
        ({"selection": {"q": "x"}, "operations": [{**RIGHTS, "tag": "54"}]}, "operations.0.tag"),
        (
            {"selection": {"q": "x"}, "operations": [{**RIGHTS, "subfields": [{"code": "a", "value": "a\x1fb"}]}]},
            "operations.0.subfields.0.value",
        ),
        (
            {"selection": {"q": "x"}, "operations": [{"op": "set_element", "element": "dc:colour", "values": ["x"]}]},
            "operations.0.element",
        ),
        ({"selection": {"q": "x"}, "operations": [{"op": "set_representations"}]}, "operations.0"),
        (
            {
                "selection": {"q": "x"},
                "operations": [
                    {"op": "replace_text", "field": "245a", "find": "(", "replacement": "", "regular_expression": True}
                ],
            },
            "operations.0",
        ),
        (
            {
                "selection": {"q": "x"},
                "operations": [
                    {
                        "op": "replace_text",
                        "field": "245",
                        "find": "a",
                        "replacement": r"\2",
                        "regular_expression": True,
                    }
                ],
            },
            "operations.0",
        ),
        ({"selection": {"q": "x"}, "operations": "all of it"}, "operations"),
        ({}, "selection"),
    ],
)
def test_faults_are_told_by_field(given_: dict[str, Any], field: str) -> None:
    with pytest.raises(ChangeNotValidError) as caught:
        change_of(given_)
    assert field in [name for name, _ in caught.value.faults], caught.value.faults
    assert all(fault for _, fault in caught.value.faults)


def test_faults_are_told_in_words_and_each_once() -> None:
    with pytest.raises(ChangeNotValidError) as caught:
        change({"op": "remove_subfields", "tag": "54", "codes": "a b"}, {"op": "add_element", "element": "dc:title"})
    assert caught.value.faults == (
        ("operations.0.tag", "a MARC tag has three digits: 540"),
        ("operations.0.codes", "the codes of subfields are letters and digits: a, or xz"),
        ("operations.1.value", "this is missing"),
    )
