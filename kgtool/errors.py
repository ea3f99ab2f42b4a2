"""Every error a caller may meet, in one tree.

    KgtoolError                    status 3
    ├── UsageError                 status 2   the command or the call asks for something that is not there
    ├── InputError                 status 3   a file, folder or text that cannot be read or is not what it should be
    │   ├── SyntaxProblem          status 3   …at a line and a column
    │   └── QueryRefused           status 3   a query that writes, or that reaches outside the graph
    ├── SeveralErrors              status 3   several inputs, each with an error of its own
    ├── OutputError                status 3   a file that cannot be written; the old one is still whole
    ├── LimitReached               status 3   stopped by a limit of time, memory or nesting
    └── EndpointError              status 4   a remote store that failed

Each error carries its parts; `str()` joins them into one line:
``file:line:column: what is wrong; what to do``.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from enum import IntEnum


class ExitStatus(IntEnum):
    """The exit statuses of every command."""

    CLEAN = 0
    FINDINGS = 1
    USAGE = 2
    UNREADABLE = 3
    ENDPOINT = 4
    INTERRUPTED = 130


def place(file: str | None, line: int | None = None, column: int | None = None) -> str:
    """``file:line:column`` with the parts that are known; lines and columns count from 1."""
    parts = [part for part in (file, line, column) if part is not None]
    return ":".join(str(part) for part in parts)


def near_names(name: str, known: Iterable[str], *, cutoff: float = 0.6) -> str:
    """Up to two of the known names that come nearest, quoted and joined by “or”, for an advice; else nothing."""
    near = difflib.get_close_matches(name, sorted(known), 2, cutoff)
    return " or ".join(f"'{each}'" for each in near)


class KgtoolError(Exception):
    """What is wrong (`message`), where (`file`, `line`, `column`) and what to do about it (`advice`)."""

    status = ExitStatus.UNREADABLE

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        line: int | None = None,
        column: int | None = None,
        advice: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.file = file
        self.line = line
        self.column = column
        self.advice = advice

    def __str__(self) -> str:
        where = place(self.file, self.line, self.column)
        sentence = f"{where}: {self.message}" if where else self.message
        return f"{sentence}; {self.advice}" if self.advice else sentence

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions with keyword-only parts cross from the worker process to its parent by pickle.
        return (_rebuild, (type(self), self.message, self.__dict__))


def _rebuild(kind: type[KgtoolError], message: str, parts: dict[str, object]) -> KgtoolError:
    error = kind(message)
    error.__dict__.update(parts)
    return error


class UsageError(KgtoolError):
    """The command or the call asks for something that is not there, or in a wrong form."""

    status = ExitStatus.USAGE


class InputError(KgtoolError):
    """A file, folder or text that cannot be read, or is not what it should be."""


class SyntaxProblem(InputError):
    """A text that breaks the grammar of its format, at a line and a column."""


class QueryRefused(InputError):
    """A query that would write, or would reach outside the graph it is put to."""


class SeveralErrors(KgtoolError):
    """Several inputs that cannot be read; `errors` holds one error for each."""

    def __init__(self, errors: list[KgtoolError]) -> None:
        super().__init__("\n".join(str(error) for error in errors))
        self.errors = errors

    def __reduce__(self) -> tuple[object, ...]:
        return (SeveralErrors, (self.errors,))


class OutputError(KgtoolError):
    """A file that cannot be written. What stood there before still stands."""


class LimitReached(KgtoolError):
    """Work stopped by a limit of time, memory or nesting: neither an answer nor a failure of the input."""


class EndpointError(KgtoolError):
    """A remote store that is down, stalls, refuses, or answers something that is not SPARQL results."""

    status = ExitStatus.ENDPOINT
