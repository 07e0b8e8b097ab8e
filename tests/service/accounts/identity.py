"""A user pool's own addresses, on loopback: its signing keys, and the endpoint where codes become tokens."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from joserfc import jwt
from joserfc.jwk import RSAKey

REGION, POOL_ID = "eu-central-1", "eu-central-1_Pool01"
ISSUER = f"https://cognito-idp.{REGION}.amazonaws.com/{POOL_ID}"
CLIENT, FEDERATED = "client-of-the-pages", "client-of-the-federation"


class IdentityServer:
    """Signs what it is told to, publishes its keys, and exchanges the codes that it was given."""

    def __init__(self) -> None:
        self.keys = {"first": RSAKey.generate_key(2048, {"kid": "first"})}
        self.asked: list[str] = []
        self.codes: dict[str, dict[str, Any]] = {}  # code → claims of the id token
        self.forms: list[dict[str, str]] = []
        self.down = False
        self.url = ""

    def claims(self, now: int, **more: Any) -> dict[str, Any]:
        """The claims of an id token, as Cognito writes them."""
        return {
            "sub": "0c1d",
            "iss": ISSUER,
            "aud": CLIENT,
            "token_use": "id",
            "iat": now,
            "exp": now + 3600,
            "cognito:username": "wren",
            "cognito:groups": ["cataloguer"],
        } | more

    def signed(self, claims: dict[str, Any], kid: str = "first") -> str:
        """A token of these claims."""
        return jwt.encode({"alg": "RS256", "kid": kid}, claims, self.keys[kid])

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        """What the server says."""
        self.asked.append(f"{method} {path}")
        if self.down:
            return 503, b"{}"
        if path.endswith("/jwks.json"):
            return 200, json.dumps({"keys": [key.as_dict(private=False) for key in self.keys.values()]}).encode()
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        self.forms.append(form)
        claims = self.codes.pop(form.get("code", ""), None)
        if claims is None:
            return 400, b'{"error": "invalid_grant"}'
        return 200, json.dumps({"id_token": self.signed(claims), "access_token": "x"}).encode()


@contextmanager
def served() -> Iterator[IdentityServer]:
    """The server, on a port of its own."""
    server = IdentityServer()

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            status, content = server.answer(self.command, self.path, body)
            self.send_response(status)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _do  # noqa: N815 - the library's names

        def log_message(self, *_: object) -> None:
            """Nothing."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    server.url = f"http://127.0.0.1:{http.server_port}"
    try:
        yield server
    finally:
        http.shutdown()
        thread.join()
        http.server_close()
