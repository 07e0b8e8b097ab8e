"""The languages of the pages: catalogues of words, and which one a request wants."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from armarium.accounts.service import cookie
from armarium.delivery.presentation import label_catalogues
from functions.web.exchange import Request

DEFAULT = "en"
COOKIE = "armarium_language"
_FOLDER = Path(__file__).parent / "catalogues"
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "yi"})


@lru_cache(maxsize=1)
def catalogues() -> dict[str, dict[str, str]]:
    """Every catalogue by its language (BCP 47): the words of all its areas together."""
    return {folder.name: _words_of(folder) for folder in sorted(_FOLDER.iterdir()) if folder.is_dir()}


def _words_of(folder: Path) -> dict[str, str]:
    words: dict[str, str] = {}
    for path in sorted(folder.glob("*.json")):
        words |= json.loads(path.read_text(encoding="utf-8"))
    return words


def language_of(request: Request) -> str:
    """The language asked for by ``?lang=``, by the cookie of an earlier choice, or by the browser, in this order."""
    asked = (request.query.get("lang"), cookie(request.headers, COOKIE), *_accepted(request))
    return next((tag for tag in asked if tag in catalogues()), DEFAULT)


def direction_of(language: str) -> str:
    """``rtl`` or ``ltr``."""
    return "rtl" if language in _RIGHT_TO_LEFT else "ltr"


class Words:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._words = catalogues()[language]

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key with its values filled in. An unknown key is a mistake of ours: KeyError."""
        return self._words[key].format_map(values)

    def of(self, group: str, key: str) -> str:
        """The text of a key that comes from elsewhere (a status, a code); one without a text stands for itself."""
        return self._words.get(f"{group}.{key}", key.replace("_", " "))

    def pairs(self, group: str, keys: Iterable[str]) -> list[tuple[str, str]]:
        """Keys with their texts: the choices of a field."""
        return [(key, self.of(group, key)) for key in keys]

    def script(self, group: str) -> dict[str, str]:
        """The texts that a page gives to its script, by the last part of their keys."""
        return {key.removeprefix(f"{group}."): text for key, text in self._words.items() if key.startswith(f"{group}.")}

    def field(self, label: str) -> str:
        """The name of a metadata field."""
        return label_catalogues().get(self.language, {}).get(label, label.replace("_", " ").capitalize())


def _accepted(request: Request) -> list[str]:
    """The primary languages of Accept-Language, the best first (RFC 9110 §12.5.4)."""
    weighted = []
    for place, entry in enumerate(request.headers.get("accept-language", "")[:500].split(",")):
        tag, _, weight = entry.partition(";q=")
        try:
            weighted.append((-float(weight or 1), place, tag.strip().split("-")[0].lower()))
        except ValueError:
            continue
    return [tag for _, _, tag in sorted(weighted)]
