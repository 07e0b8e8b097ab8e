"""The languages of the pages."""

from __future__ import annotations

import json
import re
import string
from datetime import UTC, datetime
from pathlib import Path

import pytest

import functions.web
from armarium.access.model import Reason
from armarium.accounts.model import SCOPES, Role, Standing
from armarium.accounts.people import FOUND_BY
from armarium.configuration.model import Channel
from armarium.ingest.model import Result, Severity
from armarium.inventory.model import Sorting, UsageType
from armarium.jobs.model import JobStatus
from armarium.search.model import FACETS
from armarium.sets.model import Combination, SetType
from functions.web.exchange import Request
from functions.web.finding import SORTS
from functions.web.language import Words, catalogues, direction_of, language_of
from functions.web.navigation import ENTRIES
from functions.web.search import FIELDS
from functions.web.staff import keys, people, profiles
from functions.web.staff.changes import EXPLAINED, OPERATIONS, PROPERTIES, RIGHTS
from functions.web.staff.configuration import CARDS, SECTIONS
from functions.web.staff.jobs import FILE_COUNTS, OUTCOMES, OUTCOMES_OF_CHANGES, STEPS, STEPS_OF_CHANGES

NOW = datetime(2026, 11, 21, tzinfo=UTC)
TEMPLATES = Path(functions.web.__file__).parent / "templates"
# Keys that are made from what the domain or an address says.
AREAS_OF_CODES: tuple[str, ...] = (
    "done.",
    "account_change.",
    "account_field.",
    "resource.",
    "properties.",
    "change_log.",
    "file.status.",
    "file.detail.",
    "access.",
    "action.",
    "changed_field.",
    "dc.",
    "difference.",
    "identifier.",
    "schema.",
    "template_name.",
    "thing.",
    "staff_title.view.",
    "tongue.",
    "kind.",
    "rights.",
    "rebuild.",
)
KEYS_OF_PROFILES = {
    *(f"profile.group.{group}" for group in profiles.GROUPS),
    *(f"profile.{name}.{code}" for name, codes in profiles.CHOICES.items() for code in codes),
    *(f"profile.match_by.{word}" for word in profiles.MATCHING),
    *(f"profile.{part}.{name}" for part in ("field", "help") for names in profiles.GROUPS.values() for name in names),
    *(f"profile.field.{name}" for name in ("pattern", "label", "usage_type")),
    *("profile.yes", "profile.no", "profile.copy_of", "profile.conflict"),
}
KEYS_MADE_FROM_CODES = {
    *(f"job.status.{status}" for status in JobStatus),
    *(f"outcome.{outcome}" for outcome in (*OUTCOMES, *Result, "total")),
    *(f"count.{count}" for count in FILE_COUNTS),
    *(f"severity.{severity}" for severity in Severity),
    *(f"sorting.{sorting}" for sorting in Sorting),
    *(f"channel.{channel}" for channel in Channel),
    *(f"conf.{card.name}{part}" for card in CARDS for part in ("", ".about")),
    *(f"field.{field.name}" for section in SECTIONS for field in section.fields),
    *(f"usage.{usage.value}" for usage in UsageType),
    *(f"denied.{why}" for why in (Reason.RESTRICTED, Reason.INACTIVE, Reason.UNKNOWN_POLICY)),
    *(f"step.{step}{part}" for step in STEPS for part in ("", ".ask", ".do")),
    *(f"error.{status}{part}" for status in (400, 401, 403, 404, 409, 412, 500) for part in ("", ".help")),
    *(f"new_password.{problem}" for problem in ("different", "weak")),
    *(f"language.{language}" for language in catalogues()),
    *(entry.word for entry in ENTRIES),
    *(f"change.op.{kind}" for kind in OPERATIONS),
    *(f"change.field.{field.name}" for fields in OPERATIONS.values() for field in fields),
    *(f"change.field.{name}.help" for name in EXPLAINED),
    *(f"change.what.{what}" for what in ("suppressed", "collections", *PROPERTIES)),
    *(f"change.{truth}" for truth in ("true", "false")),
    *(f"change.{word}" for word in ("stays", "all_usages", "active", "inactive", "hide", "show", "profile")),
    "change.no_operation",
    *(f"change.outcome.{outcome}" for outcome in (*OUTCOMES_OF_CHANGES, "total")),
    *(f"change.would.{outcome}" for outcome in OUTCOMES_OF_CHANGES[:-1]),
    *(f"change.step.{step}.ask" for step in STEPS_OF_CHANGES),
    *(f"change.rights.{code}" for code in RIGHTS),
    *(f"changes.set.{kind}" for kind in SetType),
    *(f"facet.{facet}" for facet in (*FACETS, "suppressed.true", "suppressed.false", "remote.true", "remote.false")),
    *(f"sort.{sort}" for sort in SORTS),
    *(f"search.field.{field}" for field in FIELDS),
    *(f"set_type.{kind}{part}" for kind in SetType for part in ("", ".long")),
    *(f"set_line.{problem}" for problem in ("no_number", "no_title", "twice")),
    *(f"combine.{how}" for how in Combination),
    *(f"role.{role.value}{part}" for role in Role for part in ("", ".about")),
    *(f"scope.{scope.replace(':', '.')}" for scope in SCOPES),
    *(f"standing.{standing.value}" for standing in Standing),
    *(f"key_state.{state}" for state in keys.STATES),
    *(f"people.by.{name}" for name in FOUND_BY),
    *(f"person_step.{step}{part}" for step in people.STEPS for part in ("", ".ask")),
    *("sets.lines_wrong", "sets.no_lines", "fields.taken"),
    *("form.missing", "libraries.some", "form.number", "person.exists", "libraries.none", "key.no_role"),
    *KEYS_OF_PROFILES,
}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def used_in_templates() -> set[str]:
    text = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html"))
    calls = re.findall(r"""\bt\(((?:"[^"]+"|'[^']+')(?: if [^,()]* else "[^"]+")?)""", text)
    return {key for call in calls for key in re.findall(r"""["']([\w.]+)["']""", call) if not key.endswith(".")}


@pytest.mark.parametrize("language", sorted(catalogues()))
def test_every_language_says_everything_with_the_same_values(language: str) -> None:
    english, other = catalogues()["en"], catalogues()[language]
    assert other.keys() == english.keys()
    for key, text in other.items():
        assert text.strip(), key
        assert placeholders(text) == placeholders(english[key]), key


def test_every_word_of_a_template_is_in_the_catalogue() -> None:
    used = used_in_templates()
    assert len(used) > 80
    assert used <= catalogues()["en"].keys()


def test_no_word_is_in_two_areas_of_a_language() -> None:
    for folder in sorted((TEMPLATES.parent / "catalogues").iterdir()):
        areas = [json.loads(path.read_text(encoding="utf-8")).keys() for path in sorted(folder.glob("*.json"))]
        assert len(areas) > 1
        assert sum(map(len, areas)) == len(set().union(*areas)), folder.name


def test_every_code_that_a_page_names_is_in_the_catalogue() -> None:
    assert catalogues()["en"].keys() >= KEYS_MADE_FROM_CODES


def test_the_catalogue_holds_nothing_that_no_page_says() -> None:
    undo_counts = {"undo.taken_back", "undo.kept"}
    said = used_in_templates() | KEYS_MADE_FROM_CODES | undo_counts
    assert {key for key in catalogues()["en"] if not key.startswith(AREAS_OF_CODES)} <= said


@pytest.mark.parametrize(
    ("query", "headers", "language"),
    [
        ({"lang": "ar"}, {"cookie": "armarium_language=en"}, "ar"),
        ({"lang": "tlh"}, {"cookie": "armarium_language=ar"}, "ar"),
        ({}, {"accept-language": "de;q=0.9, ar-EG;q=0.8, en;q=0.1"}, "ar"),
        ({}, {"accept-language": "en;q=broken, *;q=1"}, "en"),
        ({}, {"cookie": "armarium_language=../../etc/passwd"}, "en"),
        ({}, {}, "en"),
    ],
)
def test_the_language_is_the_one_asked_for(query: dict[str, str], headers: dict[str, str], language: str) -> None:
    assert language_of(Request(method="GET", path="/", now=NOW, query=query, headers=headers)) == language


def test_arabic_runs_from_right_to_left() -> None:
    assert (direction_of("ar"), direction_of("en")) == ("rtl", "ltr")


def test_a_code_without_a_word_stands_for_itself() -> None:
    assert Words("ar").of("job.status", "SOME_NEW_STATUS") == "SOME NEW STATUS"


def test_a_field_without_a_name_is_shown_by_its_label() -> None:
    assert Words("en").field("shelf_mark") == "Shelf mark"
