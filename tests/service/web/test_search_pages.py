"""Search for readers and staff, sets, search fields and the state of the index, as browsers ask for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import quote

import boto3
import pytest

from armarium.accounts.model import Role
from armarium.inventory.model import Bib
from armarium.platform import settings as platform_settings
from armarium.search import fields as search_fields
from armarium.search import service as search
from armarium.search import store as search_store
from armarium.search.messages import Received
from armarium.sets import service as sets
from armarium.sets.model import SetType
from tests.service.web.conftest import NOW, Answer, Browser, make_title, signed_in


@pytest.fixture(autouse=True)
def fresh(aws: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An index of this test alone."""
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    search.forget()
    yield
    search.forget()


def index(*bibs: Bib) -> None:
    titles = ", ".join(f'"{bib.mms_id}"' for bib in bibs)
    assert search.index([Received(id="1", group="0", body=f'{{"titles": [{titles}]}}')]) == []
    search.forget()


@pytest.fixture
def atlas(nature: str) -> Bib:
    made = make_title("atlas", ("OPEN", 1), collection=nature, title="Atlas of &lt;b&gt;birds&lt;/b&gt;")
    index(made, make_title("secret", suppressed=True, title="Secret atlas"))
    return made


def addresses(answer: Answer) -> list[str]:
    return [unescape(each) for each in re.findall(r'href="([^"]+)"', answer.text)]


def test_a_reader_finds_titles_and_none_that_is_not_published(atlas: Bib) -> None:
    answer = Browser().get("/search?q=atlas")
    assert answer.status == 200 and "Titles found: 1" in answer.text
    assert "Atlas of &lt;b&gt;birds&lt;/b&gt;" in answer.text and "<b>birds" not in answer.text
    assert f"/titles/{atlas.mms_id}" in addresses(answer) and "Secret" not in answer.text


def test_staff_find_what_is_not_published_too(atlas: Bib) -> None:
    answer = signed_in(Role.CATALOGUER).get("/staff/search?q=atlas")
    assert "Secret atlas" in answer.text and "Not published" in answer.text
    assert f"/staff/titles/{atlas.mms_id}" in addresses(answer)
    assert "/staff/search?q=atlas&suppressed=true" in addresses(answer)


def test_a_value_narrows_by_its_link_and_stands_above_the_results_with_a_way_back(atlas: Bib, nature: str) -> None:
    browser = Browser()
    narrowed = next(each for each in addresses(browser.get("/search?q=atlas")) if "collection=" in each)
    assert narrowed == f"/search?q=atlas&collection={nature}"
    answer = browser.get(narrowed)
    assert "Titles found: 1" in answer.text and re.search(r"Collection:</span> <bdi>Nature</bdi>", answer.text)
    assert "/search?q=atlas" in addresses(answer)
    assert f"/search?q=atlas&collection={nature}&lang=ar" in addresses(answer), "another language keeps the question"


def test_years_are_chosen_by_a_form_and_wrong_ones_are_said_beside_the_box(atlas: Bib) -> None:
    answer = Browser().get("/search?q=atlas&from=1850&to=1900")
    assert answer.status == 200 and "<bdi>1850-1900</bdi>" in answer.text
    wrong = Browser().get("/search?q=atlas&from=soon")
    assert wrong.status == 400 and 'role="alert"' in wrong.text and 'value="atlas"' in wrong.text


@pytest.mark.parametrize("typed", ['"', "OR", "title:", "*~", "(((", "<script>alert(1)</script>", "\\", "\u202e"])
def test_whatever_somebody_types_is_answered_and_stays_text(atlas: Bib, typed: str) -> None:
    answer = Browser().get(f"/search?q={quote(typed)}")
    assert answer.status == 200 and "<script>alert" not in answer.text


@pytest.mark.parametrize("query", ["page=x", "sort=colour", "page=W10"])
def test_an_address_that_was_tampered_with_is_refused_in_the_page(atlas: Bib, query: str) -> None:
    answer = Browser().get(f"/search?q=atlas&{query}")
    assert answer.status == 400 and "Begin again" in answer.text


def test_where_nothing_is_found_likely_words_are_offered_if_they_find_something(atlas: Bib) -> None:
    answer = Browser().get("/search?q=atlsa")
    assert "Nothing was found" in answer.text and "/search?q=atlsa~1" in addresses(answer)
    assert "Did you mean" not in Browser().get("/search?q=qqqqqq").text


def test_pages_follow_each_other_by_links(nature: str) -> None:
    index(*(make_title(f"t{number}", title=f"Whale {number:02}") for number in range(23)))
    browser, seen = Browser(), list[str]()
    address: str | None = "/search?q=whale&sort=title"
    while address:
        answer = browser.get(address)
        seen += re.findall(r">(Whale \d+)</a>", answer.text)
        address = next((each for each in addresses(answer) if "page=" in each and "lang=" not in each), None)
    assert seen == [f"Whale {number:02}" for number in range(23)]


def test_the_form_for_more_leads_to_an_ordinary_question(atlas: Bib) -> None:
    search_fields.change("place", {"name": "Place", "sources": ["751a"]}, "ann", NOW)
    search_fields.forget()
    browser = Browser()
    form = browser.get("/search/advanced")
    assert form.status == 200 and 'name="in_place"' in form.text and 'name="in_title"' in form.text
    answer = browser.get(
        "/search/advanced?find=1&all=maps&phrase=of+%22birds&in_title=the+atlas&in_place=Rome&without=fish&language=eng"
        "&from=1850&to="
    )
    assert answer.status == 302
    wanted = 'maps "of birds" title:the title:atlas place:Rome -fish'
    assert (
        answer.headers["Location"] == f"/search?q={quote(wanted, safe='').replace('%20', '+')}&language=eng&from=1850"
    )


def test_beginnings_are_completed_for_readers_without_what_is_not_published(atlas: Bib) -> None:
    answer = Browser().get("/search/suggestions?q=atl")
    assert answer.headers["Content-Type"] == "application/json" and answer.text == '["Atlas of <b>birds</b>"]'
    assert Browser().get("/search/suggestions?q=secr").text == "[]"


def test_a_passage_is_marked_and_all_else_of_it_is_text() -> None:
    from armarium.search.model import Snippet
    from functions.web.finding import highlighted

    shown = highlighted(Snippet(representation_id="12", text="a <i>whale</i> & <b>", marks=((5, 10),)))
    assert shown == "a &lt;i&gt;<mark>whale</mark>&lt;/i&gt; &amp; &lt;b&gt;"


# Sets


def test_ticked_rows_go_into_a_set_or_make_a_new_one(atlas: Bib) -> None:
    browser = signed_in(Role.CATALOGUER)
    made = sets.create_set({"name": "Mine", "type": SetType.ITEMIZED}, "ann", NOW)
    page = "/staff/search?q=atlas"
    answer = browser.post("/staff/search/add", page, title=atlas.mms_id, set=made.id)
    assert answer.headers["Location"] == f"/staff/sets/{made.id}?done=set_added"
    assert "Titles in this set: 1" in browser.get(answer.headers["Location"]).text
    form = browser.post("/staff/sets/rows", page, title=atlas.mms_id)
    assert form.status == 200 and f">{atlas.mms_id}</textarea>" in form.text
    assert browser.post("/staff/search/add", page, title=atlas.mms_id, set="").status == 400
    assert browser.post("/staff/search/add", page, set=made.id).status == 400


def test_a_list_with_wrong_lines_is_refused_with_their_numbers_and_adds_the_rest_if_one_says_so(atlas: Bib) -> None:
    browser = signed_in(Role.CATALOGUER)
    made = sets.create_set({"name": "Mine", "type": SetType.ITEMIZED}, "ann", NOW)
    page, pasted = f"/staff/sets/{made.id}", f"MMS id\n{atlas.mms_id}\nabc\n9900000000000000000001\n{atlas.mms_id}"
    answer = browser.post(f"{page}/add", page, ids=pasted)
    assert answer.status == 422 and sets.count_members(made) == 0
    for line in ("Line 3:", "Line 4:", "this is no MMS ID", "there is no such title"):
        assert line in answer.text, line
    assert "Lines that name no title: 2" in answer.text
    assert browser.post(f"{page}/add", page, ids=pasted, leave_out="true").status == 303
    assert sets.count_members(made) == 1
    assert browser.post(f"{page}/add", page, ids=" ").status == 422
    assert browser.post(f"{page}/remove", page, title=atlas.mms_id).status == 303
    assert sets.count_members(made) == 0


def test_a_search_is_kept_with_its_choices_and_leads_back_to_its_titles(atlas: Bib, nature: str) -> None:
    browser = signed_in(Role.CATALOGUER)
    results = browser.get(f"/staff/search?q=atlas&collection={nature}")
    form = next(each for each in addresses(results) if each.startswith("/staff/sets/new?"))
    query = f"?q=atlas&collection={nature}"
    assert query.replace("&", "&amp;") in browser.get(form).text
    answer = browser.post("/staff/sets/new", "/staff/sets/new", name="Birds", type="LOGICAL", query=query)
    page = browser.get(answer.headers["Location"])
    assert "Titles found: 1" in page.text and f"/staff/search{query}" in addresses(page)
    [made] = sets.list_sets()
    assert search.recalled(made.query) == ("atlas", {"collection": (nature,)})
    assert search.recalled("atlas") == ("atlas", {})


def test_a_set_is_edited_only_as_it_was_seen_and_names_are_taken_once(atlas: Bib) -> None:
    browser = signed_in(Role.CATALOGUER)
    made = sets.create_set({"name": "Mine", "type": SetType.ITEMIZED}, "ann", NOW)
    sets.create_set({"name": "Yours", "type": SetType.ITEMIZED}, "ann", NOW)
    edit = f"/staff/sets/{made.id}/edit"
    taken = browser.post(edit, edit, name="Yours")
    assert taken.status == 422 and "Another set has the name" in taken.text
    assert browser.post(edit, edit, name="").status == 422
    assert browser.post(edit, edit, name="Ours").status == 303
    stale = browser.post(edit, edit, name="Stale", version="1")
    assert stale.status == 412 and sets.get_set(made.id).name == "Ours"
    deletion = f"/staff/sets/{made.id}/delete"
    assert "titles themselves stay" in browser.get(deletion).text
    assert browser.post(deletion, deletion).headers["Location"] == "/staff/sets?done=set_deleted"
    assert [each.name for each in sets.list_sets()] == ["Yours"]


def test_two_sets_make_a_third(atlas: Bib) -> None:
    browser = signed_in(Role.CATALOGUER)
    other = make_title("other")
    one, two = (sets.create_set({"name": name, "type": SetType.ITEMIZED}, "ann", NOW) for name in ("One", "Two"))
    sets.add_members(one.id, [atlas.mms_id, other.mms_id], NOW)
    sets.add_members(two.id, [other.mms_id], NOW)
    page = f"/staff/sets/{one.id}"
    answer = browser.post(f"{page}/combine", page, how="NOT", other=two.id, name="Rest")
    rest = re.fullmatch(r"/staff/sets/(\d+)\?done=set_made", answer.headers["Location"])
    assert rest and [each.mms_id for each in sets.list_members(rest[1], 10).items] == [atlas.mms_id]
    assert browser.post(f"{page}/combine", page, how="AND", other=two.id, name="").status == 422


def test_people_who_do_not_catalogue_look_at_sets_and_change_none(atlas: Bib) -> None:
    operator = signed_in(Role.DIGITIZATION_OPERATOR)
    made = sets.create_set({"name": "Mine", "type": SetType.ITEMIZED}, "ann", NOW)
    assert operator.get("/staff/sets").status == operator.get(f"/staff/sets/{made.id}").status == 200
    assert "Delete this set" not in operator.get(f"/staff/sets/{made.id}").text
    assert "Save this search" not in operator.get("/staff/search?q=atlas").text
    assert operator.post(f"/staff/sets/{made.id}/add", f"/staff/sets/{made.id}", ids=atlas.mms_id).status == 403
    assert Browser().get("/staff/search").status == 303


# Fields and the index


def test_an_administrator_sets_up_a_field_and_what_is_wrong_with_it_stands_beside_it(atlas: Bib) -> None:
    browser, new = signed_in(Role.ADMINISTRATOR), "/staff/configuration/search-fields/new"
    for wrong, said in (
        ({"code": "title", "name": "Place", "sources": "751a"}, "every search has"),
        ({"code": "place", "name": "Place", "sources": "751a\nfoo"}, "neither a MARC field"),
        ({"code": "Pläce", "name": "Place", "sources": "751a"}, "code"),
        ({"code": "place", "name": "", "sources": ""}, "search-fields/new"),
    ):
        answer = browser.post(new, new, **wrong)
        assert answer.status == 422 and said in answer.text, wrong
    saved = browser.post(new, new, code="place", name="Place", sources="751a, dc:coverage", facet="true")
    assert saved.headers["Location"].endswith("?done=field_saved")
    page = browser.get("/staff/configuration/search-fields")
    assert "751a, dc:coverage" in page.text and "has to be built anew" in page.text
    assert browser.post(new, new, code="place", name="Again", sources="751a").status == 422
    edit = "/staff/configuration/search-fields/place"
    assert browser.post(edit, edit, name="Places", sources="751a", version="7").status == 412
    assert browser.post(edit, edit, name="Places", sources="751a").status == 303
    assert not search_fields.get("place").facet
    assert browser.post(f"{edit}/delete", f"{edit}/delete").status == 303
    assert search_fields.listed() == ()


def test_the_index_is_built_anew_by_an_administrator_once_at_a_time(
    atlas: Bib, monkeypatch: pytest.MonkeyPatch, machine: str
) -> None:
    administrator, page = signed_in(Role.ADMINISTRATOR), "/staff/search-index"
    shown = administrator.get(page)
    assert "<dd>2</dd>" in shown.text and "Build the index anew" in shown.text
    assert administrator.post(page, page).headers["Location"] == f"{page}?done=index_started"
    [run] = boto3.client("stepfunctions").list_executions(stateMachineArn=machine)["executions"]
    running = search_store.Rebuild(status="RUNNING", started_at="2026-11-21T12:00:00.000Z")
    monkeypatch.setattr(search_store, "last_rebuild", lambda: running)
    assert run["name"].startswith("pressed-")
    assert (
        "running" in administrator.get(page).text
        and "Build the index anew</button>" not in administrator.get(page).text
    )
    fragment = administrator.get(page, hx_request="true")
    assert "<html" not in fragment.text and 'hx-trigger="every 3s"' in fragment.text
    assert administrator.post(page, "/staff/sets/new").status == 409
    cataloguer = signed_in(Role.CATALOGUER)
    assert "Build the index anew" not in cataloguer.get(page).text
    assert cataloguer.post(page, "/staff/sets/new").status == 403


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A workflow that does nothing."""
    iam = boto3.client("iam").create_role(RoleName="machine", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    definition = '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}'
    made = boto3.client("stepfunctions").create_state_machine(name="rebuild", definition=definition, roleArn=iam)
    monkeypatch.setenv("ARMARIUM_SEARCH_REBUILD_STATE_MACHINE", made["stateMachineArn"])
    platform_settings.settings.cache_clear()
    yield made["stateMachineArn"]
    monkeypatch.undo()
    platform_settings.settings.cache_clear()
