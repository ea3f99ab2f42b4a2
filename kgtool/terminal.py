"""The two ends of a command: what the user set for all commands, and where text goes."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kgtool.casebook import Casebook
    from kgtool.layout import Layout


@dataclass(frozen=True, slots=True)
class Session:
    """One run of the command line: its global options, and its output."""

    casebook: Path | None = None
    quiet: bool = False
    debug: bool = False

    def open_casebook(self) -> Casebook:
        """The casebook named, or the nearest upwards. Raises UsageError where there is none."""
        from kgtool.casebook import open_casebook

        return open_casebook(self.casebook if self.casebook is not None else ".")

    def layout(self) -> Layout:
        """The casebook's layout; where none is named or near, the packaged queries and rules alone."""
        from kgtool.errors import UsageError
        from kgtool.layout import Layout

        try:
            return self.open_casebook().layout
        except UsageError:
            if self.casebook is not None:
                raise
            return Layout(Path.cwd())

    @property
    def width(self) -> int | None:
        """Columns of the terminal on stdout; None where stdout is none, so that nothing is folded."""
        if not sys.stdout.isatty():
            return None
        return os.get_terminal_size(sys.stdout.fileno()).columns or 80

    @property
    def color(self) -> bool:
        """Whether to colour stdout: on a terminal, unless NO_COLOR is set (https://no-color.org)."""
        return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"

    def remark(self, text: str) -> None:
        """A line for people, on stderr."""
        if not self.quiet:
            print(text, file=sys.stderr)

    def deliver(self, content: str | bytes, output: Path | None) -> None:
        """Data to stdout, or to a file that is replaced whole or not at all."""
        encoded = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
        if output is not None:
            from kgtool.writing import write_atomically

            write_atomically(output, encoded)
            return
        sys.stdout.flush()
        sys.stdout.buffer.write(encoded)
        sys.stdout.buffer.flush()
