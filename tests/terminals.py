"""What a terminal receives: a process behind a pseudo-terminal of a given width."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
from collections.abc import Sequence
from pathlib import Path


def on_terminal(command: Sequence[str], *, cwd: Path, columns: int, env: dict[str, str] | None = None) -> bytes:
    """What a terminal of that many columns receives on stdout and stderr together; lines end with CR LF."""
    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    clean = {n: v for n, v in os.environ.items() if n not in ("NO_COLOR", "COLUMNS") and not n.startswith("KGTOOL")}
    process = subprocess.Popen(
        command,
        cwd=cwd,
        stdout=child,
        stderr=child,
        stdin=subprocess.DEVNULL,
        env={**clean, "TERM": "xterm", **(env or {})},
    )
    os.close(child)
    received = b""
    while True:
        select.select([parent], [], [], 60)
        try:
            chunk = os.read(parent, 65536)
        except OSError:  # Linux: the other end is closed
            break
        if not chunk:
            break
        received += chunk
    process.wait(timeout=60)
    os.close(parent)
    return received
