"""`kgtool validate`: read, check, report; status 1 for findings at or above the severity asked for."""

from __future__ import annotations

from pathlib import Path

from kgtool import __version__
from kgtool.errors import ExitStatus
from kgtool.findings import Severity
from kgtool.formats import ReportFormat
from kgtool.render.report import render
from kgtool.terminal import Session
from kgtool.worker import Limits


def run(
    session: Session,
    *,
    paths: list[Path] | None,
    format_: ReportFormat,
    fail_on: Severity,
    texts: Path | None,
    output: Path | None,
    timeout: float,
    memory: int,
) -> ExitStatus:
    casebook = session.open_casebook()
    report = casebook.validate(paths or None, texts=texts, limits=Limits(timeout, memory * 1024**2))
    color = session.color and output is None
    session.deliver(render(report, format_, version=__version__, color=color), output)
    return ExitStatus.FINDINGS if report.at_least(fail_on) else ExitStatus.CLEAN
