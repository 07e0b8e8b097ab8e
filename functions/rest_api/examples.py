"""One of each resource as the API answers it, whole and as bare as it can be: for the description, and for its shapes.

The answers come from the dialect itself, so that shapes and examples follow whenever it changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from armarium.accounts.model import ApiKey, Role
from armarium.audit.model import Change
from armarium.cataloguing.model import Upload
from armarium.configuration.model import (
    CODE_TABLES,
    DEPARTMENTS,
    LETTERS,
    LIBRARIES,
    Department,
    DepositProfile,
    Library,
)
from armarium.holdings.model import WORK_ORDER, Holding, Item
from armarium.ingest.model import (
    Finding,
    ImportProfile,
    Outcome,
    RepresentationPattern,
    Result,
    Severity,
    SourceFormat,
    Where,
)
from armarium.inventory.model import Bib, Collection, File, Representation, Technical
from armarium.jobs.model import Job
from armarium.metadata import service as metadata
from armarium.metadata.model import RecordSchema, SourceRecord
from armarium.platform import clock
from armarium.sets.model import SetType, TitleSet
from functions.rest_api import dialect

Json = dict[str, Any]
API, PAGES, INSTITUTION = "https://library.example/almaws/v1", "https://library.example", "01ARM_INST"
_NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
_AT = clock.stamp(_NOW)
_STAMPS = {"created_by": "Ann", "created_at": _AT, "modified_by": "Ann", "modified_at": _AT}
_MMS, _REP, _PID, _COLL = (
    "9900000000000000010001",
    "1200000000000000010001",
    "1300000000000000010001",
    "8100000000000000010001",
)
_RECORD = """<record xmlns="http://www.loc.gov/MARC21/slim"><leader>00000nam a2200000 a 4500</leader>
<controlfield tag="001">u17</controlfield><controlfield tag="003">LIB</controlfield>
<datafield tag="020" ind1=" " ind2=" "><subfield code="a">9780306406157</subfield></datafield>
<datafield tag="022" ind1=" " ind2=" "><subfield code="a">0378-5955</subfield></datafield>
<datafield tag="035" ind1=" " ind2=" "><subfield code="a">(OCoLC)42</subfield></datafield>
<datafield tag="100" ind1="1" ind2=" "><subfield code="a">Ortelius, Abraham</subfield></datafield>
<datafield tag="245" ind1="1" ind2="0"><subfield code="a">Atlas</subfield></datafield>
<datafield tag="260" ind1=" " ind2=" "><subfield code="a">Antwerp</subfield><subfield code="b">Plantin</subfield>
<subfield code="c">1595</subfield></datafield></record>"""
_BARE_RECORD = '<dc xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Plans</dc:title></dc>'
FREE = frozenset({"technical", "undo_counts", "details", "before", "after"})
"""Objects that may hold whatever there is to say."""


def answers() -> Mapping[str, tuple[Json, ...]]:
    """Singular name of a resource → its answers, the whole one first."""
    bib, bare_bib = _bib(RecordSchema.MARCXML, _RECORD, (_COLL,)), _bib(RecordSchema.DC, _BARE_RECORD, ())
    held = Holding(
        id="2200000000000000010001", mms_id=_MMS, library="MAIN", location="stacks", call_number="G1", **_STAMPS
    )
    bare_held = Holding(id=held.id, mms_id=_MMS)
    profile = _profile()
    return {
        "bib": (dialect.bib(bib, API, requests=0), dialect.bib(bare_bib, API, full=False)),
        "holding": (dialect.holding(held, API, full=True), dialect.holding(bare_held, API)),
        "item": tuple(
            dialect.item(each, of, held, API) for each, of in zip(_items(held), (bib, bare_bib), strict=True)
        ),
        "representation": tuple(dialect.representation(each, API, PAGES, INSTITUTION) for each in _representations()),
        "representation_file": tuple(
            dialect.file(each, 1, API, PAGES, INSTITUTION, url)
            for each, url in zip(_files(), (PAGES, None), strict=True)
        ),
        "collection": tuple(dialect.collection(each, API, PAGES, INSTITUTION) for each in _collections()),
        "import_profile": (
            dialect.import_profile(profile, API),
            dialect.import_profile(ImportProfile(id="1002", name="MARC", source_format=SourceFormat.MARC21), API),
        ),
        "job": (dialect.job(profile, API), dialect.bulk_change_job(API)),
        "job_instance": tuple(dialect.instance(each, profile.name, API) for each in _jobs()),
        "finding": tuple(map(dialect.finding, _findings())),
        "row": tuple(map(dialect.outcome, _outcomes())),
        "change": tuple(each.model_dump(mode="json") for each in _changes()),
        "library": tuple(
            dialect.library(each, API, INSTITUTION)
            for each in (Library(code="SCI", name="Science", description="South", campus="SOUTH"), *LIBRARIES)
        ),
        "department": tuple(
            dialect.department(each, API)
            for each in (
                Department(code="MAPS", name="Maps", description="Large scans", library="MAIN", serves=("MAIN",)),
                *DEPARTMENTS,
            )
        ),
        "letter": tuple(dialect.letter(each, API) for each in (LETTERS[0].model_copy(update=_CHANGED), LETTERS[0])),
        "deposit_profile": tuple(dialect.deposit_profile(each, API) for each in _deposit_profiles()),
        "code_table": tuple(
            dialect.code_table(each, API, INSTITUTION)
            for each in (CODE_TABLES[0].model_copy(update=_CHANGED), CODE_TABLES[0])
        ),
        "set": tuple(dialect.title_set(each, count, API) for each, count in zip(_sets(), (2, None), strict=True)),
        "member": (dialect.member(bib, API),),
        "upload": tuple(dialect.upload(each, API) for each in _uploads()),
        "api_key": tuple(
            dialect.api_key(each, API, _NOW, secret) for each, secret in zip(_keys(), ("…", None), strict=True)
        ),
    }


_CHANGED = {"version": 1, "modified_by": "Ann", "modified_at": _AT, "description": "Changed"}


def _bib(schema: RecordSchema, content: str, collection_ids: tuple[str, ...]) -> Bib:
    record = SourceRecord(schema_=schema, content=content.encode())
    said = metadata.examine(record)
    return Bib(
        mms_id=_MMS,
        description=said.description,
        record=record,
        fingerprint=said.fingerprint,
        collection_ids=collection_ids,
        **_STAMPS,
    )


def _items(held: Holding) -> tuple[Item, ...]:
    names = {"pid": "2300000000000000010001", "mms_id": _MMS, "holding_id": held.id}
    further = {"description": "v.1", "physical_material_type": "MAP"}
    place = {"library": "MAIN", "location": "stacks", "process": WORK_ORDER, "department": "DIGI_DEPT_INST"}
    return Item(**names, **place, barcode="30000123456789", fields=further, **_STAMPS), Item(**names)


def _representations() -> tuple[Representation, ...]:
    here = Representation(
        id=_REP, mms_id=_MMS, label="Scans", library="MAIN", file_count=2, descriptive=_VOLUME, **_STAMPS
    )
    remote = {"is_remote": True, "repository": "DSPACE", "originating_record_id": "oai:dspace:1/2"}
    there = Representation(id=_REP, mms_id=_MMS, linking_parameters={"linking_parameter_1": "1/2"}, **remote)
    return here, there, Representation(id=_REP, mms_id=_MMS)


_VOLUME = dict.fromkeys(dialect.DESCRIPTIVE, "4")


def _files() -> tuple[File, ...]:
    names = {"pid": _PID, "mms_id": _MMS, "representation_id": _REP, "order": 1, "name": "1.tif", "label": "Page 1"}
    place = {"key": f"{INSTITUTION}/storage/{_MMS}/{_REP}/{_PID}/1.tif", "size": 8_400_000}
    found = Technical(width=2_000, height=3_000, mime_type="image/tiff")
    return File(**names, **place, sha256="0" * 64, technical=found, **_STAMPS), File(**names, **place)


def _collections() -> tuple[Collection, ...]:
    names = {"id": _COLL, "mms_id": _MMS, "name": "Maps"}
    more = {"description": "Maps and plans", "library": "MAIN", "parent_id": _COLL, "sorting": "title"}
    return Collection(**names, **more, external_id="m-1", external_system="OLD", **_STAMPS), Collection(**names)


def _profile() -> ImportProfile:
    patterns = (
        RepresentationPattern(pattern="high/*", label="Masters", access_rights="RESTRICTED"),
        RepresentationPattern(pattern="low/*"),
    )
    return ImportProfile(
        id="1001",
        name="Photographers' tables",
        source_format=SourceFormat.DC,
        library="MAIN",
        collection_id=_COLL,
        representations=patterns,
        file_field="dc:identifier",
        saved_by="Ann",
        saved_at=_AT,
    )


def _jobs() -> tuple[Job, ...]:
    names = {"id": "1100000000000000010001", "profile_id": "1001", "name": "Tables: week 47", "submitted_at": _AT}
    place = {
        "folder": f"{INSTITUTION}/upload/1001/week-47/",
        "metadata_key": f"{INSTITUTION}/upload/1001/week-47/values.csv",
    }
    told = {"alerts": ("A dry run: nothing was written.",), "undone_at": _AT, "undo_counts": {"taken_back": 3}}
    return Job(**names, **place, started_at=_AT, ended_at=_AT, **told), Job(**names, **place)


def _where(whole: bool) -> Where:
    return Where(file="values.csv", sheet="Sheet1", row=4, byte=120, record=3) if whole else Where(file="values.csv")


def _findings() -> tuple[Finding, ...]:
    said = {"severity": Severity.ERROR, "code": "missing_file", "message": "The file is not here.", "mend": "Drop it."}
    return Finding(**said, where=_where(True), column="file_name_1", value="1.tif"), Finding(
        **said, where=_where(False)
    )


def _outcomes() -> tuple[Outcome, ...]:
    whole = {"mms_id": _MMS, "title": "Atlas", "version": 2, "reasons": ("several bibs match",), "candidates": (_MMS,)}
    return (
        Outcome(
            ordinal=3,
            where=_where(True),
            result=Result.MANUAL,
            created_representations=(_REP,),
            taken=("1.tif",),
            **whole,
        ),
        Outcome(ordinal=4, where=_where(False), result=Result.REJECTED),
    )


def _changes() -> tuple[Change, ...]:
    names = {"mms_id": _MMS, "thing": "file", "thing_id": _PID, "action": "changed", "by": "Ann", "at": _AT}
    said = {"before": {"label": "Page"}, "after": {"label": "Page 1"}, "event_id": "1", "part_of": _REP}
    return Change(**names, **said, origin="1100000000000000010001#3"), Change(**names)


def _deposit_profiles() -> tuple[DepositProfile, ...]:
    more = {"description": "Doctoral theses", "instructions": "One PDF", "collection_id": _COLL, "library": "MAIN"}
    choices = {"access_rights_options": ("OPEN", "RESTRICTED"), "user_groups": ("GRAD",)}
    return DepositProfile(code="THESES", name="Theses", **more, **choices), DepositProfile(code="ALL", name="All")


def _sets() -> tuple[TitleSet, ...]:
    names = {"id": "6100000000000000010001", "name": "Atlases"}
    more = {"description": "For the exhibition", "note": "Until May", "query": "atlas"}
    return TitleSet(**names, type=SetType.LOGICAL, **more, **_STAMPS), TitleSet(**names, type=SetType.ITEMIZED)


def _uploads() -> tuple[Upload, ...]:
    names = {
        "id": _PID,
        "mms_id": _MMS,
        "representation_id": _REP,
        "name": "1.tif",
        "label": "Page 1",
        "size": 8_400_000,
    }
    rest = {
        "sha256": "0" * 64,
        "key": "k",
        "s3_id": "s",
        "created_by": "Ann",
        "created_at": _AT,
        "expires_at": 1_795_000_000,
    }
    return Upload(
        **names, **rest, problem="1.tif: the bytes that arrived are not those that were announced", replaces=_PID
    ), Upload(**names, **rest)


def _keys() -> tuple[ApiKey, ...]:
    names = {"id": "0" * 64, "name": "Scanner", "roles": frozenset({Role.CATALOGUER}), "created_by": "Ann"}
    times = {"created_at": _NOW, "expires_at": _NOW + timedelta(days=365)}
    more = {
        "last_used_at": _NOW,
        "revoked_at": _NOW,
        "scopes": frozenset({"bibs:write"}),
        "libraries": frozenset({"MAIN"}),
    }
    return ApiKey(**names, **times, **more, requests_per_second=5), ApiKey(**names, **times)


# Shapes


def shape_of(values: Iterable[Any], name: str = "") -> Json:
    """A JSON schema that holds of all values; of objects the fields that all of them have are required."""
    seen = list(values)
    types = sorted({_type_of(each) for each in seen})
    if name in FREE or types == ["null"]:
        return {"type": "object"} if name in FREE else {}
    shape: Json = {"type": types[0] if len(types) == 1 else types}
    objects = [each for each in seen if isinstance(each, dict)]
    if objects:
        names = dict.fromkeys(key for each in objects for key in each)
        shape["properties"] = {key: shape_of((each[key] for each in objects if key in each), key) for key in names}
        shape["required"] = [key for key in names if all(key in each for each in objects)]
    entries = [entry for each in seen if isinstance(each, list | tuple) for entry in each]
    if entries:
        shape["items"] = shape_of(entries)
    return shape


def _type_of(value: Any) -> str:
    kinds = (
        (type(None), "null"),
        (bool, "boolean"),
        (int, "integer"),
        (float, "number"),
        (str, "string"),
        (dict, "object"),
    )
    return next((name for kind, name in kinds if isinstance(value, kind)), "array")
