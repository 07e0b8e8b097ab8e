"""What administrators set up in the pages, and what the software does not let go of."""

from __future__ import annotations

import re

import pytest

from armarium.accounts.model import Role
from armarium.configuration import service as configuration
from armarium.configuration.errors import CodeTableRowsError
from armarium.configuration.model import FIXED, CodeTable, Department, Letter, Library
from functions.web.routes import ROUTES
from functions.web.routing import STAFF
from functions.web.staff.configuration import CARDS, Card
from tests.service.web.conftest import NOW, Browser, signed_in

TABLES = "/staff/configuration/code-tables"
LIBRARIES = "/staff/configuration/libraries"


@pytest.fixture
def administrator() -> Browser:
    return signed_in(Role.ADMINISTRATOR)


def rows_of(page: str) -> dict[str, list[str]]:
    """The form of a code table as a browser would send it, untouched."""
    fields: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]+>", page):
        found = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        ticked = found.get("type") not in ("checkbox", "radio") or " checked" in tag
        if "name" in found and ticked and " disabled" not in tag:
            fields.setdefault(found["name"], []).append(found.get("value", ""))
    return fields


def send(browser: Browser, code: str, fields: dict[str, list[str]]) -> int:
    from urllib.parse import urlencode

    pairs = [(name, value) for name, values in fields.items() for value in values]
    return browser._ask("POST", f"{TABLES}/{code}", urlencode(pairs).encode(), {}).status


def codes(name: str) -> list[str]:
    return [each.code for each in configuration.get(CodeTable, name).rows]


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_every_card_leads_to_a_page_for_those_who_see_it(card: Card) -> None:
    (route,) = [each for each in ROUTES if (each.method, each.template) == ("GET", card.address)]
    assert route.audience == card.audience or route.audience is STAFF


# Code tables


def test_a_table_sent_untouched_says_what_it_said(administrator: Browser) -> None:
    before = configuration.get(CodeTable, "UserGroups").rows
    assert send(administrator, "UserGroups", rows_of(administrator.get(f"{TABLES}/UserGroups").text)) == 303
    assert configuration.get(CodeTable, "UserGroups").rows == before


def test_rows_are_added_renamed_removed_disabled_and_put_in_order(administrator: Browser) -> None:
    fields = rows_of(administrator.get(f"{TABLES}/UserGroups").text)
    fields["code"][5], fields["description"][5], fields["place"][5] = "FRIEND", "Friend of the library", "5"
    fields["description"][0] = "Student"
    fields["remove"] = ["3"]
    fields["enabled"].remove("1")
    fields["default"] = ["5"]
    assert send(administrator, "UserGroups", fields) == 303
    rows = configuration.get(CodeTable, "UserGroups").rows
    assert [each.code for each in rows] == ["FRIEND", "UNDRGRD", "GRAD", "FACULTY", "PUBLIC"]
    assert (rows[0].default, rows[1].description, rows[2].enabled) == (True, "Student", False)


def test_a_code_that_the_software_works_with_stays_and_the_page_says_why(administrator: Browser) -> None:
    fields = rows_of(administrator.get(f"{TABLES}/PROCESSTYPE").text)
    fields["description"][0] = "Being digitized"
    assert send(administrator, "PROCESSTYPE", fields) == 303
    fields = rows_of(administrator.get(f"{TABLES}/PROCESSTYPE").text)
    fields["remove"] = ["0"]
    assert send(administrator, "PROCESSTYPE", fields) == 422
    (row,) = configuration.get(CodeTable, "PROCESSTYPE").rows
    assert (row.code, row.description) == ("WORK_ORDER_DEPARTMENT", "Being digitized")


@pytest.mark.parametrize("table", sorted(FIXED))
def test_no_door_takes_away_a_code_that_the_software_works_with(table: str) -> None:
    rows = configuration.get(CodeTable, table).rows
    for fixed in FIXED[table]:
        without = [each for each in rows if each.code != fixed]
        disabled = [each.model_copy(update={"enabled": each.code != fixed, "default": False}) for each in rows]
        for changed in (without, disabled):
            with pytest.raises(CodeTableRowsError, match=fixed):
                configuration.change(CodeTable, table, {"rows": changed}, "ann", NOW)


def test_a_code_stands_once_and_one_row_is_the_default() -> None:
    row = {"code": "A", "description": "a", "default": True}
    with pytest.raises(CodeTableRowsError, match="two rows"):
        configuration.change(CodeTable, "UserGroups", {"rows": [row, row]}, "ann", NOW)
    with pytest.raises(CodeTableRowsError, match="one row can be the default"):
        configuration.change(CodeTable, "UserGroups", {"rows": [row, row | {"code": "B"}]}, "ann", NOW)
    with pytest.raises(CodeTableRowsError, match="disabled"):
        configuration.change(CodeTable, "UserGroups", {"rows": [row | {"enabled": False}]}, "ann", NOW)


def test_a_table_that_somebody_overtook_is_not_overwritten(administrator: Browser) -> None:
    fields = rows_of(administrator.get(f"{TABLES}/UserGroups").text)
    configuration.change(CodeTable, "UserGroups", {"rows": [{"code": "ONLY"}]}, "bob", NOW)
    assert send(administrator, "UserGroups", fields) == 412
    assert codes("UserGroups") == ["ONLY"]


# Libraries, departments, letters


def test_a_library_is_set_up_changed_and_closed_and_then_not_offered(administrator: Browser) -> None:
    assert administrator.post(f"{LIBRARIES}/new", f"{LIBRARIES}/new", code="LAW", name="Law Library").status == 303
    taken = administrator.post(f"{LIBRARIES}/new", f"{LIBRARIES}/new", code="LAW", name="Another")
    assert (taken.status, "there already" in taken.text) == (422, True)
    assert administrator.post(f"{LIBRARIES}/new", f"{LIBRARIES}/new", code="a b", name="X").status == 422
    offered = "/staff/collections/new"
    assert "Law Library" in administrator.get(offered).text
    law = f"{LIBRARIES}/LAW"
    assert administrator.post(law, law, name="Law Library", closed="true").status == 303
    assert configuration.get(Library, "LAW").closed
    assert "Law Library" not in administrator.get(offered).text
    assert administrator.post(law, law, name="").status == 422


def test_a_department_and_a_letter_are_changed(administrator: Browser) -> None:
    department = "/staff/configuration/departments/DIGI_DEPT_INST"
    assert administrator.post(department, department, name="Studio", serves="MAIN", work_days="9").status == 303
    found = configuration.get(Department, "DIGI_DEPT_INST")
    assert (found.name, found.serves, found.work_days) == ("Studio", ("MAIN",), 9)
    letter = "/staff/configuration/letters/JobReportLetter"
    fields = {"name": "Job report", "channel": "PRINT", "retention_days": "30"}
    assert administrator.post(letter, letter, **fields).status == 303
    kept = configuration.get(Letter, "JobReportLetter")
    assert (kept.enabled, kept.channel, kept.retention_days) == (False, "PRINT", 30)
    assert administrator.post(letter, letter, **fields | {"retention_days": "-1"}).status == 422
    assert administrator.post(letter, letter, **fields | {"channel": "PIGEON"}).status == 422
    assert administrator.get("/staff/configuration/letters/NoSuchLetter").status == 404


def test_a_library_that_somebody_overtook_is_not_overwritten(administrator: Browser) -> None:
    main = f"{LIBRARIES}/MAIN"
    token = re.findall(r'name="csrf_token" value="([^"]+)"', administrator.get(main).text)[0]
    configuration.change(Library, "MAIN", {"name": "Theirs"}, "bob", NOW)
    answer = administrator.send(main, csrf_token=token, version="0", name="Mine")
    assert (answer.status, "Theirs" in answer.text, "Mine" in answer.text) == (412, True, True)
    assert configuration.get(Library, "MAIN").name == "Theirs"


def test_staff_read_what_is_set_up_and_only_administrators_change_it() -> None:
    cataloguer = signed_in(Role.CATALOGUER)
    for address in ("/staff/configuration", TABLES, f"{TABLES}/UserGroups", LIBRARIES, f"{LIBRARIES}/MAIN"):
        page = cataloguer.get(address)
        assert page.status == 200, address
        assert 'type="submit">Save' not in page.text
    assert cataloguer.get(f"{LIBRARIES}/new").status == 403
    token = cataloguer.get("/staff/configuration").text.split('name="csrf_token" value="')[1].split('"')[0]
    assert cataloguer.send(f"{LIBRARIES}/MAIN", csrf_token=token, version="0", name="Mine").status == 403
