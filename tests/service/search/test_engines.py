"""What an engine promises, held by both: the embedded one on moto's S3, the other on a fake OpenSearch on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from armarium.search.embedded.engine import EmbeddedEngine
from armarium.search.errors import EngineError, InvalidSearchError
from armarium.search.model import Document, Generation, Search, Sort, Text
from armarium.search.opensearch import OpenSearchEngine
from armarium.search.port import SearchEngine
from armarium.search.words import parse
from tests.service.search.fake_opensearch import FakeOpenSearch

ONE = Generation()


@pytest.fixture
def fake(configured: Callable[..., None]) -> Iterator[FakeOpenSearch]:
    running = FakeOpenSearch()
    configured(search_engine="opensearch", search_endpoint=running.address)
    yield running
    running.stop()


@pytest.fixture(params=["embedded", "embedded in three shards", "opensearch"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Index]:
    if request.param == "opensearch":
        request.getfixturevalue("fake")
        yield Index(OpenSearchEngine(), ONE)
    else:
        yield Index(EmbeddedEngine(tmp_path), Generation(shards=3 if "three" in request.param else 1))


class Index:
    """An engine and its generation."""

    def __init__(self, engine: SearchEngine, generation: Generation) -> None:
        self.engine, self.generation = engine, generation
        engine.create(generation)

    def put(self, *documents: Document, gone: tuple[str, ...] = ()) -> None:
        for shard in range(self.generation.shards):
            mine = [each for each in documents if self.generation.shard_of(each.mms_id) == shard]
            away = [each for each in gone if self.generation.shard_of(each) == shard]
            if mine or away:
                self.engine.update(self.generation, shard, mine, away)
        self.engine.refresh(self.generation)

    def find(self, typed: str = "", **asked: Any) -> list[str]:
        return sorted(self.engine.search(self.generation, Search(words=parse(typed), limit=100, **asked)).mms_ids)


def titled(
    mms_id: str, title: str, *, year: int | None = None, suppressed: bool = False, text: str = "", **facets: Any
) -> Document:
    return Document(
        mms_id=mms_id,
        words={
            "title": (title,),
            "creator": ("Melville, Herman",),
            "identifier": ("978-3-16-148410-0", "9783161484100"),
        },
        facets={"suppressed": ("true" if suppressed else "false",)}
        | {name: tuple(values) for name, values in facets.items()},
        year=year,
        sort_title=title.lower(),
        modified_at=f"2026-11-21T12:00:{int(mms_id):02d}.000Z",
        suggestions=(title,),
        texts=(Text(representation_id=f"12{mms_id}", text=text),) if text else (),
    )


def owned(mms_id: str, **own: tuple[str, ...]) -> Document:
    """A title with values of configured fields, each a facet too."""
    made = titled(mms_id, f"Title {mms_id}")
    return made.model_copy(update={"own": own, "facets": {**made.facets, **own}})


def own(index: Index, typed: str) -> list[str]:
    """What is found where place, era and plbce are configured."""
    words = parse(typed, {"place", "era", "plbce"})
    return sorted(index.engine.search(index.generation, Search(words=words)).mms_ids)


def test_a_generation_that_is_empty_finds_nothing(index: Index) -> None:
    found = index.engine.search(index.generation, Search(facets=("collection",)))
    assert (found.mms_ids, found.total, found.facets) == ((), 0, {"collection": ()})
    assert index.engine.suggest(index.generation, "a", 5, False) == ()


def test_titles_are_found_by_word_phrase_beginning_and_likeness(index: Index) -> None:
    index.put(titled("1", "The White Whale"), titled("2", "A whale, white"), titled("3", "Čapek’s squids"))
    assert index.find("whale") == ["1", "2"]
    assert index.find('"white whale"') == ["1"]
    assert index.find("whal*") == ["1", "2"]
    assert index.find("wahle~") == ["1", "2"]
    assert index.find("capek") == index.find("ČAPEK") == ["3"]
    assert index.find("whale OR squid*") == ["1", "2", "3"]
    assert index.find("melville -whale") == ["3"]
    assert index.find("creator:whale") == [] and index.find("author:melville title:squids") == ["3"]


@pytest.mark.parametrize(
    ("title", "asked"),
    [
        ("紅樓夢", ("紅樓夢", "樓夢", "夢", "樓", "红楼梦 OR 紅樓")),
        ("白鯨とアハブ船長", ("白鯨", "アハブ", "船長", '"鯨とアハブ"')),
        ("한국의 고래", ("고래", "한국", "래")),
        ("موبي ديك", ("موبي", "دي*", '"موبي ديك"')),
        ("שְׁלוֹשָׁה בְּסִירָה אַחַת", ("שלושה", "בסירה אחת", "אח*")),
        ("Моби Дик, или Белый кит", ("белый", "МОБИ", "ки*")),
        ("ปลาวาฬสีขาว", ("ปลาวาฬ", "สีขาว")),
        ("हिन्दी साहित्य", ("हिन्दी", "साहित्य")),
    ],
)
def test_titles_are_found_in_their_own_script(index: Index, title: str, asked: tuple[str, ...]) -> None:
    index.put(titled("1", title), titled("2", "Something else"))
    for typed in asked:
        assert index.find(typed) == ["1"], typed


def test_an_identifier_is_found_however_it_is_written(index: Index) -> None:
    index.put(titled("1", "One"))
    for typed in ("9783161484100", "978-3-16-148410-0", "isbn:978-3-16-148410-0", '"978 3 16 148410 0"'):
        assert index.find(typed) == ["1"], typed
    assert index.find("978-3-16-148410-1") == []


def test_a_title_that_is_indexed_again_replaces_itself_and_one_that_is_gone_is_not_found(index: Index) -> None:
    index.put(titled("1", "Old words"), titled("2", "Other"))
    index.put(titled("1", "New words"))
    index.put(titled("1", "New words"), gone=("2", "7"))
    assert index.find("old") == [] and index.find("new") == ["1"] and index.find() == ["1"]


def test_suppressed_titles_are_found_only_by_who_may_know_of_them(index: Index) -> None:
    index.put(titled("1", "Whale"), titled("2", "Whale", suppressed=True))
    assert index.find("whale") == ["1"] and index.find("whale", with_suppressed=True) == ["1", "2"]
    assert index.engine.search(index.generation, Search(facets=("suppressed",))).total == 1


def test_filters_narrow_and_facets_count(index: Index) -> None:
    index.put(
        titled("1", "A", year=1851, collection=["8", "81"], language=["eng"]),
        titled("2", "B", year=1900, collection=["8"], language=["eng", "fre"]),
        titled("3", "C", collection=["9"], language=["fre"]),
    )
    assert index.find(filters={"collection": ("8",)}) == ["1", "2"]
    assert index.find(filters={"collection": ("81", "9")}) == ["1", "3"]
    assert index.find(filters={"collection": ("8",), "language": ("fre",)}) == ["2"]
    assert index.find(years=(1851, 1851)) == ["1"]
    assert index.find(years=(None, 1900)) == ["1", "2"] and index.find(years=(1852, None)) == ["2"]
    facets = index.engine.search(index.generation, Search(facets=("collection", "year", "library"))).facets
    assert [(each.value, each.count) for each in facets["collection"]] == [("8", 2), ("81", 1), ("9", 1)]
    assert [(each.value, each.count) for each in facets["year"]] == [("1851", 1), ("1900", 1)]
    assert facets["library"] == ()


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        (Sort.TITLE, "3124"),
        (Sort.YEAR, "4132"),
        (Sort.NEWEST_YEAR, "1342"),
        (Sort.MODIFIED, "1234"),
        (Sort.LAST_MODIFIED, "4321"),
    ],
)
def test_hits_come_in_the_order_asked_for_and_without_a_year_last(index: Index, sort: Sort, order: str) -> None:
    index.put(
        titled("1", "Beta", year=1950),
        titled("2", "Gamma"),
        titled("3", "Alpha", year=1950),
        titled("4", "Zeta", year=1800),
    )
    found = index.engine.search(index.generation, Search(sort=sort)).mms_ids
    same_year = "".join(found).replace("31", "13")
    assert same_year == order or "".join(found) == order


def test_the_title_counts_more_than_the_full_text(index: Index) -> None:
    index.put(titled("1", "Squid", text="a whale and a whale and a whale"), titled("2", "Whale"))
    assert index.engine.search(index.generation, Search(words=parse("whale"))).mms_ids == ("2", "1")


def test_full_text_is_found_and_comes_with_its_hit(index: Index) -> None:
    index.put(titled("1", "Logbook", text="There she blows"), titled("2", "Other"))
    found = index.engine.search(index.generation, Search(words=parse("text:blows")))
    assert found.mms_ids == ("1",)
    assert found.texts == {"1": (Text(representation_id="121", text="There she blows"),)}


@pytest.mark.parametrize("sort", list(Sort))
def test_paging_by_token_meets_every_title_once(index: Index, sort: Sort) -> None:
    years = {number: 1900 + number % 2 for number in range(23) if number % 5}
    titles = [titled(str(number), f"Whale {number % 3}", year=years.get(number)) for number in range(23)]
    index.put(*titles)
    search = Search(words=parse("whale"), sort=sort, limit=4)
    seen: list[str] = []
    while True:
        found = index.engine.search(index.generation, search)
        assert found.total == 23
        seen += found.mms_ids
        if not found.next_token:
            break
        search = search.model_copy(update={"token": found.next_token})
    assert sorted(seen) == sorted(each.mms_id for each in titles)


def test_paging_goes_on_undisturbed_while_other_titles_are_written(index: Index) -> None:
    index.put(*(titled(str(number), f"Whale {number:02d}") for number in range(10)))
    first = index.engine.search(index.generation, Search(sort=Sort.TITLE, limit=5))
    index.put(titled("50", "Aardvark"), titled("51", "Whale 99"), gone=("1",))
    rest = index.engine.search(index.generation, Search(sort=Sort.TITLE, limit=5, token=first.next_token))
    assert (first.mms_ids, rest.mms_ids) == (("0", "1", "2", "3", "4"), ("5", "6", "7", "8", "9"))


def test_an_offset_leaves_out_the_first_hits(index: Index) -> None:
    index.put(*(titled(str(number), f"Whale {number}") for number in range(6)))
    found = index.engine.search(index.generation, Search(sort=Sort.TITLE, offset=4, limit=5))
    assert found.mms_ids == ("4", "5") and found.next_token is None


@pytest.mark.parametrize("token", ["x", "!!!", "W10", "WyJ4Il0", "bnVsbA", "e30"])
def test_a_damaged_token_is_refused(index: Index, token: str) -> None:
    index.put(titled("1", "Whale"))
    with pytest.raises(InvalidSearchError):
        index.engine.search(index.generation, Search(token=token))


def test_a_token_of_another_search_is_refused(index: Index) -> None:
    index.put(*(titled(str(number), "Whale") for number in range(3)))
    token = index.engine.search(index.generation, Search(words=parse("whale"), limit=1)).next_token
    with pytest.raises(InvalidSearchError, match="another search"):
        index.engine.search(index.generation, Search(words=parse("squid"), limit=1, token=token))


def test_suggestions_begin_like_what_was_typed_and_show_what_was_written(index: Index) -> None:
    names = ("Čapek, Karel", "Capture", "Whale", "(a.b*)[c]")
    index.put(*(titled(str(number), name) for number, name in enumerate(names)))
    index.put(titled("9", "CAPSTAN", suppressed=True))
    assert index.engine.suggest(index.generation, "cap", 10, False) == ("Čapek, Karel", "Capture")
    assert index.engine.suggest(index.generation, "CAP", 10, True) == ("Čapek, Karel", "CAPSTAN", "Capture")
    assert index.engine.suggest(index.generation, "cap", 1, False) == ("Čapek, Karel",)
    assert index.engine.suggest(index.generation, "(a.b*)[", 5, False) == ("(a.b*)[c]",)
    assert index.engine.suggest(index.generation, ".*", 5, False) == ()


def test_configured_fields_are_searched_each_by_itself(index: Index) -> None:
    index.put(
        owned("1", place=("Paris, Île-de-France", "Rome"), era=("Baroque",)),
        owned("2", place=("Lyon",), era=("Paris Commune",)),
        owned("3", plbce=("Paris",)),
    )
    assert own(index, "place:paris") == ["1"] and own(index, "era:paris") == ["2"]
    assert own(index, 'place:"ile de france"') == ["1"] and own(index, 'place:"france rome"') == []
    assert own(index, "place:par*") == ["1"] and own(index, "place:pariz~") == ["1"]
    assert own(index, "melville -place:paris") == ["2", "3"]
    assert own(index, "place:rome OR era:commune") == ["1", "2"]
    assert index.find("paris") == [], "only what is asked for by its code, unless the title says so elsewhere"


def test_configured_fields_narrow_and_are_counted(index: Index) -> None:
    index.put(owned("1", place=("Paris", "Rome")), owned("2", place=("Rome",), era=("Rome",)), owned("3", era=("Now",)))
    assert index.find(filters={"place": ("Rome",)}) == ["1", "2"]
    assert index.find(filters={"place": ("Rome",), "era": ("Rome", "Now")}) == ["2"]
    facets = index.engine.search(index.generation, Search(facets=("place", "era", "mood", "library"))).facets
    assert [(each.value, each.count) for each in facets["place"]] == [("Rome", 2), ("Paris", 1)]
    assert [(each.value, each.count) for each in facets["era"]] == [("Now", 1), ("Rome", 1)]
    assert facets["mood"] == facets["library"] == ()


def test_an_engine_tells_how_many_titles_it_holds(index: Index) -> None:
    assert index.engine.extent(index.generation).titles == 0
    index.put(*(titled(str(number), "Whale") for number in range(5)), titled("9", "Secret", suppressed=True))
    index.put(titled("1", "Again"), gone=("2",))
    extent = index.engine.extent(index.generation)
    assert (extent.titles, extent.complete) == (5, True)


def test_a_generation_stands_beside_another_until_it_is_dropped(index: Index) -> None:
    other = Generation(number=2)
    index.put(titled("1", "Old"))
    index.engine.create(other)
    index.engine.update(other, 0, [titled("2", "New")], [])
    index.engine.refresh(other)
    assert index.find() == ["1"]
    assert index.engine.search(other, Search()).mms_ids == ("2",)
    index.engine.drop(index.generation)
    index.engine.drop(index.generation)
    index.engine.refresh(index.generation)
    assert index.find() == []
    assert index.engine.search(other, Search()).mms_ids == ("2",)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=st.one_of(st.text(max_size=60), st.text(alphabet='"*~-():ORNOT 白鯨aא\\/^[]{}+&|!?', max_size=40)))
def test_no_text_that_somebody_types_is_an_error(typed: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    index = _shared(tmp_path_factory)
    index.engine.search(ONE, Search(words=parse(typed), facets=("collection",)))
    index.engine.suggest(ONE, typed, 5, False)


_SHARED: list[Index] = []


def _shared(folders: pytest.TempPathFactory) -> Index:
    """One index for all examples: it is only read."""
    if not _SHARED:
        index = Index(EmbeddedEngine(folders.mktemp("shared")), ONE)
        index.put(titled("1", "白鯨 whale or not", text="O R NOT"))
        _SHARED.append(index)
    return _SHARED[0]


def test_opensearch_that_refuses_is_an_error_that_says_what_was_asked(fake: FakeOpenSearch) -> None:
    engine = OpenSearchEngine()
    engine.update(ONE, 0, [titled("1", "Whale")], [])
    fake.refuse = lambda method, path: 429 if path.endswith(("_bulk", "_search")) else None
    with pytest.raises(EngineError, match="titles: 429"):
        engine.update(ONE, 0, [titled("1", "Whale")], [])
    with pytest.raises(EngineError, match="search: 429"):
        engine.search(ONE, Search())


def test_opensearch_is_sent_bulk_requests_of_bounded_size(fake: FakeOpenSearch) -> None:
    sizes: list[int] = []
    handle = fake.handle

    def measured(method: str, path: str, content: str, headers: dict[str, str]) -> tuple[int, Any]:
        sizes.append(len(content))
        return handle(method, path, content, headers)

    fake.handle = measured  # type: ignore[method-assign]
    engine = OpenSearchEngine()
    engine.update(ONE, 0, [titled(str(number), "Whale", text="sea " * 100_000) for number in range(20)], [])
    assert max(sizes) < 6_000_000 and engine.search(ONE, Search()).total == 20
