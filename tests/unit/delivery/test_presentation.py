"""IIIF manifests and collections."""

from __future__ import annotations

import html
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armarium.access.errors import DeniedError, SignInNeededError
from armarium.accounts.model import ANONYMOUS, Principal, PrincipalKind, Role
from armarium.delivery import presentation
from armarium.inventory.model import DerivativeStatus, DerivedFile
from armarium.metadata.display import LABELS
from armarium.platform.errors import NotFoundError
from tests.unit.delivery.titles import (
    COLLECTION_ID,
    MMS_ID,
    REPRESENTATION_ID,
    OneTitle,
    bib,
    file,
    image,
    representation,
)

Write = Callable[..., dict[str, Any]]
NOW = datetime(2026, 11, 21, tzinfo=UTC)
BASE = "https://library.example"
PATRON = Principal(id="p", name="P", roles=frozenset({Role.PATRON}), kind=PrincipalKind.USER)
CATALOGUER = Principal(id="c", name="C", roles=frozenset({Role.CATALOGUER}), kind=PrincipalKind.USER)


def body(canvas: dict[str, Any]) -> dict[str, Any]:
    painted: dict[str, Any] = canvas["items"][0]["items"][0]["body"]
    return painted


def test_each_page_of_each_image_has_a_canvas_of_its_size(write: Write) -> None:
    canvases = write(image(1, (3000, 4000)), image(2, (100, 200), (300, 400)))["items"]
    assert [(canvas["width"], canvas["height"]) for canvas in canvases] == [(3000, 4000), (100, 200), (300, 400)]
    assert [canvas["label"]["none"] for canvas in canvases] == [["Page 1"], ["Page 2 (1/2)"], ["Page 2 (2/2)"]]


def test_each_canvas_names_the_image_service_of_its_page(write: Write) -> None:
    two_pages = image(2, (100, 200), (300, 400))
    services = [body(canvas)["service"][0]["id"] for canvas in write(two_pages)["items"]]
    assert services == [f"{BASE}/iiif/3/{two_pages.pid}", f"{BASE}/iiif/3/{two_pages.pid}-2"]


def test_ids_of_canvases_and_annotations_are_unique(write: Write) -> None:
    canvases = write(image(1, (10, 10)), image(2, (10, 10), (10, 10)))["items"]
    annotations = [canvas["items"][0]["items"][0] for canvas in canvases]
    assert len({canvas["id"] for canvas in canvases}) == 3
    assert len({annotation["id"] for annotation in annotations}) == 3
    assert [annotation["target"] for annotation in annotations] == [canvas["id"] for canvas in canvases]


def test_a_sound_has_a_duration_and_no_size(write: Write) -> None:
    (canvas,) = write(file(1, "audio/mpeg", duration=61.5))["items"]
    assert canvas["duration"] == body(canvas)["duration"] == 61.5
    assert body(canvas)["type"] == "Sound"
    assert "width" not in canvas


def test_a_film_has_a_duration_and_a_size(write: Write) -> None:
    (canvas,) = write(file(1, "video/mp4", duration=9.0, width=640, height=480))["items"]
    assert body(canvas)["type"] == "Video"
    assert (canvas["width"], canvas["height"], canvas["duration"]) == (640, 480, 9.0)


def test_a_pdf_is_shown_by_its_thumbnail_and_linked_to_be_read(write: Write) -> None:
    thumbnail = DerivedFile(name="thumbnail.jpg", size=1, width=283, height=400)
    paper = file(1, "application/pdf", "paper.pdf", status=DerivativeStatus.DONE, derived=(thumbnail,))
    (canvas,) = write(paper)["items"]
    assert (canvas["width"], canvas["height"]) == (283, 400)
    assert body(canvas)["id"].endswith(paper.pid)
    (link,) = canvas["rendering"]
    assert (link["format"], link["id"]) == ("application/pdf", f"{BASE}/view/file/{paper.pid}")


@pytest.mark.parametrize("status", [DerivativeStatus.PENDING, DerivativeStatus.FAILED])
def test_a_file_without_derivatives_has_a_stand_in_and_blocks_nothing(write: Write, status: DerivativeStatus) -> None:
    broken, good = file(1, status=status, width=10, height=10), image(2, (30, 40))
    stand_in, canvas = write(broken, good)["items"]
    assert "service" not in body(stand_in)
    assert body(canvas)["service"]


def test_a_representation_without_files_has_no_manifest_yet(write: Write) -> None:
    with pytest.raises(NotFoundError):
        write()


@pytest.mark.parametrize(("principal", "error"), [(ANONYMOUS, SignInNeededError), (PATRON, DeniedError)])
def test_a_restricted_representation_has_no_manifest_for_outsiders(
    write: Write, principal: Principal, error: type[Exception]
) -> None:
    with pytest.raises(error):
        write(image(1, (10, 10)), under=representation("RESTRICTED"), principal=principal)


def test_staff_get_the_manifest_of_what_is_restricted(write: Write) -> None:
    restricted = representation("RESTRICTED")
    assert write(image(1, (10, 10)), under=restricted, principal=CATALOGUER)["items"]


def test_a_suppressed_title_has_no_manifest_for_the_public(write: Write) -> None:
    with pytest.raises(NotFoundError):
        write(image(1, (10, 10)), of=bib(suppressed=True))


def test_a_title_is_known_by_its_mms_id_too(write: Write) -> None:
    by_title = write(image(1, (10, 10)), identifier=MMS_ID)
    assert by_title["id"] == f"{BASE}/iiif/presentation/3/{REPRESENTATION_ID}/manifest"


def test_nothing_in_a_manifest_expires(write: Write) -> None:
    text = json.dumps(write(image(1, (10, 10)), file(2, "audio/mpeg", duration=1.0)))
    assert "Signature" not in text
    assert "Expires" not in text


@given(st.text(alphabet=st.characters(exclude_categories=("Cs",))))
def test_no_text_becomes_markup_and_none_is_changed(text: str) -> None:
    written = presentation.as_markup(text)
    if written == text:
        assert not set("<>&") & set(text)
    else:
        inner = written.removeprefix("<span>").removesuffix("</span>")
        assert "<" not in inner
        assert html.unescape(inner) == text


def test_markup_in_a_record_is_shown_as_text(write: Write) -> None:
    hostile = bib(title="<script>alert(1)</script>", description="<img src=x onerror=alert(1)>", rights="<b>mine</b>")
    written = write(image(1, (10, 10)), of=hostile)
    rendered_as_html = json.dumps([written["metadata"], written["summary"], written["requiredStatement"]])
    for tag in ("<script", "<img", "<b>"):
        assert tag not in rendered_as_html
    assert written["label"]["none"] == ["<script>alert(1)</script>"]  # labels are plain text by definition


@pytest.mark.parametrize(
    ("said", "uri"),
    [
        ("https://creativecommons.org/licenses/by/4.0/", "http://creativecommons.org/licenses/by/4.0/"),
        ("http://rightsstatements.org/vocab/InC/1.0/", "http://rightsstatements.org/vocab/InC/1.0/"),
        ("https://creativecommons.org.evil.example/licenses/by/4.0/", None),
        ("All rights reserved", None),
    ],
)
def test_a_licence_becomes_the_rights_of_the_manifest(write: Write, said: str, uri: str | None) -> None:
    written = write(image(1, (10, 10)), of=bib(rights=said))
    assert written.get("rights") == uri
    assert written["requiredStatement"]["value"]["none"] == [said]


def test_a_hebrew_book_opens_from_the_right(write: Write) -> None:
    assert write(image(1, (10, 10)), of=bib(language="heb"))["viewingDirection"] == "right-to-left"
    assert "viewingDirection" not in write(image(1, (10, 10)), of=bib(language="eng"))


def test_every_label_has_a_name_in_every_language() -> None:
    for language, words in presentation.label_catalogues().items():
        assert set(words) == {*LABELS, "next_page"}, language


def test_five_thousand_files_take_a_handful_of_requests_and_no_image(monkeypatch: pytest.MonkeyPatch) -> None:
    inventory = OneTitle(bib(), representation(), [image(order, (4000, 6000)) for order in range(1, 5001)])
    monkeypatch.setattr(presentation, "inventory", inventory)
    begun = time.perf_counter()
    written = presentation.manifest(REPRESENTATION_ID, ANONYMOUS, BASE, NOW)
    assert len(written["items"]) == 5000
    assert inventory.requests <= 2 + 5
    assert time.perf_counter() - begun < 5


def test_a_collection_lists_its_parts_its_titles_and_its_next_page(monkeypatch: pytest.MonkeyPatch) -> None:
    inventory = OneTitle(bib(), representation(), [], children=2)
    monkeypatch.setattr(presentation, "inventory", inventory)
    first = presentation.collection(COLLECTION_ID, ANONYMOUS, BASE)
    assert [item["type"] for item in first["items"]] == ["Collection", "Collection", "Manifest", "Collection"]
    assert first["items"][-1]["id"] == f"{first['id']}?page=next"
    last = presentation.collection(COLLECTION_ID, ANONYMOUS, BASE, token="next")
    assert [item["type"] for item in last["items"]] == ["Manifest"]


def test_a_collection_does_not_name_suppressed_titles_to_the_public(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presentation, "inventory", OneTitle(bib(suppressed=True), representation(), []))
    assert presentation.collection(COLLECTION_ID, ANONYMOUS, BASE, token="next")["items"] == []
    assert len(presentation.collection(COLLECTION_ID, CATALOGUER, BASE, token="next")["items"]) == 1
