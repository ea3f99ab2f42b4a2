"""The README does what it says: its session, its Python, its tables, and the links of every page."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from enum import StrEnum
from pathlib import Path

import pytest
from terminals import on_terminal

from kgtool.errors import ExitStatus
from kgtool.findings import Severity
from kgtool.formats import AnswerFormat, ExportFormat, ReportFormat

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
PAGES = sorted(
    path
    for path in ROOT.rglob("*.md")
    if not any(
        part.startswith(".") or part in ("node_modules", "build", "dist") for part in path.relative_to(ROOT).parts
    )
)


def section(heading: str) -> str:
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL)
    assert found is not None, heading
    return found[1]


def fenced(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def session() -> list[tuple[str, str]]:
    """The commands of the session, each with the output that stands below it."""
    steps: list[tuple[str, str]] = []
    for block in fenced(section("A session"), "console"):
        for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = step.partition("\n")
            steps.append((command, output))
    return steps


# --- the session ---


def test_there_is_a_session() -> None:
    assert len(session()) >= 5
    assert all(command.startswith("kgtool ") for command, _ in session())


@pytest.mark.parametrize(("command", "output"), session(), ids=[command for command, _ in session()])
def test_a_command_answers_what_the_readme_says(command: str, output: str) -> None:
    """A line “…” stands for lines left out."""
    arguments = shlex.split(command)[1:]
    received = on_terminal([sys.executable, "-m", "kgtool", *arguments], cwd=ROOT, columns=80, env={"NO_COLOR": "1"})
    shown = received.decode().replace("\r\n", "\n")
    assert shown
    # pytest shows the difference of two texts; where lines are left out, a pattern has to do.
    if "…\n" not in output.splitlines(keepends=True):
        assert output == shown
    lines = [r"(?:.*\n)+?" if line == "…\n" else re.escape(line) for line in output.splitlines(keepends=True)]
    assert re.fullmatch("".join(lines), shown), shown


# --- the rest of the page ---


def test_the_python_of_the_readme_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    [code] = fenced(section("As a library"), "python")
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {}
    exec(compile(code, "README.md", "exec"), names)
    lines = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"True \d+", lines[0])
    assert len(lines) > 30
    assert isinstance(names["turtle"], bytes)
    assert names["turtle"].startswith(b"@")


def table(heading: str) -> list[list[str]]:
    """The cells of the tables under a heading."""
    return [line.strip("| ").split(" | ") for line in section(heading).splitlines() if line.startswith("|")]


def test_the_table_of_commands_names_them_all() -> None:
    completed = subprocess.run([sys.executable, "-m", "kgtool", "--help"], cwd=ROOT, capture_output=True, timeout=60)
    listed = re.findall(r"^  ([a-z]+)  ", completed.stdout.decode().split("Commands:")[1], re.MULTILINE)
    assert len(listed) >= 4
    named = [match[1] for row in table("Commands") if (match := re.match(r"`kgtool ([a-z]+)", row[0]))]
    assert sorted(named) == sorted(listed)


@pytest.mark.parametrize(
    ("command", "values"),
    [("validate", ReportFormat), ("validate", Severity), ("query", AnswerFormat), ("export", ExportFormat)],
)
def test_the_table_of_commands_names_every_format(command: str, values: type[StrEnum]) -> None:
    [row] = [row for row in table("Commands") if row[0].startswith(f"`kgtool {command}")]
    for value in values:
        assert re.search(rf"`(?:--[\w-]+ )?{value.value}`", row[1]), value


def test_the_table_of_statuses_is_that_of_the_code() -> None:
    statuses = {int(row[0]) for row in table("Commands") if row[0].isdigit()}
    assert statuses == {int(status) for status in ExitStatus}


def test_the_command_that_runs_the_tests_is_found_by_ci() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    found = re.search(r"awk '([^']+)' README\.md", script)
    assert found is not None
    completed = subprocess.run(["awk", found[1], "README.md"], cwd=ROOT, capture_output=True, timeout=60, check=True)
    assert completed.stdout == b".venv/bin/python -m pytest\n"
    assert f"<!-- tests -->\n```console\n{completed.stdout.decode()}```\n" in README


def test_there_are_pages() -> None:
    assert {"README.md", "graph/README.md", "ontology/README.md", "queries/README.md"} <= {
        path.relative_to(ROOT).as_posix() for path in PAGES
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    targets = re.findall(r"\]\(<?([^)\s>]+)>?\)", text) + re.findall(r"^\[[^\]]+\]:\s+(\S+)", text, re.MULTILINE)
    missing = [
        target
        for target in targets
        if not re.match(r"[a-z]+:", target) and not (page.parent / target.partition("#")[0]).exists()
    ]
    assert missing == []
