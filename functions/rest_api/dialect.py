"""Alma's shapes: what the API answers, field by field as published. Pure.

Coded values are ``{"value", "desc"}``; lists are ``{"<singular>": […], "total_record_count": n}``; dates are
``YYYY-MM-DDZ``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from armarium.accounts.model import ApiKey
from armarium.bulk_change.model import Outcome as ChangeOutcome
from armarium.cataloguing.model import Upload
from armarium.configuration.model import CodeTable, Department, DepositProfile, Letter, Library
from armarium.holdings.model import Holding, Item
from armarium.ingest.model import Finding, ImportProfile, Outcome, SourceFormat
from armarium.inventory.model import Bib, Collection, File, Representation, UsageType
from armarium.jobs.model import Job, JobKind
from armarium.metadata import service as metadata
from armarium.metadata.model import RecordSchema, SourceRecord
from armarium.sets.model import TitleSet

Json = dict[str, Any]

_MARC = ' xmlns="http://www.loc.gov/MARC21/slim"'
_USAGE = {"PRESERVATION_MASTER": "Master", "DERIVATIVE_COPY": "Derivative", "AUXILIARY": "Auxiliary"}
UPDATED_TERMS = {"PRESERVATION_MASTER": {"value": "PRIMARY", "desc": "Primary"}}
LINKING_PARAMETERS = tuple(f"linking_parameter_{number}" for number in range(1, 6))
OUR_REPOSITORY = "Armarium"
DESCRIPTIVE = ("author", "title", "volume", "issue", "date", "track", "number", "year")
_ACCESS = {"OPEN": "Open to everybody", "RESTRICTED": "Restricted to staff"}
_FORMATS = {
    "MARC21": "MARC 21",
    "MARCXML": "MARCXML",
    "DC": "Dublin Core",
    "CSV": "Table (CSV or Excel)",
    "MARC21_BIB": "MARC 21 Bibliographic",
}
_BASE_STATUS = {"1": "Item in place", "0": "Item not in place"}
_PROCESS = {"WORK_ORDER_DEPARTMENT": "In a department"}
ITEM_TEXTS = (
    *("arrival_date", "enumeration_a", "enumeration_b", "chronology_i", "chronology_j", "description"),
    *("inventory_number", "alternative_call_number", "storage_location_id", "pages", "pieces", "public_note"),
    *("fulfillment_note", "internal_note_1", "internal_note_2", "internal_note_3"),
)
ITEM_CODES = ("physical_material_type", "policy", "physical_condition", "work_order_type")
_STATUS = {
    "QUEUED": "Queued",
    "RUNNING": "Running",
    "COMPLETED_SUCCESS": "Completed Successfully",
    "COMPLETED_WARNING": "Completed with Warnings",
    "COMPLETED_FAILED": "Completed with Errors",
    "MANUAL_HANDLING_REQUIRED": "Manual Handling Required",
    "USER_ABORTED": "Aborted by User",
    "SYSTEM_ABORTED": "Aborted by System",
}
BULK_CHANGE = JobKind.BULK_CHANGE.value
_JOB_TYPES = {"SCHEDULED": "Scheduled", "MANUAL": "Manual"}
_IMPORT = ("IMPORT", {"IMPORT": "Import"})
_CHANGES = ("NORMALIZATION", {"NORMALIZATION": "Change of titles"})
_COUNTERS = {
    "read": "Records read",
    "created": "Records created",
    "updated": "Records updated",
    "unchanged": "Records unchanged",
    "skipped": "Records skipped by the profile",
    "rejected": "Records rejected",
    "manual": "Records that several bibs match",
    "failed": "Records that failed",
    "matched": "Records that matched a bib",
    "files": "Files moved to storage",
    "unmatched_files": "Files that no record names",
    "missing_files": "Files that are missing",
}


def coded(value: str | None, names: dict[str, str] | None = None) -> Json:
    """A coded value with its description."""
    return {"value": value, "desc": (names or {}).get(value or "")}


def code(value: Any) -> str | None:
    """The code of a coded value as somebody sends it: ``{"value": …}``, or the bare code."""
    stated = value.get("value") if isinstance(value, dict) else value
    return None if stated is None or isinstance(stated, dict | list) else str(stated).strip()


def usage_name(usage: UsageType) -> str:
    """What a usage type is called."""
    return _USAGE[usage.value]


def listed(singular: str, items: Iterable[Json], total: int | None, next_token: str | None = None) -> Json:
    """The list envelope; ``next_token`` is ours: the way past what ``offset`` reaches."""
    entries = list(items)
    answer: Json = {singular: entries, "total_record_count": len(entries) if total is None else total}
    return answer | ({"next_token": next_token} if next_token else {})


def day(stamp: str | None) -> str | None:
    """``2026-11-21T20:30:00.000Z`` → ``2026-11-21Z``."""
    return f"{stamp[:10]}Z" if stamp else None


def record_xml(record: SourceRecord, further: str = "") -> str:
    """A record as scripts for Alma expect it: ``<record>`` without a namespace of its own, MARC or Dublin Core.

    ``further`` is XML of fields that follow those of the record.
    """
    opening, closing = ("<record", "</record>") if record.schema_.is_marc else ("<qualifieddc", "</qualifieddc>")
    inner = metadata.as_xml(record).removeprefix(opening).removesuffix(closing)
    return f"<record{inner.removeprefix(_MARC)}{further}</record>"


def bib_data(source: Bib, api: str) -> Json:
    """What holdings and items tell of their bib."""
    said = source.description
    return {
        "mms_id": source.mms_id,
        "title": said.title,
        "author": said.creators[0] if said.creators else None,
        "issn": said.issn,
        "isbn": said.isbn,
        "complete_edition": None,
        "network_number": list(said.network_numbers),
        "place_of_publication": said.place,
        "date_of_publication": said.date,
        "publisher_const": said.publisher,
        "link": f"{api}/bibs/{source.mms_id}",
    }


def holding(source: Holding, api: str, full: bool = False) -> Json:
    """A holding; ``full`` with its record."""
    answer = {
        "holding_id": source.id,
        "library": coded(source.library or None),
        "location": coded(source.location or None),
        "call_number": source.call_number or None,
        "created_by": source.created_by,
        "created_date": day(source.created_at),
        "last_modified_by": source.modified_by,
        "last_modified_date": day(source.modified_at),
        "suppress_from_publishing": "true" if source.suppressed else "false",
        "anies": [source.record] if full and source.record else [],
        "link": f"{api}/bibs/{source.mms_id}/holdings/{source.id}",
    }
    return answer | ({"version": source.version} if full else {})


def item(source: Item, bib: Bib, held: Holding | None, api: str) -> Json:
    """An item with what its bib and holding say."""
    link = f"{api}/bibs/{source.mms_id}/holdings/{source.holding_id}"
    further = {name: coded(value) if name in ITEM_CODES else value for name, value in source.fields.items()}
    return {
        "bib_data": bib_data(bib, api),
        "holding_data": {
            "holding_id": source.holding_id,
            "call_number": held.call_number if held else None,
            "link": link,
        },
        "item_data": {
            "pid": source.pid,
            "barcode": source.barcode or None,
            "creation_date": day(source.created_at),
            "modification_date": day(source.modified_at),
            "base_status": coded(source.base_status, _BASE_STATUS),
            "process_type": coded(source.process or None, _PROCESS),
            "work_order_at": coded(source.department or None),
            "library": coded(source.library or None),
            "location": coded(source.location or None),
            "requested": False,
            **further,
        },
        "version": source.version,
        "link": f"{link}/items/{source.pid}",
    }


def bib(source: Bib, api: str, full: bool = True, further: str = "", requests: int | None = None) -> Json:
    """A bib; ``anies`` holds its record as MARCXML, or as the Dublin Core it is, with ``further`` fields at its end."""
    said = source.description
    link = f"{api}/bibs/{source.mms_id}"
    return {
        "mms_id": source.mms_id,
        "record_format": "marc21" if RecordSchema(source.record.schema_).is_marc else "dc",
        "linked_record_id": None,
        "title": said.title,
        "author": said.creators[0] if said.creators else None,
        "issn": said.issn,
        "isbn": said.isbn,
        "complete_edition": None,
        "network_number": list(said.network_numbers),
        "place_of_publication": said.place,
        "date_of_publication": said.date,
        "publisher_const": said.publisher,
        "holdings": {"value": None, "link": f"{link}/holdings"},
        "representations": {"value": None, "link": f"{link}/representations"},
        "created_by": source.created_by,
        "created_date": day(source.created_at),
        "last_modified_by": source.modified_by,
        "last_modified_date": day(source.modified_at),
        "suppress_from_publishing": "true" if source.suppressed else "false",
        "suppress_from_external_search": "false",
        "originating_system": said.originating_system,
        "originating_system_id": said.originating_system_id,
        "cataloging_level": coded("00"),
        "requests": None if requests is None else {"value": requests, "link": None},
        "collection": [
            {"pid": {"value": each, "link": f"{api}/bibs/collections/{each}"}} for each in source.collection_ids
        ],
        "anies": [record_xml(source.record, further)] if full else [],
        "version": source.version,
        "link": link,
    }


def representation(
    source: Representation, api: str, pages: str, institution: str, usage: dict[str, Json] | None = None
) -> Json:
    """A representation; a remote one says where its files are. ``usage`` renames usage types."""
    link = f"{api}/bibs/{source.mms_id}/representations/{source.id}"
    descriptive = {name: source.descriptive.get(name) or None for name in DESCRIPTIVE}
    answer = {
        "id": source.id,
        "label": source.label,
        "public_note": source.public_note,
        "note": source.note,
        "library": coded(source.library or None),
        "usage_type": (usage or {}).get(source.usage_type.value) or coded(source.usage_type.value, _USAGE),
        "active": coded("true" if source.active else "false", {"true": "Active", "false": "Inactive"}),
        **descriptive,
        "access_rights_policy_id": coded(source.access_rights, _ACCESS),
        "delivery_url": f"{pages}/view/delivery/{institution}/{source.id}",
        "thumbnail_url": f"{pages}/view/delivery/thumbnail/{institution}/{source.id}",
        "repository": coded(source.repository or OUR_REPOSITORY),
        "is_remote": source.is_remote,
        "thumbnail": source.thumbnail or None,
        "created_by": source.created_by,
        "created_date": day(source.created_at),
        "last_modified_by": source.modified_by,
        "last_modified_date": day(source.modified_at),
        "files": {"value": None, "total_record_count": source.file_count, "link": f"{link}/files"},
        "version": source.version,
        "link": link,
    }
    if not source.is_remote:
        return answer
    parameters = {name: source.linking_parameters.get(name) or None for name in LINKING_PARAMETERS}
    return answer | {"originating_record_id": source.originating_record_id} | parameters


def file(source: File, place: int, api: str, pages: str, institution: str, url: str | None = None) -> Json:
    """A file and its place, from 1; ``url`` (a signed link) only where it was asked for.

    What derivation found is under ``technical``.
    """
    return {
        "pid": source.pid,
        "path": source.key,
        "label": source.label,
        "order": place,
        "size": source.size,
        "thumbnail_url": f"{pages}/view/delivery/thumbnail/{institution}/{source.pid}",
        "url": url,
        "fulltext": None,
        "sha256": source.sha256,
        "technical": source.technical.model_dump(mode="json", exclude_none=True),
        "version": source.version,
        "link": f"{api}/bibs/{source.mms_id}/representations/{source.representation_id}/files/{source.pid}",
    }


def collection(source: Collection, api: str, pages: str, institution: str) -> Json:
    """A collection; ``thumbnail`` is the number of the file that was chosen to stand for it."""
    link = f"{api}/bibs/collections/{source.id}"
    return {
        "pid": {"value": source.id, "link": link},
        "mms_id": {"value": source.mms_id, "link": f"{api}/bibs/{source.mms_id}"},
        "name": source.name,
        "title": source.heading,
        "description": source.description,
        "order": source.order,
        "sorting": coded(source.sorting or None),
        "library": coded(source.library or None),
        "parent_pid": {
            "value": source.parent_id,
            "link": f"{api}/bibs/collections/{source.parent_id}" if source.parent_id else None,
        },
        "external_id": source.external_id or None,
        "external_system": coded(source.external_system or None),
        "thumbnail": source.thumbnail or None,
        "thumbnail_url": f"{pages}/view/delivery/thumbnail/{institution}/{source.id}",
        "delivery_url": f"{pages}/collections/{source.id}",
        "version": source.version,
        "link": link,
    }


def job(profile: ImportProfile, api: str) -> Json:
    """The job that an import profile is: each drop folder makes an instance of it."""
    return {
        "id": job_id(profile.id),
        "name": profile.name,
        "description": profile.description,
        "type": coded("SCHEDULED" if profile.id else "MANUAL", _JOB_TYPES),
        "category": coded(*_IMPORT),
        "content": coded("BIB_MMS", {"BIB_MMS": "All Titles"}),
        "schedule": coded("NOT_SCHEDULED", {"NOT_SCHEDULED": "Runs when a drop folder is complete"}),
        "creator": "System",
        "next_run": None,
        "parameter": [],
        "related_profile": {"value": profile.id, "link": f"{api}/conf/md-import-profiles/{profile.id}"},
        "link": f"{api}/conf/jobs/{job_id(profile.id)}",
    }


def job_id(profile_id: str) -> str:
    """The API's name of a profile's job, or of the job that all bulk changes are runs of."""
    return profile_id if profile_id == BULK_CHANGE else f"M{profile_id}"


def bulk_change_job(api: str) -> Json:
    """The job that all bulk changes are runs of. `POST /bibs/changes` makes an instance of it."""
    return {
        "id": BULK_CHANGE,
        "name": "Bulk change",
        "description": "Changes the titles of a set or a search: POST /bibs/changes",
        "type": coded("MANUAL", _JOB_TYPES),
        "category": coded(*_CHANGES),
        "content": coded("BIB_MMS", {"BIB_MMS": "All Titles"}),
        "schedule": coded("NOT_SCHEDULED", {"NOT_SCHEDULED": "Runs when somebody starts it"}),
        "creator": "System",
        "next_run": None,
        "parameter": [],
        "related_profile": None,
        "link": f"{api}/conf/jobs/{BULK_CHANGE}",
    }


def instance(source: Job, profile_name: str, api: str) -> Json:
    """One run, with its counters: those of the outcomes add up to ``read``."""
    job_link = f"{api}/conf/jobs/{job_id(source.profile_id)}"
    link = f"{job_link}/instances/{source.id}"
    counters = source.counters.model_dump()
    changes = source.kind is JobKind.BULK_CHANGE
    return {
        "id": source.id,
        "external_id": source.id,
        "name": source.name,
        "submitted_by": coded(source.submitted_by),
        "submit_time": source.submitted_at,
        "start_time": source.started_at,
        "end_time": source.ended_at,
        "progress": source.progress,
        "status": coded(source.status.value, _STATUS),
        "status_date": day(source.ended_at or source.started_at or source.submitted_at),
        "alert": [coded("alert_general", {"alert_general": text}) for text in source.alerts],
        "counter": [
            {"type": coded(f"c.{name}", {f"c.{name}": desc}), "value": str(counters[name])}
            for name, desc in _COUNTERS.items()
        ],
        "action": [],
        "dry_run": source.dry_run,
        "undone": source.undone_at,
        "undo_running": source.undo_running,
        "undo_counts": source.undo_counts,
        "folder": source.folder,
        "report": {"link": f"{link}/report"},
        "findings": {"total_record_count": source.errors + source.warnings, "link": f"{link}/findings"},
        "rows": {"link": f"{link}/rows"},
        "job_info": {
            "id": job_id(source.profile_id),
            "name": profile_name,
            "description": None,
            "type": coded("MANUAL" if changes else "SCHEDULED", _JOB_TYPES),
            "category": coded(*(_CHANGES if changes else _IMPORT)),
            "link": job_link,
        },
        "link": link,
    }


def finding(source: Finding) -> Json:
    """One thing wrong with the input."""
    return source.model_dump(mode="json", exclude_none=True)


def outcome(source: Outcome | ChangeOutcome) -> Json:
    """What became of one input record, or of one title of a bulk change."""
    return source.model_dump(mode="json", exclude_none=True)


def import_profile(source: ImportProfile, api: str) -> Json:
    """An import profile: Alma's fields, and all of ours by their names."""
    target = "DC" if source.source_format in (SourceFormat.DC, SourceFormat.CSV) else "MARC21_BIB"
    library = coded(source.library or None)
    return source.model_dump(mode="json") | {
        "job_id": {"value": job_id(source.id), "link": f"{api}/conf/jobs/{job_id(source.id)}"},
        "type": coded("DIGITAL", {"DIGITAL": "Digital"}),
        "source_format": coded(source.source_format.value, _FORMATS),
        "target_format": coded(target, _FORMATS),
        "file_name_patterns": source.metadata_file,
        "files_to_import": coded("NEW", {"NEW": "New"}),
        "digital_details": {
            "remote": False,
            "collection_assignment": coded(source.collection_id),
            "library": library,
            "representation": [
                {"library": library, "group_files_by": each.pattern, "label": each.label or None}
                for each in source.representations
            ],
        },
        "link": f"{api}/conf/md-import-profiles/{source.id}",
    }


def errors(code: str, message: str, tracking_id: str) -> Json:
    """The error object."""
    return {
        "errorsExist": True,
        "errorList": {"error": [{"errorCode": code, "errorMessage": message, "trackingId": tracking_id}]},
        "result": None,
    }


def library(source: Library, api: str, institution: str) -> Json:
    """A library."""
    return {
        "code": source.code,
        "id": source.code,
        "path": f"{institution}.{source.code}",
        "name": source.name,
        "description": source.description or None,
        "resource_sharing": False,
        "campus": coded(source.campus or None),
        "version": source.version,
        "link": f"{api}/conf/libraries/{source.code}",
    }


def department(source: Department, api: str) -> Json:
    """A department."""
    return {
        "code": source.code,
        "name": source.name,
        "description": source.description or None,
        "type": coded(source.type, {"DIGI": "Digitization Department"}),
        "work_days": source.work_days,
        "owner": coded(source.library or None),
        "library": [coded(each) for each in source.serves],
        "operator": [],
        "version": source.version,
        "link": f"{api}/conf/departments/{source.code}",
    }


def letter(source: Letter, api: str) -> Json:
    """A letter."""
    return {
        "code": source.code,
        "enabled": coded(str(source.enabled).lower()),
        "name": source.name,
        "description": source.description or None,
        "channel": source.channel,
        "retention_period": str(source.retention_days),
        "customized": coded(str(source.version > 0).lower()),
        "patron_facing": coded(str(source.patron_facing).lower()),
        "updated_by": coded(source.modified_by),
        "update_date": day(source.modified_at),
        "labels": coded(source.code),
        "xsl": None,
        "version": source.version,
        "link": f"{api}/conf/letters/{source.code}",
    }


def deposit_profile(source: DepositProfile, api: str) -> Json:
    """A deposit profile."""
    return {
        "id": source.code,
        "name": source.name,
        "active": source.active,
        "description": source.description or None,
        "instructions": source.instructions or None,
        "target_format": coded("DC", {"DC": "Qualified Dublin Core"}),
        "collection_assignment": coded(source.collection_id or None),
        "access_rights_assignment_option": [coded(each, _ACCESS) for each in source.access_rights_options],
        "access_rights_policy_assignment": coded(source.access_rights, _ACCESS),
        "library": coded(source.library or None),
        "approval_method": source.approval_method,
        "unsuppress_on_approval": source.unsuppress_on_approval,
        "user_group": [coded(each) for each in source.user_groups],
        "version": source.version,
        "link": f"{api}/conf/deposit-profiles/{source.code}",
    }


def code_table(source: CodeTable, api: str, institution: str) -> Json:
    """A code table with its rows."""
    return {
        "name": source.code,
        "description": source.name,
        "sub_system": coded(source.sub_system),
        "patron_facing": source.patron_facing,
        "updated_by": source.modified_by,
        "update_date": day(source.modified_at),
        "language": coded("en", {"en": "English"}),
        "scope": {"institution_id": coded(institution)},
        "row": [
            {"code": each.code, "description": each.description, "default": each.default, "enabled": each.enabled}
            for each in source.rows
        ],
        "version": source.version,
        "link": f"{api}/conf/code-tables/{source.code}",
    }


def title_set(source: TitleSet, members: int | None, api: str) -> Json:
    """A set; ``members`` where they were counted."""
    link = f"{api}/conf/sets/{source.id}"
    answer = {
        "id": source.id,
        "name": source.name,
        "description": source.description or None,
        "type": coded(source.type.value, {"ITEMIZED": "Itemized", "LOGICAL": "Logical"}),
        "content": coded("BIB_MMS", {"BIB_MMS": "All Titles"}),
        "private": coded(str(source.private).lower(), {"true": "Private", "false": "Public"}),
        "status": coded("ACTIVE" if source.active else "INACTIVE", {"ACTIVE": "Active", "INACTIVE": "Inactive"}),
        "note": source.note or None,
        "created_by": coded(source.created_by),
        "created_date": source.created_at,
        "query": {"value": source.query or None},
        "link": link,
    }
    if members is None:
        return answer
    return answer | {"number_of_members": {"value": members, "link": f"{link}/members"}, "version": source.version}


def member(source: Bib, api: str) -> Json:
    """A member of a set."""
    said = source.description.title
    return {"id": source.mms_id, "description": said, "link": f"{api}/bibs/{source.mms_id}"}


def upload(source: Upload, api: str) -> Json:
    """A file on its way in parts."""
    return {
        "id": source.id,
        "name": source.name,
        "label": source.label,
        "size": source.size,
        "sha256": source.sha256,
        "part_size": source.part_size,
        "part_count": source.part_count,
        "finished": source.finished,
        "replaces": source.replaces or None,
        "processing": bool(source.processing_since),
        "problem": source.problem or None,
        "expires": source.expires_at,
        "link": f"{api}/bibs/{source.mms_id}/representations/{source.representation_id}/uploads/{source.id}",
    }


def api_key(source: ApiKey, api: str, now: datetime, secret: str | None = None) -> Json:
    """An API key; ``secret`` is told once, when it is made."""
    answer = {
        "id": source.id,
        "name": source.name,
        "role": sorted(role.value for role in source.roles),
        "scope": sorted(source.scopes),
        "requests_per_second": source.requests_per_second,
        "library": sorted(source.libraries),
        "valid": source.is_valid(now),
        "created_by": source.created_by,
        "created": source.created_at.isoformat(),
        "expires": source.expires_at.isoformat(),
        "last_used": source.last_used_at.isoformat() if source.last_used_at else None,
        "revoked": source.revoked_at.isoformat() if source.revoked_at else None,
        "link": f"{api}/conf/api-keys/{source.id}",
    }
    return answer | ({"key": secret} if secret else {})
