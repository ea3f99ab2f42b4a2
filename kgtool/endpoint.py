"""The remote side of the store face: one read-only query to a SPARQL 1.1 endpoint, one complete answer.

The contract: `Endpoint.answer()` gives what the embedded store would give, or raises one error of one line.
It never sends anything but a query, never sends credentials to another origin than the endpoint's, never
takes a part of an answer for the whole, and never waits longer than its time-out. (One part cannot be told
from the whole: triples cut between two statements by a server that neither announces a length nor chunks.)

SPARQLWrapper shapes the request. The sending is done here, since the library's own way has no time-out
unless told, sends the credentials along with redirects, shares the process's global urllib opener, and
guesses the kind of operation from a pattern that a prefix named ``add:`` fools.
"""

from __future__ import annotations

import base64
import http.client
import ipaddress
import os
import queue
import re
import socket
import ssl
import string
import threading
import unicodedata
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message
from http import HTTPStatus
from itertools import accumulate
from typing import Final
from urllib.parse import SplitResult, parse_qsl, quote, urldefrag, urljoin, urlsplit

from pyoxigraph import QueryBoolean, QueryResultsFormat, RdfFormat, parse, parse_query_results

from kgtool.errors import EndpointError, QueryRefused, UsageError
from kgtool.results import Answer, Rows, Triples, Truth

MAX_ANSWER_BYTES: Final = 256 * 1024 * 1024
"""The largest body of an answer that is read, in bytes (256 MiB)."""

MAX_GET_QUERY_BYTES: Final = 2_000
"""The longest query, in bytes of UTF-8, that goes by GET; longer ones are posted as a form (SPARQL 1.1
Protocol, 2.1.2), since servers cap the length of a URL."""

MAX_NESTING: Final = 100
"""How deep brackets may stand in an answer. The parsers recurse and end the process at some thousands."""

MAX_TIMEOUT: Final = 86_400.0
"""The longest time-out, in seconds: a day. Sockets take no more than some weeks."""

MAX_REDIRECTS: Final = 5
"""How many redirects within the endpoint's own origin are followed."""

USER_VARIABLE: Final = "KGTOOL_ENDPOINT_USER"
PASSWORD_VARIABLE: Final = "KGTOOL_ENDPOINT_PASSWORD"  # noqa: S105  a variable's name

_FAULT_ADVICE: Final = "ask those who run the endpoint"
_AGAIN_ADVICE: Final = "try again, or ask for less with LIMIT"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A SPARQL 1.1 query service at `url`; `timeout` is in seconds and covers the whole exchange.

    Credentials come from the environment variables KGTOOL_ENDPOINT_USER and KGTOOL_ENDPOINT_PASSWORD, read at
    each call and sent as HTTP Basic to the origin of `url` only. Proxies named in the environment are used,
    except for loopback. Raises UsageError when the URL or the time-out cannot be used.
    """

    url: str
    timeout: float = 30.0

    def __post_init__(self) -> None:
        _check_url(self.url)
        if not 0 < self.timeout <= MAX_TIMEOUT:
            raise UsageError(
                f"a time-out of {self.timeout:g} s cannot be kept",
                advice=f"give seconds above 0, at most {MAX_TIMEOUT:g}",
            )

    def answer(self, query: str) -> Answer:
        """The complete answer to `query`: Rows for SELECT, Truth for ASK, Triples for CONSTRUCT and DESCRIBE.

        The text is sent as it stands, once. Triples stand in the order of the answer, each one time. Raises
        QueryRefused when the text is not a query (an update is not), UsageError when the credentials cannot
        be used, EndpointError for all that the endpoint does wrong.
        """
        form = _query_form(query)
        request = _request(self.url, query, form)
        wanted = _WANTED[form]
        shown = _shown(urlsplit(self.url))

        def exchange(brake: _Brake) -> _Reply:
            return _exchange(_opener(self.url, brake), request, self.timeout, wanted, shown)

        try:
            reply = _within(self.timeout, exchange)
        except (OSError, http.client.HTTPException, UnicodeError) as failure:
            raise _explained(failure, shown, self.timeout) from failure
        return _parsed(form, reply, shown)


# --- what may be sent ---


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The media types of an answer: how they are asked for, which are taken, and what they are called."""

    accept: str
    taken: frozenset[str]
    called: str


_RESULTS = _Wanted(
    accept="application/sparql-results+json",
    taken=frozenset({"application/sparql-results+json", "application/json"}),
    called="SPARQL results in JSON",
)
_GRAPH = _Wanted(
    accept="application/n-triples, text/turtle;q=0.5",
    taken=frozenset({"application/n-triples", "text/turtle"}),
    called="N-Triples or Turtle",
)
_WANTED: Final = {"SELECT": _RESULTS, "ASK": _RESULTS, "CONSTRUCT": _GRAPH, "DESCRIBE": _GRAPH}

# SPARQL 1.1, 19.8: Prologue ::= (BaseDecl | PrefixDecl)*. Possessive, so that no text makes it backtrack.
_GAP = r"(?:[ \t\r\n]|#[^\r\n]*+)*+"
_FORM = re.compile(
    rf"{_GAP}(?:(?:BASE{_GAP}<[^<>\s]*+>|PREFIX{_GAP}[^:<>#\s]*+:{_GAP}<[^<>\s]*+>){_GAP})*+"
    r"(SELECT|ASK|CONSTRUCT|DESCRIBE)\b",
    re.IGNORECASE,
)


def _query_form(query: str) -> str:
    match = _FORM.match(query)
    if match is None:
        raise QueryRefused("this is not a SPARQL query", advice="only SELECT, ASK, CONSTRUCT and DESCRIBE are sent")
    return match[1].upper()


def _check_url(url: str) -> None:
    advice = "give the address of a SPARQL query service, such as https://example.org/sparql"
    # None of these messages repeats the URL: it may hold a password or a key.
    if re.match(r"[^/?#]*//[^/?#]*@", url):
        raise UsageError(
            "the endpoint's URL carries credentials",
            advice=f"set {USER_VARIABLE} and {PASSWORD_VARIABLE} instead",
        )
    if re.search(r"[^!-~]", url):
        raise UsageError("the endpoint's URL has characters that no URL has", advice="percent-encode them")
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise UsageError("the endpoint's URL is not an http or https address", advice=advice)
    if any(name in ("query", "update") for name, _ in parse_qsl(parts.query, keep_blank_values=True)):
        raise UsageError("the endpoint's URL carries a query of its own", advice=advice)


def _request(url: str, query: str, form: str) -> urllib.request.Request:
    # Here, since it brings rdflib along: a quarter of a second that only remote queries should pay.
    from SPARQLWrapper import GET, POST, SPARQLWrapper

    try:
        long = len(query.encode()) > MAX_GET_QUERY_BYTES
    except UnicodeEncodeError as failure:
        raise QueryRefused("the query is not valid Unicode", advice="save it as UTF-8") from failure
    address = urldefrag(url).url
    # The wrapper appends "?query=" to whatever it is given: for GET the URL's own parameters go in by name.
    wrapper = SPARQLWrapper(address if long else address.partition("?")[0])
    if not long:
        for name, setting in parse_qsl(urlsplit(address).query, keep_blank_values=True):
            wrapper.addParameter(name, setting)
    wrapper.setMethod(POST if long else GET)
    wrapper.setOnlyConneg(True)
    # Not setQuery(): its pattern can take a query for an update, and the unknown for SELECT.
    wrapper.queryString, wrapper.queryType = query, form
    wrapper.setReturnFormat("turtle" if _WANTED[form] is _GRAPH else "json")
    wrapper.addCustomHttpHeader("Accept", _WANTED[form].accept)
    if authorization := _authorization():
        wrapper.addCustomHttpHeader("Authorization", authorization)
    return wrapper._createRequest()


def _authorization() -> str | None:
    """The value of the Authorization header (RFC 7617), or None when the environment has no credentials."""
    user, password = os.environ.get(USER_VARIABLE), os.environ.get(PASSWORD_VARIABLE)
    if not user and not password:
        return None
    if not user or password is None:
        raise UsageError(f"only one of {USER_VARIABLE} and {PASSWORD_VARIABLE} is set", advice="set both or neither")
    if ":" in user:
        raise UsageError(f"{USER_VARIABLE} has a colon, which HTTP Basic cannot carry", advice="use another")
    pair = f"{user}:{password}".encode(errors="surrogateescape")
    return f"Basic {base64.b64encode(pair).decode('ascii')}"


# --- the exchange ---


@dataclass(frozen=True, slots=True)
class _Reply:
    media: str
    body: bytes


class _Brake:
    """Breaks connections off from another thread.

    It holds a duplicate of each socket: shutting that down ends the connection for all, whatever TLS makes
    of the first one meanwhile.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._pulled = False

    def attach(self, connected: socket.socket) -> None:
        with self._lock:
            self._sockets.append(connected.dup())
            if self._pulled:
                self._end_all()

    def pull(self) -> None:
        with self._lock:
            self._pulled = True
            self._end_all()

    def _end_all(self) -> None:
        while self._sockets:
            with self._sockets.pop() as duplicate, suppress(OSError):
                duplicate.shutdown(socket.SHUT_RDWR)


def _within(seconds: float, exchange: Callable[[_Brake], _Reply]) -> _Reply:
    """Runs `exchange` for at most `seconds`; then raises TimeoutError, and its connection is broken off.

    A thread, because urllib's time-out holds for each socket operation, so that a byte now and then keeps it
    waiting for ever, and does not hold for the look-up of a name at all.
    """
    outcome: queue.SimpleQueue[_Reply | Exception] = queue.SimpleQueue()
    brake = _Brake()

    def run() -> None:
        try:
            outcome.put(exchange(brake))
        except Exception as failure:  # raised again in the caller's thread
            outcome.put(failure)

    thread = threading.Thread(target=run, name="kgtool-endpoint", daemon=True)
    thread.start()
    try:
        result = outcome.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError from None
    finally:
        brake.pull()
    thread.join()  # it is over, and whoever forks next should find one thread
    if isinstance(result, Exception):
        raise result
    return result


def _opener(url: str, brake: _Brake) -> urllib.request.OpenerDirector:
    """A private opener: http and https only, no redirects, no global state, and every socket on the brake."""

    class Plain(http.client.HTTPConnection):
        def connect(self) -> None:
            super().connect()
            brake.attach(self.sock)

    class Secure(http.client.HTTPSConnection, Plain):
        """By the order of its bases, the brake is on before the TLS handshake begins."""

    class PlainHandler(urllib.request.HTTPHandler):
        def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
            return self.do_open(Plain, req)

    class SecureHandler(urllib.request.HTTPSHandler):
        def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
            return self.do_open(Secure, req, context=ssl.create_default_context())

    opener = urllib.request.OpenerDirector()
    loopback = _is_loopback(urlsplit(url).hostname or "")
    opener.add_handler(urllib.request.ProxyHandler({} if loopback else None))
    for handler in (PlainHandler(), SecureHandler(), urllib.request.UnknownHandler()):
        opener.add_handler(handler)
    return opener


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _exchange(
    opener: urllib.request.OpenerDirector,
    request: urllib.request.Request,
    timeout: float,
    wanted: _Wanted,
    shown: str,
) -> _Reply:
    headers = dict(request.headers)
    for _ in range(MAX_REDIRECTS + 1):
        with opener.open(request, timeout=timeout) as response:
            if response.status in (301, 302, 303, 307, 308):
                address = _redirected(request.full_url, response.headers.get("Location"), shown)
                # A query changes nothing, so it may be posted again; only 303 says to come back with GET.
                body = None if response.status == HTTPStatus.SEE_OTHER else request.data
                request = urllib.request.Request(address, body, headers)  # noqa: S310  same origin, http(s)
                continue
            if response.status != HTTPStatus.OK:
                raise _refusal(response, shown)
            media = _media_type(response.headers, wanted, shown)
            return _Reply(media, _body(response, shown))
    raise EndpointError(
        f"redirects more than {MAX_REDIRECTS} times", file=shown, advice="use the address it should lead to"
    )


def _redirected(current: str, location: str | None, shown: str) -> str:
    if not location:
        raise EndpointError("redirects without saying where", file=shown, advice=_FAULT_ADVICE)
    try:
        # Header values arrive as Latin-1; what a URL cannot have is percent-encoded, as browsers do.
        address = quote(urljoin(current, location), safe=string.punctuation, encoding="latin-1")
        target = urlsplit(address)
        elsewhere = _origin(target) != _origin(urlsplit(current))
    except ValueError:
        raise EndpointError("redirects to what is no URL", file=shown, advice=_FAULT_ADVICE) from None
    if elsewhere:
        raise EndpointError(
            f"redirects to {_plain(_shown(target))}, which was not followed",
            file=shown,
            advice="use that address if you trust it",
        )
    return address


def _origin(parts: SplitResult) -> tuple[str, str | None, str | None, int | None]:
    # User names count: an address that brings its own credentials is not the one that was asked for.
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return (parts.scheme, parts.username, parts.hostname, port)


def _refusal(response: http.client.HTTPResponse, shown: str) -> EndpointError:
    said = ""
    with suppress(OSError, http.client.HTTPException):
        said = _first_line(response.read1(4096))
    status = response.status
    phrase = next((f" {known.phrase}" for known in HTTPStatus if known == status), "")
    message = f"answered {status}{phrase}" + (f": {said}" if said else "")
    return EndpointError(message, file=shown, advice=_status_advice(status))


def _status_advice(status: int) -> str:
    if status in (401, 403):
        return f"check the credentials in {USER_VARIABLE} and {PASSWORD_VARIABLE}"
    if status in (429, 503):
        return "wait, then try again"
    if status in (404, 405, 410):
        return "check that the address is that of a SPARQL query service"
    if status >= 500:
        return "try a smaller query, or ask those who run the endpoint"
    return "check the query and the address"


def _media_type(headers: Message, wanted: _Wanted, shown: str) -> str:
    """The answer's media type; raises EndpointError when the answer is of a kind that was not asked for."""
    advice = f"check that the address is that of a SPARQL 1.1 query service; it was asked for {wanted.accept}"
    declared = headers.get("Content-Type")
    if not declared:
        raise EndpointError(f"answered without a media type, not {wanted.called}", file=shown, advice=advice)
    media = headers.get_content_type()
    if media not in wanted.taken:
        named = _plain(declared.partition(";")[0].strip().lower())
        raise EndpointError(f"answered {named}, not {wanted.called}", file=shown, advice=advice)
    charset = headers.get_content_charset() or "utf-8"
    if charset not in ("utf-8", "utf8", "us-ascii", "ascii"):
        raise EndpointError(
            f"answered in the character set {_plain(charset)}, not UTF-8", file=shown, advice=_FAULT_ADVICE
        )
    coding = headers.get("Content-Encoding") or "identity"
    if coding.strip().lower() != "identity":
        raise EndpointError(f"answered in the encoding {_plain(coding)}, unasked", file=shown, advice=_FAULT_ADVICE)
    return media


def _body(response: http.client.HTTPResponse, shown: str) -> bytes:
    declared = response.length
    if declared is not None and declared > MAX_ANSWER_BYTES:
        raise _too_large(shown)
    chunks: list[bytes] = []
    size = 0
    while chunk := response.read(65_536):
        chunks.append(chunk)
        size += len(chunk)
        if size > MAX_ANSWER_BYTES:
            raise _too_large(shown)
    if declared is not None and size < declared:
        # http.client notices this only when the whole is read at once.
        raise http.client.IncompleteRead(b"", declared - size)
    return b"".join(chunks)


def _too_large(shown: str) -> EndpointError:
    return EndpointError(
        f"answered more than the limit of {MAX_ANSWER_BYTES:,} bytes".replace(",", " "),
        file=shown,
        advice="ask for less, with LIMIT or a narrower pattern",
    )


# --- what came back ---


def _parsed(form: str, reply: _Reply, shown: str) -> Answer:
    is_json = _WANTED[form] is _RESULTS
    if _nests_too_deep(reply.body, _JSON_BRACKETS if is_json else _TRIPLE_BRACKETS):
        raise EndpointError(f"the answer nests more than {MAX_NESTING} deep", file=shown, advice=_FAULT_ADVICE)
    try:
        answer = _results(reply.body) if is_json else _triples(reply)
    except (SyntaxError, ValueError) as failure:
        malformed = _malformed(failure, reply.body, shown)
    else:
        if isinstance(answer, Truth) != (form == "ASK"):
            got = "true or false" if isinstance(answer, Truth) else "rows"
            raise EndpointError(f"answered {form} with {got}", file=shown, advice=_FAULT_ADVICE)
        return answer
    # Raised out here and without a cause: a traceback would hold the body and the parser's iterator, which
    # must not be dropped in another thread.
    raise malformed


def _results(body: bytes) -> Rows | Truth:
    results = parse_query_results(body, format=QueryResultsFormat.JSON)
    if isinstance(results, QueryBoolean):
        return Truth(bool(results))
    variables = tuple(variable.value for variable in results.variables)
    return Rows(variables, tuple(tuple(solution) for solution in results))


def _triples(reply: _Reply) -> Triples:
    turtle = reply.media == "text/turtle"
    quads = parse(reply.body, format=RdfFormat.TURTLE if turtle else RdfFormat.N_TRIPLES)
    return Triples(tuple(dict.fromkeys(quad.triple for quad in quads)))


def _malformed(failure: Exception, body: bytes, shown: str) -> EndpointError:
    if _breaks_off(failure, body):
        return EndpointError("the answer is incomplete: it breaks off", file=shown, advice=_AGAIN_ADVICE)
    try:
        body.decode()
    except UnicodeDecodeError as bad:
        return EndpointError(f"the answer is not UTF-8 at byte {bad.start}", file=shown, advice=_FAULT_ADVICE)
    return EndpointError(f"the answer breaks its format: {_plain(str(failure))}", file=shown, advice=_FAULT_ADVICE)


def _breaks_off(failure: Exception, body: bytes) -> bool:
    """Whether the body is malformed because its end is missing."""
    if "Unexpected end" in str(failure):
        return True
    written = body.rstrip()
    if written.startswith((b"{", b"[")):
        return _depths(body, _JSON_BRACKETS)[-1] > 0
    on_last_line = isinstance(failure, SyntaxError) and (failure.lineno or 0) > written.count(b"\n")
    return on_last_line and not written.endswith(b".")


@dataclass(frozen=True, slots=True)
class _Brackets:
    """How a format nests: its opening and closing brackets, and the stretches in which they mean nothing."""

    opening: tuple[bytes, ...]
    bracket: re.Pattern[bytes]
    quiet: re.Pattern[bytes]


_JSON_BRACKETS = _Brackets(
    opening=(b"{", b"["),
    bracket=re.compile(rb"[\[\]{}]"),
    quiet=re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL),
)
# Triple terms only: the Turtle parser takes collections and blank-node brackets of any depth.
_TRIPLE_BRACKETS = _Brackets(
    opening=(b"<<",),
    bracket=re.compile(rb"<<|>>"),
    quiet=re.compile(
        rb'\\.|"""(?:[^"\\]|\\.|""?(?!"))*+"""|'
        rb"'''(?:[^'\\]|\\.|''?(?!'))*+'''|"
        rb'"(?:[^"\\\r\n]|\\.)*+"|'
        rb"'(?:[^'\\\r\n]|\\.)*+'|"
        rb"<[^<>\s]*+>|#[^\r\n]*+",
        re.DOTALL,
    ),
)


def _nests_too_deep(body: bytes, brackets: _Brackets) -> bool:
    # The count alone clears nearly every answer that is not hostile or large.
    few = sum(map(body.count, brackets.opening)) <= MAX_NESTING
    return not few and max(_depths(body, brackets)) > MAX_NESTING


def _depths(body: bytes, brackets: _Brackets) -> list[int]:
    """How deep the text stands after each bracket, from 0 before the first."""
    found = brackets.bracket.findall(brackets.quiet.sub(b" ", body))
    return list(accumulate((1 if one in brackets.opening else -1 for one in found), initial=0))


# --- what is said about it ---


def _explained(failure: Exception, shown: str, timeout: float) -> EndpointError:
    reason: object = failure
    if isinstance(failure, urllib.error.URLError):
        reason = failure.reason

    message, advice = f"the exchange failed: {_plain(str(reason))}", "check the address and the network"
    if isinstance(reason, TimeoutError):
        message = f"gave no complete answer within {timeout:g} s"
        advice = "raise the time-out, or ask for less"
    elif isinstance(reason, (socket.gaierror, UnicodeError)):
        # UnicodeError: a label too long or empty, which IDNA refuses before any look-up.
        message = "the name of the host cannot be found"
    elif isinstance(reason, ConnectionRefusedError):
        message = "the connection was refused"
        advice = "check the address, and that the endpoint is running"
    elif isinstance(reason, ssl.SSLCertVerificationError):
        message = f"its certificate is not trusted: {_plain(reason.verify_message)}"
        advice = _FAULT_ADVICE
    elif isinstance(reason, ssl.SSLError):
        message = f"no secure connection could be made: {_plain(reason.reason or str(reason))}"
        advice = "check whether the address begins with http or https"
    elif isinstance(reason, http.client.IncompleteRead):
        message, advice = "the answer is incomplete: the connection ended before it did", _AGAIN_ADVICE
    elif isinstance(reason, ConnectionError):
        # RemoteDisconnected is one, too.
        message, advice = "the connection was broken off", _AGAIN_ADVICE
    elif isinstance(reason, http.client.HTTPException):
        message, advice = "did not answer in HTTP", "check the address and its port"
    return EndpointError(message, file=shown, advice=advice)


def _shown(parts: SplitResult) -> str:
    """A URL fit for a message: no query string, which may hold keys, and no credentials."""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _first_line(body: bytes) -> str:
    """The first line with something in it, or nothing for a web page, whose first line says nothing."""
    lines = (_plain(line) for line in body.decode(errors="replace").splitlines())
    line = next((line for line in lines if line), "")
    return "" if line.lower().startswith(("<!doctype", "<html", "<?xml")) else line


def _plain(text: str) -> str:
    """`text` without control, bidirectional and line-separating characters; at most 200 code points."""
    kept = (c for c in text.replace("\t", " ") if unicodedata.category(c) not in _UNPRINTABLE)
    return "".join(kept).strip()[:200]


_UNPRINTABLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
