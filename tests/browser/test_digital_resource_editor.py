"""The digital resource editor as a cataloguer works with it: uploads that break and go on, order by keyboard."""

from __future__ import annotations

import hashlib
import io
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, Route, expect

from tests.browser.test_pages_for_everybody import check, faults, too_wide

MEBIBYTE = 1024**2
DC = '<record xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title></record>'
Api = Callable[..., dict[str, Any]]


@pytest.fixture
def api(outputs: dict[str, Any]) -> Api:
    """Asks the REST API with the administrator's key."""
    headers = {"Authorization": f"apikey {outputs['api_keys']['admin']}", "Accept": "application/json"}

    def ask(method: str, path: str, body: Any = None) -> dict[str, Any]:
        answer = requests.request(method, outputs["api_url"] + path, json=body, headers=headers, timeout=60)
        assert answer.ok, answer.text
        content: dict[str, Any] = answer.json() if answer.content else {}
        return content

    return ask


@pytest.fixture
def representation(api: Api, outputs: dict[str, Any]) -> str:
    """The API's path of an empty representation under a new title."""
    title = f"Edited {time.time_ns()}"
    bib = api("POST", "/bibs", {"anies": [DC.format(title=title)], "collection": [{"pid": outputs["collection"]}]})
    body = {"library": {"value": "MAIN"}, "usage_type": {"value": "PRESERVATION_MASTER"}, "label": title}
    made = api("POST", f"/bibs/{bib['mms_id']}/representations", body)
    return f"/bibs/{bib['mms_id']}/representations/{made['id']}"


def address(representation: str) -> str:
    return "/staff" + representation.replace("/bibs/", "/titles/")


def add(api: Api, representation: str, *names: str) -> list[str]:
    """Uploads small pictures; their pids."""
    from PIL import Image

    pids = []
    for number, name in enumerate(names):
        drawn = io.BytesIO()
        Image.new("RGB", (60, 80), (40 * number % 255, 80, 120)).save(drawn, "PNG")
        content = drawn.getvalue()
        body = {"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        path = f"{representation}/uploads/{api('POST', f'{representation}/uploads', body)['id']}"
        (part,) = api("POST", f"{path}?op=links")["part"]
        assert requests.put(part["url"], data=content, timeout=30).ok
        pids.append(api("POST", f"{path}?op=finish")["representation_file"]["pid"])
    return pids


def until(holds: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Waits for something to hold; not for ever."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"in {seconds} seconds it never came to this: {what}"
        time.sleep(0.1)


def labels(page: Page) -> list[str]:
    return page.locator(".file-label").all_inner_texts()


def in_storage(api: Api, representation: str) -> list[str]:
    return [each["label"] for each in api("GET", f"{representation}/files?limit=100")["representation_file"]]


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """Thirty megabytes: four parts."""
    path = tmp_path / "scan.bin"
    path.write_bytes(os.urandom(30_000_000))
    return path


def test_an_upload_that_breaks_off_goes_on_with_the_parts_that_are_missing(
    as_cataloguer: Page, api: Api, representation: str, scan: Path
) -> None:
    page = as_cataloguer
    sent: list[str] = []
    broken = True

    def part(route: Route) -> None:
        number = re.search(r"partNumber=(\d+)", route.request.url)
        if route.request.method != "PUT" or not number:
            route.continue_()
        elif broken and number[1] in ("3", "4"):
            route.abort("connectionreset")
        else:
            sent.append(number[1])
            route.continue_()

    page.route(re.compile(r"partNumber="), part)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(address(representation))
    page.locator("#file-input").set_input_files(scan)
    expect(page.locator("#upload-state")).to_have_text("Uploading:")
    until(lambda: float(page.locator("#upload-bar").evaluate("bar => bar.value")) > 55, "two of four parts are sent")
    assert sorted(sent) == ["1", "2"]

    broken = False
    sent.clear()
    page.reload()
    page.locator("#file-input").set_input_files(scan)
    expect(page.locator(".file")).to_have_count(1, timeout=60_000)
    assert sorted(sent) == ["3", "4"]
    (file,) = api("GET", f"{representation}/files")["representation_file"]
    assert file["sha256"] == hashlib.sha256(scan.read_bytes()).hexdigest()
    page.locator("#dismiss").click()

    page.locator("#file-input").set_input_files(scan)
    expect(page.locator("#upload-sum")).to_contain_text("1 were here already", timeout=60_000)
    expect(page.locator(".file")).to_have_count(1)


def test_an_upload_pauses_and_goes_on_and_files_come_in_the_order_of_their_names(
    as_cataloguer: Page, api: Api, representation: str, tmp_path: Path
) -> None:
    page = as_cataloguer
    paths = []
    for name in ("page 10.bin", "page 9.bin", "page 1.bin"):
        path = tmp_path / name
        path.write_bytes(os.urandom(3 * MEBIBYTE))
        paths.append(path)
    page.goto(address(representation))
    page.locator("#file-input").set_input_files([*paths, tmp_path / "page 1.bin"])
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#upload-state")).to_have_text("Paused:")
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(".file")).to_have_count(3, timeout=60_000)
    assert labels(page) == ["page 1", "page 9", "page 10"]


def test_an_empty_file_is_refused_in_words_and_the_others_are_uploaded(
    as_cataloguer: Page, api: Api, representation: str, tmp_path: Path
) -> None:
    page = as_cataloguer
    (tmp_path / "a.bin").write_bytes(b"")
    (tmp_path / "b.bin").write_bytes(b"content")
    page.goto(address(representation))
    page.locator("#file-input").set_input_files([tmp_path / "a.bin", tmp_path / "b.bin"])
    expect(page.locator("#failed-list")).to_contain_text("The file is empty")
    expect(page.locator(".file")).to_have_count(1)
    expect(page.get_by_role("button", name="Try these again")).to_be_visible()


def test_files_are_put_in_order_by_keyboard_and_by_drag(as_cataloguer: Page, api: Api, representation: str) -> None:
    page = as_cataloguer
    add(api, representation, "a.png", "b.png", "c.png", "d.png")
    page.goto(address(representation))
    page.get_by_role("button", name="Move d", exact=True).focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#live")).to_have_text("d: place 2")
    page.keyboard.press("Escape")
    assert labels(page) == ["a", "b", "c", "d"]
    page.keyboard.press("Space")
    for _ in range(3):
        page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    expect(page.locator("#live")).to_have_text("d is at place 1 now.")
    assert in_storage(api, representation) == ["d", "a", "b", "c"]
    expect(page.get_by_role("button", name="Move d", exact=True)).to_be_focused()

    handle = page.get_by_role("button", name="Move d", exact=True).bounding_box()
    target = page.locator(".file").nth(2).bounding_box()
    assert handle
    assert target
    page.mouse.move(handle["x"] + 5, handle["y"] + 5)
    page.mouse.down()
    page.mouse.move(handle["x"] + 5, target["y"] + target["height"] - 8, steps=12)
    page.mouse.up()
    expect(page.locator("#live")).to_have_text("d is at place 3 now.")
    assert in_storage(api, representation) == ["a", "b", "d", "c"]


def test_a_file_is_renamed_in_place_and_its_menu_works_by_keyboard(
    as_cataloguer: Page, api: Api, representation: str
) -> None:
    page = as_cataloguer
    _, b = add(api, representation, "a.png", "b.png")
    page.goto(address(representation))
    page.get_by_role("button", name="Rename b").click()
    page.keyboard.type("never mind")
    page.keyboard.press("Escape")
    assert labels(page) == ["a", "b"]
    page.get_by_role("button", name="Rename b").press("Enter")
    page.keyboard.type("Back cover")
    page.keyboard.press("Enter")
    expect(page.locator(".file-label").nth(1)).to_have_text("Back cover")
    assert in_storage(api, representation) == ["a", "Back cover"]

    page.locator(f"#file-{b} [data-menu]").press("Enter")
    expect(page.get_by_role("menuitem", name="Rename")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(f"#file-{b} [data-menu]")).to_be_focused()
    page.locator(f"#file-{b} [data-menu]").click()
    page.get_by_role("menuitem", name="Move to the beginning").click()
    expect(page.locator("#live")).to_have_text("Back cover is at place 1 now.")
    page.locator(f"#file-{b} [data-menu]").click()
    page.get_by_role("menuitem", name="Use as thumbnail").click()
    expect(page.locator(f"#file-{b} [data-thumbnail]")).to_be_visible()
    assert api("GET", representation)["thumbnail"] == b


def test_a_rename_that_somebody_else_overtook_is_not_saved(as_cataloguer: Page, api: Api, representation: str) -> None:
    page = as_cataloguer
    (a,) = add(api, representation, "a.png")
    page.goto(address(representation))
    api("PATCH", f"{representation}/files/{a}", {"label": "Theirs"})
    page.get_by_role("button", name="Rename a").click()
    page.keyboard.type("Mine")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("Somebody else changed this file")
    expect(page.locator(".file-label")).to_have_text("Theirs")


def test_a_deleted_file_and_a_replaced_one_come_back_from_the_history(
    as_cataloguer: Page, api: Api, representation: str, tmp_path: Path
) -> None:
    page = as_cataloguer
    a, b = add(api, representation, "a.png", "b.png")
    before = api("GET", f"{representation}/files/{a}")["sha256"]
    page.goto(address(representation))
    (tmp_path / "new.bin").write_bytes(b"another content")
    page.locator(f"#file-{a} [data-menu]").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("menuitem", name="Replace by another file").click()
    chooser.value.set_files(tmp_path / "new.bin")
    expect(page.locator(f"#file-{a} .file-name")).to_have_text("new.bin", timeout=60_000)
    assert labels(page) == ["a", "b"]

    page.locator(f"#file-{b} .file-tick").check()
    page.get_by_role("button", name="Delete…").click()
    page.get_by_role("button", name="Yes, delete").click()
    expect(page.locator(".done")).to_contain_text("The files are deleted")
    assert in_storage(api, representation) == ["a"]

    history = f"{address(representation)}/history"
    for line in ("File deleted:", "Content replaced:"):
        page.goto(history)
        until(lambda line=line: page.reload() and page.locator(".change", has_text=line).count() > 0, line)  # type: ignore[misc]
        page.locator(".change", has_text=line).get_by_role("link", name="Put back").click()
        page.get_by_role("button", name="Yes, put it back").click()
        expect(page.locator(".done")).to_contain_text("It is put back")
    assert in_storage(api, representation) == ["a", "b"]
    assert api("GET", f"{representation}/files/{a}")["sha256"] == before


def test_properties_that_somebody_changed_meanwhile_are_not_overwritten_unseen(
    as_cataloguer: Page, api: Api, representation: str
) -> None:
    page = as_cataloguer
    page.goto(f"{address(representation)}/properties")
    api("PATCH", representation, {"public_note": "Theirs"})
    page.get_by_label("Label").fill("Mine")
    page.get_by_role("button", name="Save properties").click()
    expect(page.get_by_role("alert")).to_contain_text("Theirs")
    expect(page.get_by_label("Label")).to_have_value("Mine")
    page.get_by_role("button", name="Save properties").click()
    expect(page.locator(".done")).to_contain_text("The properties are saved")
    assert api("GET", representation)["label"] == "Mine"


def test_the_essentials_work_without_script(
    page: Page, outputs: dict[str, Any], api: Api, representation: str, chromium: Any
) -> None:
    from tests.browser.conftest import sign_in

    a, _, c = add(api, representation, "a.png", "b.png", "c.png")
    context = chromium.new_context(base_url=outputs["base_url"], locale="en-GB", java_script_enabled=False)
    plain = context.new_page()
    sign_in(plain, outputs["users"]["cataloguer"])
    plain.goto(address(representation))
    expect(plain.get_by_text("Uploading needs JavaScript")).to_be_visible()
    plain.get_by_label("Choose c", exact=True).check()
    plain.get_by_label("Move to place").fill("1")
    plain.get_by_role("button", name="Move", exact=True).click()
    expect(plain.locator(".done")).to_contain_text("The files stand at their new place")
    assert in_storage(api, representation) == ["c", "a", "b"]
    plain.get_by_role("link", name="a", exact=True).click()
    plain.get_by_label("Label").fill("Title page")
    plain.get_by_role("button", name="Save label").click()
    plain.get_by_role("button", name="Use as thumbnail").click()
    assert api("GET", representation)["thumbnail"] == a
    plain.goto(f"{address(representation)}/files/{c}")
    plain.get_by_role("button", name="Delete…").click()
    plain.get_by_role("button", name="Yes, delete").click()
    assert in_storage(api, representation) == ["Title page", "b"]
    context.close()


def test_every_page_of_the_editor_has_no_serious_fault_and_fits_a_telephone(
    as_cataloguer: Page, api: Api, representation: str
) -> None:
    a, _ = add(api, representation, "a.png", "b.png")
    here = address(representation)
    for path in (here, f"{here}/properties", f"{here}/history", f"{here}/files/{a}", f"{here}/delete"):
        check(as_cataloguer, path)
    as_cataloguer.goto(here)
    as_cataloguer.locator("[data-menu]").last.click()
    assert faults(as_cataloguer) == []
    assert too_wide(as_cataloguer) <= 0
