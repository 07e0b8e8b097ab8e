"""Forms as people fill them in: what was typed stays, and what is wrong with it stands beside the field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pydantic import ValidationError

from armarium.platform.errors import InvalidInputError
from functions.web.exchange import Request

VERSION = "version"


@dataclass
class Form:
    """The state of one form: values by field name (as typed), and problems by field name.

    A problem under ``""`` concerns the form as a whole. Templates draw it with the macros of ``forms.html``.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    def refuse(self, name: str, problem: str) -> None:
        """Put a problem beside a field; the first one stays."""
        self.problems.setdefault(name, problem)

    def refuse_all(self, error: ValidationError, names: Iterable[str] = ()) -> None:
        """Put what pydantic found beside the fields it names; what is not among ``names`` goes to the whole form."""
        known = set(names) or self.values.keys()
        for each in error.errors():
            name = str(each["loc"][0]) if each["loc"] else ""
            if name in known:
                self.refuse(name, each["msg"])
            else:
                self.refuse("", f"{name}: {each['msg']}" if name else each["msg"])

    @property
    def status(self) -> int:
        """The status of the answer that shows this form."""
        return 422 if self.problems else 200


def seen_version(request: Request) -> int:
    """The version that a form was made from. Raises InvalidInputError for a form without one."""
    stated = request.form.get(VERSION, "")
    if not stated.isdecimal() or len(stated) > 9:
        raise InvalidInputError("The form does not say which version it changes: open it again.")
    return int(stated)
