"""A small library in moto's tables, and browsers that ask the pages' Lambda function."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import boto3
import pytest

from armarium.accounts import service as accounts
from armarium.accounts import store as accounts_store
from armarium.accounts.model import Role, User
from armarium.inventory import service as inventory
from armarium.inventory import store
from armarium.inventory.model import Bib, DerivativeStatus, DerivedFile, File, Representation, Technical
from armarium.metadata import service as metadata
from armarium.metadata.model import RecordSchema, SourceRecord
from armarium.platform import tables
from armarium.platform.ids import IdType, derived

NOW = datetime.now(UTC)
DC = "http://purl.org/dc/elements/1.1/"


class Context:
    """What Lambda tells of an invocation."""

    function_name = "web"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:eu-central-1:000000000000:function:web"
    aws_request_id = "11111111-1111-1111-1111-111111111111"


@dataclass
class Answer:
    """What the function answered."""

    status: int
    headers: dict[str, str]
    cookies: list[str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Browser:
    """Keeps cookies, sends forms with the token of the page they stand on."""

    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, address: str, **headers: str) -> Answer:
        return self._ask("GET", address, b"", headers)

    def post(self, address: str, page: str, **fields: str) -> Answer:
        """Send the form that stands on ``page``."""
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', self.get(page).text))
        return self.send(address, **(hidden | fields))

    def send(self, address: str, **fields: str) -> Answer:
        return self._ask("POST", address, urlencode(fields).encode(), {})

    def _ask(self, method: str, address: str, body: bytes, headers: dict[str, str]) -> Answer:
        from functions.web.handler import handler

        parts = urlsplit(address)
        event = {
            "version": "2.0",
            "rawPath": parts.path,
            "rawQueryString": parts.query,
            "headers": {name.replace("_", "-"): value for name, value in headers.items()},
            "cookies": [f"{name}={value}" for name, value in self.cookies.items()],
            "requestContext": {
                "http": {"method": method, "path": parts.path},
                "requestId": "req-1",
                "domainName": "library.example",
            },
            "body": base64.b64encode(body).decode(),
            "isBase64Encoded": True,
        }
        answer: dict[str, Any] = handler(event, Context())  # type: ignore[arg-type]
        for line in answer["cookies"]:
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(answer["statusCode"], answer["headers"], answer["cookies"], base64.b64decode(answer["body"]))


def signed_in(*roles: Role) -> Browser:
    """The browser of somebody with these roles."""
    _, token = accounts._open_session(User(id="u", name="Wren", roles=frozenset(roles)), NOW, None)
    return Browser({accounts.session_cookie_name(): token})


def make_title(
    key: str,
    *representations: tuple[str, int],
    suppressed: bool = False,
    collection: str | None = None,
    title: str = "",
) -> Bib:
    """A title with representations of an access policy and a number of image files with thumbnails."""
    content = f'<dc xmlns:dc="{DC}"><dc:title>{title or key}</dc:title><dc:creator>Wren</dc:creator></dc>'
    record = SourceRecord(schema_=RecordSchema.DC, content=content.encode())
    bib = Bib(
        mms_id=derived(IdType.BIB, "0001", key),
        description=metadata.describe(record),
        record=record,
        fingerprint=metadata.fingerprint(record),
        suppressed=suppressed,
    )
    writes: list[tables.Write] = [store.put_bib(bib)]
    if collection:
        writes.append(store.put_membership(bib, collection, "System", ""))
    for number, (rights, files) in enumerate(representations):
        writes += _representation(bib, str(number), rights, files)
    for at in range(0, len(writes), 50):
        store.replace(writes[at : at + 50])
    return bib


def representation_id(bib: Bib, number: int = 0) -> str:
    return derived(IdType.REPRESENTATION, "0001", bib.mms_id, str(number))


def pid(bib: Bib, order: int = 1, number: int = 0) -> str:
    return derived(IdType.FILE, "0001", representation_id(bib, number), str(order))


def _representation(bib: Bib, number: str, rights: str, files: int) -> list[tables.Write]:
    identifier = representation_id(bib, int(number))
    made = Representation(
        id=identifier, mms_id=bib.mms_id, label=f"Scans {number}", access_rights=rights, file_count=files
    )
    return [
        store.put_representation(made),
        *(store.put_file(_file(bib, identifier, order)) for order in range(1, files + 1)),
    ]


def _file(bib: Bib, identifier: str, order: int) -> File:
    made = (DerivedFile(name="thumbnail.jpg", size=1), DerivedFile(name="pyramid.tif", size=1))
    return File(
        pid=derived(IdType.FILE, "0001", identifier, str(order)),
        mms_id=bib.mms_id,
        representation_id=identifier,
        order=order,
        name=f"{order:04d}.tif",
        label=f"Page {order}",
        key=f"01ARM_INST/storage/{order}",
        size=1000,
        mime_type="image/tiff",
        technical=Technical(status=DerivativeStatus.DONE, width=10, height=10, pages=((10, 10),), derived=made),
    )


@pytest.fixture
def nature() -> str:
    """A collection."""
    return inventory.create_collection(
        name="Nature", by="System", now=NOW, id=derived(IdType.COLLECTION, "0001", "n")
    ).id


@pytest.fixture
def pool(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user pool with a cataloguer, ``wren``, and an invited patron, ``finch``."""
    from armarium.platform.settings import Settings

    cognito = boto3.client("cognito-idp")
    pool_id = cognito.create_user_pool(PoolName="readers")["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool_id, ClientName="pages", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]
    cognito.create_group(UserPoolId=pool_id, GroupName="cataloguer")
    for username in ("wren", "finch"):
        cognito.admin_create_user(UserPoolId=pool_id, Username=username, TemporaryPassword="First-night-9")
    cognito.admin_set_user_password(UserPoolId=pool_id, Username="wren", Password="Nest-of-twigs-7", Permanent=True)
    cognito.admin_add_user_to_group(UserPoolId=pool_id, Username="wren", GroupName="cataloguer")
    accounts_store._cognito.cache_clear()
    known = Settings(user_pool_id=pool_id, user_pool_client_id=client["ClientId"])
    monkeypatch.setattr(accounts_store, "settings", lambda: known)
