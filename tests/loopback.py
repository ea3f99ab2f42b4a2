"""Real HTTP servers on loopback, for tests of whatever speaks to a remote store.

`SparqlServer` answers the query half of the SPARQL 1.1 Protocol from a pyoxigraph store; `CannedServer`
answers the same bytes to everybody, late or slowly if told. Both are context managers that record what they
were asked.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

from pyoxigraph import QueryResultsFormat, QueryTriples, RdfFormat, Store


@dataclass(frozen=True, slots=True)
class Recorded:
    """A request as it arrived: header names in lower case; `query` is None when it carried none."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    query: str | None

    @property
    def parameters(self) -> dict[str, list[str]]:
        """The parameters of the URL and, for a form, of the body."""
        form = self.body.decode() if _media(self.headers) == "application/x-www-form-urlencoded" else ""
        return parse_qs(f"{urlsplit(self.target).query}&{form}", keep_blank_values=True)


@dataclass(frozen=True, slots=True)
class Reply:
    """What is sent back; Content-Length is added unless `headers` says something about the length."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class LoopbackServer:
    """A server on a free port of 127.0.0.1 while the `with` block lasts; subclasses say what it replies."""

    path = "/sparql"

    def __init__(self) -> None:
        self.requests: list[Recorded] = []
        self._closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}{self.path}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def reply(self, request: Recorded) -> Reply:
        raise NotImplementedError

    def handle(self, handler: BaseHTTPRequestHandler) -> None:
        request = _recorded(handler)
        self.requests.append(request)
        reply = self.reply(request)
        self.send(handler, _head(reply) + reply.body)

    def send(self, handler: BaseHTTPRequestHandler, reply: bytes) -> None:
        handler.wfile.write(reply)


class SparqlServer(LoopbackServer):
    """Queries by GET, by form and by direct POST; the default graph is the union of the named ones."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store

    def reply(self, request: Recorded) -> Reply:
        if urlsplit(request.target).path != self.path:
            return _text(404, "no such path")
        if request.query is None:
            return _text(400, "no query")
        try:
            results = self.store.query(request.query, use_default_graph_as_union=True)
        except (SyntaxError, ValueError) as error:
            return _text(400, str(error))
        accept = request.headers.get("accept", "*/*")
        if isinstance(results, QueryTriples):
            offers = {"application/n-triples": RdfFormat.N_TRIPLES, "text/turtle": RdfFormat.TURTLE}
            media = _acceptable(accept, tuple(offers))
            body = results.serialize(format=offers[media]) if media else None
        else:
            media = _acceptable(accept, ("application/sparql-results+json",))
            body = results.serialize(format=QueryResultsFormat.JSON) if media else None
        if media is None or body is None:
            return _text(406, f"cannot answer {accept}")
        return Reply(200, {"Content-Type": media}, body)


class CannedServer(LoopbackServer):
    """The same reply to every request, but for the paths given to `answer_at`.

    `delay` is the wait before the first byte and `trickle` the wait before every byte, status line included,
    both in seconds and both cut short when the server closes. `raw` replaces the whole reply, head and all.
    """

    def __init__(
        self,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        *,
        delay: float = 0.0,
        trickle: float = 0.0,
        raw: bytes | None = None,
    ) -> None:
        super().__init__()
        self._reply = Reply(status, headers or {}, body)
        self._elsewhere: dict[str, Reply] = {}
        self._delay = delay
        self._trickle = trickle
        self._raw = raw

    def answer_at(self, path: str, status: int, headers: Mapping[str, str], body: bytes = b"") -> None:
        """Another reply for one path."""
        self._elsewhere[path] = Reply(status, headers, body)

    def reply(self, request: Recorded) -> Reply:
        return self._elsewhere.get(urlsplit(request.target).path, self._reply)

    def send(self, handler: BaseHTTPRequestHandler, reply: bytes) -> None:
        reply = reply if self._raw is None else self._raw
        if self._delay and self._closing.wait(self._delay):
            return
        if not self._trickle:
            handler.wfile.write(reply)
            return
        for byte in reply:
            if self._closing.wait(self._trickle):
                return
            handler.wfile.write(bytes([byte]))


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # joined on closing, so that no test leaves a thread to the next


def _handler(server: LoopbackServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 5

        def do_GET(self) -> None:
            with suppress(ConnectionError):  # clients under test may go away in the middle
                server.handle(self)

        do_POST = do_GET

        def handle(self) -> None:
            with suppress(ConnectionError):
                super().handle()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name of the base class
            """Silent: a test's output is its own."""

    return Handler


def _recorded(handler: BaseHTTPRequestHandler) -> Recorded:
    headers = {name.lower(): value for name, value in handler.headers.items()}
    body = handler.rfile.read(int(headers.get("content-length", "0")))
    request = Recorded(handler.command, handler.path, headers, body, None)
    if handler.command == "POST" and _media(headers) == "application/sparql-query":
        query: str | None = body.decode()
    else:
        query = request.parameters.get("query", [None])[0]
    return Recorded(handler.command, handler.path, headers, body, query)


def _media(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _acceptable(accept: str, offers: tuple[str, ...]) -> str | None:
    """The first of `offers` that the Accept header names; weights are not weighed."""
    ranges = {part.partition(";")[0].strip().lower() for part in accept.split(",")}
    return next((offer for offer in offers if ranges & {offer, f"{offer.partition('/')[0]}/*", "*/*"}), None)


def _text(status: int, line: str) -> Reply:
    return Reply(status, {"Content-Type": "text/plain; charset=utf-8"}, line.encode())


def _head(reply: Reply) -> bytes:
    headers = dict(reply.headers)
    if not {"content-length", "transfer-encoding"} & {name.lower() for name in headers}:
        headers["Content-Length"] = str(len(reply.body))
    lines = (f"{name}: {value}" for name, value in headers.items())
    return "\r\n".join([f"HTTP/1.1 {reply.status} Canned", "Connection: close", *lines, "", ""]).encode("latin-1")
