"""PDF, sound and video; and files that nothing is made of."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image

from armarium.inventory.model import DerivativeStatus
from tests.service.derivatives import samples
from tests.service.derivatives.shelf import LIMITS, Shelf, real

DONE, FAILED = DerivativeStatus.DONE, DerivativeStatus.FAILED


def test_a_pdf_gives_its_pages_text_and_a_thumbnail(shelf: Shelf) -> None:
    file = shelf.derive(shelf.file("thesis.pdf", samples.pdf("Introduction", "Conclusion")))
    technical = file.technical
    assert (technical.status, technical.reason, technical.page_count, technical.text_length) == (DONE, None, 2, 22)
    assert shelf.derivative(file, "text.txt").decode() == "Introduction\fConclusion"
    assert Image.open(io.BytesIO(shelf.derivative(file, "thumbnail.jpg"))).size == (300, 400)
    assert technical.details["page_sizes"] == {"300 × 400 pt": 2}
    assert technical.pages == ()


def test_a_pdf_without_text_has_no_text_file(shelf: Shelf) -> None:
    file = shelf.derive(shelf.file("scan.pdf", samples.pdf("")))
    assert (file.technical.status, file.technical.text_length) == (DONE, 0)
    assert shelf.names(file) == {"thumbnail.jpg"}


def test_an_encrypted_pdf_is_marked_with_the_reason(shelf: Shelf) -> None:
    content = samples.locked_pdf()
    file = shelf.derive(shelf.file("locked.pdf", content))
    assert file.technical.status is FAILED
    assert file.technical.reason == "the PDF is encrypted: it opens only with a password"
    assert file.technical.mime_type == "application/pdf"


def test_a_pdf_that_forbids_copying_is_read_and_says_so(shelf: Shelf) -> None:
    file = shelf.derive(shelf.file("nocopy.pdf", real("encryption_nocopy.pdf")))
    assert (file.technical.status, file.technical.text_length) == (DONE, 231)
    assert file.technical.details["copying"] == "forbidden by the PDF's author"


def test_text_beyond_the_limit_is_cut_and_said_to_be(shelf: Shelf) -> None:
    file = shelf.derive(
        shelf.file("long.pdf", samples.pdf("Introduction", "Conclusion")), replace(LIMITS, text_characters=5)
    )
    assert (file.technical.status, file.technical.text_length) == (DONE, 5)
    assert "longer than 5 characters" in (file.technical.reason or "")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("cut.pdf", samples.pdf("Introduction")[:60], "cut off or damaged"),
        ("no.pdf", b"%PDF-1.4\n", "cut off or damaged"),
        ("pages.pdf", samples.nested_pdf(), "at most 10000 are processed"),
        ("empty.pdf", samples.pdf(), "cut off or damaged"),
        ("nothing.tif", b"", "the file is empty"),
        ("cut.flac", b"fLaC" + bytes(10), "no sound and no pictures"),
    ],
)
def test_a_broken_file_is_marked_with_the_reason(shelf: Shelf, name: str, content: bytes, reason: str) -> None:
    file = shelf.derive(shelf.file(name, content))
    assert file.technical.status is FAILED
    assert reason in (file.technical.reason or "")
    assert shelf.names(file) == set()


def test_a_page_of_absurd_size_does_not_exhaust_memory(shelf: Shelf) -> None:
    file = shelf.derive(shelf.file("wide.pdf", samples.pdf("far", size="0 0 14400000 1")))
    assert file.technical.status is DONE


def test_sound_has_a_duration(shelf: Shelf) -> None:
    technical = shelf.derive(shelf.file("interview.wav", samples.sound(2.5))).technical
    assert (technical.status, technical.duration, technical.mime_type) == (DONE, 2.5, "audio/x-wav")
    assert technical.details["audio_codec"] == "PCM"


def test_a_video_has_a_duration_a_size_and_a_poster(shelf: Shelf) -> None:
    av = pytest.importorskip("av", reason="video decoding is not installed")
    file = shelf.derive(shelf.file("film.mp4", samples.video(av)))
    technical = file.technical
    assert (technical.status, technical.width, technical.height, technical.duration) == (DONE, 320, 180, 3.0)
    assert Image.open(io.BytesIO(shelf.derivative(file, "poster.jpg"))).size == (320, 180)
    assert shelf.names(file) == {"poster.jpg", "thumbnail.jpg"}


SVG = b'<?xml version="1.0"?><svg version="1.1" xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'


@pytest.mark.parametrize(
    ("name", "content", "pronom"),
    [
        ("note.txt", b"Dear reader,\n" * 9, "x-fmt/111"),
        ("bomb.pdf", samples.zip_bomb(), "x-fmt/263"),
        ("page.svg", SVG, "fmt/92"),
    ],
)
def test_other_formats_are_identified_and_nothing_is_made_of_them(
    shelf: Shelf, name: str, content: bytes, pronom: str
) -> None:
    file = shelf.derive(shelf.file(name, content))
    assert (file.technical.status, file.technical.reason, file.technical.pronom) == (DONE, None, pronom)
    assert file.technical.details["preview"] == "no preview for this format"
    assert shelf.names(file) == set()


@pytest.mark.parametrize(("name", "pages", "characters"), [("160721.pdf", 1, 2992), ("hello_world.pdf", 1, 16)])
def test_a_real_pdf_is_derived_from(shelf: Shelf, name: str, pages: int, characters: int) -> None:
    technical = shelf.derive(shelf.file(name, real(name))).technical
    assert (technical.status, technical.page_count, technical.text_length) == (DONE, pages, characters)
