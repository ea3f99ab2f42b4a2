"""`kgtool query`: the catalogue, and the running of saved and own queries, here or at an endpoint."""

from __future__ import annotations

import sys
from pathlib import Path

from kgtool.errors import ExitStatus, UsageError
from kgtool.formats import AnswerFormat
from kgtool.header import Parameter
from kgtool.holdings import Holdings
from kgtool.labels import Labels
from kgtool.layout import Layout
from kgtool.queries import SavedQuery, as_query, bound_text, catalogue, decode_query, find_query
from kgtool.render.answer import default_format, render
from kgtool.render.safe import for_terminal
from kgtool.results import Answer
from kgtool.terminal import Session
from kgtool.worker import Limits


def run(
    session: Session,
    *,
    name: str | None,
    parameters: list[str],
    format_: AnswerFormat | None,
    listing: bool,
    show_text: bool,
    endpoint: str | None,
    raw: bool,
    output: Path | None,
    timeout: float,
    memory: int,
) -> ExitStatus:
    if listing:
        session.deliver(_catalogue(session.layout(), session.width), output)
        return ExitStatus.CLEAN
    if name is None:
        raise UsageError("no query named", advice="name one of `kgtool query --list`, a file, or - for stdin")
    if format_ is AnswerFormat.TURTLE and show_text:
        raise UsageError("--text prints the query, not an answer", advice="leave out --format")
    query = _query(session.layout(), name)
    if show_text:
        session.deliver(query.text, output)
        return ExitStatus.CLEAN
    values = _values(parameters)
    if endpoint is not None:
        labels = _labels(session)
        answer = _ask_endpoint(endpoint, query, values, labels, timeout)
    else:
        casebook = session.open_casebook()
        labels = casebook.labels
        answer = casebook.ask(query, values, limits=Limits(timeout, memory * 1024**2))
    text = render(
        answer,
        format_ or default_format(answer),
        labels,
        raw=raw,
        width=session.width if output is None else None,
        color=session.color and output is None,
    )
    session.deliver(text, output)
    return ExitStatus.CLEAN


def _labels(session: Session) -> Labels:
    """Names to find parameters by; an endpoint can be asked without a casebook at hand."""
    try:
        return session.open_casebook().labels
    except UsageError:
        if session.casebook is not None:
            raise
        return Labels(Holdings(Layout(Path.cwd()), (), ()))


def _ask_endpoint(url: str, query: SavedQuery, values: dict[str, str], labels: Labels, timeout: float) -> Answer:
    from kgtool.endpoint import Endpoint  # the network's modules, which most runs do without

    return Endpoint(url, timeout=timeout).answer(bound_text(query, values, labels))


def _query(layout: Layout, name: str) -> SavedQuery:
    if name == "-":
        return as_query(decode_query(sys.stdin.buffer.read(), "stdin"), name="stdin", file="stdin")
    return find_query(layout, name)


def _values(parameters: list[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for each in parameters:
        name, equals, value = each.partition("=")
        if not equals or not name:
            raise UsageError(f"--param takes NAME=VALUE, not '{each}'", advice="write it with an equals sign")
        if name in values:
            raise UsageError(f"--param {name} stands twice", advice="give it once")
        values[name] = value
    return values


def _catalogue(layout: Layout, width: int | None) -> str:
    """A block a query: its name, its summary, its parameters."""
    import textwrap

    lines: list[str] = []
    for query in catalogue(layout):
        lines.append(for_terminal(query.name))
        texts = [query.header.summary, *(_described(each) for each in query.header.parameters)]
        for text in texts:
            shown = for_terminal(text)
            indent, hanging = "    ", "      "
            wrapped = textwrap.wrap(shown, width or 100_000, initial_indent=indent, subsequent_indent=hanging)
            lines.extend(wrapped or [""])
    return "\n".join(lines) + "\n"


def _described(parameter: Parameter) -> str:
    need = "needed" if parameter.required else "optional"
    return f"--param {parameter.name}=…  ({parameter.type.value}, {need}) {parameter.description}".rstrip()
