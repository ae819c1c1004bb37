"""What every request passes: the host it names, where it comes from, its token, and its size."""

import re
import secrets
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from hmac import compare_digest
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from .texts import text

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LOOPBACK = ("127.0.0.1", "localhost", "::1")
COOKIE = "lumbar"
SAFE = ("GET", "HEAD", "OPTIONS")
MOST = 1_000_000  # bytes of a request
MOST_UPLOAD = 2_000_000_000  # bytes of the files of one run
UPLOADS = (("POST", "/batch"), ("POST", "/api/batches"))
_LENGTH = re.compile(r"[0-9]{1,18}")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    # Not `no-referrer`: browsers then send `Origin: null` with a form that is posted without script.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def new_token() -> str:
    """A token that nobody guesses: 32 random bytes."""
    return secrets.token_urlsafe(32)


@dataclass(frozen=True)
class Guard:
    """The rules by which requests are let in; `token` is empty where none is asked for.

    `upload` is how many bytes the files of a run over many cases may have.
    """

    app: App
    hosts: tuple[str, ...] = LOOPBACK
    token: str = ""
    upload: int = MOST_UPLOAD

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                answer.update(HEADERS)
                answer.setdefault("Cache-Control", "no-store")
            await send(message)

        refused = self._refused(scope, headers)
        if refused is not None:
            await refused(scope, receive, sending)
            return
        await self.app(scope, _counted(receive, self._most(scope)), sending)

    def _refused(self, scope: Scope, headers: Headers) -> Response | None:
        if _host(headers.get("host", "")) not in self.hosts:
            return _refusal(421, "this server does not answer to that name; --allow-host adds one")
        if scope["method"] not in SAFE and not _same_origin(headers):
            return _refusal(403, "the request comes from another page")
        length = headers.get("content-length", "0")
        if not _LENGTH.fullmatch(length) or int(length) > self._most(scope):
            return _refusal(413, f"a request has at most {self._most(scope):,} bytes")
        return self._without_token(scope, headers) if self.token and scope["path"] != "/health" else None

    def _most(self, scope: Scope) -> int:
        """How many bytes a request may have."""
        return self.upload if (scope["method"], scope["path"]) in UPLOADS else MOST

    def _without_token(self, scope: Scope, headers: Headers) -> Response | None:
        """What is answered to a request without the token; one with it in its address gets a cookie instead."""
        if _has(self.token, _cookie(headers)) or _has(f"Bearer {self.token}", headers.get("authorization", "")):
            return None
        given = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [""])[0]
        if scope["method"] in SAFE and _has(self.token, given):
            answer = RedirectResponse(scope["path"], 303)
            answer.set_cookie(COOKIE, self.token, httponly=True, samesite="strict", path="/")
            return answer
        return _refusal(403, "open the address that `lumbar serve` printed, with its token")


def _counted(receive: Receive, most: int) -> Receive:
    """The body of a request, which ends where it is larger than was said, or than may be."""
    count = 0

    async def receiving() -> Message:
        nonlocal count
        message = await receive()
        count += len(message.get("body", b""))
        if count > most:
            return {"type": "http.disconnect"}
        return message

    return receiving


def _refusal(status: int, why: str) -> Response:
    return PlainTextResponse(f"{text('refused')}: {why}\n", status)


def _has(token: str, given: str) -> bool:
    return compare_digest(token.encode(), given.encode())


def _host(host: str) -> str:
    """The name in a Host header, without the port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _cookie(headers: Headers) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _same_origin(headers: Headers) -> bool:
    """Whether a page of this server sent the request, or a program that is no browser."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    try:
        return origin is None or urlsplit(origin).netloc == headers.get("host", "")
    except ValueError:  # such as http://[
        return False


def hosts(own: str, allowed: Iterable[str]) -> tuple[str, ...]:
    """The names that the server answers to."""
    return (*LOOPBACK, *(name.lower() for name in (own, *allowed) if name not in ("0.0.0.0", "::")))
