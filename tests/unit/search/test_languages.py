"""One code for each language."""

from __future__ import annotations

import pytest

from armarium.search.languages import language


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ("en", "eng"),
        ("EN-gb", "eng"),
        ("eng", "eng"),
        ("fra", "fre"),
        ("deu", "ger"),
        ("de-CH-1996", "ger"),
        ("ara", "ara"),
        ("grc", "grc"),
        ("zxx", "zxx"),
        ("Old Norse", "Old Norse"),
        ("", ""),
    ],
)
def test_a_language_has_one_code_however_a_record_writes_it(stated: str, code: str) -> None:
    assert language(stated) == code
