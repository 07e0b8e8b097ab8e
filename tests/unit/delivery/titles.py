"""A title with files of every kind, and an inventory that holds just that."""

from __future__ import annotations

from armarium.inventory.model import (
    Bib,
    Collection,
    DerivativeStatus,
    DerivedFile,
    File,
    Page,
    Representation,
    Technical,
    Title,
)
from armarium.metadata import service as metadata
from armarium.metadata.model import RecordSchema, SourceRecord
from armarium.platform.errors import NotFoundError
from armarium.platform.ids import IdType, derived

MMS_ID = derived(IdType.BIB, "0001", "birds")
REPRESENTATION_ID = derived(IdType.REPRESENTATION, "0001", "birds")
COLLECTION_ID = derived(IdType.COLLECTION, "0001", "nature")
DC = "http://purl.org/dc/elements/1.1/"


def record(**elements: str) -> SourceRecord:
    """A simple Dublin Core record of these elements, in this order."""
    from xml.sax.saxutils import escape

    lines = "".join(f"<dc:{name}>{escape(value)}</dc:{name}>" for name, value in elements.items())
    return SourceRecord(schema_=RecordSchema.DC, content=f'<dc xmlns:dc="{DC}">{lines}</dc>'.encode())


def bib(suppressed: bool = False, **elements: str) -> Bib:
    """A bib with a record of these elements."""
    source = record(**({"title": "Birds of the marsh"} | elements))
    description = metadata.describe(source)
    return Bib(mms_id=MMS_ID, description=description, record=source, fingerprint="f", suppressed=suppressed)


def representation(access_rights: str = "OPEN", label: str = "") -> Representation:
    """A representation of that bib."""
    return Representation(id=REPRESENTATION_ID, mms_id=MMS_ID, access_rights=access_rights, label=label)


def file(order: int, mime_type: str = "image/tiff", name: str = "", **technical: object) -> File:
    """A file of that representation; without ``technical`` its derivatives are pending."""
    return File(
        pid=derived(IdType.FILE, "0001", str(order)),
        mms_id=MMS_ID,
        representation_id=REPRESENTATION_ID,
        order=order,
        name=name or f"{order:04d}.tif",
        label=f"Page {order}",
        key=f"01ARM_INST/storage/{order}",
        size=1000,
        mime_type=mime_type,
        technical=Technical(mime_type=mime_type, **technical) if technical else Technical(),
    )


def image(order: int, *pages: tuple[int, int]) -> File:
    """An image whose pages have pyramids."""
    names = ("pyramid.tif", *(f"pyramid-{page}.tif" for page in range(2, len(pages) + 1)))
    made = tuple(DerivedFile(name=name, size=10) for name in (*names, "thumbnail.jpg"))
    first = {"width": pages[0][0], "height": pages[0][1]}
    return file(order, status=DerivativeStatus.DONE, pages=pages, derived=made, **first)


class OneTitle:
    """Answers like ``inventory.service``, and counts what it is asked for."""

    def __init__(self, bib: Bib, representation: Representation, files: list[File], children: int = 0) -> None:
        self.bib = bib
        self.representation = representation
        self.files = files
        self.children = children
        self.requests = 0

    def get_bib(self, mms_id: str) -> Bib:
        self.requests += 1
        if mms_id != self.bib.mms_id:
            raise NotFoundError(f"There is no bib {mms_id}")
        return self.bib

    def get_title(self, mms_id: str) -> Title:
        return Title(bib=self.get_bib(mms_id), representations=(self.representation,))

    def find_representation(self, representation_id: str) -> Representation:
        self.requests += 1
        if representation_id != self.representation.id:
            raise NotFoundError(f"There is no representation {representation_id}")
        return self.representation

    def list_files(self, mms_id: str, representation_id: str, limit: int = 100, token: str | None = None) -> Page[File]:
        self.requests += 1
        start = int(token or 0)
        end = start + limit
        following = str(end) if end < len(self.files) else None
        return Page[File](items=tuple(self.files[start:end]), next_token=following, total=len(self.files))

    def get_collection(self, collection_id: str) -> Collection:
        return Collection(id=collection_id, mms_id=MMS_ID, name="Nature", description="Birds & <beasts>")

    def list_collections(
        self, parent_id: str | None = None, limit: int = 100, token: str | None = None
    ) -> Page[Collection]:
        names = (f"Part {number}" for number in range(self.children))
        items = (Collection(id=derived(IdType.COLLECTION, "0001", name), mms_id=MMS_ID, name=name) for name in names)
        return Page[Collection](items=tuple(items))

    def list_bibs_in_collection(self, collection_id: str, limit: int = 50, token: str | None = None) -> Page[Bib]:
        return Page[Bib](items=(self.bib,), next_token=None if token else "next", total=2)
