"""OpenSearch on loopback, as far as the engine uses it. Unsigned requests and unknown bodies are refused."""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Source = dict[str, Any]


class FakeOpenSearch:
    """Indices in memory."""

    def __init__(self) -> None:
        self.indices: dict[str, dict[str, Source]] = {}
        self.refuse: Callable[[str, str], int | None] = lambda method, path: None
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                content = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                status, body = fake.handle(self.command, self.path, content, dict(self.headers))
                encoded = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(encoded)))
                self.end_headers()
                self.wfile.write(encoded)

            do_GET = do_PUT = do_POST = do_DELETE = answer  # noqa: N815

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def handle(self, method: str, path: str, content: str, headers: dict[str, str]) -> tuple[int, Any]:
        lower = {name.lower(): value for name, value in headers.items()}
        if "/aoss/aws4_request" not in lower.get("authorization", "") or "x-amz-content-sha256" not in lower:
            return 403, {"error": {"type": "security_exception"}}
        if (status := self.refuse(method, path)) is not None:
            return status, {"error": {"type": "refused"}}
        name, _, action = path.strip("/").partition("/")
        if method == "PUT" and not action:
            return self._create(name, json.loads(content))
        if method == "DELETE" and not action:
            return (200, {}) if self.indices.pop(name, None) is not None else (404, _missing())
        if method == "POST" and action == "_bulk":
            return 200, {"items": self._bulk(name, content)}
        if method == "POST" and action == "_search":
            return (200, self._search(name, json.loads(content))) if name in self.indices else (404, _missing())
        return 400, {"error": {"type": "not_used_by_the_engine"}}

    def _create(self, name: str, definition: dict[str, Any]) -> tuple[int, Any]:
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]*", name), name
        assert definition["mappings"]["properties"]["title"]["analyzer"] == "whitespace"
        if name in self.indices:
            return 400, {"error": {"type": "resource_already_exists_exception"}}
        self.indices[name] = {}
        return 200, {"acknowledged": True}

    def _bulk(self, name: str, content: str) -> list[dict[str, Any]]:
        assert content.endswith("\n")
        lines, items = iter(content.split("\n")[:-1]), []
        for line in lines:
            ((kind, meta),) = json.loads(line).items()
            if kind == "index":
                self.indices[name][meta["_id"]] = json.loads(next(lines))
                items.append({"index": {"_id": meta["_id"], "status": 200}})
            else:
                there = self.indices[name].pop(meta["_id"], None) is not None
                items.append({"delete": {"_id": meta["_id"], "status": 200 if there else 404}})
        return items

    def _search(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        scored = [(mms_id, source, _score(body["query"], source)) for mms_id, source in self.indices[name].items()]
        found = [(mms_id, source, score) for mms_id, source, score in scored if score is not None]
        rows = [(_keys(body.get("sort", []), source, score), mms_id, source) for mms_id, source, score in found]
        rows.sort(key=lambda row: [_order(each) for each in row[0]])
        if "search_after" in body and rows:
            directions = [direction for _, direction in rows[0][0]]
            after = [_order(each) for each in zip(body["search_after"], directions, strict=True)]
            rows = [row for row in rows if [_order(each) for each in row[0]] > after]
        rows = rows[body.get("from", 0) :][: body["size"]]
        return {
            "hits": {
                "total": {"value": len(found)},
                "hits": [
                    {"_id": mms_id, "sort": [value for value, _ in keys]}
                    | ({"_source": {"texts": source["texts"]}} if body.get("_source") else {})
                    for keys, mms_id, source in rows
                ],
            },
            "aggregations": {
                name: {"buckets": _buckets(wanted["terms"], [source for _, source, _ in found])}
                for name, wanted in body.get("aggs", {}).items()
            },
        }


def _missing() -> dict[str, Any]:
    return {"error": {"type": "index_not_found_exception"}}


def _values(source: Source, field: str) -> list[Any]:
    value = source.get(field)
    return [] if value is None else value if isinstance(value, list) else [value]


def _score(query: dict[str, Any], source: Source) -> float | None:
    """What a source scores; None where it does not match."""
    ((kind, body),) = query.items()
    if kind == "match_all":
        return 1.0
    if kind == "bool":
        return _bool(body, source)
    if kind == "dis_max":
        scores = [score for each in body["queries"] if (score := _score(each, source)) is not None]
        return max(scores) if scores else None
    ((field, wanted),) = body.items()
    if kind == "terms":
        return 1.0 if set(map(str, wanted)) & set(map(str, _values(source, field))) else None
    if kind == "range":
        low, high = wanted.get("gte", -9999), wanted.get("lte", 9999)
        return 1.0 if any(low <= value <= high for value in _values(source, field)) else None
    return _words(kind, wanted, [value.split() for value in _values(source, field)])


def _bool(body: dict[str, Any], source: Source) -> float | None:
    must = [_score(each, source) for each in (*body.get("must", []), *body.get("filter", []))]
    should = [score for each in body.get("should", []) if (score := _score(each, source)) is not None]
    needed = body.get("minimum_should_match", 0)
    if None in must or len(should) < needed or any(_score(e, source) is not None for e in body.get("must_not", [])):
        return None
    return sum(score for score in must if score is not None) + sum(should)


def _words(kind: str, wanted: dict[str, Any], texts: list[list[str]]) -> float | None:
    said = str(wanted.get("value", wanted.get("query")))
    tests: dict[str, Callable[[list[str]], bool]] = {
        "term": lambda words: said in words,
        "prefix": lambda words: any(word.startswith(said) for word in words),
        "match_phrase": lambda words: _stands(said.split(), words, whole=True),
        "match_phrase_prefix": lambda words: _stands(said.split(), words, whole=False),
        "fuzzy": lambda words: any(_distance(said, word) <= wanted["fuzziness"] for word in words),
    }
    return float(wanted.get("boost", 1.0)) if any(tests[kind](words) for words in texts) else None


def _stands(phrase: list[str], words: list[str], whole: bool) -> bool:
    for at in range(len(words) - len(phrase) + 1):
        piece = words[at : at + len(phrase)]
        if piece[:-1] == phrase[:-1] and (piece[-1] == phrase[-1] or (not whole and piece[-1].startswith(phrase[-1]))):
            return True
    return False


def _distance(one: str, other: str) -> int:
    from rapidfuzz.distance import OSA

    return OSA.distance(one, other)


def _keys(sort: list[dict[str, Any]], source: Source, score: float) -> list[tuple[Any, str]]:
    keys = []
    for each in sort:
        ((field, how),) = each.items()
        values = [score] if field == "_score" else _values(source, field)
        keys.append((values[0] if values else None, how["order"]))
    return keys


class _Descending:
    def __init__(self, value: Any) -> None:
        self.value = value

    def __lt__(self, other: _Descending) -> bool:
        return bool(other.value < self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Descending) and self.value == other.value


def _order(key: tuple[Any, str]) -> tuple[bool, Any]:
    value, direction = key
    if value is None:
        return (True, 0)
    return (False, _Descending(value) if direction == "desc" else value)


def _buckets(wanted: dict[str, Any], sources: list[Source]) -> list[dict[str, Any]]:
    counts = Counter(value for source in sources for value in set(_values(source, wanted["field"])))
    if "include" in wanted:
        counts = Counter({value: count for value, count in counts.items() if re.fullmatch(wanted["include"], value)})
    ordered = sorted(
        counts.items(), key=(lambda pair: pair[0]) if "order" in wanted else (lambda pair: (-pair[1], pair[0]))
    )
    return [{"key": value, "doc_count": count} for value, count in ordered[: wanted["size"]]]
