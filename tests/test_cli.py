"""The command line as a user meets it: real processes, real files, statuses and single lines."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import rdflib
from loopback import CannedServer, SparqlServer
from pyoxigraph import Store
from terminals import on_terminal

import kgtool

KGTOOL = [sys.executable, "-m", "kgtool"]


def run(
    *arguments: str,
    cwd: Path,
    stdin: bytes | None = None,
    env: dict[str, str] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("KGTOOL_", "COLUMNS"))}
    return subprocess.run(
        [*KGTOOL, *arguments], cwd=cwd, input=stdin, capture_output=True, env={**clean, **(env or {})}, timeout=120
    )


def one_line(completed: subprocess.CompletedProcess[bytes]) -> str:
    """What an error says: one line on stderr, and nothing on stdout."""
    assert completed.stdout == b""
    text = completed.stderr.decode()
    assert text.count("\n") == 1, text
    assert text.startswith("kgtool: ")
    return text.removeprefix("kgtool: ").rstrip("\n")


@pytest.fixture
def casebook(tmp_path: Path, repository: Path) -> Path:
    shutil.copytree(repository / "graph", tmp_path / "graph")
    return tmp_path


# --- validate ---


def test_validate_is_clean_with_texts(repository: Path, texts: Path) -> None:
    completed = run("validate", "--texts", str(texts), cwd=repository)
    assert completed.returncode == 0
    assert b"Every quote was compared with its source's stored text.\nConforms.\n" in completed.stdout


def test_validate_says_that_texts_are_missing(casebook: Path) -> None:
    completed = run("validate", cwd=casebook)
    assert completed.returncode == 0
    assert b"Words NOT compared for 2 of 2 sources" in completed.stdout


def test_texts_are_found_by_the_variable(casebook: Path, texts: Path) -> None:
    completed = run("validate", cwd=casebook, env={"KGTOOL_TEXTS": str(texts)})
    assert b"Every quote was compared" in completed.stdout


def test_a_finding_has_a_place_and_status_1(casebook: Path) -> None:
    path = casebook / "graph" / "podium.ttl"
    path.write_text(path.read_text("utf-8").replace("kg:mode kg:actual", "kg:mode kg:actuall", 1), "utf-8")
    line = path.read_text("utf-8").splitlines().index("    kg:mode kg:actuall ;") + 1
    completed = run("validate", cwd=casebook)
    assert completed.returncode == 1
    first = completed.stdout.decode().splitlines()[0]
    assert first.startswith(f"graph/podium.ttl:{line}:13: violation: claim:podium-0")
    assert first.endswith("[shape:Claim-mode]")
    assert completed.stdout.decode().splitlines()[-1] == "Does not conform: 1 violation."


def test_fail_on_decides_the_status(casebook: Path, texts: Path) -> None:
    path = casebook / "graph" / "podium.ttl"
    path.write_text(re.sub(r"    oa:prefix .*\n", "", path.read_text("utf-8"), count=1), "utf-8")
    assert run("validate", "--texts", str(texts), cwd=casebook).returncode == 0
    assert run("validate", "--texts", str(texts), "--fail-on", "warning", cwd=casebook).returncode == 1


@pytest.mark.parametrize("name", ["text", "json", "turtle", "html", "junit", "sarif", "github"])
def test_every_report_format_is_written(name: str, casebook: Path) -> None:
    completed = run("validate", "--format", name, "--output", "report", cwd=casebook)
    assert (completed.returncode, completed.stdout, completed.stderr) == (0, b"", b"")
    assert (casebook / "report").read_bytes()


# --- query ---


def test_query_list_names_every_saved_query(repository: Path) -> None:
    listed = run("query", "--list", cwd=repository).stdout.decode()
    names = [line for line in listed.splitlines() if line and not line.startswith(" ")]
    assert names == sorted(path.stem for path in (repository / "queries").glob("*.rq"))
    assert len(names) >= 12


def test_a_query_from_stdin(repository: Path) -> None:
    text = b"PREFIX kg: <https://w3id.org/kgtool/ontology#> ASK { ?c a kg:Claim }"
    completed = run("query", "-", cwd=repository, stdin=text)
    assert (completed.returncode, completed.stdout) == (0, b"true\n")


def test_a_query_file_outside_any_casebook_needs_one(tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text("ASK {}", "utf-8")
    completed = run("query", "q.rq", cwd=tmp_path)
    assert completed.returncode == 2
    assert "no casebook here" in one_line(completed)


def test_the_same_rows_from_an_endpoint(repository: Path) -> None:
    casebook = kgtool.open_casebook(repository)
    store = Store()
    store.extend(casebook.quads(comparisons=True, ontology=True))
    arguments = ("query", "claims-about", "--param", "entity=Ri Jong Sik", "--format", "csv")
    with SparqlServer(store) as server:
        remote = run(*arguments, "--endpoint", server.url, cwd=repository)
    assert remote.returncode == 0, remote.stderr
    assert remote.stdout == run(*arguments, cwd=repository).stdout
    assert remote.stdout.count(b"\r\n") > 5


def test_an_endpoint_that_is_down_is_status_4(repository: Path) -> None:
    with CannedServer() as server:
        url = server.url
    completed = run("query", "denied-claims", "--endpoint", url, cwd=repository)
    assert completed.returncode == 4
    assert url in one_line(completed)


def test_an_endpoint_that_answers_html_is_status_4(repository: Path) -> None:
    with CannedServer(headers={"Content-Type": "text/html"}, body=b"<p>hello</p>") as server:
        completed = run("query", "denied-claims", "--endpoint", server.url, cwd=repository)
    assert completed.returncode == 4
    assert "text/html" in one_line(completed)


def test_construct_answers_in_turtle(repository: Path) -> None:
    text = b"PREFIX kg: <https://w3id.org/kgtool/ontology#> CONSTRUCT { ?c a kg:Claim } WHERE { ?c a kg:Claim }"
    completed = run("query", "-", cwd=repository, stdin=text)
    graph = rdflib.Graph().parse(data=completed.stdout, format="turtle")
    assert len(graph) == len(kgtool.open_casebook(repository).claims())


def test_a_cell_that_a_spreadsheet_would_run_is_defused(repository: Path) -> None:
    text = b'SELECT ?x ?y { VALUES (?x ?y) { ("=1+1" -5) } }'
    assert run("query", "-", "--format", "csv", cwd=repository, stdin=text).stdout == b"x,y\r\n'=1+1,-5\r\n"
    raw = run("query", "-", "--format", "csv", "--raw", cwd=repository, stdin=text).stdout
    assert raw == b"x,y\r\n=1+1,-5\r\n"


# --- wrong on purpose ---

UPDATE = b"INSERT DATA { <urn:a> <urn:b> <urn:c> }"

WRONG = [
    (("query", "claim-about"), None, 2, "no saved query is called 'claim-about'; did you mean claims-about"),
    (("query", "claims-about"), None, 2, "needs the parameter 'entity'; add --param entity=…"),
    (("query", "claims-about", "--param", "entiti=x"), None, 2, "has no parameter 'entiti'; did you mean entity?"),
    (("query", "claims-about", "--param", "entity"), None, 2, "--param takes NAME=VALUE, not 'entity'"),
    (("query", "claims-about", "--param", "entity=Ri Jong Sk"), None, 2, "did you mean 'Ri Jong Sik'"),
    (("query", "hedged-claims", "--param", "certainty=sure"), None, 2, "takes a value of a scheme, not 'sure'"),
    (("query", "-"), UPDATE, 3, "stdin:1:1: INSERT writes"),
    (("query", "-"), b"SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", 3, "stdin:1:12: SERVICE"),
    (("query", "-"), b"SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }", 3, "stdin:1:10: FROM"),
    (("query", "-"), b"SELECT * WHERE {\n ?s ?p }", 3, "stdin:2:"),
    (("query", "-"), b"\xff", 3, "stdin:1: not UTF-8 at byte 0"),
    (("query", "nothing.rq"), None, 2, "nothing.rq: there is no such query file"),
    (("query",), None, 2, "no query named"),
    (("query", "denied-claims", "--format", "turtle"), None, 2, "Turtle carries triples"),
    (
        ("query", "denied-claims", "--endpoint", "ftp://x"),
        None,
        2,
        "the endpoint's URL is not an http or https address",
    ),
    (("show", "Ri Jong Sk"), None, 2, "no claim, entity or source is called 'Ri Jong Sk'; did you mean 'Ri Jong Sik'"),
    (("show", "http://example.org/x"), None, 2, "does not speak of <http://example.org/x>"),
    (("export", "--source", "Ri Jong Sik"), None, 2, "no source is called 'Ri Jong Sik'"),
    (("export", "--output", "nowhere/x.ttl"), None, 3, "nowhere/x.ttl"),
    (("validate", "nowhere.ttl"), None, 2, "nowhere.ttl: there is no such file or folder"),
    (("validate", "--texts", "nowhere"), None, 2, "nowhere: there is no such folder of stored texts"),
    (("--casebook", "/nonexistent", "validate"), None, 2, "/nonexistent: there is no such folder"),
]


@pytest.mark.parametrize(("arguments", "stdin", "status", "words"), WRONG)
def test_what_is_wrong_is_one_line_and_a_status(
    arguments: tuple[str, ...], stdin: bytes | None, status: int, words: str, casebook: Path
) -> None:
    before = sorted(casebook.rglob("*"))
    completed = run(*arguments, cwd=casebook, stdin=stdin)
    assert completed.returncode == status, completed.stderr
    assert words in one_line(completed)
    assert sorted(casebook.rglob("*")) == before


@pytest.mark.parametrize("arguments", [("validat",), ("validate", "--fromat", "json"), ("query", "--timeout", "x")])
def test_a_misspelt_command_or_option_is_status_2(arguments: tuple[str, ...], repository: Path) -> None:
    completed = run(*arguments, cwd=repository)
    assert completed.returncode == 2
    assert b"Traceback" not in completed.stderr


def test_a_misspelt_command_gets_a_suggestion(repository: Path) -> None:
    assert b"Did you mean 'validate'?" in run("validat", cwd=repository).stderr


def test_turtle_that_breaks_in_line_57(casebook: Path) -> None:
    path = casebook / "graph" / "entities.ttl"
    lines = path.read_text("utf-8").splitlines()
    lines[56] = "entity:x a ,"
    path.write_text("\n".join(lines), "utf-8")
    for command in ("validate", "export"):
        completed = run(command, cwd=casebook)
        assert completed.returncode == 3
        assert one_line(completed).startswith("graph/entities.ttl:57:")


def test_two_unreadable_files_are_two_lines(casebook: Path) -> None:
    (casebook / "graph" / "a.ttl").write_bytes(b"caf\xe9")
    (casebook / "graph" / "b.ttl").write_bytes(b"\x1f\x8b\x08\x00")
    completed = run("validate", cwd=casebook)
    assert completed.returncode == 3
    lines = completed.stderr.decode().splitlines()
    assert [line.split(":")[1].strip() for line in lines] == ["graph/a.ttl", "graph/b.ttl"]


def test_a_full_disk_leaves_the_old_file(casebook: Path) -> None:
    target = casebook / "out.ttl"
    target.write_bytes(b"the old file\n")
    command = ["bash", "-c", 'ulimit -f 8; exec "$0" "$@"', *KGTOOL, "export", "--output", str(target)]
    completed = subprocess.run(command, cwd=casebook, capture_output=True, timeout=60)
    assert completed.returncode == 3
    assert one_line(completed).startswith(str(target))
    assert target.read_bytes() == b"the old file\n"
    assert sorted(path.name for path in casebook.iterdir()) == ["graph", "out.ttl"]


def test_a_full_stdout_is_an_error_and_no_traceback(casebook: Path) -> None:
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        completed = subprocess.run([*KGTOOL, "export"], cwd=casebook, stdout=full, stderr=subprocess.PIPE, timeout=60)
    assert completed.returncode == 3
    assert b"Traceback" not in completed.stderr
    assert b"No space left on device" in completed.stderr


def test_a_reader_that_stops_reading_is_no_error(casebook: Path) -> None:
    command = f"{' '.join(KGTOOL)} export | head -1; echo ${{PIPESTATUS[0]}}"
    completed = subprocess.run(["bash", "-c", command], cwd=casebook, capture_output=True, timeout=60)
    assert completed.stdout.splitlines()[-1] == b"0"
    assert completed.stderr == b""


def test_a_query_that_would_never_end_is_stopped(casebook: Path) -> None:
    text = b"SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    completed = run("query", "-", "--timeout", "1", cwd=casebook, stdin=text)
    assert completed.returncode == 3
    assert one_line(completed) == "stdin took longer than 1 s; narrow it, or allow more with --timeout"


def test_an_interrupt_is_status_130(casebook: Path) -> None:
    text = b"SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    (casebook / "q.rq").write_bytes(text)
    process = subprocess.Popen([*KGTOOL, "query", "q.rq"], cwd=casebook, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        process.wait(timeout=3)
    except subprocess.TimeoutExpired:
        process.send_signal(2)
    _, stderr = process.communicate(timeout=20)
    assert process.returncode == 130
    assert b"Traceback" not in stderr


# --- where text lands ---


@pytest.mark.parametrize("columns", [80, 200])
def test_a_table_fits_the_terminal(columns: int, repository: Path) -> None:
    shown = on_terminal([*KGTOOL, "query", "denied-claims"], cwd=repository, columns=columns).decode()
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert max(len(line) for line in plain.splitlines()) <= columns
    assert "\x1b[" in shown


def test_no_color_means_none(repository: Path) -> None:
    for arguments in (("query", "denied-claims"), ("validate",), ("show", "podium")):
        shown = on_terminal([*KGTOOL, *arguments], cwd=repository, columns=80, env={"NO_COLOR": "1"})
        assert b"\x1b" not in shown


def test_a_pipe_gets_whole_lines_and_no_colour(repository: Path) -> None:
    shown = run("query", "denied-claims", cwd=repository).stdout.decode()
    assert "\x1b" not in shown
    assert "whom the regime" not in shown.splitlines()[0]
    assert max(len(line) for line in shown.splitlines()) > 80


def test_escapes_in_a_file_do_not_reach_the_terminal(casebook: Path) -> None:
    path = casebook / "graph" / "entities.ttl"
    hostile = '"\\u001B[31mred\\u0007\\u202E"@en'
    path.write_text(path.read_text("utf-8").replace('"Rio 2016"@en', hostile, 1), "utf-8")
    for arguments in (("show", "rio-2016"), ("query", "claims-about", "--param", "entity=rio-2016")):
        completed = run(*arguments, cwd=casebook)
        assert completed.returncode == 0
        assert not set("\x1b\x07\u202e") & set(completed.stdout.decode())
        assert "\\u001B[31mred\\u0007\\u202E" in completed.stdout.decode()


# --- show, export, the whole ---


def test_show_as_json_says_the_same_for_every_kind(repository: Path) -> None:
    for name, kind in (
        ("campaign-001", "claim"),
        ("podium", "source"),
        ("Ri Jong Sik", "entity"),
        ("kg:Claim", "node"),
    ):
        document = json.loads(run("show", name, "--format", "json", cwd=repository).stdout)
        assert document["kind"] == kind


def test_show_puts_the_words_in_context(repository: Path, texts: Path) -> None:
    shown = run("show", "claim:campaign-003", "--texts", str(texts), cwd=repository).stdout.decode()
    assert "[athletes from North and South Korea stood side-by-side]" in shown


def test_rdfpipe_loads_the_export(repository: Path, tmp_path: Path) -> None:
    assert run("export", "--output", str(tmp_path / "all.ttl"), cwd=repository).returncode == 0
    completed = subprocess.run(
        [str(Path(sys.executable).with_name("rdfpipe")), "-i", "turtle", "-o", "nt", str(tmp_path / "all.ttl")],
        capture_output=True,
        timeout=120,
    )
    assert completed.returncode == 0
    expected = len(kgtool.open_casebook(repository).graph())
    assert len([line for line in completed.stdout.splitlines() if line.strip()]) == expected


def test_every_command_and_option_has_help(repository: Path) -> None:
    commands = ["validate", "query", "compare", "explain", "show", "export"]
    overall = run("--help", cwd=repository).stdout.decode()
    for command in commands:
        assert re.search(rf"^  {command}  +\S", overall, re.MULTILINE)
        shown = run(command, "--help", cwd=repository).stdout.decode()
        options = re.findall(r"^  (?:-\w, )?--[\w-]+.*$", shown, re.MULTILINE)
        assert options
        blocks = re.split(r"^  (?=-)", shown.split("Options:")[1], flags=re.MULTILINE)[1:]
        assert all(len(block.split()) > 3 for block in blocks), blocks


def test_help_imports_nothing_heavy(repository: Path) -> None:
    code = (
        "import sys; sys.argv = ['kgtool', '--help']\n"
        "import kgtool.cli\n"
        "try: kgtool.cli.main()\n"
        "except SystemExit: pass\n"
        "print(sorted({'rdflib', 'pyshacl', 'pyoxigraph', 'SPARQLWrapper', 'yaml', 'rich'} & set(sys.modules)))"
    )
    completed = subprocess.run([sys.executable, "-c", code], cwd=repository, capture_output=True, timeout=60)
    assert completed.stdout.decode().splitlines()[-1] == "[]"


def test_a_query_imports_no_rdflib(repository: Path) -> None:
    code = (
        "import sys; sys.argv = ['kgtool', 'query', 'denied-claims', '--format', 'csv']\n"
        "import kgtool.cli\n"
        "try: kgtool.cli.main()\n"
        "except SystemExit: pass\n"
        "print(sorted({'rdflib', 'pyshacl', 'SPARQLWrapper'} & set(sys.modules)))"
    )
    completed = subprocess.run([sys.executable, "-c", code], cwd=repository, capture_output=True, timeout=60)
    assert completed.stdout.decode().splitlines()[-1] == "[]"


def test_the_version() -> None:
    completed = run("--version", cwd=Path("/"))
    assert completed.stdout.decode() == f"kgtool {kgtool.__version__}\n"


# --- compare, explain ---


def test_compare_begins_with_a_summary(repository: Path) -> None:
    completed = run("compare", cwd=repository)
    assert completed.returncode == 0
    first = completed.stdout.decode().splitlines()[0]
    assert re.fullmatch(
        r"\d+ questions: \d+ corroborated, \d+ echoed, \d+ origins unknown, 1 disputed, "
        r"0 self contradicted, \d+ single source, \d+ in no such state\.",
        first,
    )


def test_compare_fails_only_where_asked(repository: Path) -> None:
    assert run("compare", cwd=repository).returncode == 0
    assert run("compare", "--fail-on", "disputed,self-contradicted", cwd=repository).returncode == 1
    assert run("compare", "--fail-on", "self-contradicted", cwd=repository).returncode == 0


@pytest.mark.parametrize("name", ["text", "json", "csv", "html", "turtle"])
def test_every_comparison_format_is_written(name: str, casebook: Path) -> None:
    completed = run("compare", "--format", name, "--output", "out", cwd=casebook)
    assert (completed.returncode, completed.stdout, completed.stderr) == (0, b"", b"")
    assert "campaign-048" in (casebook / "out").read_text("utf-8")


def test_compare_is_the_same_twice(repository: Path) -> None:
    first = run("compare", "--all", "--format", "json", cwd=repository).stdout
    assert first == run("compare", "--all", "--format", "json", cwd=repository).stdout


def test_compare_of_an_entity_takes_any_spelling(repository: Path) -> None:
    one = run("compare", "Ri Jong Sik", cwd=repository).stdout
    assert one == run("compare", "Ri Jing-sik", cwd=repository).stdout
    assert b"won by" in one


def test_compare_of_one_question(repository: Path) -> None:
    document = json.loads(run("compare", "--state", "disputed", "--format", "json", cwd=repository).stdout)
    (question,) = document["questions"]
    identifier = question["id"].rsplit("/", 1)[-1]
    alone = json.loads(run("compare", identifier, "--format", "json", cwd=repository).stdout)
    assert alone["questions"] == [question]


def test_compare_by_source_leaves_out_what_it_does_not_answer(repository: Path) -> None:
    document = json.loads(run("compare", "--source", "podium", "--format", "json", cwd=repository).stdout)
    for question in document["questions"]:
        sources = {claim["source"].rsplit("/", 1)[-1] for answer in question["answers"] for claim in answer["claims"]}
        assert "podium" in sources
    assert len(document["questions"]) > 30


def test_a_claim_without_way_of_comparing_is_left_out_and_told(casebook: Path) -> None:
    path = casebook / "graph" / "podium.ttl"
    path.write_text(path.read_text("utf-8").replace("sport:event ;", "sport:evnt ;", 1), "utf-8")
    completed = run("compare", cwd=casebook)
    assert completed.returncode == 0
    assert "Left out" in completed.stdout.decode()
    assert "claim/podium-021" in completed.stdout.decode()
    assert run("validate", cwd=casebook).returncode == 1


def test_explain_prints_the_rule_with_an_example(repository: Path) -> None:
    shown = run("explain", "differs", cwd=repository).stdout.decode()
    assert "?comparison kg:tension kg:differs ." in shown
    assert "Example: “the mixed doubles” and “the mixed team event”." in shown


@pytest.mark.parametrize("name", ["corroborated", "self-contradicted", "kg:hedge", "70-denies", "coexists", "respells"])
def test_explain_knows_verdicts_states_reasons_and_rules(name: str, repository: Path) -> None:
    completed = run("explain", name, cwd=repository)
    assert completed.returncode == 0
    assert b"CONSTRUCT" in completed.stdout


def test_explain_suggests(repository: Path) -> None:
    completed = run("explain", "difers", cwd=repository)
    assert completed.returncode == 2
    assert "did you mean 'differs'" in one_line(completed)


def test_an_export_with_comparisons_carries_them(repository: Path) -> None:
    graph = rdflib.Graph().parse(data=run("export", "--with-comparisons", cwd=repository).stdout, format="turtle")
    cito = rdflib.URIRef("http://purl.org/spar/cito/disagreesWith")
    assert len(list(graph.triples((None, cito, None)))) == 2
