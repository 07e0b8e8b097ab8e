"""Libraries, departments, letters, code tables."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from armarium.access import service as access
from armarium.configuration import service as configuration
from armarium.configuration.model import CodeTable, Department, Letter, Library
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
    fields = {name: incoming.text(name, body[name]) for name in ("name", "description", "campus") if name in body}
    changed = configuration.change(Library, code, fields, caller().name, clock.now(), expected_version())
    return dialect.library(changed, api(), settings().institution)


@resource.route("GET", "/conf/departments", READERS, "Departments, such as digitization", answers="department")
def list_departments(type: Text = "ALL", library: Text = "") -> Fields:
    found = [
        each
        for each in configuration.listed(Department)
        if type in ("ALL", each.type) and (not library or not each.serves or library in each.serves)
    ]
    return dialect.listed("department", map(dialect.department, found), len(found))


@resource.route("GET", "/conf/letters", READERS, "The letters that are sent", answers="letter")
def list_letters() -> Fields:
    found = configuration.listed(Letter)
    return dialect.listed("letter", (dialect.letter(each, api()) for each in found), len(found))


@resource.route("GET", "/conf/letters/<code>", READERS, "One letter", answers="letter")
def get_letter(code: Code) -> Fields:
    return dialect.letter(configuration.get(Letter, code), api())


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
    changed = configuration.change(CodeTable, code, rows, caller().name, clock.now(), expected_version())
    return dialect.code_table(changed, api(), settings().institution)
