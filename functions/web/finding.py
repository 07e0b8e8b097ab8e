"""What the search pages of readers and of staff share: the question in an address, and the answer as it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from markupsafe import Markup, escape

from armarium.configuration import service as configuration
from armarium.configuration.model import Library
from armarium.inventory import service as inventory
from armarium.platform.errors import InvalidInputError
from armarium.search import fields as search_fields
from armarium.search import service as search
from armarium.search.model import FACETS, FacetCount, Hits, Snippet, Sort
from functions.web.exchange import Request
from functions.web.language import Words

SORTS = (Sort.RELEVANCE, Sort.TITLE, Sort.NEWEST_YEAR, Sort.YEAR, Sort.LAST_MODIFIED)
YES_OR_NO = ("suppressed", "remote")
SHOWN_AT_ONCE = 6
"""Values of a facet that stand there before one asks for more."""
_MOST_SHOWN = 40
_MOST_CHOSEN = 20
_LONGEST = 1_000  # characters
_SHORTEST_LIKE = 4  # letters of a word that others may be like


@dataclass(frozen=True)
class Question:
    """What the address of a search page asks."""

    path: str
    typed: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = ""
    token: str | None = None

    @classmethod
    def of(cls, request: Request) -> Question:
        """The question in a request: ``q``, a parameter for each facet, ``from`` and ``to`` for the years."""
        filters = {name: _chosen(request.query_list(name)) for name in search.narrowing()}
        years = [request.query.get(name, "").strip() for name in ("from", "to")]
        if any(years):
            filters["year"] = (years[0] if years[0] == years[1] else "-".join(years),)
        return cls(
            path=request.path,
            typed=request.query.get("q", "").strip()[:_LONGEST],
            filters={name: values for name, values in filters.items() if values},
            sort=request.query.get("sort", ""),
            token=request.query.get("page") or None,
        )

    @property
    def order(self) -> str:
        """The order asked for; without words nothing is more relevant than another, so by title."""
        return self.sort or (Sort.RELEVANCE if self.typed else Sort.TITLE).value

    @property
    def address(self) -> str:
        """The page that asks this."""
        said = urlencode(self.pairs())
        return f"{self.path}?{said}" if said else self.path

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters of the address."""
        chosen = ((name, value) for name, values in self.filters.items() for value in values)
        pairs = (("q", self.typed), *chosen, ("sort", self.sort), ("page", self.token or ""))
        return [(name, value) for name, value in pairs if value]

    def hidden(self, *without: str) -> list[tuple[str, str]]:
        """What a form of this page carries along: all but the page, and but what it asks for itself."""
        return [pair for pair in self.pairs() if pair[0] not in ("page", *without)]

    def turned_to(self, token: str | None) -> str:
        """The address of another page of the hits."""
        return replace(self, token=token).address

    def sorted_by(self, sort: str) -> str:
        """The address of the same in another order."""
        return replace(self, sort=sort, token=None).address

    def with_words(self, typed: str) -> str:
        """The address of other words, narrowed in the same way."""
        return replace(self, typed=typed, token=None).address

    def with_value(self, facet: str, value: str) -> str:
        """The address of this, narrowed further."""
        return self._with(facet, (*self.filters.get(facet, ()), value))

    def without_value(self, facet: str, value: str) -> str:
        """The address of this, narrowed less."""
        return self._with(facet, tuple(each for each in self.filters.get(facet, ()) if each != value))

    def without_filters(self) -> str:
        """The address of the words alone."""
        return replace(self, filters={}, token=None).address

    @property
    def kept(self) -> str:
        """As a set keeps it."""
        return search.kept(self.typed, self.filters)

    def _with(self, facet: str, values: tuple[str, ...]) -> str:
        filters = {name: each for name, each in (*self.filters.items(), (facet, values)) if name != facet}
        return replace(self, filters=filters | ({facet: values} if values else {}), token=None).address


@dataclass(frozen=True)
class Value:
    """A value that narrows, or does: what it is called, how many hits have it, and where a click leads."""

    words: str
    address: str
    count: int = 0
    facet: str = ""  # what the facet is called, for a value that stands alone


@dataclass(frozen=True)
class Group:
    """A facet with the values that one can choose."""

    facet: str
    words: str
    values: Sequence[Value]

    @property
    def at_once(self) -> Sequence[Value]:
        """Those that stand there."""
        return self.values[:SHOWN_AT_ONCE]

    @property
    def more(self) -> Sequence[Value]:
        """Those that one asks for."""
        return self.values[SHOWN_AT_ONCE:_MOST_SHOWN]


@dataclass
class Answer:
    """What a search page shows. ``problem``: why it could not be asked so."""

    question: Question
    hits: Hits = field(default_factory=lambda: Hits(items=(), total=0, facets={}))
    problem: str = ""
    chosen: Sequence[Value] = ()
    groups: Sequence[Group] = ()
    likely: str = ""  # words that would find something, where these find nothing

    @property
    def status(self) -> int:
        """Of the page."""
        return 400 if self.problem else 200


def answer(request: Request, facets: Sequence[str], limit: int) -> Answer:
    """The answer to the question of a request, with these facets counted besides those of configured fields."""
    question = Question.of(request)
    names = _Names(Words(request.language))
    own = [each.code for each in search_fields.known() if each.facet]
    made = Answer(question)
    try:
        made.hits = _hits(request, question, [*facets, *own], limit)
    except InvalidInputError as error:
        made.problem = error.message
        made.chosen = names.chosen(question)
        return made
    names.learn(question.filters, made.hits.facets)
    made.chosen = names.chosen(question)
    made.groups = [group for name in (*facets, *own) if (group := names.group(question, name, made.hits))]
    if not made.hits.total and not question.token:
        made.likely = _likely(request, question)
    return made


def highlighted(passage: Snippet) -> Markup:
    """A passage with the words that were asked for marked; all that the text itself says is text."""
    pieces, at = [], 0
    for start, end in passage.marks:
        pieces += [escape(passage.text[at:start]), Markup("<mark>{}</mark>").format(passage.text[start:end])]
        at = end
    return Markup("").join([*pieces, escape(passage.text[at:])])


def _hits(request: Request, question: Question, facets: Sequence[str], limit: int) -> Hits:
    asked = search.question(
        question.typed,
        filters=question.filters,
        sort=question.order,
        limit=limit,
        token=question.token,
        facets=facets,
    )
    return search.search(asked, request.principal, request.now)


def _likely(request: Request, question: Question) -> str:
    """The same words, each allowed to differ by a letter or two, where that finds something."""
    typed = " ".join(_like(word) for word in question.typed.split())
    if typed == question.typed:
        return ""
    return typed if _hits(request, replace(question, typed=typed), (), 1).total else ""


def _like(word: str) -> str:
    plain = word.isalpha() and word not in ("AND", "NOT")
    return f"{word}~{2 if len(word) > 2 * _SHORTEST_LIKE else 1}" if plain and len(word) >= _SHORTEST_LIKE else word


def _chosen(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value and len(value) <= _LONGEST))[:_MOST_CHOSEN]


class _Names:
    """What facets and their values are called."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._own = {each.code: each.name for each in search_fields.known()}
        self._collections: dict[str, str] = {}
        self._libraries: dict[str, str] = {}

    def learn(self, filters: Mapping[str, Sequence[str]], counts: Mapping[str, Sequence[FacetCount]]) -> None:
        """Look up the names of the collections and libraries that are shown: a request for each kind."""
        shown = [*filters.get("collection", ()), *(each.value for each in counts.get("collection", ())[:_MOST_SHOWN])]
        if shown:
            self._collections = {each.id: each.heading for each in inventory.get_collections(shown).values()}
        if filters.get("library") or counts.get("library"):
            self._libraries = {each.code: each.name for each in configuration.listed(Library)}

    def facet(self, name: str) -> str:
        """What a facet is called."""
        return self._own.get(name) or self._words.of("facet", name)

    def value(self, facet: str, value: str) -> str:
        """What a value of a facet is called."""
        if facet in YES_OR_NO:
            return self._words.of(f"facet.{facet}", value)
        known = {"collection": self._collections, "library": self._libraries}.get(facet, {})
        if value in known:
            return known[value]
        word = {"language": "tongue", "usage_type": "usage", "access": "rights", "type": "kind"}.get(facet)
        return self._words.of(word, value) if word and facet in FACETS else value

    def chosen(self, question: Question) -> list[Value]:
        """The values that narrow the question, each leading to where it no longer does."""
        return [
            Value(self.value(name, value), question.without_value(name, value), facet=self.facet(name))
            for name, values in question.filters.items()
            for value in values
        ]

    def group(self, question: Question, name: str, hits: Hits) -> Group | None:
        """A facet with its values that are not chosen yet; None where there is nothing to choose."""
        values = [
            Value(self.value(name, each.value), question.with_value(name, each.value), each.count)
            for each in hits.facets.get(name, ())
            if each.value and each.value not in question.filters.get(name, ())
        ]
        return Group(name, self.facet(name), values) if values else None
