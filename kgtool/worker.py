"""Run one function in a child process, under limits of time and memory.

Neither pyoxigraph nor rdflib can be stopped from inside, and a stranger's query can end the whole process
(stack overflow, failed allocation). So such work happens in a forked child, which inherits everything the
parent has in memory, is killed at its limit, and hands back one pickled value.

Contract:

- What `work` needs must be there beforehand: every module imported, every file open. The child can open
  neither file nor socket, and cannot enlarge a file.
- The value `work` returns must be picklable (the child runs only our own code, so its pickle is trusted).
- Nothing the child prints reaches the user, not even the last words of a native library.
- No child outlives the call, and none is left as a zombie.
- Without `os.fork` (Windows) `work` runs in this process and no limit holds.
"""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import math
import os
import pickle
import select
import signal
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import NoReturn, TypeVar, cast

from kgtool.errors import KgtoolError, LimitReached

if sys.platform != "win32":
    import resource

T = TypeVar("T")

_LESS_TIME = "narrow it, or allow more with --timeout"
_LESS_MEMORY = "narrow it, or allow more with --memory"
_CHUNK = 1 << 20
_HEADER = 9  # one byte of `_Outcome`, then the length of the payload in eight bytes
# Two threads that fork at once would each hand the other's child a copy of its pipe's writing end, and
# then the end of file that tells of a child's death would not come.
_FORKING = threading.Lock()


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a piece of work may take; None stands for no limit.

    `seconds`: wall-clock time, from the fork until the whole answer is read. The child may use as many
    seconds of processor time, rounded up, and one more.

    `memory`: bytes of address space that the child may add to what the process had at the fork. Address
    space (Linux `VmSize`) is what is reserved, so it is counted before it is touched; the pickled answer
    counts too. Where there is no `/proc/self/statm` (macOS) memory is not limited.
    """

    seconds: float | None = 30.0
    memory: int | None = 2 * 1024**3


class WorkerFailure(RuntimeError):
    """A fault in kgtool itself that came up in the child; `trace` is the child's traceback as text."""

    def __init__(self, message: str, trace: str) -> None:
        super().__init__(message)
        self.trace = trace
        self.add_note(trace)


class _Outcome(IntEnum):
    VALUE = 1
    ERROR = 2
    FAULT = 3
    OUT_OF_MEMORY = 4
    TOO_DEEP = 5


def run_limited(work: Callable[[], T], limits: Limits, *, task: str) -> T:
    """What `work()` returns, worked out in a child process under `limits`.

    `task` names the work in messages, as in "the query" or "validating graph/a.ttl". A `KgtoolError` that
    `work` raises is raised here. Raises `LimitReached` when the time or memory is used up, when Python's
    or the engine's stack overflows, or when the engine aborts; `WorkerFailure` for any other exception;
    `KeyboardInterrupt` when the user interrupts either process.
    """
    if sys.platform == "win32" or not hasattr(os, "fork"):
        return work()
    deadline = None if limits.seconds is None else time.monotonic() + limits.seconds
    # SIGINT waits until the child is known to the `finally` below, and has its own way to die.
    old_mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        pid, reading = _start(work, limits)
    except BaseException:
        signal.pthread_sigmask(signal.SIG_SETMASK, old_mask)
        raise
    reaped = False
    try:
        signal.pthread_sigmask(signal.SIG_SETMASK, old_mask)
        message = _read(reading, deadline)
        if message is None:
            raise _out_of_time(limits, task)
        status = os.waitpid(pid, 0)[1]
        reaped = True
    finally:
        os.close(reading)
        if not reaped:
            # An interruption may have come just after the child was reaped.
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
    return cast(T, _open(message, status, limits, task))


def _start(work: Callable[[], object], limits: Limits) -> tuple[int, int]:
    with _FORKING:
        reading, writing = os.pipe()
        try:
            pid = _fork()
        except OSError:
            os.close(reading)
            os.close(writing)
            raise
        if pid == 0:
            _be_the_child(work, limits, reading, writing)
        os.close(writing)
    return pid, reading


def _fork() -> int:
    # Python 3.12 warns that a lock held by another thread at the fork stays held in the child. The child
    # runs only `work`, which takes no lock of our threads', never returns to its caller and runs no exit
    # handler; and if it did hang, it would be killed at the limit.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*multi-threaded, use of fork", DeprecationWarning)
        return os.fork()


def _read(reading: int, deadline: float | None) -> bytes | bytearray | None:
    """All that the child writes until it closes its end (at the latest by its death); None: out of time."""
    message = bytearray()
    poll = select.poll()
    poll.register(reading, select.POLLIN | select.POLLHUP)
    while True:
        left = None if deadline is None else deadline - time.monotonic()
        if left is not None and left <= 0:
            return None
        if poll.poll(None if left is None else math.ceil(left * 1000)):
            chunk = os.read(reading, _CHUNK)
            if not chunk:
                return message
            message += chunk


def _open(message: bytes | bytearray, status: int, limits: Limits, task: str) -> object:
    whole = len(message) >= _HEADER and len(message) - _HEADER == int.from_bytes(message[1:_HEADER], "big")
    if not whole:
        raise _cause_of_death(status, limits, task)
    outcome, payload = _Outcome(message[0]), memoryview(message)[_HEADER:]
    if outcome is _Outcome.OUT_OF_MEMORY:
        raise _out_of_memory(limits, task)
    if outcome is _Outcome.TOO_DEEP:
        raise LimitReached(f"{task} is nested too deeply", advice="simplify it")
    answer = pickle.loads(payload)  # noqa: S301  our own child wrote it
    if outcome is _Outcome.ERROR:
        raise answer
    if outcome is _Outcome.FAULT:
        summary, trace = answer
        raise WorkerFailure(f"{task}: {summary}", trace)
    return answer


def _cause_of_death(status: int, limits: Limits, task: str) -> BaseException:
    if not os.WIFSIGNALED(status):
        return WorkerFailure(f"{task}: the worker left with status {os.waitstatus_to_exitcode(status)}", "")
    death = signal.Signals(os.WTERMSIG(status))
    if death is signal.SIGINT:
        return KeyboardInterrupt()
    if death is signal.SIGXCPU:
        return _out_of_time(limits, task)
    if death in (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL):
        gave_up = f"{task}: the engine gave up: nested too deeply or out of memory"
        return LimitReached(gave_up, advice=_LESS_MEMORY)
    if death is signal.SIGKILL:
        # Not by us: the kernel's out-of-memory killer, or the hard limit of processor time.
        killed = f"{task} was killed by the operating system, most likely for want of memory"
        return LimitReached(killed, advice="narrow it")
    return WorkerFailure(f"{task}: the worker was ended by {death.name}", "")


def _out_of_time(limits: Limits, task: str) -> LimitReached:
    allowed = "the processor time allowed" if limits.seconds is None else f"{limits.seconds:g} s"
    return LimitReached(f"{task} took longer than {allowed}", advice=_LESS_TIME)


def _out_of_memory(limits: Limits, task: str) -> LimitReached:
    allowed = "there is" if limits.memory is None else f"{limits.memory / 1024**2:.4g} MiB"
    return LimitReached(f"{task} needs more memory than {allowed}", advice=_LESS_MEMORY)


def _be_the_child(work: Callable[[], object], limits: Limits, reading: int, writing: int) -> NoReturn:
    try:
        os.close(reading)
        _answer(work, limits, writing)
    finally:
        # Neither exit handlers nor the parent's unflushed output are the child's to run or write.
        os._exit(0)


def _settle(limits: Limits) -> None:
    gc.freeze()  # else a collection here would finalise objects (locks, files) that are the parent's
    faulthandler.disable()
    for handled in (signal.SIGINT, signal.SIGTERM):
        signal.signal(handled, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    if limits.memory is not None and (size := _address_space()) is not None:
        _cap(resource.RLIMIT_AS, size + limits.memory)
    if limits.seconds is not None:
        # The hard limit kills outright; the soft one comes first, with a signal that says why.
        _cap(resource.RLIMIT_CPU, math.ceil(limits.seconds) + 1, leeway=1)
    for none_of in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE, resource.RLIMIT_NOFILE):
        _cap(none_of, 0)


def _address_space() -> int | None:
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return None
    return pages * resource.getpagesize()


def _cap(kind: int, amount: int, *, leeway: int = 0) -> None:
    hard = resource.getrlimit(kind)[1]
    ceiling = amount + leeway if hard == resource.RLIM_INFINITY else min(amount + leeway, hard)
    resource.setrlimit(kind, (min(amount, ceiling), ceiling))


def _answer(work: Callable[[], object], limits: Limits, writing: int) -> None:
    try:
        _settle(limits)
        try:
            outcome, payload = _Outcome.VALUE, pickle.dumps(work(), protocol=5)
        except KgtoolError as error:
            outcome, payload = _Outcome.ERROR, pickle.dumps(error, protocol=5)
    except MemoryError:
        outcome, payload = _Outcome.OUT_OF_MEMORY, b""
    except RecursionError:
        outcome, payload = _Outcome.TOO_DEEP, b""
    except BaseException as fault:
        outcome = _Outcome.FAULT
        payload = pickle.dumps((f"{type(fault).__name__}: {fault}", _trace(fault)), protocol=5)
    _write(writing, bytes([outcome]) + len(payload).to_bytes(_HEADER - 1, "big"))
    _write(writing, payload)


def _trace(fault: BaseException) -> str:
    # By hand: the traceback module would open source files, and in later Pythons import others.
    frames = [
        f'  File "{frame.f_code.co_filename}", line {line}, in {frame.f_code.co_name}'
        for frame, line in traceback.walk_tb(fault.__traceback__)
    ]
    return "\n".join(["In the worker (most recent call last):", *frames, f"{type(fault).__name__}: {fault}"])


def _write(writing: int, message: bytes) -> None:
    rest = memoryview(message)
    while rest:
        rest = rest[os.write(writing, rest) :]
