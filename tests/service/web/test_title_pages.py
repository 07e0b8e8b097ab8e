"""What staff see of a title, and do with it: the record, collections, representations, deletion, history."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from armarium.accounts import service as accounts
from armarium.accounts.model import Role, User
from armarium.audit import service as audit
from armarium.cataloguing import collections, templates
from armarium.cataloguing import service as cataloguing
from armarium.inventory import service as inventory
from armarium.inventory.model import Bib
from armarium.metadata import service as metadata
from armarium.metadata.model import RecordSchema, SourceRecord
from armarium.platform.items import InventoryItem
from tests.service.web.conftest import NOW, Answer, Browser, make_title, representation_id, signed_in

MARC = (
    "=LDR  00000nam\\a2200000\\i\\4500",
    "=001  u1",
    "=008  261122s1887\\\\\\\\enk\\\\\\\\\\\\\\\\\\\\\\000\\0\\eng\\d",
    "=245  10$aThe harbour :$bships and quays.",
    "=650  \\0$aHarbours$zLondon.",
    "=999  \\\\$alocal",
)


def made(collection: str, schema: RecordSchema = RecordSchema.MARC21, lines: tuple[str, ...] = MARC) -> Bib:
    record = metadata.written(schema, lines)
    return cataloguing.create_bib(record, "ann", NOW, (collection,))


@pytest.fixture
def bib(nature: str) -> Bib:
    return made(nature)


@pytest.fixture
def cataloguer() -> Browser:
    return signed_in(Role.CATALOGUER)


def edit(browser: Browser, bib: Bib, step: str, lines: tuple[str, ...], version: int | None = None) -> Answer:
    page = f"/staff/titles/{bib.mms_id}/edit"
    stated = {} if version is None else {"version": str(version)}
    return browser.post(page, page, step=step, record="\r\n".join(lines), **stated)


def stored(bib: Bib) -> SourceRecord:
    return inventory.get_bib(bib.mms_id).record


def wanted(lines: tuple[str, ...], old: str, new: str) -> tuple[str, ...]:
    return tuple(each.replace(old, new) for each in lines)


# The title


def test_a_title_shows_its_record_for_people_and_as_it_is_written(cataloguer: Browser, bib: Bib) -> None:
    here = f"/staff/titles/{bib.mms_id}"
    assert "The harbour" in cataloguer.get(here).text
    assert "=245  10$aThe harbour :$bships and quays." in cataloguer.get(f"{here}?view=source").text
    assert "dc:subject: Harbours--London" in cataloguer.get(f"{here}?view=other").text


def test_an_operator_sees_a_title_without_what_only_cataloguers_do(bib: Bib) -> None:
    page = signed_in(Role.DIGITIZATION_OPERATOR).get(f"/staff/titles/{bib.mms_id}").text
    assert "The harbour" in page
    assert f"/staff/titles/{bib.mms_id}/edit" not in page
    assert "/delete" not in page


def test_what_a_record_says_is_shown_as_text(cataloguer: Browser, nature: str) -> None:
    hostile = made(nature, lines=("=245  00$a<script>alert(1)</script>", "=500  \\\\$a</textarea><b>"))
    for path in ("", "?view=source", "?view=other", "/edit", "/edit?as=text", "/history"):
        page = cataloguer.get(f"/staff/titles/{hostile.mms_id}{path}").text
        assert "<script>alert" not in page
        assert "</textarea><b>" not in page


def test_a_title_is_hidden_from_readers_and_shown_again(cataloguer: Browser, bib: Bib) -> None:
    here = f"/staff/titles/{bib.mms_id}"
    cataloguer.post(f"{here}/suppression", here, suppressed="true", version="1")
    assert Browser().get(f"/titles/{bib.mms_id}").status == 404
    cataloguer.post(f"{here}/suppression", here, suppressed="false", version="2")
    assert Browser().get(f"/titles/{bib.mms_id}").status == 200


def test_a_title_joins_a_collection_by_its_name_and_leaves_it(cataloguer: Browser, bib: Bib) -> None:
    maps = inventory.create_collection(name="Old maps", by="ann", now=NOW)
    here = f"/staff/titles/{bib.mms_id}"
    assert cataloguer.post(f"{here}/collections", here, collection="old  MAPS").status == 303
    assert maps.id in inventory.get_title(bib.mms_id).bib.collection_ids
    assert cataloguer.post(f"{here}/collections/{maps.id}/leave", here).status == 303
    assert maps.id not in inventory.get_title(bib.mms_id).bib.collection_ids


def test_a_part_of_a_name_offers_the_collections_that_have_it(cataloguer: Browser, bib: Bib) -> None:
    maps = inventory.create_collection(name="Old maps", by="ann", now=NOW)
    here = f"/staff/titles/{bib.mms_id}"
    answer = cataloguer.post(f"{here}/collections", here, collection="map")
    assert answer.status == 422
    assert f'name="collection" value="{maps.id}"' in answer.text


def test_the_last_collection_of_a_title_with_files_is_not_left(cataloguer: Browser, nature: str) -> None:
    bib = make_title("a", ("OPEN", 1), collection=nature)
    here = f"/staff/titles/{bib.mms_id}"
    answer = cataloguer.post(f"{here}/collections/{nature}/leave", here)
    assert answer.status == 422
    assert "is in no other collection" in answer.text


def test_a_representation_is_made_and_leads_to_its_files(cataloguer: Browser, bib: Bib) -> None:
    page = f"/staff/titles/{bib.mms_id}/new-representation"
    fields = {"label": "Scans", "usage_type": "DERIVATIVE_COPY", "library": "MAIN", "access_rights": "OPEN"}
    answer = cataloguer.post(page, page, **fields)
    (representation,) = inventory.get_title(bib.mms_id).representations
    assert answer.headers["Location"].startswith(f"/staff/titles/{bib.mms_id}/representations/{representation.id}")
    assert (representation.label, representation.active, representation.access_rights) == ("Scans", False, "OPEN")


def test_a_representation_of_an_unknown_kind_is_refused_beside_the_field(cataloguer: Browser, bib: Bib) -> None:
    page = f"/staff/titles/{bib.mms_id}/new-representation"
    answer = cataloguer.post(page, page, usage_type="SECRET", library="MAIN", access_rights="OPEN", label="Kept")
    assert answer.status == 422
    assert "problem-usage_type" in answer.text
    assert 'value="Kept"' in answer.text
    assert inventory.get_title(bib.mms_id).representations == ()


def test_a_title_with_files_is_deleted_only_when_that_was_said(cataloguer: Browser, nature: str) -> None:
    bib = make_title("a", ("OPEN", 2), collection=nature)
    page = f"/staff/titles/{bib.mms_id}/delete"
    assert "files: 2" in cataloguer.get(page).text
    refused = cataloguer.post(page, page)
    assert refused.status == 422
    assert "delete them first" in refused.text
    assert cataloguer.post(page, page, override="true").status == 303
    assert inventory.get_bibs([bib.mms_id]) == {}


def test_a_title_that_was_changed_meanwhile_is_not_deleted(cataloguer: Browser, bib: Bib) -> None:
    page = f"/staff/titles/{bib.mms_id}/delete"
    cataloguing.change_bib(bib.mms_id, "bob", NOW, suppressed=True)
    assert cataloguer.post(page, page, version="1").status == 412
    assert inventory.get_bibs([bib.mms_id])


# The record


def test_a_change_is_shown_before_it_is_saved(cataloguer: Browser, bib: Bib) -> None:
    changed = wanted(MARC, "ships and quays", "ships and cranes")
    answer = edit(cataloguer, bib, "review", changed)
    assert answer.status == 200
    assert re.search(r"<del>.*quays.*</del>", answer.text)
    assert re.search(r"<ins>.*cranes.*</ins>", answer.text)
    assert inventory.get_bib(bib.mms_id).version == 1
    assert edit(cataloguer, bib, "save", changed).status == 303
    assert metadata.describe(stored(bib)).title == "The harbour : ships and cranes"
    assert stored(bib).schema_ is RecordSchema.MARC21


def test_saving_without_a_change_writes_nothing(cataloguer: Browser, bib: Bib) -> None:
    before = stored(bib)
    assert edit(cataloguer, bib, "save", metadata.lines(before)).status == 303
    assert (stored(bib), inventory.get_bib(bib.mms_id).version) == (before, 1)


@pytest.mark.parametrize("schema", [RecordSchema.MARC21, RecordSchema.MARCXML])
def test_a_record_keeps_the_writing_it_came_in(cataloguer: Browser, nature: str, schema: RecordSchema) -> None:
    bib = made(nature, schema)
    edit(cataloguer, bib, "save", (*metadata.lines(bib.record), "=500  \\\\$aNew"))
    assert stored(bib).schema_ is schema
    assert "=500  \\\\$aNew" in metadata.lines(stored(bib))


def test_simple_dublin_core_stays_simple_until_it_says_more(cataloguer: Browser, nature: str) -> None:
    bib = made(nature, RecordSchema.DC, ("dc:title: Boats", "dc:creator: Wren"))
    edit(cataloguer, bib, "save", ("dc:title@en: Boats", "dc:creator: Wren", "dc:date: 1897"))
    assert stored(bib).schema_ is RecordSchema.DC
    review = edit(cataloguer, bib, "review", ("dc:title@en: Boats", "dcterms:created.W3CDTF: 1897"))
    assert "Qualified Dublin Core" in review.text
    edit(cataloguer, bib, "save", ("dc:title@en: Boats", "dcterms:created.W3CDTF: 1897"))
    assert stored(bib).schema_ is RecordSchema.QDC
    assert metadata.lines(stored(bib)) == ("dc:title@en: Boats", "dcterms:created.W3CDTF: 1897")


def test_somebody_elses_change_is_not_lost_and_neither_is_what_was_typed(cataloguer: Browser, bib: Bib) -> None:
    theirs = wanted(metadata.lines(bib.record), "Harbours", "Ports")
    cataloguing.change_bib(bib.mms_id, "bob", NOW, record=metadata.written(RecordSchema.MARC21, theirs, bib.record))
    mine = wanted(metadata.lines(bib.record), "ships and quays", "cranes")
    answer = edit(cataloguer, bib, "save", mine, version=1)
    assert answer.status == 412
    assert "cranes" in answer.text
    assert re.search(r"<del>.*Ports.*</del>", answer.text)
    assert "bob" in answer.text
    assert 'name="version" value="2"' in answer.text
    assert metadata.lines(stored(bib)) == metadata.lines(metadata.written(RecordSchema.MARC21, theirs, bib.record))
    assert edit(cataloguer, bib, "save", mine, version=2).status == 303


def test_a_record_without_a_title_is_refused_with_all_that_was_typed(cataloguer: Browser, bib: Bib) -> None:
    answer = edit(cataloguer, bib, "save", ("=500  \\\\$aOnly <a> note",))
    assert answer.status == 422
    assert "has no title" in answer.text
    assert "Only &lt;a&gt; note" in answer.text
    assert inventory.get_bib(bib.mms_id).version == 1


def test_a_warning_stands_beside_its_line_and_does_not_keep_from_saving(cataloguer: Browser, bib: Bib) -> None:
    lines = (*metadata.lines(bib.record), "=666  \\\\$aWhat is this")
    page = f"/staff/titles/{bib.mms_id}/edit"
    assert "666 is not a common field" in edit(cataloguer, bib, "rows", lines).text
    assert edit(cataloguer, bib, "save", lines).status == 303
    assert "666 is not a common field" in cataloguer.get(page).text


def inputs(page: str, name: str) -> list[str]:
    """The values of all inputs of a name, in the page's order."""
    area = page.partition('<template id="new-row">')[0]
    found = re.findall(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"|<textarea[^>]*name="{name}"[^>]*>([^<]*)', area)
    return [html.unescape(one or other) for one, other in found]


def rows_of(page: str) -> list[tuple[str, str]]:
    """Every field that the form of rows sends, in the page's order."""
    columns = [inputs(page, name) for name in ("tag", "first", "second", "text")]
    return [
        (name, value)
        for row in zip(*columns, strict=True)
        for name, value in zip(("tag", "first", "second", "text"), row, strict=True)
    ]


def send_rows(browser: Browser, bib: Bib, rows: list[tuple[str, str]], step: str, **more: str) -> Answer:
    from urllib.parse import urlencode

    page = f"/staff/titles/{bib.mms_id}/edit"
    hidden = re.findall(r'<input type="hidden" name="(csrf_token|version)" value="([^"]*)">', browser.get(page).text)
    body = urlencode([*hidden, *rows, *more.items(), ("step", step)]).encode()
    return browser._ask("POST", page, body, {})


def test_rows_that_are_sent_as_they_came_change_nothing(cataloguer: Browser, bib: Bib) -> None:
    rows = rows_of(cataloguer.get(f"/staff/titles/{bib.mms_id}/edit").text)
    assert "Nothing changes." in send_rows(cataloguer, bib, rows, "review").text
    send_rows(cataloguer, bib, rows, "save")
    assert inventory.get_bib(bib.mms_id).version == 1


def test_a_position_of_a_fixed_field_is_changed_by_its_name(cataloguer: Browser, bib: Bib) -> None:
    page = cataloguer.get(f"/staff/titles/{bib.mms_id}/edit").text
    assert "Type of date" in page
    assert send_rows(cataloguer, bib, rows_of(page), "save", **{"at-008/35-37": "fre", "at-LDR/08": "a"}).status == 303
    assert inventory.get_bib(bib.mms_id).description.languages == ("fre",)
    assert metadata.lines(stored(bib))[0][13:15] == "ma"


def test_rows_of_unequal_length_are_refused(cataloguer: Browser, bib: Bib) -> None:
    assert send_rows(cataloguer, bib, [("tag", "245"), ("tag", "500"), ("text", "$aX")], "save").status == 400


# A new record


def test_a_new_record_begins_with_a_template_and_ends_in_a_collection(cataloguer: Browser, nature: str) -> None:
    page = "/staff/titles/new/record?template=marc-book"
    lines = (*templates.begun(templates.get("marc-book"), NOW), "=245  10$aA new book")
    fields = {"record": "\n".join(lines), "collection": "Nature"}
    review = cataloguer.post("/staff/titles/new/record", page, step="review", **fields)
    assert "A new book" in review.text
    answer = cataloguer.post("/staff/titles/new/record", page, step="save", **fields)
    assert answer.status == 303
    (mms_id,) = re.findall(r"/staff/titles/(\d+)", answer.headers["Location"])
    bib = inventory.get_title(mms_id).bib
    assert bib.collection_ids == (nature,)
    assert bib.description.title == "A new book"
    assert not any(line.startswith(("=100", "=650", "=245  10$a$b")) for line in metadata.lines(bib.record))


def test_a_new_record_needs_a_collection_that_is_there(cataloguer: Browser) -> None:
    page = "/staff/titles/new/record?template=dc-book"
    answer = cataloguer.post(
        "/staff/titles/new/record", page, step="save", record="dc:title: A book", collection="Nowhere"
    )
    assert answer.status == 422
    assert "Nowhere" in answer.text
    assert "dc:title: A book" in answer.text


def test_a_record_is_kept_as_a_template_without_its_numbers_and_deleted(cataloguer: Browser, bib: Bib) -> None:
    here = f"/staff/titles/{bib.mms_id}"
    assert cataloguer.post(f"{here}/template", here, name="Harbour <books>").status == 303
    (own,) = [each for each in templates.listed() if each.version]
    assert "=650  \\0$aHarbours$zLondon." in own.lines
    assert not any(line.startswith("=001") for line in own.lines)
    page = cataloguer.get("/staff/record-templates").text
    assert "Harbour &lt;books&gt;" in page
    cataloguer.post(f"/staff/record-templates/{own.code}/delete", "/staff/record-templates")
    assert not any(each.version for each in templates.listed())


def test_a_built_in_template_stays(cataloguer: Browser) -> None:
    assert cataloguer.post("/staff/record-templates/dc-book/delete", "/staff/record-templates").status == 404
    assert templates.get("dc-book").lines


# Quick cataloguing

QUICK = {
    "title": "The quay",
    "creator": "Wren\nFinch",
    "date": "1897",
    "collection": "Nature",
    "library": "MAIN",
    "usage_type": "PRESERVATION_MASTER",
    "access_rights": "OPEN",
    "template": "dc-photograph",
}


def quick(browser: Browser, **fields: str) -> Answer:
    return browser.post("/staff/titles/new", "/staff/titles/new", **(QUICK | fields))


def test_the_short_form_makes_a_title_in_its_collection_with_a_representation(cataloguer: Browser, nature: str) -> None:
    answer = quick(cataloguer)
    assert answer.status == 303
    mms_id, rep_id = re.findall(r"/staff/titles/(\d+)/representations/(\d+)", answer.headers["Location"])[0]
    title = inventory.get_title(mms_id)
    assert title.bib.collection_ids == (nature,)
    assert title.bib.description.creators == ("Wren", "Finch")
    assert [(each.id, each.access_rights) for each in title.representations] == [(rep_id, "OPEN")]


def test_the_short_form_sent_twice_makes_one_title(cataloguer: Browser, nature: str) -> None:
    first, second = (quick(cataloguer, key="once", anyway="true").headers["Location"] for _ in range(2))
    assert first == second
    assert inventory.count_members(nature) == 1


def test_a_number_that_another_title_has_is_told_before_anything_is_made(cataloguer: Browser, nature: str) -> None:
    first = quick(cataloguer, identifier="INV 5")
    assert first.status == 303
    answer = quick(cataloguer, title="Another quay", identifier="INV 5")
    assert answer.status == 409
    assert "may be here already" in answer.text
    assert "The quay" in answer.text
    assert 'value="Another quay"' in answer.text
    assert inventory.count_members(nature) == 1
    assert quick(cataloguer, title="Another quay", identifier="INV 5", anyway="true").status == 303


def test_a_short_form_without_a_title_or_a_collection_says_so(cataloguer: Browser, nature: str) -> None:
    answer = quick(cataloguer, title=" ", collection="Natur")
    assert answer.status == 422
    assert 'id="problem-title"' in answer.text
    assert 'id="problem-collection"' in answer.text
    assert inventory.count_members(nature) == 0


# History


def stream() -> Iterator[dict[str, Any]]:
    """The records of the inventory as a stream tells of them: what is there now, as if it had just come."""
    client = boto3.client("dynamodb")
    for item in client.scan(TableName=InventoryItem.Meta.table_name)["Items"]:
        yield json.loads(json.dumps(item, default=_base64))


def _base64(value: bytes) -> str:
    import base64

    return base64.b64encode(value).decode()


def kept(before: dict[tuple[str, str], Any], event: str) -> dict[tuple[str, str], Any]:
    """Let the audit read what has changed since ``before``; answers what is there now."""
    after = {(item["pk"]["S"], item["sk"]["S"]): item for item in stream()}
    records = []
    for number, (key, new) in enumerate(sorted(after.items())):
        if before.get(key) != new:
            images = {"NewImage": new} | ({"OldImage": before[key]} if key in before else {})
            records.append({"eventID": f"{event}{number}", "dynamodb": images})
    audit.record(records)
    return after


@pytest.fixture
def changed(bib: Bib) -> Bib:
    """A title whose record was changed once, with its history."""
    before = kept({}, "a")
    lines = wanted(metadata.lines(bib.record), "Harbours", "Ports")
    cataloguing.change_bib(bib.mms_id, "bob", NOW, record=metadata.written(RecordSchema.MARC21, lines, bib.record))
    kept(before, "b")
    return bib


def the_change(bib: Bib, thing: str = "bib", action: str = "changed") -> str:
    found = audit.history(bib.mms_id).items
    return next(each.id for each in found if (each.thing, each.action) == (thing, action))


def test_history_says_who_changed_what_from_which_value_to_which(cataloguer: Browser, changed: Bib) -> None:
    page = cataloguer.get(f"/staff/titles/{changed.mms_id}/history").text
    assert "bob" in page
    assert re.search(r"<del[^>]*>.*Harbours--London", page)
    assert re.search(r"<ins[^>]*>.*Ports--London", page)


def test_an_old_record_is_restored_byte_for_byte(cataloguer: Browser, changed: Bib) -> None:
    here = f"/staff/titles/{changed.mms_id}/history"
    page = f"{here}/change?key={the_change(changed).replace('#', '%23')}"
    shown = cataloguer.get(page)
    assert re.search(r"<ins>.*Ports.*</ins>", shown.text)
    assert cataloguer.post(f"{here}/restore", page).status == 303
    assert stored(changed) == changed.record
    assert inventory.get_bib(changed.mms_id).version == 3


def test_a_record_that_was_changed_again_is_not_restored_unseen(cataloguer: Browser, changed: Bib) -> None:
    here = f"/staff/titles/{changed.mms_id}/history"
    page = f"{here}/change?key={the_change(changed).replace('#', '%23')}"
    cataloguing.change_bib(changed.mms_id, "eve", NOW, suppressed=True)
    answer = cataloguer.post(f"{here}/restore", page, version="2")
    assert answer.status == 412
    assert "somebody changed it meanwhile" in answer.text
    assert stored(changed) != changed.record


def test_a_record_too_large_for_a_table_is_in_the_history_and_comes_back(cataloguer: Browser, nature: str) -> None:
    noise = "".join(chr(0x4E00 + (number * 7919) % 20_000) for number in range(120_000))
    bib = made(
        nature,
        RecordSchema.QDC,
        ("dc:title: Long", *(f"dc:description: {noise[at : at + 20_000]}" for at in range(0, 120_000, 20_000))),
    )
    before = kept({}, "a")
    cataloguing.change_bib(bib.mms_id, "bob", NOW, record=metadata.written(RecordSchema.QDC, ("dc:title: Short",)))
    kept(before, "b")
    here = f"/staff/titles/{bib.mms_id}/history"
    page = f"{here}/change?key={the_change(bib).replace('#', '%23')}"
    assert cataloguer.post(f"{here}/restore", page).status == 303
    assert stored(bib) == bib.record


def test_two_records_that_fit_only_the_bucket_are_both_kept(nature: str) -> None:
    def noisy(seed: int) -> tuple[str, ...]:
        import random

        letters = random.Random(seed)  # noqa: S311
        text = "".join(chr(letters.randrange(0x4E00, 0x9FFF)) for _ in range(80_000))
        return ("dc:title: Long", *(f"dc:description: {text[at : at + 20_000]}" for at in range(0, 80_000, 20_000)))

    bib = made(nature, RecordSchema.QDC, noisy(1))
    before = kept({}, "a")
    after = metadata.written(RecordSchema.QDC, noisy(2))
    cataloguing.change_bib(bib.mms_id, "bob", NOW, record=after)
    kept(before, "b")
    found = audit.get_change(bib.mms_id, the_change(bib))
    assert found.record_before
    assert found.record_after
    assert inventory.read_kept(found.record_before) == bib.record
    assert inventory.read_kept(found.record_after) == after


def test_a_collection_that_was_left_is_joined_again(cataloguer: Browser, bib: Bib, nature: str) -> None:
    before = kept({}, "a")
    collections.remove_from_collection(bib.mms_id, nature, "bob", NOW)
    kept(before, "b")
    here = f"/staff/titles/{bib.mms_id}/history"
    page = f"{here}/change?key={the_change(bib, 'membership', 'deleted').replace('#', '%23')}"
    assert cataloguer.post(f"{here}/restore", page).status == 303
    assert inventory.get_title(bib.mms_id).bib.collection_ids == (nature,)


def test_the_properties_of_a_representation_are_put_back(cataloguer: Browser, nature: str) -> None:
    bib = make_title("a", ("RESTRICTED", 0), collection=nature)
    before = kept({}, "a")
    cataloguing.change_representation(
        bib.mms_id, representation_id(bib), {"access_rights": "OPEN", "label": "New"}, "bob", NOW
    )
    kept(before, "b")
    here = f"/staff/titles/{bib.mms_id}/history"
    page = f"{here}/change?key={the_change(bib, 'representation').replace('#', '%23')}"
    assert cataloguer.post(f"{here}/restore", page).status == 303
    (representation,) = inventory.get_title(bib.mms_id).representations
    assert (representation.access_rights, representation.label) == ("RESTRICTED", "Scans 0")


def test_what_belongs_to_another_library_is_not_put_back(nature: str) -> None:
    bib = make_title("a", ("RESTRICTED", 1), collection=nature)
    before = kept({}, "a")
    identifier = representation_id(bib)
    cataloguing.change_representation(bib.mms_id, identifier, {"library": "MAIN", "label": "New"}, "bob", NOW)
    kept(before, "b")
    here = f"/staff/titles/{bib.mms_id}/history"
    page = f"{here}/change?key={the_change(bib, 'representation').replace('#', '%23')}"
    somebody = User(id="b", name="Finch", roles=frozenset({Role.CATALOGUER}), libraries=frozenset({"BRANCH"}))
    browser = Browser({accounts.session_cookie_name(): accounts._open_session(somebody, NOW, None)[1]})
    assert browser.post(f"{here}/restore", page).status == 403
    assert inventory.get_title(bib.mms_id).representations[0].label == "New"


def test_the_history_of_a_deleted_title_is_there_and_offers_no_way_back(cataloguer: Browser, bib: Bib) -> None:
    before = kept({}, "a")
    cataloguing.delete_bib(bib.mms_id, "bob", NOW)
    kept(before, "b")
    here = f"/staff/titles/{bib.mms_id}/history"
    assert "This title was deleted" in cataloguer.get(here).text
    page = cataloguer.get(f"{here}/change?key={the_change(bib, action='deleted').replace('#', '%23')}").text
    assert "/history/restore" not in page


def test_operators_look_at_a_change_without_the_way_back(changed: Bib) -> None:
    page = f"/staff/titles/{changed.mms_id}/history/change?key={the_change(changed).replace('#', '%23')}"
    answer = signed_in(Role.DIGITIZATION_OPERATOR).get(page)
    assert answer.status == 200
    assert "/history/restore" not in answer.text


def test_the_meaning_of_fields_is_told_to_the_editor(cataloguer: Browser) -> None:
    answer = cataloguer.get("/staff/field-help/marc21")
    assert json.loads(answer.text)["245"]["subfields"]["a"] == "Title"
    assert cataloguer.get("/staff/field-help/secret").status == 404
