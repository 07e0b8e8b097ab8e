"""The local cloud's own parts: the front door, checkpoints, demo content, what is kept on disk."""

from __future__ import annotations

import asyncio
import csv
import io
import os
import stat
import time
import wave
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from infra import static
from infra.local import cloud, front_door, seed
from infra.local.demo.folders import FOLDERS, DropFolder
from infra.local.deployed import Deployed
from infra.local.place import Place
from infra.local.processes import Process
from infra.local.profiles import PROFILES, profiles


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, port=1, cloud_port=2, enforce_iam=True)


# The place


def test_a_place_is_the_local_contract_unless_told_otherwise() -> None:
    place = Place.from_environment({})
    assert (place.base_url, place.endpoint_url) == ("http://localhost:8080", "http://127.0.0.1:4566")
    assert place.outputs.parts[-2:] == (".local", "outputs.json")


def test_two_places_share_neither_folder_nor_port() -> None:
    other = Place.from_environment(
        {"ARMARIUM_LOCAL_DIR": ".local/other", "ARMARIUM_LOCAL_PORT": "1", "ARMARIUM_LOCAL_CLOUD_PORT": "2"}
    ).cloud_environment
    default = Place.from_environment({}).cloud_environment
    for name in ("GATEWAY_PORT", "STATE_DIR", "S3_DATA_DIR", "TMPDIR"):
        assert other[name] != default[name]


def test_the_cloud_listens_on_loopback_and_opens_no_further_port(place: Place) -> None:
    environment = place.cloud_environment
    assert environment["BIND_HOST"] == "127.0.0.1"
    assert environment["IOT_MTLS_ENABLED"] == environment["SFTP_ENABLED"] == "0"
    assert environment["AUTH"] == "true"


def test_credentials_of_an_account_in_aws_never_reach_the_local_cloud(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "secret")
    environment = place.environment
    assert "AWS_PROFILE" not in environment and "AWS_SESSION_TOKEN" not in environment
    assert environment["AWS_ENDPOINT_URL"] == place.endpoint_url


# The front door


def through_the_door(
    tmp_path: Path, upstream: Callable[[web.Request], Coroutine[Any, Any, web.StreamResponse]], ask: Callable[..., Any]
) -> Any:
    """What ``ask(client)`` answers, with a door before an HTTP API that answers as ``upstream`` does."""

    async def run() -> Any:
        app = web.Application(client_max_size=front_door.LARGEST)
        app.router.add_route("*", "/{path:.*}", upstream)
        async with TestServer(app) as api:
            place = Place(tmp_path, port=1, cloud_port=api.port or 0, enforce_iam=True)
            Deployed("print", {"ApiId": "abcd1234"}).write(place)
            async with TestClient(TestServer(front_door.application(place))) as client:
                return await ask(client)

    return asyncio.run(run())


async def _echo(request: web.Request) -> web.StreamResponse:
    body = await request.read()
    headers = {name.lower(): value for name, value in request.headers.items()}
    return web.json_response({"path": request.raw_path, "headers": headers, "body": list(body)})


def test_the_door_passes_paths_queries_and_bytes_on_as_they_are(tmp_path: Path) -> None:
    async def ask(client: TestClient[Any, Any]) -> Any:
        return await (await client.post(URL("/iiif/a%2Fb?x=%2F&y=a%20b", encoded=True), data=bytes(range(256)))).json()

    seen = through_the_door(tmp_path, _echo, ask)
    assert seen["path"] == "/iiif/a%2Fb?x=%2F&y=a%20b"
    assert bytes(seen["body"]) == bytes(range(256))
    assert seen["headers"]["host"].startswith("abcd1234.execute-api.localhost:")


def test_the_door_says_itself_where_a_request_came_in(tmp_path: Path) -> None:
    async def ask(client: TestClient[Any, Any]) -> Any:
        claim = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Host": "localhost:8080"}
        return await (await client.get("/", headers=claim)).json()

    headers = through_the_door(tmp_path, _echo, ask)["headers"]
    assert (headers["x-forwarded-host"], headers["x-forwarded-proto"]) == ("localhost:8080", "http")
    assert "evil" not in str(headers)


def test_the_door_gives_answers_back_as_they_are(tmp_path: Path) -> None:
    async def upstream(_: web.Request) -> web.StreamResponse:
        answer = web.Response(status=302, body=b"\x89PNG\r\n\xff", headers={"Location": "http://elsewhere/"})
        answer.headers.add("Set-Cookie", "a=1")
        answer.headers.add("Set-Cookie", "b=2")
        return answer

    async def ask(client: TestClient[Any, Any]) -> Any:
        answer = await client.get("/x", allow_redirects=False)
        return answer.status, answer.headers.getall("Set-Cookie"), answer.headers["Location"], await answer.read()

    assert through_the_door(tmp_path, upstream, ask) == (302, ["a=1", "b=2"], "http://elsewhere/", b"\x89PNG\r\n\xff")


def test_the_door_says_so_when_the_cloud_does_not_answer(place: Place) -> None:
    async def ask() -> tuple[int, str]:
        async with TestClient(TestServer(front_door.application(place))) as client:
            answer = await client.get("/")
            return answer.status, await answer.text()

    static.STATIC.mkdir(parents=True, exist_ok=True)
    assert asyncio.run(ask())[0] == 503
    Deployed("print", {"ApiId": "abcd1234"}).write(place)
    status, text = asyncio.run(ask())
    assert status == 502 and "make up" in text


# Static files


def test_publishing_static_files_takes_away_what_is_no_longer_there(tmp_path: Path) -> None:
    packages, own, folder = tmp_path / "packages", tmp_path / "own", tmp_path / "static"
    for path in (*(packages / source for source in static.FILES), own / "pages.css", folder / "old.js"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(path.name)
    static.publish(folder, packages, own)
    published = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert published == {*static.FILES.values(), "pages.css"}


def test_a_missing_package_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(static.MissingFileError, match=r"bootstrap\.min\.css is missing: run `npm ci`"):
        static.publish(tmp_path / "static", tmp_path / "packages", tmp_path / "own")


# Checkpoints


async def _application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    return None


def run_with_requests(saved: Path, save: Callable[[], None], until: Callable[[], bool]) -> None:
    """A checkpointed application that gets one request, until something is so (at most 20 seconds)."""

    async def run() -> None:
        checkpointed = cloud.Checkpointed(_application, save)
        await checkpointed({"type": "lifespan"}, None, None)  # type: ignore[arg-type]
        await checkpointed({"type": "http", "path": "/"}, None, None)  # type: ignore[arg-type]
        deadline = time.monotonic() + 20
        while not until():
            assert time.monotonic() < deadline, "no snapshot in time"
            await asyncio.sleep(0.02)
        await asyncio.to_thread(checkpointed.stop)

    asyncio.run(run())


def test_state_is_written_while_the_cloud_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud, "SOONEST", 0.05)
    file = tmp_path / "saved"
    run_with_requests(file, lambda: file.write_text("state") and None, file.exists)
    assert file.read_text() == "state"


def test_a_snapshot_that_hangs_is_given_up_and_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud, "SOONEST", 0.05)
    monkeypatch.setattr(cloud, "LONGEST", 1)
    tries = tmp_path / "tries"

    def save() -> None:
        with tries.open("a") as file:
            file.write("x")
        if tries.stat().st_size == 1:
            time.sleep(60)

    run_with_requests(tries, save, lambda: tries.exists() and tries.stat().st_size >= 2)


# What is kept


def test_keys_are_kept_for_their_owner_alone_and_forgotten_with_their_user_pool(place: Place) -> None:
    kept = seed._Secrets(place, "pool-1")
    kept.keep("key:admin", "secret")
    [file] = place.directory.glob("secrets*")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert seed._Secrets(place, "pool-1").get("key:admin") == "secret"
    assert seed._Secrets(place, "pool-2").get("key:admin") is None


def test_a_process_id_that_went_to_another_program_is_not_taken_for_ours(place: Place) -> None:
    process = Process("cloud", "infra.local.cloud", lambda place: place.cloud_port)
    (place.directory / "cloud.pid").write_text(str(os.getpid()))
    assert process.pid(place) is None
    assert not process.stop(place)


# The demo


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_demo_folder_ends_with_the_metadata_file_that_its_profile_waits_for(folder: DropFolder) -> None:
    from armarium.ingest.rules import is_metadata_file

    [profile] = [each for each in profiles("81") if each.id == PROFILES[folder.profile]]
    names = list(folder.files())
    assert [name for name in names if is_metadata_file(profile, name)] == names[-1:]


def test_every_file_that_a_demo_table_names_is_beside_it() -> None:
    for folder in FOLDERS:
        files = folder.files()
        if folder.profile == "csv":
            [row] = csv.DictReader(io.StringIO(files["values.csv"].decode()))
            named = {value for column, value in row.items() if column.startswith("file_name")}
            assert named == files.keys() - {"values.csv"}


def test_demo_content_is_what_its_records_say() -> None:
    import pypdfium2

    from infra.local.demo import bell, booklet, leaflet

    assert len(booklet.pages()) == 6
    document = pypdfium2.PdfDocument(leaflet.pdf())
    assert len(document) == 2 and "drop a folder" in document[0].get_textpage().get_text_range()
    with wave.open(io.BytesIO(bell.wav())) as sound:
        assert round(sound.getnframes() / sound.getframerate()) == 6
