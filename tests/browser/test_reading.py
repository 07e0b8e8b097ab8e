"""From the index to the page of a book, and to the jobs that brought it in."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, Response


def is_tile(response: Response) -> bool:
    """A part of an image, from the Image API."""
    return "/iiif/3/" in response.url and "/default." in response.url and response.status == 200


def image_of(response: Response) -> str:
    """The identifier of the image that a response is a part of."""
    return response.url.split("/iiif/3/")[1].split("/")[0]


def test_a_reader_goes_from_the_collections_to_a_title(page: Page, outputs: dict[str, Any]) -> None:
    page.goto("/")
    page.locator(f"a[href='/collections/{outputs['collection']}']").click()
    page.locator("ul.cards a[href^='/titles/']").first.click()
    page.get_by_role("heading", name="Description").wait_for()


def test_the_thumbnails_of_a_title_are_pictures(page: Page, title_path: str) -> None:
    page.goto(title_path)
    widths = page.evaluate("[...document.querySelectorAll('ol.cards img')].map(image => image.naturalWidth)")
    assert widths
    assert min(widths) > 0


def test_mirador_shows_an_image_zooms_it_and_turns_the_page(page: Page, title_path: str) -> None:
    page.goto(title_path)
    first_file = page.locator("ol.cards a").first.get_attribute("href") or ""
    with page.expect_response(is_tile) as shown:
        page.goto(first_file)
    assert shown.value.headers["content-type"].startswith("image/")
    first_image = image_of(shown.value)
    zoom_in = page.get_by_role("button", name="Zoom in")
    with page.expect_response(lambda response: is_tile(response) and image_of(response) == first_image):
        for _ in range(6):
            zoom_in.click()
    with page.expect_response(lambda response: is_tile(response) and image_of(response) != first_image):
        page.get_by_role("button", name="Next item").click()


def test_the_manifest_of_a_title_is_at_the_link_that_the_page_gives(page: Page, title_path: str) -> None:
    page.goto(title_path)
    link = page.get_by_role("link", name="IIIF manifest").first.get_attribute("href") or ""
    manifest = page.request.get(link).json()
    assert manifest["id"] == link
    assert len(manifest["items"]) > 1


def test_a_file_is_downloaded_under_its_own_name(page: Page, title_path: str) -> None:
    page.goto(title_path)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").first.click()
    assert "." in download.value.suggested_filename
    assert download.value.path().stat().st_size > 0


def test_staff_see_the_account_of_a_job_and_are_asked_before_it_is_undone(as_cataloguer: Page) -> None:
    page = as_cataloguer
    page.goto("/staff/jobs")
    page.locator("tbody tr", has_text="Completed").first.get_by_role("link").click()
    rows = page.locator("table.counters").first.locator("td.number").all_inner_texts()
    *outcomes, total = (int(number) for number in rows)
    assert sum(outcomes) == total > 0
    with page.expect_download() as report:
        page.get_by_role("link", name="Download report").click()
    assert report.value.suggested_filename.endswith(".csv")
    undo = page.get_by_role("link", name="Undo this job")
    if undo.count():
        undo.click()
        page.get_by_role("button", name="Yes, undo it").wait_for()
