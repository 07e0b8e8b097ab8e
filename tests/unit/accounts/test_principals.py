"""Roles, cookies and secrets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armarium.accounts import service
from armarium.accounts.model import Role, roles_of, same_secret


def test_groups_that_are_no_roles_give_no_roles() -> None:
    assert roles_of(["Cataloguer", "friends-of-the-library", ""]) == {Role.CATALOGUER}


@given(st.text())
def test_an_empty_secret_equals_nothing(given_secret: str) -> None:
    assert not same_secret("", given_secret)


@given(st.text(min_size=1), st.text())
def test_secrets_are_equal_only_to_themselves(secret: str, other: str) -> None:
    assert same_secret(secret, other) == (secret == other)


@given(st.text())
def test_no_cookie_header_breaks_the_reading_of_cookies(header: str) -> None:
    assert service.cookie({"cookie": header}, "never set") is None


@pytest.mark.parametrize("header", ["a=1; s=x", "odd cookie; s=x", "s=x; s=y", ' b="q;" ; s=x'])
def test_a_cookie_is_found_among_those_of_other_programs(header: str) -> None:
    assert service.cookie({"Cookie": header}, "s") == "x"
