"""The remote store: right answers from a real server, and one plain line for each way a server can fail."""

from __future__ import annotations

import base64
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loopback import CannedServer, SparqlServer
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store, Triple

from kgtool import endpoint
from kgtool.endpoint import Endpoint
from kgtool.errors import EndpointError, ExitStatus, QueryRefused, UsageError
from kgtool.results import Rows, Triples, Truth

JSON = "application/sparql-results+json"
SELECT = "SELECT ?x WHERE { ?s ?p ?x } ORDER BY ?x"
ASK = "ASK { ?s ?p ?o }"
CONSTRUCT = "CONSTRUCT WHERE { ?s ?p ?o }"
ONE_ROW = b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"literal","value":"{[<<"}}]}}'

RI = NamedNode("https://example.org/ri")
NAME = NamedNode("https://example.org/name")


@pytest.fixture(autouse=True)
def no_credentials_and_no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KGTOOL_ENDPOINT_USER", "KGTOOL_ENDPOINT_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def sparql() -> Iterator[SparqlServer]:
    store = Store()
    store.add(Quad(RI, NAME, Literal("Ri Jong Sik", language="en"), NamedNode("https://example.org/g1")))
    store.add(Quad(RI, NAME, Literal("리정식", language="ko"), NamedNode("https://example.org/g2")))
    with SparqlServer(store) as server:
        yield server


def failure(url: str, query: str = SELECT, timeout: float = 5.0) -> str:
    """What the EndpointError says after the URL, which it must name first; one line, printable."""
    with pytest.raises(EndpointError) as caught:
        Endpoint(url, timeout).answer(query)
    assert caught.value.status is ExitStatus.ENDPOINT
    sentence = str(caught.value)
    assert sentence.isprintable()
    assert caught.value.file == url.partition("?")[0]
    assert sentence.startswith(f"{caught.value.file}: ")
    assert caught.value.advice
    return sentence.removeprefix(f"{caught.value.file}: ")


def canned_failure(server: CannedServer, query: str = SELECT, timeout: float = 5.0) -> str:
    with server:
        return failure(server.url, query, timeout)


# --- right answers ---


def test_select_gives_rows_in_order_over_the_union_of_graphs(sparql: SparqlServer) -> None:
    answer = Endpoint(sparql.url).answer(
        "SELECT ?name ?none WHERE { ?s <https://example.org/name> ?name } ORDER BY ?name"
    )
    assert answer == Rows(
        ("name", "none"),
        ((Literal("Ri Jong Sik", language="en"), None), (Literal("리정식", language="ko"), None)),
    )


def test_ask_gives_truth(sparql: SparqlServer) -> None:
    assert Endpoint(sparql.url).answer(ASK) == Truth(True)
    assert Endpoint(sparql.url).answer("ASK { ?s <https://example.org/absent> ?o }") == Truth(False)


@pytest.mark.parametrize("query", [CONSTRUCT, "DESCRIBE <https://example.org/ri>"])
def test_construct_and_describe_give_triples(sparql: SparqlServer, query: str) -> None:
    answer = Endpoint(sparql.url).answer(query)
    assert isinstance(answer, Triples)
    assert len(answer.triples) == 2
    assert set(answer.triples) == {
        Triple(RI, NAME, Literal("Ri Jong Sik", language="en")),
        Triple(RI, NAME, Literal("리정식", language="ko")),
    }


def test_turtle_is_taken_and_each_triple_given_once() -> None:
    body = b"@prefix e: <https://example.org/> . e:ri e:name 'Ri', 'Ri' ; e:knows _:b ."
    with CannedServer(headers={"Content-Type": "Text/Turtle; charset=UTF-8"}, body=body) as server:
        assert Endpoint(server.url).answer(CONSTRUCT) == Triples(
            (
                Triple(RI, NAME, Literal("Ri")),
                Triple(RI, NamedNode("https://example.org/knows"), BlankNode("b")),
            )
        )


def test_plain_json_is_taken_and_brackets_in_strings_are_no_nesting() -> None:
    row = b'{"x":{"type":"literal","value":"' + b"{[" * 200 + b'\\"{"}}'
    body = b'{"head":{"vars":["x"]},"results":{"bindings":[' + row + b"]}}"
    with CannedServer(headers={"Content-Type": "application/json"}, body=body) as server:
        assert Endpoint(server.url).answer(SELECT) == Rows(("x",), ((Literal("{[" * 200 + '"{'),),))


def test_many_triples_with_guillemets_in_their_words_are_no_nesting() -> None:
    body = b'<https://example.org/ri> <https://example.org/name> "<< <<" .\n' * 101
    with CannedServer(headers={"Content-Type": "application/n-triples"}, body=body) as server:
        assert Endpoint(server.url).answer(CONSTRUCT) == Triples((Triple(RI, NAME, Literal("<< <<")),))


# --- what is sent ---


def test_a_short_query_goes_by_get(sparql: SparqlServer) -> None:
    Endpoint(sparql.url).answer(SELECT)
    (request,) = sparql.requests
    assert request.method == "GET"
    assert request.query == SELECT
    assert request.headers["accept"] == "application/sparql-results+json"
    assert request.parameters == {"query": [SELECT]}
    assert "authorization" not in request.headers


@pytest.mark.parametrize(("length", "method"), [(2_000, "GET"), (2_001, "POST")])
def test_a_query_above_2000_bytes_is_posted_as_a_form(sparql: SparqlServer, length: int, method: str) -> None:
    # "é" is two bytes: it is bytes that count.
    query = f"{ASK} # é".ljust(length - 1, "x")
    assert len(query.encode()) == length
    assert Endpoint(sparql.url).answer(query) == Truth(True)
    (request,) = sparql.requests
    assert request.method == method
    assert request.query == query
    assert request.parameters == {"query": [query]}


def test_triples_are_asked_for_as_n_triples_first(sparql: SparqlServer) -> None:
    Endpoint(sparql.url).answer(CONSTRUCT)
    assert sparql.requests[0].headers["accept"] == "application/n-triples, text/turtle;q=0.5"


@pytest.mark.parametrize("query", [ASK, ASK + " #".ljust(2_001)])
def test_the_urls_own_parameters_are_kept_and_its_fragment_dropped(sparql: SparqlServer, query: str) -> None:
    Endpoint(f"{sparql.url}?key=a%26b&empty=#top").answer(query)
    (request,) = sparql.requests
    assert request.parameters == {"key": ["a&b"], "empty": [""], "query": [query]}


def test_a_fragment_does_not_swallow_the_query(sparql: SparqlServer) -> None:
    assert Endpoint(f"{sparql.url}#top").answer(ASK) == Truth(True)


@pytest.mark.parametrize(
    "query",
    [
        "prefix add: <https://example.org/add#> prefix load: <x:> select ?x where { ?x add:y load:z }",
        "#DELETE\nBASE <https://example.org/>\r\nPREFIX # INSERT\n:<ask#> SELECT*{}",
        "PREFIX e:<x:>SELECT?x{}",
    ],
)
def test_the_form_is_read_by_the_grammar(sparql: SparqlServer, query: str) -> None:
    assert isinstance(Endpoint(sparql.url).answer(query), Rows)
    assert sparql.requests[0].headers["accept"] == JSON


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { <x:a> <x:b> <x:c> }",
        "PREFIX select: <x:> DELETE WHERE { ?s ?p ?o }",
        "# SELECT\nDROP ALL",
        "BASE <SELECT> CLEAR ALL",
        "LOAD <x:select>",
        "SELECTED",
        "",
        "SELECT ?x { ?x ?y '\udcff' }",
    ],
)
def test_what_is_no_query_is_not_sent(sparql: SparqlServer, text: str) -> None:
    with pytest.raises(QueryRefused, match=r"is not (a SPARQL query|valid Unicode)"):
        Endpoint(sparql.url).answer(text)
    assert sparql.requests == []


def test_credentials_come_from_the_environment(sparql: SparqlServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KGTOOL_ENDPOINT_USER", "Kim")
    monkeypatch.setenv("KGTOOL_ENDPOINT_PASSWORD", "pass:wörd")
    Endpoint(sparql.url).answer(ASK)
    Endpoint(sparql.url).answer(ASK.ljust(2_001))
    expected = "Basic " + base64.b64encode("Kim:pass:wörd".encode()).decode()
    assert [request.headers["authorization"] for request in sparql.requests] == [expected, expected]


@pytest.mark.parametrize(
    ("user", "password", "message"),
    [
        ("Kim", None, "only one of KGTOOL_ENDPOINT_USER and KGTOOL_ENDPOINT_PASSWORD is set"),
        (None, "secret", "only one of KGTOOL_ENDPOINT_USER and KGTOOL_ENDPOINT_PASSWORD is set"),
        ("K:im", "secret", "KGTOOL_ENDPOINT_USER has a colon, which HTTP Basic cannot carry"),
    ],
)
def test_half_credentials_are_refused(
    sparql: SparqlServer,
    monkeypatch: pytest.MonkeyPatch,
    user: str | None,
    password: str | None,
    message: str,
) -> None:
    for name, setting in (("USER", user), ("PASSWORD", password)):
        if setting is not None:
            monkeypatch.setenv(f"KGTOOL_ENDPOINT_{name}", setting)
    with pytest.raises(UsageError) as caught:
        Endpoint(sparql.url).answer(ASK)
    assert caught.value.message == message
    assert "secret" not in str(caught.value)
    assert sparql.requests == []


def test_an_empty_password_is_sent(sparql: SparqlServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KGTOOL_ENDPOINT_USER", "key")
    monkeypatch.setenv("KGTOOL_ENDPOINT_PASSWORD", "")
    Endpoint(sparql.url).answer(ASK)
    assert sparql.requests[0].headers["authorization"] == "Basic a2V5Og=="


def test_a_proxy_is_used_except_for_loopback(sparql: SparqlServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with CannedServer(headers={"Content-Type": JSON}, body=ONE_ROW) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        Endpoint(sparql.url).answer(SELECT)
        assert proxy.requests == []
        Endpoint("http://store.invalid/sparql").answer(SELECT)
        assert proxy.requests[0].target.startswith("http://store.invalid/sparql?query=")


def test_the_global_opener_is_neither_used_nor_changed(sparql: SparqlServer, monkeypatch: pytest.MonkeyPatch) -> None:
    marker = urllib.request.OpenerDirector()  # without handlers, it could open nothing
    monkeypatch.setattr(urllib.request, "_opener", marker)
    assert Endpoint(sparql.url).answer(ASK) == Truth(True)
    assert urllib.request._opener is marker  # type: ignore[attr-defined]


# --- addresses ---


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("ftp://example.org/sparql", "the endpoint's URL is not an http or https address"),
        ("file:///etc/passwd", "the endpoint's URL is not an http or https address"),
        ("example.org/sparql", "the endpoint's URL is not an http or https address"),
        ("", "the endpoint's URL is not an http or https address"),
        ("http://", "the endpoint's URL is not an http or https address"),
        ("http://:80/", "the endpoint's URL is not an http or https address"),
        ("http://example.org:99999/", "the endpoint's URL is not an http or https address"),
        ("http://[::1/", "the endpoint's URL is not an http or https address"),
        ("http://kim:secret@example.org/", "the endpoint's URL carries credentials"),
        ("https://kim@example.org/", "the endpoint's URL carries credentials"),
        ("ftp://kim:secret@example.org:x/", "the endpoint's URL carries credentials"),
        ("http://example.org/a b", "the endpoint's URL has characters that no URL has"),
        ("http://example.org/\r\nHost: x", "the endpoint's URL has characters that no URL has"),
        ("http://example.org/é", "the endpoint's URL has characters that no URL has"),
        ("http://example.org/?update=CLEAR+ALL", "the endpoint's URL carries a query of its own"),
    ],
)
def test_an_address_that_cannot_be_used(url: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        Endpoint(url)
    assert caught.value.message == message
    assert "secret" not in str(caught.value)


def test_an_at_sign_in_the_path_is_no_credential() -> None:
    assert Endpoint("http://example.org/@me?x=a@b").url == "http://example.org/@me?x=a@b"


@pytest.mark.parametrize("timeout", [0.0, -1.0, float("nan"), float("inf"), 86_401.0])
def test_a_timeout_that_cannot_be_kept(timeout: float) -> None:
    with pytest.raises(UsageError, match=r"cannot be kept; give seconds above 0, at most 86400$"):
        Endpoint("http://example.org/", timeout)


# --- no connection ---


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
        return port


def test_connection_refused_and_the_query_string_not_shown() -> None:
    url = f"http://127.0.0.1:{free_port()}/sparql?key=secret"
    assert failure(url) == ("the connection was refused; check the address, and that the endpoint is running")


def test_a_name_that_cannot_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def lookup(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    expected = "the name of the host cannot be found; check the address and the network"
    assert failure("http://store.invalid/sparql") == expected


def test_a_name_that_cannot_exist() -> None:
    expected = "the name of the host cannot be found; check the address and the network"
    assert failure(f"http://{'a' * 64}.invalid/sparql") == expected


def test_a_stalled_look_up_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    def lookup(*_: object, **__: object) -> None:
        release.wait(5)
        raise socket.gaierror(socket.EAI_AGAIN, "try again")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    try:
        with stopped_in_time():
            assert failure("http://store.invalid/", timeout=0.2) == TIMED_OUT
    finally:
        release.set()


def test_https_to_a_plain_server() -> None:
    with CannedServer() as server:
        said = failure(server.url.replace("http:", "https:"))
    assert said.startswith("no secure connection could be made: ")
    assert said.endswith("; check whether the address begins with http or https")


def test_a_certificate_that_is_not_trusted() -> None:
    mistrust = ssl.SSLCertVerificationError(1, "certificate verify failed")
    mistrust.verify_message = "self-signed certificate"
    error = endpoint._explained(urllib.error.URLError(mistrust), "https://example.org/", 5.0)
    assert str(error) == (
        "https://example.org/: its certificate is not trusted: self-signed certificate; ask those who run the endpoint"
    )


# --- time ---

TIMED_OUT = "gave no complete answer within 0.2 s; raise the time-out, or ask for less"


@contextmanager
def stopped_in_time() -> Iterator[None]:
    began = time.monotonic()
    yield
    assert 0.15 < time.monotonic() - began < 1.5


@pytest.mark.parametrize(
    "server",
    [
        lambda: CannedServer(delay=30),
        lambda: CannedServer(trickle=0.02, headers={"Content-Type": JSON}, body=ONE_ROW),
        lambda: CannedServer(trickle=0.001, headers={"Content-Type": JSON}, body=ONE_ROW[:-1].ljust(9_000)),
        lambda: CannedServer(trickle=0.02, raw=b"HTTP/1.1 100 Continue\r\n\r\n" * 99),
    ],
    ids=["silent", "slow head", "slow body", "for ever to be continued"],
)
def test_a_server_that_stalls_or_trickles_is_stopped_and_its_connection_ended(
    server: Callable[[], CannedServer],
) -> None:
    with server() as running:
        with stopped_in_time():
            assert failure(running.url, timeout=0.2) == TIMED_OUT
        # While the server still goes on.
        assert ended("kgtool-endpoint")


def test_a_stalled_tls_handshake_is_stopped() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, stopped_in_time():
        assert failure(f"https://127.0.0.1:{silent.getsockname()[1]}/", timeout=0.2) == TIMED_OUT
        assert ended("kgtool-endpoint")


def ended(name: str) -> bool:
    """No thread of that name is left half a second on."""
    deadline = time.monotonic() + 0.5
    while time.monotonic() < deadline:
        if all(thread.name != name for thread in threading.enumerate()):
            return True
        time.sleep(0.005)
    return False


# --- statuses ---


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (
            400,
            b"\r\n  Parse error:\tline 1\x1b[31m \xe2\x80\xaered\r\nat org.example.Parser",
            "answered 400 Bad Request: Parse error: line 1[31m red; check the query and the address",
        ),
        (
            401,
            b"",
            "answered 401 Unauthorized; check the credentials in KGTOOL_ENDPOINT_USER and KGTOOL_ENDPOINT_PASSWORD",
        ),
        (
            403,
            b"no",
            "answered 403 Forbidden: no; check the credentials in KGTOOL_ENDPOINT_USER and KGTOOL_ENDPOINT_PASSWORD",
        ),
        (
            404,
            b"<!DOCTYPE html>\n<title>Lost</title>",
            "answered 404 Not Found; check that the address is that of a SPARQL query service",
        ),
        (
            500,
            b"x" * 5_000,
            f"answered 500 Internal Server Error: {'x' * 200}; try a smaller query, or ask those who run the endpoint",
        ),
        (503, b"\xffbusy", "answered 503 Service Unavailable: \ufffdbusy; wait, then try again"),
        (599, b"odd", "answered 599: odd; try a smaller query, or ask those who run the endpoint"),
        (204, b"", "answered 204 No Content; check the query and the address"),
    ],
)
def test_a_status_other_than_200(status: int, body: bytes, said: str) -> None:
    assert canned_failure(CannedServer(status, {"Content-Type": "text/plain"}, body)) == said


# --- redirects ---


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("query", [SELECT, SELECT.ljust(2_001)], ids=["GET", "POST"])
def test_a_redirect_to_another_port_is_not_followed(monkeypatch: pytest.MonkeyPatch, status: int, query: str) -> None:
    monkeypatch.setenv("KGTOOL_ENDPOINT_USER", "Kim")
    monkeypatch.setenv("KGTOOL_ENDPOINT_PASSWORD", "secret")
    with CannedServer(headers={"Content-Type": JSON}, body=ONE_ROW) as other:
        said = canned_failure(CannedServer(status, {"Location": f"{other.url}?key=x"}), query)
        assert said == f"redirects to {other.url}, which was not followed; use that address if you trust it"
        assert other.requests == []


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://127.0.0.1/sparql", "https://127.0.0.1/sparql"),
        ("//localhost/sparql", "http://localhost/sparql"),
        ("file:///etc/passwd", "file:///etc/passwd"),
        ("http://kim:pw@store.invalid/", "http://store.invalid/"),
    ],
)
def test_a_redirect_to_another_scheme_or_host_is_not_followed(location: str, shown: str) -> None:
    said = canned_failure(CannedServer(302, {"Location": location}))
    assert said == f"redirects to {shown}, which was not followed; use that address if you trust it"


def test_a_redirect_that_brings_its_own_credentials_is_not_followed() -> None:
    with CannedServer(headers={"Content-Type": JSON}, body=ONE_ROW) as server:
        target = server.url.replace("//", "//kim:pw@")
        server.answer_at("/old", 302, {"Location": target})
        said = failure(server.url.replace("/sparql", "/old"))
        assert said.startswith(f"redirects to {server.url}, which was not followed")
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("status", "query", "arrives"),
    [
        (301, SELECT, "GET"),
        (303, SELECT, "GET"),
        (301, SELECT.ljust(2_001), "POST"),
        (308, SELECT.ljust(2_001), "POST"),
        (303, SELECT.ljust(2_001), "GET"),
    ],
)
def test_a_redirect_within_the_origin_is_followed(
    monkeypatch: pytest.MonkeyPatch, status: int, query: str, arrives: str
) -> None:
    monkeypatch.setenv("KGTOOL_ENDPOINT_USER", "key")
    monkeypatch.setenv("KGTOOL_ENDPOINT_PASSWORD", "")
    with CannedServer(headers={"Content-Type": JSON}, body=ONE_ROW) as server:
        server.answer_at("/old", status, {"Location": "/new place?x=1"})
        answer = Endpoint(server.url.replace("/sparql", "/old")).answer(query)
        assert answer == Rows(("x",), ((Literal("{[<<"),),))
        first, second = server.requests
        assert (second.method, second.target) == (arrives, "/new%20place?x=1")
        assert second.headers["authorization"] == "Basic a2V5Og=="
        assert second.body == (first.body if arrives == "POST" else b"")


def test_redirects_without_end_or_aim() -> None:
    assert canned_failure(CannedServer(302, {"Location": "/sparql"})) == (
        "redirects more than 5 times; use the address it should lead to"
    )
    assert canned_failure(CannedServer(302)) == ("redirects without saying where; ask those who run the endpoint")
    assert canned_failure(CannedServer(302, {"Location": "http://[::1/"})) == (
        "redirects to what is no URL; ask those who run the endpoint"
    )


# --- answers that are none ---

RESULTS_ADVICE = (
    "check that the address is that of a SPARQL 1.1 query service; it was asked for application/sparql-results+json"
)


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        (
            {"Content-Type": "text/html; charset=utf-8"},
            f"answered text/html, not SPARQL results in JSON; {RESULTS_ADVICE}",
        ),
        (
            {"Content-Type": "application/sparql-results+xml"},
            f"answered application/sparql-results+xml, not SPARQL results in JSON; {RESULTS_ADVICE}",
        ),
        (
            {"Content-Type": "te\x1b]0;xt/html"},
            f"answered te]0, not SPARQL results in JSON; {RESULTS_ADVICE}",
        ),
        ({}, f"answered without a media type, not SPARQL results in JSON; {RESULTS_ADVICE}"),
        (
            {"Content-Type": f"{JSON}; charset=ISO-8859-1"},
            "answered in the character set iso-8859-1, not UTF-8; ask those who run the endpoint",
        ),
        (
            {"Content-Type": JSON, "Content-Encoding": "gzip"},
            "answered in the encoding gzip, unasked; ask those who run the endpoint",
        ),
    ],
)
def test_an_answer_of_another_kind(headers: dict[str, str], said: str) -> None:
    assert canned_failure(CannedServer(200, headers, ONE_ROW)) == said


def test_results_for_a_construct() -> None:
    assert canned_failure(CannedServer(200, {"Content-Type": JSON}, ONE_ROW), CONSTRUCT) == (
        "answered application/sparql-results+json, not N-Triples or Turtle; check that the address is that "
        "of a SPARQL 1.1 query service; it was asked for application/n-triples, text/turtle;q=0.5"
    )


INCOMPLETE = "the answer is incomplete: it breaks off; try again, or ask for less with LIMIT"
CUT = "the answer is incomplete: the connection ended before it did; try again, or ask for less with LIMIT"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"lit', INCOMPLETE),
        (b"", INCOMPLETE),
        (
            b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"weird","value":5}}]}}',
            "the answer breaks its format: Unexpected term type: 'weird'; ask those who run the endpoint",
        ),
        (
            ONE_ROW.replace(b"<<", b"\xe9"),
            "the answer is not UTF-8 at byte 80; ask those who run the endpoint",
        ),
        (b'{"head":{},"boolean":true}', "answered SELECT with true or false; ask those who run the endpoint"),
        (
            b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":' + b'{"type":"triple","value":{"subject":' * 10_000,
            "the answer nests more than 100 deep; ask those who run the endpoint",
        ),
    ],
    ids=["truncated", "empty", "weird type", "Latin-1", "boolean", "deep"],
)
def test_a_body_that_is_no_result(body: bytes, said: str) -> None:
    assert canned_failure(CannedServer(200, {"Content-Type": JSON}, body)) == said


def test_rows_for_an_ask() -> None:
    assert canned_failure(CannedServer(200, {"Content-Type": JSON}, ONE_ROW), ASK) == (
        "answered ASK with rows; ask those who run the endpoint"
    )


@pytest.mark.parametrize("length", range(len(ONE_ROW)))
def test_no_beginning_of_an_answer_passes_for_the_whole(length: int) -> None:
    with pytest.raises(EndpointError, match="the answer is incomplete: it breaks off"):
        endpoint._parsed("SELECT", endpoint._Reply(JSON, ONE_ROW[:length]), "http://example.org/")


TRIPLES = b'<x:a> <x:b> "v"@en .\n_:a <x:b> "5"^^<x:int> . # said.\n<x:a> <x:b> <x:c> .'


@pytest.mark.parametrize("length", range(len(TRIPLES)))
def test_no_part_of_a_statement_passes_for_the_whole(length: int) -> None:
    reply = endpoint._Reply("application/n-triples", TRIPLES[:length])
    if length in ends_of_statements():
        endpoint._parsed("CONSTRUCT", reply, "http://example.org/")
        return
    with pytest.raises(EndpointError, match="the answer is incomplete: it breaks off"):
        endpoint._parsed("CONSTRUCT", reply, "http://example.org/")


def ends_of_statements() -> set[int]:
    first, second = TRIPLES.index(b"_:a"), TRIPLES.rindex(b"\n")
    return {0, first - 1, first, *range(TRIPLES.index(b"#") - 1, second + 2)}


def test_triples_with_a_fault_in_the_middle() -> None:
    body = b"<x:a> <x:b> <rel> .\n<x:a> <x:b> <x:c>"
    server = CannedServer(200, {"Content-Type": "application/n-triples"}, body)
    said = canned_failure(server, CONSTRUCT)
    assert said.startswith("the answer breaks its format: Parser error at line 1 ")
    assert said.endswith("No scheme found in an absolute IRI (line 1); ask those who run the endpoint")


@given(st.binary(max_size=200), st.sampled_from(["SELECT", "ASK", "CONSTRUCT"]))
def test_any_bytes_give_an_answer_or_one_printable_line(body: bytes, form: str) -> None:
    said = ""
    try:
        endpoint._parsed(form, endpoint._Reply("text/turtle", body), "http://example.org/")
    except EndpointError as error:
        said = str(error)
    assert said.isprintable()


@pytest.mark.parametrize("media", ["application/n-triples", "text/turtle"])
def test_triples_nested_too_deep(media: str) -> None:
    # What is hidden in strings, comments and escapes must not balance the brackets.
    line = b"<x:a> <x:b> " + b"<<( <x:a> <x:b> " * 30_000 + b'">>" # >>\n'
    assert canned_failure(CannedServer(200, {"Content-Type": media}, line), CONSTRUCT) == (
        "the answer nests more than 100 deep; ask those who run the endpoint"
    )


def test_truncated_triples() -> None:
    body = b"<x:a> <x:b> <x:c> .\n<x:a> <x:"
    server = CannedServer(200, {"Content-Type": "application/n-triples"}, body)
    assert canned_failure(server, CONSTRUCT) == INCOMPLETE


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        # Both break off at the end of a line, where the rest would parse.
        ({"Content-Length": "40"}, b"<x:a> <x:b> <x:c> .\n"),
        ({"Transfer-Encoding": "chunked"}, b"14\r\n<x:a> <x:b> <x:c> .\n\r\n"),
        ({"Transfer-Encoding": "chunked"}, b"zz\r\n<x:a> <x:b> <x:c> .\n\r\n"),
    ],
    ids=["length", "chunks", "bad chunk"],
)
def test_a_connection_that_ends_before_the_answer(headers: dict[str, str], body: bytes) -> None:
    server = CannedServer(200, {"Content-Type": "application/n-triples", **headers}, body)
    assert canned_failure(server, CONSTRUCT) == CUT


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "the connection was broken off; try again, or ask for less with LIMIT"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "did not answer in HTTP; check the address and its port"),
    ],
)
def test_a_server_of_something_else(raw: bytes, said: str) -> None:
    assert canned_failure(CannedServer(raw=raw)) == said


@pytest.mark.parametrize(
    "headers",
    [{}, {"Content-Length": "999999999999"}, {"Transfer-Encoding": "chunked"}],
    ids=["sent", "announced", "chunked"],
)
def test_an_answer_above_the_limit(monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]) -> None:
    monkeypatch.setattr(endpoint, "MAX_ANSWER_BYTES", 1_000)
    body = b" " * 1_001
    if "Transfer-Encoding" in headers:
        body = b"3e9\r\n" + body + b"\r\n0\r\n\r\n"
    assert canned_failure(CannedServer(200, {"Content-Type": JSON, **headers}, body)) == (
        "answered more than the limit of 1 000 bytes; ask for less, with LIMIT or a narrower pattern"
    )


def test_an_answer_just_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "MAX_ANSWER_BYTES", len(ONE_ROW))
    with CannedServer(200, {"Content-Type": JSON}, ONE_ROW) as server:
        assert isinstance(Endpoint(server.url).answer(SELECT), Rows)


def test_there_are_no_retries() -> None:
    with CannedServer(503) as server:
        failure(server.url)
        assert len(server.requests) == 1


def test_the_wrapper_is_imported_only_for_a_query() -> None:
    code = "import sys, kgtool.endpoint as e; e.Endpoint('http://example.org/'); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"SPARQLWrapper", "rdflib"} & set(done.stdout.split())
