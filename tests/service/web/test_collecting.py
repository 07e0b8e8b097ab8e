"""What cataloguers do with collections in the pages, and what readers see of them."""

from __future__ import annotations

import re

import pytest

from armarium.accounts.model import Role
from armarium.cataloguing import collections as cataloguing
from armarium.inventory import service as inventory
from armarium.inventory.model import Collection
from tests.service.web.conftest import NOW, Browser, make_title, pid, signed_in


@pytest.fixture
def cataloguer() -> Browser:
    return signed_in(Role.CATALOGUER)


def make(name: str, parent: str | None = None, **more: str) -> Collection:
    return cataloguing.create_collection({"name": name, "parent_id": parent, **more}, "ann", NOW)


def at(collection: Collection, step: str = "") -> str:
    return f"/staff/collections/{collection.id}{step}"


def headings(page: str) -> list[str]:
    return re.findall(r"<h1[^>]*>\s*([^<]+?)\s*</h1>", page)


# The tree


def test_the_tree_opens_a_branch_at_a_time_with_its_counts(cataloguer: Browser) -> None:
    maps = make("Maps")
    towns = make("Towns <old>", maps.id)
    make_title("Atlas", collection=None)
    tree = cataloguer.get("/staff/collections").text
    assert "Maps" in tree
    assert "Towns" not in tree
    assert "Collections: 1" in tree
    branch = cataloguer.get(at(maps, "/branch")).text
    assert "Towns &lt;old&gt;" in branch
    assert at(towns) in branch
    assert "<html" not in branch


def test_staff_who_do_not_catalogue_see_the_tree_and_change_nothing() -> None:
    maps = make("Maps")
    approver = signed_in(Role.APPROVER)
    page = approver.get(at(maps)).text
    assert "Maps" in page
    assert "/edit" not in page
    assert approver.get(at(maps, "/edit")).status == 403


# Fields


def test_a_collection_is_made_under_another_and_changed(cataloguer: Browser) -> None:
    maps = make("Maps", library="MAIN")
    answer = cataloguer.post(
        "/staff/collections/new", f"/staff/collections/new?parent={maps.id}", name=" Old  towns ", order="2"
    )
    assert answer.status == 303
    (towns,) = inventory.list_collections(maps.id).items
    assert (towns.name, towns.order, towns.library) == ("Old towns", 2, "MAIN")
    answer = cataloguer.post(at(towns, "/edit"), at(towns, "/edit"), name="Towns", order="0", sorting="date_newest")
    assert answer.headers["Location"] == f"{at(towns)}?done=saved"
    changed = inventory.get_collection(towns.id)
    assert (changed.name, changed.sorting, changed.version) == ("Towns", "date_newest", 2)
    assert "Towns" in cataloguer.get(answer.headers["Location"]).text


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"name": "  ", "order": "0"}, "name must be provided"),
        ({"name": "maps", "order": "0"}, "has the name"),
        ({"name": "Towns", "order": "first"}, "whole number"),
        ({"name": "Towns", "order": "0", "description": "x" * 4_001}, "At most 4000"),
        ({"name": "Towns", "order": "0", "library": "NOWHERE"}, "no library NOWHERE"),
    ],
)
def test_a_form_that_is_wrong_says_what_and_keeps_what_was_typed(
    cataloguer: Browser, typed: dict[str, str], problem: str
) -> None:
    make("Maps")
    answer = cataloguer.post("/staff/collections/new", "/staff/collections/new", external_id="kept-1", **typed)
    assert answer.status == 422
    assert problem in answer.text
    assert "kept-1" in answer.text
    assert inventory.list_collections().total == 1


def test_a_change_that_somebody_overtook_shows_theirs_and_loses_neither(cataloguer: Browser) -> None:
    maps = make("Maps", description="Old")
    stale = cataloguer.get(at(maps, "/edit")).text
    token = re.findall(r'name="csrf_token" value="([^"]+)"', stale)[0]
    cataloguing.change_collection(maps.id, {"description": "Theirs"}, "bob", NOW)
    fields = {"csrf_token": token, "name": "Maps", "description": "Mine", "order": "0"}
    answer = cataloguer.send(at(maps, "/edit"), version="1", **fields)
    assert answer.status == 412
    assert "Theirs" in answer.text
    assert "Mine" in answer.text
    assert inventory.get_collection(maps.id).description == "Theirs"
    version = re.findall(r'name="version" value="(\d+)"', answer.text)[0]
    assert cataloguer.send(at(maps, "/edit"), version=version, **fields).status == 303
    assert inventory.get_collection(maps.id).description == "Mine"


# Its place


def test_a_collection_is_found_by_words_and_moved_under_it(cataloguer: Browser) -> None:
    maps, towns = make("Maps of the county"), make("Towns")
    below = make("County towns", towns.id)
    page = cataloguer.get(at(towns, "/move?q=county")).text
    assert maps.id in page
    assert below.id not in page  # it is below: that would be a circle
    answer = cataloguer.post(at(towns, "/move"), at(towns, "/move"), parent_id=maps.id)
    assert answer.status == 303
    assert inventory.get_collection(towns.id).parent_id == maps.id
    refused = cataloguer.post(at(maps, "/move"), at(maps, "/move"), parent_id=towns.id)
    assert (refused.status, "circle" in refused.text) == (422, True)
    cataloguer.post(at(towns, "/move"), at(towns, "/move"), parent_id="")
    assert inventory.get_collection(towns.id).parent_id is None


def test_collections_are_put_in_order_by_buttons(cataloguer: Browser) -> None:
    top = make("Top")
    make("Ants", top.id)
    bees = make("Bees", top.id)
    cataloguer.post(at(bees, "/place"), at(top), step="up")
    assert [each.name for each in inventory.list_collections(top.id).items] == ["Bees", "Ants"]
    assert cataloguer.post(at(bees, "/place"), at(top), step="sideways").status == 400


# Merging and deleting


def test_a_merge_without_script_goes_on_page_by_page_until_nothing_is_left(
    cataloguer: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cataloguing, "_MERGED_AT_ONCE", 1)
    maps, atlases = make("Maps"), make("Atlases")
    for name in ("A", "B"):
        cataloguing.add_to_collection(make_title(name).mms_id, maps.id, "ann", NOW)
    ask = at(maps, f"/merge?into={atlases.id}")
    half = cataloguer.post(at(maps, "/merge"), ask, delete="true")
    assert half.status == 200
    assert "Still to move: 1" in half.text
    done = cataloguer.post(at(maps, "/merge"), ask, delete="true")
    assert done.headers["Location"] == f"{at(atlases)}?done=collection_merged"
    assert inventory.list_bibs_in_collection(atlases.id).total == 2
    assert cataloguer.get(at(maps)).status == 404


def test_a_collection_that_cannot_be_deleted_says_why_before_and_after_the_button(cataloguer: Browser) -> None:
    maps = make("Maps")
    version = {"version": "1"}
    cataloguing.add_to_collection(make_title("Atlas").mms_id, maps.id, "ann", NOW)
    page = cataloguer.get(at(maps, "/delete"))
    assert (page.status, "Titles in it: 1" in page.text) == (409, True)
    pressed = cataloguer.post(at(maps, "/delete"), at(maps), **version)
    assert (pressed.status, "has bibs" in pressed.text) == (409, True)


def test_an_empty_collection_is_deleted_after_a_question(cataloguer: Browser) -> None:
    maps = make("Maps")
    answer = cataloguer.post(at(maps, "/delete"), at(maps, "/delete"))
    assert answer.headers["Location"] == "/staff/collections?done=collection_deleted"
    assert cataloguer.get(at(maps)).status == 404


# Titles


def test_titles_are_added_by_their_ids_and_what_is_wrong_is_said_for_each(cataloguer: Browser) -> None:
    maps = make("Maps")
    first, second = make_title("Atlas"), make_title("Globe")
    answer = cataloguer.post(at(maps, "/titles"), at(maps), mms_id=f"{first.mms_id}, 99404 {second.mms_id}")
    assert answer.status == 422
    assert "There is no bib 99404" in answer.text
    assert inventory.list_bibs_in_collection(maps.id).total == 2
    again = cataloguer.post(at(maps, "/titles"), at(maps), mms_id=first.mms_id)
    assert again.status == 303
    assert inventory.list_bibs_in_collection(maps.id).total == 2


def test_a_title_is_taken_out_unless_it_would_be_nowhere(cataloguer: Browser) -> None:
    maps, towns = make("Maps"), make("Towns")
    digitized = make_title("Atlas", ("OPEN", 1))
    for each in (maps, towns):
        cataloguing.add_to_collection(digitized.mms_id, each.id, "ann", NOW)
    remove = at(maps, "/titles/remove")
    assert cataloguer.post(remove, at(maps), mms_id=digitized.mms_id).status == 303
    last = cataloguer.post(at(towns, "/titles/remove"), at(towns), mms_id=digitized.mms_id)
    assert (last.status, "in no other collection" in last.text) == (422, True)


# Pictures, and what readers see


def test_a_picture_is_chosen_from_a_title_or_by_number_and_readers_see_it(cataloguer: Browser) -> None:
    maps = make("Maps")
    first, second = make_title("Atlas", ("OPEN", 2)), make_title("Globe", ("OPEN", 2))
    for each in (first, second):
        cataloguing.add_to_collection(each.mms_id, maps.id, "ann", NOW)
    shown = f"/view/delivery/thumbnail/01ARM_INST/{maps.id}"
    assert pid(first) in Browser().get(shown).headers["Location"]
    cataloguer.post(at(maps, "/thumbnail"), at(maps, "/thumbnail"), choice=second.mms_id)
    assert inventory.get_collection(maps.id).thumbnail == pid(second)
    assert pid(second) in Browser().get(shown).headers["Location"]
    cataloguer.post(at(maps, "/thumbnail"), at(maps, "/thumbnail"), choice="", pid=pid(second, 2))
    assert pid(second, 2) in Browser().get(shown).headers["Location"]
    wrong = cataloguer.post(at(maps, "/thumbnail"), at(maps, "/thumbnail"), choice="", pid="nothing")
    assert wrong.status == 422
    cataloguer.post(at(maps, "/thumbnail"), at(maps, "/thumbnail"), choice="")
    assert inventory.get_collection(maps.id).thumbnail == ""


def test_a_reader_who_may_not_see_the_chosen_picture_gets_one_that_they_may(cataloguer: Browser) -> None:
    maps = make("Maps")
    closed, opened = make_title("Atlas", ("RESTRICTED", 1)), make_title("Globe", ("OPEN", 1))
    for each in (closed, opened):
        cataloguing.add_to_collection(each.mms_id, maps.id, "ann", NOW)
    cataloguing.change_collection(maps.id, {"thumbnail": pid(closed)}, "ann", NOW)
    shown = f"/view/delivery/thumbnail/01ARM_INST/{maps.id}"
    assert pid(opened) in Browser().get(shown).headers["Location"]
    assert pid(closed) in cataloguer.get(shown).headers["Location"]


def test_readers_see_the_way_down_to_a_collection_and_what_its_record_says() -> None:
    top = make("Top")
    maps = make("maps-internal", top.id, title="Maps & plans")
    towns = make("Towns", maps.id, description="Of the county")
    page = Browser().get(f"/collections/{towns.id}").text
    assert headings(page) == ["Towns"]
    assert "Of the county" in page
    crumbs = page.split('class="crumbs"')[1].split("</nav>")[0]
    assert re.findall(r"<bdi>([^<]+)</bdi>", crumbs) == ["Top", "Maps &amp; plans"]
    assert "/staff/collections/" not in page


def test_a_collection_of_collections_shows_a_picture_of_what_is_in_them() -> None:
    top = make("Top")
    maps = make("Maps", top.id)
    title = make_title("Atlas", ("OPEN", 1))
    cataloguing.add_to_collection(title.mms_id, maps.id, "ann", NOW)
    shown = Browser().get(f"/view/delivery/thumbnail/01ARM_INST/{top.id}")
    assert pid(title) in shown.headers["Location"]
