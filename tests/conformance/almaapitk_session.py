"""A working day of a script that a library wrote for Alma with ``almaapitk``; run by its own Python (3.12 or later).

``python almaapitk_session.py HOST COLLECTION DROPPED TARGET`` with the key in ``ALMA_SB_API_KEY`` writes what each call
answered as one JSON object into the file TARGET. Nothing of the client is replaced: only ``host`` is another.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree  # of an answer to our own request

from almaapitk import Admin, AlmaAPIClient, AlmaAPIError, BibliographicRecords, Configuration

RECORD = """<bib><record><leader>00000nam a2200000 a 4500</leader>
<datafield tag="245" ind1="1" ind2="0"><subfield code="a">{title}</subfield></datafield></record></bib>"""
HOLDING = {
    "anies": [
        '<record><leader>00000nx  a2200000   4500</leader><datafield tag="852" ind1="0" ind2=" ">'
        '<subfield code="b">MAIN</subfield><subfield code="c">STACKS</subfield></datafield></record>'
    ]
}


def refusal(call: Any, *arguments: Any) -> dict[str, Any]:
    """Which error a call ends with."""
    try:
        call(*arguments)
    except AlmaAPIError as error:
        return {"class": type(error).__name__, "status": error.status_code, "code": error.alma_code}
    return {}


def number(answer: Any) -> str:
    """The MMS id in an answer that is XML, as the client asks for it where it sent XML."""
    return ElementTree.fromstring(answer.text()).findtext("mms_id", "")  # noqa: S314


def members(bibs: BibliographicRecords, collection_id: str) -> list[str]:
    """The MMS ids of all bibs of a collection, a hundred a call."""
    found: list[str] = []
    while True:
        page = bibs.get_collection_members(collection_id, 100, len(found)).json()
        found += [each["mms_id"] for each in page["bib"]]
        if not page["bib"] or len(found) >= page["total_record_count"]:
            return found


def catalogue(client: AlmaAPIClient, collection_id: str, dropped: str) -> dict[str, Any]:
    """A title, its record, its scans and its copy, from the first call to the last."""
    bibs, said = BibliographicRecords(client), {}
    mms_id = said["created"] = number(bibs.create_record(RECORD.format(title="Of cupboards")))
    title = {"tag": "245", "ind1": "0", "ind2": "0", "subfields": [["a", "Of fields"]]}
    said["from_fields"] = number(bibs.create_record_from_fields({"fields": [title]}))
    bibs.update_marc_field(mms_id, "650", {"a": "Cupboards"}, " ", "0")
    said["subjects"] = bibs.get_marc_subfield(mms_id, "650", "a")
    said["record"] = bibs.get_record(mms_id).json()
    bibs.add_to_collection(collection_id, mms_id)
    said["members"] = members(bibs, collection_id)
    made = bibs.create_representation(mms_id, "OPEN", "Open", "MAIN").json()
    said["representation"] = made
    said["file"] = bibs.link_file_to_representation(mms_id, made["id"], dropped).json()
    changed = said["file"] | {"label": "Front"}
    said["relabelled"] = bibs.update_representation_file(mms_id, made["id"], said["file"]["pid"], changed).json()
    said["files"] = bibs.get_representation_files(mms_id, made["id"]).json()
    said["representations"] = bibs.get_representations(mms_id).json()
    said["holding"] = bibs.create_holding(mms_id, HOLDING).json()
    holding_id = said["holding"]["holding_id"]
    item = {"item_data": {"barcode": f"AK{mms_id[2:12]}", "physical_material_type": {"value": "BOOK"}}}
    said["item"] = bibs.create_item(mms_id, holding_id, item).json()
    pid = said["item"]["item_data"]["pid"]
    said["scanned"] = bibs.scan_in_item(mms_id, holding_id, pid, "MAIN", department="DIGI_DEPT_INST").json()
    said["items"] = bibs.get_items(mms_id).json()
    said["holdings"] = bibs.get_holdings(mms_id).json()
    said["deletion_in_use"] = refusal(bibs.delete_record, mms_id)
    bibs.delete_record(mms_id, True)
    said["after_deletion"] = refusal(bibs.get_record, mms_id)
    return said


def administer(client: AlmaAPIClient, mms_id: str) -> dict[str, Any]:
    """Sets."""
    admin, said = Admin(client), {}
    said["connected"] = admin.test_connection()
    wanted = {"name": f"Of fields {mms_id}", "type": {"value": "ITEMIZED"}, "content": {"value": "BIB_MMS"}}
    said["created"] = admin.create_set(wanted).json()
    set_id = said["created"]["id"]
    said["added"] = admin.add_members_to_set(set_id, [mms_id]).json()
    said["members"] = admin.get_bib_set_members(set_id)
    said["described"] = admin.get_set_metadata_and_member_count(set_id)
    said["listed"] = set_id in [each["id"] for each in admin.list_sets(limit=100).json()["set"]]
    admin.update_set(set_id, said["created"] | {"description": "Made by a script"})
    said["changed"] = admin.get_set_info(set_id)
    admin.remove_members_from_set(set_id, [mms_id])
    said["emptied"] = admin.get_set_info(set_id)
    admin.delete_set(set_id)
    said["after_deletion"] = refusal(admin.get_set_info, set_id)
    return said


def look_up(client: AlmaAPIClient) -> dict[str, Any]:
    """What a library has set up."""
    setup, said = Configuration(client), {}
    said["connected"] = setup.test_connection()
    said["libraries"] = setup.list_libraries()
    said["library"] = setup.get_library("MAIN")
    said["departments"] = setup.list_departments()
    said["code_tables"] = setup.list_code_tables()
    table = setup.get_code_table("DigitizationRejectReason")
    said["code_table"] = table
    said["code_table_changed"] = setup.update_code_table("DigitizationRejectReason", table).json()
    said["import_profiles"] = setup.list_import_profiles()
    said["import_profile"] = setup.get_import_profile(said["import_profiles"][0]["id"])
    said["letters"] = setup.list_letters()
    said["letter"] = setup.get_letter("JobReportLetter")
    said["no_such_letter"] = refusal(setup.get_letter, "NoSuchLetter")
    return said


def main(host: str, collection_id: str, dropped: str, target: str) -> None:
    client = AlmaAPIClient("SANDBOX", host=host, max_retries=0)
    catalogued = catalogue(client, collection_id, dropped)
    fields = catalogued["from_fields"]
    said = {"catalogued": catalogued, "administered": administer(client, fields), "looked_up": look_up(client)}
    BibliographicRecords(client).delete_record(fields, True)
    Path(target).write_text(json.dumps(said), encoding="utf-8")  # the client logs to standard output


if __name__ == "__main__":
    main(*sys.argv[1:])
