"""The command line: it parses, dispatches to one module a command, and turns every error into a line and a status.

Nothing heavy is imported here; each command imports what it needs when it runs.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from kgtool import __version__
from kgtool.errors import ExitStatus, KgtoolError, SeveralErrors
from kgtool.findings import Severity
from kgtool.formats import AnswerFormat, CompareFormat, ExportFormat, ReportFormat, ShowFormat
from kgtool.terminal import Session


class ErrorBoundary(TyperGroup):
    """The one place where an error becomes a line on stderr and an exit status."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            status = ExitStatus.INTERRUPTED
        except BrokenPipeError:
            # Whoever read our output has seen enough. What is still buffered must not fail again at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            status = ExitStatus.CLEAN
        except (KgtoolError, OSError, RecursionError, MemoryError) as error:
            if _debugging(ctx):
                raise
            status = _complain(error)
        except (typer.Exit, typer.Abort, typer.BadParameter):
            raise
        except Exception as error:
            if _debugging(ctx) or _is_usage(error):
                raise
            status = _complain(error)
        raise typer.Exit(int(status))


def _debugging(ctx: Any) -> bool:
    return isinstance(ctx.obj, Session) and ctx.obj.debug


def _is_usage(error: Exception) -> bool:
    """Whether the parser of the command line raised this; it shows such errors itself, with status 2."""
    return hasattr(error, "exit_code")


def _complain(error: BaseException) -> ExitStatus:
    from kgtool.render.safe import for_terminal

    status = error.status if isinstance(error, KgtoolError) else ExitStatus.UNREADABLE
    if isinstance(error, SeveralErrors):
        lines = [str(each) for each in error.errors]
    elif isinstance(error, KgtoolError):
        lines = [str(error)]
    elif isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        lines = [f"{where}{error.strerror or error}"]
    else:
        kind = type(error).__name__
        lines = [f"an error in kgtool itself ({kind}: {error}); run again with --debug and report what it says"]
    for line in lines:
        print(f"kgtool: {for_terminal(line)}", file=sys.stderr)
    return status


app = typer.Typer(
    cls=ErrorBoundary,
    help="Check what sources claim: who says what, in which words, on whose authority, and do they agree?",
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def main() -> None:
    """The console script."""
    app()


def _show_version(asked: bool) -> None:
    if asked:
        print(f"kgtool {__version__}")
        raise typer.Exit


@app.callback()
def everywhere(
    context: typer.Context,
    casebook: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The casebook; else the nearest folder upwards that holds graph/."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no remarks on stderr.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[  # noqa: ARG001  the callback does the work
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    """Check what sources claim: who says what, in which words, on whose authority, and do they agree?"""
    context.obj = Session(casebook=casebook, quiet=quiet, debug=debug)


_Timeout = Annotated[
    float, typer.Option("--timeout", metavar="S", min=0.1, help="Seconds it may take before it is stopped.")
]
_Memory = Annotated[
    int, typer.Option("--memory", metavar="MIB", min=64, help="Mebibytes it may add before it is stopped.")
]
_Texts = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR", help="Where stored texts lie; else what KGTOOL_TEXTS names, else texts/ in the casebook."
    ),
]
_Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write here instead of to stdout.")
]


@app.command()
def validate(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH]...", help="Files or folders to check in place of the whole graph/."),
    ] = None,
    format_: Annotated[ReportFormat, typer.Option("--format", help="How to report.")] = ReportFormat.TEXT,
    fail_on: Annotated[
        Severity, typer.Option("--fail-on", help="The least severity at which the status is 1.")
    ] = Severity.VIOLATION,
    texts: _Texts = None,
    output: _Output = None,
    timeout: _Timeout = 600.0,
    memory: _Memory = 4096,
) -> None:
    """Check syntax, shapes, quotes and the rules of a casebook.

    Disagreement between sources is no finding here. Status 0: clean; 1: findings at or above --fail-on; 3: a file
    cannot be read, or a limit ended the check.
    """
    from kgtool.commands import validate as command

    status = command.run(
        context.obj,
        paths=paths,
        format_=format_,
        fail_on=fail_on,
        texts=texts,
        output=output,
        timeout=timeout,
        memory=memory,
    )
    raise typer.Exit(int(status))


@app.command()
def query(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME|FILE|-", help="A saved query, a query file, or - for stdin.")
    ] = None,
    parameters: Annotated[
        list[str] | None, typer.Option("--param", "-p", metavar="K=V", help="A value for a parameter; repeatable.")
    ] = None,
    format_: Annotated[
        AnswerFormat | None,
        typer.Option("--format", help="How to answer; else a table, or Turtle for triples.", show_default=False),
    ] = None,
    listing: Annotated[bool, typer.Option("--list", help="List the saved queries.")] = False,
    explain: Annotated[bool, typer.Option("--text", help="Print the query's own text.")] = False,
    endpoint: Annotated[
        str | None, typer.Option(metavar="URL", help="Ask this SPARQL 1.1 endpoint, not the casebook's files.")
    ] = None,
    raw: Annotated[
        bool, typer.Option("--raw", help="CSV cells as they are, though a spreadsheet might run them.")
    ] = False,
    output: _Output = None,
    timeout: _Timeout = 30.0,
    memory: _Memory = 2048,
) -> None:
    """Run a saved SPARQL query, or one of your own.

    Queries only read: updates, SERVICE and FROM are refused. Entities and sources may be given by name.
    """
    from kgtool.commands import query as command

    status = command.run(
        context.obj,
        name=name,
        parameters=parameters or [],
        format_=format_,
        listing=listing,
        show_text=explain,
        endpoint=endpoint,
        raw=raw,
        output=output,
        timeout=timeout,
        memory=memory,
    )
    raise typer.Exit(int(status))


@app.command()
def compare(
    context: typer.Context,
    about: Annotated[
        str | None, typer.Argument(metavar="[ENTITY|QUESTION]", help="Only questions on this entity, or this question.")
    ] = None,
    states: Annotated[
        list[str] | None,
        typer.Option("--state", metavar="STATE", help="Only questions in this state, such as disputed; repeatable."),
    ] = None,
    sources: Annotated[
        list[str] | None,
        typer.Option("--source", metavar="NAME", help="Only questions this source answers; repeatable."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Questions of one source, too.")] = False,
    format_: Annotated[CompareFormat, typer.Option("--format", help="How to tell it.")] = CompareFormat.TEXT,
    fail_on: Annotated[
        list[str] | None,
        typer.Option("--fail-on", metavar="STATES", help="Status 1 where a question shown is in one of these states."),
    ] = None,
    output: _Output = None,
    timeout: _Timeout = 600.0,
    memory: _Memory = 4096,
) -> None:
    """Show where the sources agree, differ, echo each other and fall silent.

    States: corroborated, echoed, origins-unknown, disputed, self-contradicted, single-source. None says who is right.
    Status 0 whether or not sources differ, unless --fail-on says otherwise.
    """
    from kgtool.commands import compare as command

    status = command.run(
        context.obj,
        about=about,
        states=states or [],
        sources=sources or [],
        everything=everything,
        format_=format_,
        fail_on=fail_on or [],
        output=output,
        timeout=timeout,
        memory=memory,
    )
    raise typer.Exit(int(status))


@app.command()
def explain(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="[VERDICT|STATE|RULE]", help="What to explain; nothing lists the rules.")
    ] = None,
) -> None:
    """Print the rule that makes a verdict, a state or a reason, with an example."""
    from kgtool.commands import explain as command

    raise typer.Exit(int(command.run(context.obj, name=name)))


@app.command()
def show(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="NAME|IRI", help="A claim, source or entity: an IRI, a label or a spelling.")
    ],
    format_: Annotated[ShowFormat, typer.Option("--format", help="How to show it.")] = ShowFormat.TEXT,
    texts: _Texts = None,
    output: _Output = None,
) -> None:
    """Show one claim, source or entity, with its words in context where the stored text is at hand."""
    from kgtool.commands import show as command

    raise typer.Exit(int(command.run(context.obj, name=name, format_=format_, texts=texts, output=output)))


@app.command()
def export(
    context: typer.Context,
    format_: Annotated[ExportFormat, typer.Option("--format", help="The syntax.")] = ExportFormat.TURTLE,
    output: _Output = None,
    sources: Annotated[
        list[str] | None, typer.Option("--source", metavar="NAME", help="Only this source's claims; repeatable.")
    ] = None,
    entities: Annotated[
        list[str] | None,
        typer.Option("--entity", metavar="NAME", help="Only claims about or naming this entity; repeatable."),
    ] = None,
    derived: Annotated[bool, typer.Option("--derived", help="With questions, origins and resolved names.")] = False,
    comparisons: Annotated[
        bool, typer.Option("--with-comparisons", help="With these and with comparisons, states and CiTO links.")
    ] = False,
    ontology: Annotated[bool, typer.Option("--ontology", help="With the vocabulary.")] = False,
) -> None:
    """Write the casebook's graph, or a part of it, for other graph tools."""
    from kgtool.commands import export as command

    status = command.run(
        context.obj,
        format_=format_,
        output=output,
        sources=sources or [],
        entities=entities or [],
        derived=derived,
        comparisons=comparisons,
        ontology=ontology,
    )
    raise typer.Exit(int(status))
