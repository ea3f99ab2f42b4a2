"""`kgtool show`: one claim, source, entity or term in full."""

from __future__ import annotations

from pathlib import Path

from kgtool.describing import describe
from kgtool.errors import ExitStatus
from kgtool.formats import ShowFormat
from kgtool.quotes import texts_of_sources
from kgtool.render.shown import render
from kgtool.terminal import Session


def run(session: Session, *, name: str, format_: ShowFormat, texts: Path | None, output: Path | None) -> ExitStatus:
    casebook = session.open_casebook()
    iri = casebook.labels.resolve(name)
    stored = texts_of_sources(casebook.holdings, casebook.layout.texts(texts))
    described = describe(casebook.holdings, casebook.labels, iri, stored)
    text = render(
        described,
        format_,
        width=session.width if output is None else None,
        color=session.color and output is None,
    )
    session.deliver(text, output)
    return ExitStatus.CLEAN
