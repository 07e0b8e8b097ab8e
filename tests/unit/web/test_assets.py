"""Static files and their addresses."""

from __future__ import annotations

import json
import re
from pathlib import Path

import functions.web
from functions.web.assets import OWN, PACKAGES, address_of

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = Path(functions.web.__file__).parent / "templates"


def test_the_versions_in_addresses_are_those_that_are_installed() -> None:
    pinned = json.loads((ROOT / "package.json").read_text())["dependencies"]
    assert dict(PACKAGES.values()).items() <= pinned.items()


def test_every_static_file_of_a_template_exists() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES.glob("*.html"))
    names = {name for call in re.findall(r"static\((.*?)\)", text) for name in re.findall(r"'([^']+\.\w+)'", call)}
    assert names
    for name in names:
        assert name in PACKAGES or (OWN / name).is_file(), name


def test_a_changed_file_has_another_address() -> None:
    own, package = address_of("pages.css"), address_of("htmx/htmx.min.js")
    assert re.fullmatch(r"/static/pages\.css\?v=[0-9a-f]{12}", own)
    assert package == "/static/htmx/htmx.min.js?v=2.0.11"


def test_no_template_holds_a_script_or_a_style_of_its_own() -> None:
    for path in TEMPLATES.glob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), path.name
        assert not re.search(r"\s(style|on\w+)=", text), path.name
        assert "| safe" not in text, path.name
