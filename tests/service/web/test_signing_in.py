"""Signing in and out, as a browser does."""

from __future__ import annotations

import re

import pytest

from armarium.accounts import service as accounts
from tests.service.web.conftest import Answer, Browser

pytestmark = pytest.mark.usefixtures("pool")


WREN = ("wren", "Nest-of-twigs-7")


def sign_in(browser: Browser, username: str = WREN[0], password: str = WREN[1], back: str = "/") -> Answer:
    page = f"/sign-in?return={back}"
    return browser.post("/sign-in", page, username=username, password=password)


def test_signing_in_leads_back_to_where_one_wanted_to_go() -> None:
    browser = Browser()
    wanted = browser.get("/staff/jobs?page=x")
    assert (wanted.status, wanted.headers["Location"]) == (303, "/sign-in?return=%2Fstaff%2Fjobs%3Fpage%3Dx")
    answer = sign_in(browser, back="%2Fstaff%2Fjobs")
    assert (answer.status, answer.headers["Location"]) == (303, "/staff/jobs")
    assert browser.get("/staff/jobs").status == 200


@pytest.mark.parametrize("back", ["https://evil.example", "//evil.example", "%2F%5Cevil.example"])
def test_signing_in_never_leads_to_another_site(back: str) -> None:
    assert sign_in(Browser(), back=back).headers["Location"] == "/"


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites() -> None:
    (line,) = [each for each in sign_in(Browser()).cookies if each.startswith(accounts.session_cookie_name())]
    for word in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/"):
        assert word in line


@pytest.mark.parametrize(
    ("username", "password"), [("wren", "wrong"), ("nobody", "Nest-of-twigs-8"), ("finch", "wrong")]
)
def test_a_failed_sign_in_says_the_same_to_everybody(username: str, password: str) -> None:
    browser = Browser()
    answer = sign_in(browser, username, password)
    (words,) = re.findall(r'role="alert">([^<]+)<', answer.text)
    assert answer.status == 401
    assert words == "Signing in did not work. Check the name and the password, or try again in some minutes."
    assert password not in answer.text
    assert not browser.cookies.get(accounts.session_cookie_name())


def test_a_form_from_another_site_signs_nobody_in() -> None:
    answer = Browser().send("/sign-in", username="wren", password="Nest-of-twigs-7", csrf_token="guessed")
    assert answer.status == 403


def test_a_session_that_somebody_put_into_the_browser_is_not_the_one_that_signing_in_opens() -> None:
    planted, name = Browser(), accounts.session_cookie_name()
    sign_in(planted)
    browser = Browser(dict(planted.cookies))
    sign_in(browser)
    assert browser.cookies[name] != planted.cookies[name]
    assert planted.get("/staff/jobs").status == 303
    assert browser.get("/staff/jobs").status == 200
    unknown = Browser({name: "chosen-by-somebody-else"})
    sign_in(unknown)
    assert unknown.cookies[name] != "chosen-by-somebody-else"


def test_signing_out_ends_the_session_for_every_copy_of_its_cookie() -> None:
    browser = Browser()
    sign_in(browser)
    copy = Browser(dict(browser.cookies))
    assert browser.post("/sign-out", "/collections").headers["Location"] == "/"
    assert copy.get("/staff/jobs").status == 303


def test_another_page_of_the_web_cannot_sign_somebody_out() -> None:
    browser = Browser()
    sign_in(browser)
    assert browser.get("/sign-out").status == 404
    assert browser.send("/sign-out").status == 403
    assert browser.get("/staff/jobs").status == 200


def test_an_invited_person_chooses_a_password_first() -> None:
    browser = Browser()
    page = sign_in(browser, "finch", "First-night-9", back="%2Fcollections")
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))
    assert not browser.cookies.get(accounts.session_cookie_name())

    differing = browser.send("/sign-in/new-password", **hidden, password="Seeds-and-song-4", password_again="Seeds")
    assert (differing.status, "The two passwords differ" in differing.text) == (400, True)

    both = {"password": "Seeds-and-song-4", "password_again": "Seeds-and-song-4"}
    answer = browser.send("/sign-in/new-password", **hidden, **both)
    assert (answer.status, answer.headers["Location"]) == (303, "/collections")
    assert browser.get("/staff/jobs").status == 403  # a patron


def test_a_made_up_challenge_leads_back_to_the_form() -> None:
    browser = Browser()
    both = {"password": "Seeds-and-song-4", "password_again": "Seeds-and-song-4"}
    answer = browser.post("/sign-in/new-password", "/sign-in", username="wren", challenge="made up", **both)
    assert answer.status == 401
    assert not browser.cookies.get(accounts.session_cookie_name())
