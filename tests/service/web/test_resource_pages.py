"""Promises of the digital resource editor's pages."""

from __future__ import annotations

import re
from typing import Any

import pytest

from armarium.accounts.model import Role
from armarium.audit import service as audit
from armarium.cataloguing import service as cataloguing
from armarium.derivatives import store as derivatives
from armarium.inventory import service as inventory
from armarium.inventory import store
from armarium.inventory.model import Bib
from armarium.platform.ids import IdType, derived
from armarium.platform.items import InventoryItem
from tests.service.inventory.test_file_moves import counted
from tests.service.web.conftest import NOW, Answer, Browser, make_title, pid, representation_id, signed_in


@pytest.fixture
def cataloguer() -> Browser:
    return signed_in(Role.CATALOGUER)


@pytest.fixture
def wishes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the derivation of files is asked for."""
    asked: list[str] = []
    monkeypatch.setattr(derivatives, "send", asked.append)
    return asked


def editor(bib: Bib, *rest: str) -> str:
    return "/".join((f"/staff/titles/{bib.mms_id}/representations/{representation_id(bib)}", *rest))


def sent(browser: Browser, path: str, **fields: str) -> Answer:
    """A form with these fields, and the token that each page carries."""
    token = re.search(r'name="csrf_token" value="([^"]*)"', browser.get("/staff/jobs").text)
    assert token
    return browser.send(path, csrf_token=token[1], **fields)


def labels(answer: Answer) -> list[str]:
    return re.findall(r'class="file-label"[^>]*>([^<]*)<', answer.text)


def places(answer: Answer) -> list[int]:
    return [int(place) for place in re.findall(r'data-place="(\d+)"', answer.text)]


def test_files_are_shown_a_page_at_a_time_from_any_place(cataloguer: Browser) -> None:
    bib = make_title("atlas", ("OPEN", 230))
    first = cataloguer.get(editor(bib))
    assert (places(first)[0], places(first)[-1], len(labels(first))) == (1, 100, 100)
    following = re.search(r'href="([^"]*from=101[^"]*)"', first.text)
    assert following
    second = cataloguer.get(following[1].replace("&amp;", "&"))
    assert labels(second)[0] == "Page 101"
    assert places(second)[0] == 101
    assert labels(cataloguer.get(editor(bib) + "?from=150"))[0] == "Page 150"
    assert places(cataloguer.get(editor(bib) + "?from=99999")) == list(range(201, 231))
    assert len(places(cataloguer.get(editor(bib) + "?from=nonsense"))) == 100


def test_a_page_among_thousands_of_files_takes_no_more_requests_than_one_of_few(
    cataloguer: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []
    for count in (120, 1_000):
        bib = make_title(f"volume {count}", ("OPEN", 1))
        _fill(bib, count)
        with counted(monkeypatch) as asked:
            page = cataloguer.get(editor(bib) + f"?from={count - 50}")
        assert len(places(page)) == 51
        told.append(dict(asked))
    assert told[0] == told[1]


def _fill(bib: Bib, count: int) -> None:
    """So many copies of the title's first file, written straight into the table."""
    (first,) = inventory.all_files(bib.mms_id, representation_id(bib))
    with InventoryItem.batch_write() as batch:
        for order in range(2, count + 1):
            copy = {"order": order, "pid": derived(IdType.FILE, "0001", representation_id(bib), str(order))}
            batch.save(store.put_file(first.model_copy(update=copy)).item)
    before = inventory.get_representation(bib.mms_id, representation_id(bib))
    inventory.put_representation(before.model_copy(update={"file_count": count, "version": 2}), 1)


def test_files_are_moved_relabelled_and_chosen_as_thumbnail_by_forms_alone(cataloguer: Browser) -> None:
    bib = make_title("atlas", ("OPEN", 4))
    moved = sent(cataloguer, editor(bib), do="move", pid=pid(bib, 4), place="2", **{"from": "1"})
    assert (moved.status, moved.headers["Location"]) == (303, editor(bib) + "?from=1&done=files.moved")
    assert labels(cataloguer.get(editor(bib))) == ["Page 1", "Page 4", "Page 2", "Page 3"]
    file = cataloguer.get(editor(bib, "files", pid(bib, 4)))
    assert 'name="place" type="text" value="2"' in file.text
    version = inventory.find_file(pid(bib, 4)).version
    assert sent(cataloguer, editor(bib), do="relabel", pid=pid(bib, 4), label="Map", version=str(version)).status == 303
    assert labels(cataloguer.get(editor(bib)))[1] == "Map"
    late = sent(cataloguer, editor(bib), do="relabel", pid=pid(bib, 4), label="Late", version=str(version))
    assert late.status == 412
    assert labels(cataloguer.get(editor(bib)))[1] == "Map"
    assert sent(cataloguer, editor(bib), do="thumbnail", pid=pid(bib, 3), stay="1").status == 303
    assert inventory.get_representation(bib.mms_id, representation_id(bib)).thumbnail == pid(bib, 3)


def test_deletion_of_files_asks_first_and_says_which(cataloguer: Browser) -> None:
    bib = make_title("atlas", ("OPEN", 3))
    asked = sent(cataloguer, editor(bib), do="ask", pid=pid(bib, 2))
    assert asked.status == 200
    assert "Page 2" in asked.text
    assert "Page 3" not in asked.text
    assert len(labels(cataloguer.get(editor(bib)))) == 3
    assert sent(cataloguer, editor(bib), do="delete", pid=pid(bib, 2)).status == 303
    assert labels(cataloguer.get(editor(bib))) == ["Page 1", "Page 3"]


@pytest.mark.parametrize("form", [{"do": "delete"}, {"do": "nothing", "pid": "1"}, {"do": "move", "place": "two"}, {}])
def test_a_form_that_says_too_little_changes_nothing(cataloguer: Browser, form: dict[str, str]) -> None:
    bib = make_title("atlas", ("OPEN", 2))
    if "place" in form:
        form = form | {"pid": pid(bib)}
    assert sent(cataloguer, editor(bib), **form).status == 400
    assert labels(cataloguer.get(editor(bib))) == ["Page 1", "Page 2"]


def test_a_file_is_derived_again_where_that_is_asked(cataloguer: Browser, wishes: list[str]) -> None:
    bib = make_title("atlas", ("OPEN", 1))
    assert sent(cataloguer, editor(bib), do="derive", pid=pid(bib), stay="1").status == 303
    assert pid(bib) in wishes[0]


def test_the_public_thumbnail_is_that_of_the_chosen_file_while_it_is_there(cataloguer: Browser) -> None:
    bib = make_title("atlas", ("OPEN", 3))
    address = f"/view/delivery/thumbnail/01ARM_INST/{bib.mms_id}"
    sent(cataloguer, editor(bib), do="thumbnail", pid=pid(bib, 2))
    assert pid(bib, 2) in Browser().get(address).headers["Location"]
    sent(cataloguer, editor(bib), do="delete", pid=pid(bib, 2))
    assert pid(bib, 1) in Browser().get(address).headers["Location"]


def properties(**changes: str) -> dict[str, str]:
    stated = {
        "label": "Scans",
        "usage_type": "DERIVATIVE_COPY",
        "library": "MAIN",
        "access_rights": "RESTRICTED",
        "active": "true",
        "public_note": "Colour",
        "note": "",
        "volume": "3",
        "version": "1",
    }
    return stated | changes


def test_properties_are_saved_at_the_version_that_was_seen(cataloguer: Browser) -> None:
    bib = make_title("atlas", ("OPEN", 1))
    assert 'name="version" value="1"' in cataloguer.get(editor(bib, "properties")).text
    assert sent(cataloguer, editor(bib, "properties"), **properties()).status == 303
    saved = inventory.get_representation(bib.mms_id, representation_id(bib))
    assert (saved.label, saved.access_rights, saved.descriptive) == ("Scans", "RESTRICTED", {"volume": "3"})
    late = sent(cataloguer, editor(bib, "properties"), **properties(label="Mine"))
    assert late.status == 412
    assert "changed this meanwhile" in late.text
    assert 'value="Mine"' in late.text
    assert inventory.get_representation(bib.mms_id, representation_id(bib)).label == "Scans"


@pytest.mark.parametrize("wrong", [{"usage_type": "NONE"}, {"library": "ELSEWHERE"}, {"label": "x" * 4_001}])
def test_properties_that_cannot_be_are_refused_beside_their_field(cataloguer: Browser, wrong: dict[str, str]) -> None:
    bib = make_title("atlas", ("OPEN", 1))
    refused = sent(cataloguer, editor(bib, "properties"), **properties(**wrong))
    assert refused.status == 422
    assert f'id="problem-{next(iter(wrong))}"' in refused.text


def test_a_representation_is_deleted_with_its_files_after_a_question(cataloguer: Browser) -> None:
    bib = make_title("atlas", ("OPEN", 2))
    asked = cataloguer.get(editor(bib, "delete"))
    assert asked.text.count('name="bibs"') == 3
    assert sent(cataloguer, editor(bib, "delete"), version="1", bibs="suppress").status == 303
    title = inventory.get_title(bib.mms_id)
    assert (title.representations, title.bib.suppressed) == ((), True)
    assert cataloguer.get(editor(bib)).status == 404


def stream_image(item: InventoryItem) -> dict[str, Any]:
    return {name: value for name, value in item.to_dynamodb_dict().items() if value}


def test_the_history_says_who_changed_what_and_puts_it_back(cataloguer: Browser) -> None:
    bib = make_title("atlas", ("OPEN", 2))
    key = (f"BIB#{bib.mms_id}", f"REP#{representation_id(bib)}")
    old = stream_image(InventoryItem.get(*key))
    cataloguing.change_representation(bib.mms_id, representation_id(bib), {"public_note": "New"}, "Wren", NOW)
    new = stream_image(InventoryItem.get(*key))
    audit.record([{"eventID": "e1", "dynamodb": {"NewImage": new, "OldImage": old}}])
    shown = cataloguer.get(editor(bib, "history"))
    assert "Public note" in shown.text
    assert "<ins" in shown.text
    asked = re.search(r'href="([^"]*history/restore[^"]*)"', shown.text)
    assert asked
    question = cataloguer.get(asked[1])
    change = re.search(r'name="change" value="([^"]*)"', question.text)
    version = re.search(r'name="version" value="([^"]*)"', question.text)
    assert change
    assert version
    stale = sent(cataloguer, editor(bib, "history/restore"), change=change[1], version="1")
    assert stale.status == 412
    done = sent(cataloguer, editor(bib, "history/restore"), change=change[1], version=version[1])
    assert done.status == 303
    assert inventory.get_representation(bib.mms_id, representation_id(bib)).public_note == ""


def test_the_page_may_send_to_the_upload_bucket_and_run_its_own_worker_and_no_more(cataloguer: Browser) -> None:
    bib = make_title("atlas", ("OPEN", 1))
    policy = cataloguer.get(editor(bib)).headers["Content-Security-Policy"]
    assert "worker-src 'self';" in policy
    assert "https://armarium-upload.s3" in policy
    assert "unsafe" not in policy
    elsewhere = cataloguer.get(editor(bib, "history")).headers["Content-Security-Policy"]
    assert "worker-src 'none'" in elsewhere
    assert "armarium-upload" not in elsewhere


def test_a_remote_representation_says_where_its_files_are_and_takes_none(cataloguer: Browser) -> None:
    bib = make_title("atlas", ("OPEN", 0))
    before = inventory.get_representation(bib.mms_id, representation_id(bib))
    remote = {"is_remote": True, "repository": "FEDORA", "originating_record_id": "obj:7"}
    inventory.put_representation(before.model_copy(update=remote | {"version": 2}), 1)
    page = cataloguer.get(editor(bib))
    assert "FEDORA" in page.text
    assert "obj:7" in page.text
    assert "file-input" not in page.text


@pytest.mark.parametrize("path", ["", "properties", "history", "delete"])
def test_the_editor_is_for_cataloguers(path: str) -> None:
    bib = make_title("atlas", ("OPEN", 1))
    assert signed_in(Role.APPROVER).get(editor(bib, *filter(None, [path]))).status == 403
    assert Browser().get(editor(bib, *filter(None, [path]))).status == 303
