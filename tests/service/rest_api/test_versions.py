"""No lost update: whatever can be written has an ETag, and is written only at the version that If-Match names."""

from __future__ import annotations

from functions.rest_api.handler import DESCRIPTIONS
from tests.service.rest_api.client import Api, path_of

WITHOUT_A_VERSION = {
    "DELETE /bibs/collections/<pid>/bibs/<mms_id>": "that a bib is in a collection is there or not, never another",
    "DELETE /bibs/<mms_id>/representations/<rep_id>/uploads/<upload_id>": "an upload follows from what is uploaded",
    "DELETE /conf/api-keys/<key_id>": "a key is never changed, only taken back",
}
WRITES = sorted(f"{each.method} {each.path}" for each in DESCRIPTIONS if each.method in ("PUT", "PATCH", "DELETE"))


def test_every_write_is_refused_at_a_version_that_is_not_stored(everything: Api, things: dict[str, str]) -> None:
    assert WITHOUT_A_VERSION.keys() < set(WRITES)
    for write in WRITES:
        if write in WITHOUT_A_VERSION:
            continue
        method, template = write.split(" ")
        path = path_of(template, things)
        before = everything.ask("GET", path)
        assert before.status == 200, (write, before.body)
        if not template.endswith("/files"):  # the order of files is the representation's
            assert before.headers["etag"].strip('"').isdecimal(), write
        body = None if method == "DELETE" else before.json | {"order": 1}
        refused = everything.ask(method, path, {"pid": things["/files/<pid>"]}, body, {"if-match": '"999"'})
        assert (refused.status, refused.error) == (412, "4022034"), (write, refused.body)
        assert everything.ask("GET", path).json == before.json
