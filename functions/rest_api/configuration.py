"""Libraries, departments, letters, deposit profiles, code tables."""

from __future__ import annotations

from typing import Annotated, TypeVar

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from armarium.access import service as access
from armarium.configuration import service as configuration
from armarium.configuration.model import CodeTable, Department, DepositProfile, Entry, Letter, Library
from armarium.platform import clock
from armarium.platform.settings import settings
from functions.rest_api import dialect, incoming
from functions.rest_api.routing import (
    ADMINISTRATORS,
    READERS,
    Fields,
    Limit,
    Offset,
    Resource,
    api,
    caller,
    expected_version,
    given,
)

resource = Resource("conf")
Code = Annotated[str, Path(pattern=r"^[\w.-]{1,60}$")]
E = TypeVar("E", bound=Entry)
Text = Annotated[str, Query(max_length=100)]


@resource.route("GET", "/conf/libraries", READERS, "The institution's libraries", answers="library")
def list_libraries() -> Fields:
    found = configuration.listed(Library)
    return dialect.listed(
        "library", (dialect.library(each, api(), settings().institution) for each in found), len(found)
    )


@resource.route("GET", "/conf/libraries/<code>", READERS, "One library", answers="library")
def get_library(code: Code) -> Fields:
    return dialect.library(configuration.get(Library, code), api(), settings().institution)


@resource.route("PUT", "/conf/libraries/<code>", ADMINISTRATORS, "Set up a library", answers="library", takes="library")
def put_library(code: Code) -> Fields:
    access.require_library(caller(), code)
    body = given()
    named = (name for name in ("name", "description", "campus") if name in body)
    fields: Fields = {name: incoming.text(name, body[name]) for name in named}
    return dialect.library(_changed(Library, code, fields), api(), settings().institution)


@resource.route("GET", "/conf/departments", READERS, "Departments, such as digitization", answers="department")
def list_departments(type: Text = "ALL", library: Text = "") -> Fields:
    found = [
        each
        for each in configuration.listed(Department)
        if type in ("ALL", each.type) and (not library or not each.serves or library in each.serves)
    ]
    return dialect.listed("department", (dialect.department(each, api()) for each in found), len(found))


@resource.route("GET", "/conf/departments/<code>", READERS, "One department", answers="department")
def get_department(code: Code) -> Fields:
    return dialect.department(configuration.get(Department, code), api())


@resource.route(
    "PUT", "/conf/departments/<code>", ADMINISTRATORS, "Set up a department", answers="department", takes="department"
)
def put_department(code: Code) -> Fields:
    return dialect.department(_changed(Department, code, incoming.department(given())), api())


@resource.route("GET", "/conf/letters", READERS, "The letters that are sent", answers="letter")
def list_letters() -> Fields:
    found = configuration.listed(Letter)
    return dialect.listed("letter", (dialect.letter(each, api()) for each in found), len(found))


@resource.route("GET", "/conf/letters/<code>", READERS, "One letter", answers="letter")
def get_letter(code: Code) -> Fields:
    return dialect.letter(configuration.get(Letter, code), api())


@resource.route("PUT", "/conf/letters/<code>", ADMINISTRATORS, "Change a letter", answers="letter", takes="letter")
def put_letter(code: Code) -> Fields:
    return dialect.letter(_changed(Letter, code, incoming.fields(given(), incoming.LETTER)), api())


@resource.route("GET", "/conf/deposit-profiles", READERS, "Deposit profiles", answers="deposit_profile")
def list_deposit_profiles(limit: Limit = 10, offset: Offset = 0, user_group: Text = "") -> Fields:
    found = [
        each
        for each in configuration.listed(DepositProfile)
        if not user_group or not each.user_groups or user_group in each.user_groups
    ]
    page = (dialect.deposit_profile(each, api()) for each in found[offset : offset + limit])
    return dialect.listed("deposit_profile", page, len(found))


@resource.route("GET", "/conf/deposit-profiles/<code>", READERS, "One deposit profile", answers="deposit_profile")
def get_deposit_profile(code: Code) -> Fields:
    return dialect.deposit_profile(configuration.get(DepositProfile, code), api())


@resource.route(
    "PUT",
    "/conf/deposit-profiles/<code>",
    ADMINISTRATORS,
    "Set up a deposit profile",
    answers="deposit_profile",
    takes="deposit_profile",
)
def put_deposit_profile(code: Code) -> Fields:
    return dialect.deposit_profile(_changed(DepositProfile, code, incoming.deposit_profile(given())), api())


@resource.route("GET", "/conf/code-tables", READERS, "The code tables", answers="code_table")
def list_code_tables(limit: Limit = 100, offset: Offset = 0) -> Fields:
    found = configuration.listed(CodeTable)
    page = (dialect.code_table(each, api(), settings().institution) for each in found[offset : offset + limit])
    return dialect.listed("code_table", page, len(found))


@resource.route("GET", "/conf/code-tables/<code>", READERS, "One code table with its rows", answers="code_table")
def get_code_table(code: Code) -> Fields:
    return dialect.code_table(configuration.get(CodeTable, code), api(), settings().institution)


@resource.route(
    "PUT", "/conf/code-tables/<code>", ADMINISTRATORS, "Other rows", answers="code_table", takes="code_table"
)
def put_code_table(code: Code) -> Fields:
    rows = {"rows": incoming.code_rows(given())}
    return dialect.code_table(_changed(CodeTable, code, rows), api(), settings().institution)


def _changed(kind: type[E], code: str, fields: Fields) -> E:
    if caller().libraries:
        before = next((each for each in configuration.listed(kind) if each.code == code), None)
        access.require_library(caller(), getattr(before, "library", ""), fields.get("library"))
    return configuration.change(kind, code, fields, caller().name, clock.now(), expected_version())
