"""What readers see."""

from __future__ import annotations

import re

import pytest

from armarium.accounts import service as accounts
from armarium.accounts.model import Role
from armarium.inventory import service as inventory
from armarium.platform.ids import IdType, derived
from tests.service.web.conftest import NOW, Browser, make_title, pid, representation_id, signed_in

INSTITUTION = "01ARM_INST"


def thumbnail(identifier: str) -> str:
    return f"/view/delivery/thumbnail/{INSTITUTION}/{identifier}"


def test_a_title_shows_its_record_its_files_and_the_way_to_the_viewer() -> None:
    bib = make_title("birds", ("OPEN", 2))
    page = Browser().get(f"/titles/{bib.mms_id}").text
    for expected in ("birds", "Wren", "Page 1", "Page 2", f"/titles/{bib.mms_id}/view/{representation_id(bib)}"):
        assert expected in page
    assert f"https://library.example/iiif/presentation/3/{representation_id(bib)}/manifest" in page


def test_a_title_with_many_files_shows_them_by_the_page() -> None:
    bib = make_title("newspaper", ("OPEN", 60))
    browser, address, seen = Browser(), f"/titles/{bib.mms_id}", []
    for _ in range(3):
        page = browser.get(address).text
        seen += re.findall(r"file=(\d+)", page)
        following = re.search(r'href="([^"]*files=[^"]*)">Next page', page)
        if following:
            address = following[1].replace("&amp;", "&").split("#")[0]
    assert following is None
    assert seen == [pid(bib, order) for order in range(1, 61)]


def test_what_is_restricted_is_named_and_not_shown() -> None:
    bib = make_title("letters", ("RESTRICTED", 2))
    page = Browser().get(f"/titles/{bib.mms_id}").text
    assert "only library staff may see it" in page
    assert pid(bib) not in page
    assert "Open in viewer" not in page
    of_staff = signed_in(Role.CATALOGUER).get(f"/titles/{bib.mms_id}").text
    assert "Page 1" in of_staff
    assert "because you are library staff" in of_staff


def test_one_restricted_representation_does_not_close_the_open_one() -> None:
    bib = make_title("atlas", ("RESTRICTED", 1), ("OPEN", 1))
    page = Browser().get(f"/titles/{bib.mms_id}").text
    by_label = {f"Scans {number}": number for number in (0, 1)}
    assert all(label in page for label in by_label)
    assert pid(bib, number=1) in page
    assert pid(bib, number=0) not in page


@pytest.mark.parametrize(
    "address",
    [
        "/titles/{mms}",
        "/titles/{mms}/record",
        "/titles/{mms}/view/{rep}",
        "/view/file/{pid}",
    ],
)
def test_a_suppressed_title_is_not_there_for_readers(address: str) -> None:
    bib = make_title("hidden", ("OPEN", 1), suppressed=True)
    address = address.format(mms=bib.mms_id, rep=representation_id(bib), pid=pid(bib))
    assert Browser().get(address).status == 404
    assert signed_in(Role.PATRON).get(address).status == 404
    assert signed_in(Role.CATALOGUER).get(address).status in (200, 302)


def test_a_suppressed_title_is_in_no_list_for_readers(nature: str) -> None:
    make_title("hidden", ("OPEN", 1), suppressed=True, collection=nature)
    make_title("shown", ("OPEN", 1), collection=nature)
    page = Browser().get(f"/collections/{nature}").text
    assert "shown" in page
    assert "hidden" not in re.sub(r"<[^>]*>", "", page)
    assert "hidden" in re.sub(r"<[^>]*>", "", signed_in(Role.CATALOGUER).get(f"/collections/{nature}").text)


@pytest.mark.parametrize("address", ["/titles/{mms}/view/{rep}", "/view/file/{pid}"])
def test_the_bytes_of_what_is_restricted_are_reached_by_staff_only(address: str) -> None:
    bib = make_title("letters", ("RESTRICTED", 1))
    address = address.format(mms=bib.mms_id, rep=representation_id(bib), pid=pid(bib))
    assert Browser().get(address).headers["Location"].startswith("/sign-in")
    assert signed_in(Role.PATRON).get(address).status == 403
    assert signed_in(Role.APPROVER).get(address).status in (200, 302)


def test_a_representation_is_not_opened_through_another_title() -> None:
    open_title, closed_title = make_title("open", ("OPEN", 1)), make_title("closed", ("RESTRICTED", 1))
    address = f"/titles/{open_title.mms_id}/view/{representation_id(closed_title)}"
    assert Browser().get(address).status == 404


def test_a_download_is_a_signed_link_with_the_files_own_name() -> None:
    bib = make_title("birds", ("OPEN", 1))
    answer = Browser().get(f"/view/file/{pid(bib)}")
    assert answer.status == 302
    assert "X-Amz-Signature" in answer.headers["Location"]
    assert "0001.tif" in answer.headers["Location"]


def test_a_key_opens_what_its_roles_open() -> None:
    bib = make_title("letters", ("RESTRICTED", 1))
    _, staff_key = accounts.create_key("loader", frozenset({Role.CATALOGUER}), NOW)
    _, reading_key = accounts.create_key("harvester", frozenset({Role.READER}), NOW)
    assert Browser().get(f"/view/file/{pid(bib)}", authorization=f"apikey {staff_key}").status == 302
    assert Browser().get(f"/view/file/{pid(bib)}", authorization=f"apikey {reading_key}").status == 403
    assert Browser().get(f"/view/file/{pid(bib)}", authorization="apikey made-up").status == 401


@pytest.mark.parametrize("of", ["file", "representation", "title", "collection"])
def test_a_thumbnail_is_a_link_to_the_derivative(nature: str, of: str) -> None:
    bib = make_title("birds", ("OPEN", 1), collection=nature)
    identifier = {"file": pid(bib), "representation": representation_id(bib), "title": bib.mms_id, "collection": nature}
    answer = Browser().get(thumbnail(identifier[of]))
    assert answer.status == 302
    assert "/thumbnail.jpg?" in answer.headers["Location"]


@pytest.mark.parametrize("of", ["file", "representation", "title", "collection"])
def test_a_thumbnail_of_what_is_restricted_is_a_drawing(nature: str, of: str) -> None:
    bib = make_title("letters", ("RESTRICTED", 1), collection=nature)
    identifier = {"file": pid(bib), "representation": representation_id(bib), "title": bib.mms_id, "collection": nature}
    answer = Browser().get(thumbnail(identifier[of]))
    assert (answer.status, answer.headers["Content-Type"]) == (200, "image/svg+xml")


@pytest.mark.parametrize("identifier", ["99", "abc", "1", "13" + "0" * 20, "%2e%2e"])
def test_a_thumbnail_of_nothing_is_a_drawing(identifier: str) -> None:
    assert Browser().get(thumbnail(identifier)).headers["Content-Type"] == "image/svg+xml"


def test_a_delivery_link_leads_to_the_title_the_viewer_or_the_page() -> None:
    bib = make_title("birds", ("OPEN", 2))
    viewer = f"/titles/{bib.mms_id}/view/{representation_id(bib)}"
    leads = {
        bib.mms_id: f"/titles/{bib.mms_id}",
        representation_id(bib): viewer,
        pid(bib, 2): f"{viewer}?file={pid(bib, 2)}",
    }
    for identifier, target in leads.items():
        assert Browser().get(f"/view/delivery/{INSTITUTION}/{identifier}").headers["Location"] == target
    assert Browser().get(f"/view/delivery/OTHER/{bib.mms_id}").status == 404


def test_the_record_is_given_byte_for_byte() -> None:
    bib = make_title("birds")
    answer = Browser().get(f"/titles/{bib.mms_id}/record")
    assert answer.body == bib.record.content
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_markup_in_a_record_is_text_on_every_page(nature: str) -> None:
    bib = make_title("hostile", ("OPEN", 1), collection=nature, title="&lt;script&gt;alert(1)&lt;/script&gt;")
    for address in (
        f"/titles/{bib.mms_id}",
        f"/collections/{nature}",
        f"/titles/{bib.mms_id}/view/{representation_id(bib)}",
    ):
        page = Browser().get(address).text
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert" not in page


def test_collections_show_their_counts_and_what_is_in_them(nature: str) -> None:
    inventory.create_collection(name="Marsh", by="System", now=NOW, parent_id=nature)
    page = Browser().get("/").text
    assert "Nature" in page
    assert "Marsh" not in page
    inside = Browser().get(f"/collections/{nature}").text
    assert "Marsh" in inside
    assert "There are no titles here yet." in inside


def test_an_empty_library_says_so() -> None:
    assert "There are no collections yet." in Browser().get("/").text


@pytest.mark.parametrize("address", ["/?page=%00", "/?page=eyJhIjoxfQ", "/?page=" + "A" * 9000])
def test_a_damaged_page_token_is_said_to_be_damaged(address: str) -> None:
    assert Browser().get(address).status == 400


def test_the_viewer_may_style_itself_and_no_other_page_may() -> None:
    bib = make_title("birds", ("OPEN", 1))
    viewer = Browser().get(f"/titles/{bib.mms_id}/view/{representation_id(bib)}?file={pid(bib)}")
    assert "style-src 'self' 'unsafe-inline'" in viewer.headers["Content-Security-Policy"]
    assert "unsafe" not in Browser().get(f"/titles/{bib.mms_id}").headers["Content-Security-Policy"]
    assert (
        f'data-canvas="https://library.example/iiif/presentation/3/{representation_id(bib)}/canvas/{pid(bib)}"'
        in viewer.text
    )


def test_an_arabic_page_runs_from_right_to_left_and_stays_arabic() -> None:
    browser = Browser()
    first = browser.get("/?lang=ar").text
    assert '<html lang="ar" dir="rtl">' in first
    assert "bootstrap.rtl.min.css" in first
    assert '<html lang="ar" dir="rtl">' in browser.get("/collections").text


def test_a_collection_that_is_not_there_is_not_found() -> None:
    assert Browser().get(f"/collections/{derived(IdType.COLLECTION, '0001', 'none')}").status == 404
