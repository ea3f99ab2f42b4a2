from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from pyoxigraph import Literal, QuerySolutions, Store

from kgtool.errors import LimitReached, QueryRefused
from kgtool.results import Rows
from kgtool.worker import Limits, WorkerFailure, run_limited

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="limits need os.fork")

T = TypeVar("T")
MIB = 1024**2
_DESCRIPTORS = Path("/proc/self/fd")
QUICK = Limits(seconds=10.0, memory=256 * MIB)


@pytest.fixture(autouse=True)
def no_child_and_no_descriptor_is_left() -> Iterator[None]:
    before = len(list(_DESCRIPTORS.iterdir())) if _DESCRIPTORS.is_dir() else None
    yield
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
    if before is not None:
        assert len(list(_DESCRIPTORS.iterdir())) == before


def run(work: Callable[[], T], limits: Limits = QUICK) -> T:
    return run_limited(work, limits, task="the query")


def rows(answer: object) -> int:
    assert isinstance(answer, QuerySolutions)
    return len(list(answer))


def test_the_value_comes_back() -> None:
    value = Rows(("x",), ((Literal("a", language="en"),), (None,)))
    assert run(lambda: value) == value


def test_it_runs_in_another_process() -> None:
    assert run(os.getpid) != os.getpid()


def test_no_limits() -> None:
    assert run(lambda: 1, Limits(seconds=None, memory=None)) == 1


def test_a_large_value_streams_through() -> None:
    value = run(lambda: b"ab" * (50 * MIB), Limits(seconds=30.0, memory=512 * MIB))
    assert len(value) == 100 * MIB
    assert value[-2:] == b"ab"


def test_an_error_keeps_its_parts() -> None:
    def refuse() -> None:
        raise QueryRefused("no", file="q.rq", line=2, column=3, advice="write yes")

    with pytest.raises(QueryRefused) as caught:
        run(refuse)
    assert str(caught.value) == "q.rq:2:3: no; write yes"


def test_any_other_exception_brings_its_traceback() -> None:
    def blunder() -> None:
        raise ValueError("oops")

    with pytest.raises(WorkerFailure) as caught:
        run(blunder)
    assert str(caught.value) == "the query: ValueError: oops"
    assert "in blunder" in caught.value.trace
    assert caught.value.__notes__ == [caught.value.trace]


@pytest.mark.parametrize("leave", [lambda: sys.exit(3), lambda: lambda: None])
def test_leaving_and_unpicklable_values_are_faults(leave: Callable[[], object]) -> None:
    with pytest.raises(WorkerFailure):
        run(leave)


def test_the_worker_vanishing_is_a_fault() -> None:
    with pytest.raises(WorkerFailure, match="left with status 7"):
        run(lambda: os._exit(7))


def test_wall_clock() -> None:
    start = time.monotonic()
    with pytest.raises(LimitReached) as caught:
        run(lambda: time.sleep(30), Limits(seconds=0.3))
    assert str(caught.value) == "the query took longer than 0.3 s; narrow it, or allow more with --timeout"
    assert time.monotonic() - start < 1.3


def test_wall_clock_while_the_engine_is_busy() -> None:
    triples = " . ".join(f"?a{n} ?b{n} ?c{n}" for n in range(4))
    store = Store()
    store.update("INSERT DATA { " + " . ".join(f"<urn:{n}> <urn:p> {n}" for n in range(300)) + " }")
    with pytest.raises(LimitReached, match=r"longer than 0\.3 s"):
        run(lambda: rows(store.query(f"SELECT (COUNT(*) AS ?n) {{ {triples} }}")), Limits(seconds=0.3))


def test_processor_time() -> None:
    def spend() -> None:
        os.kill(os.getpid(), signal.SIGXCPU)

    with pytest.raises(LimitReached, match="took longer than 10 s"):
        run(spend)


def test_memory_of_python() -> None:
    with pytest.raises(LimitReached) as caught:
        run(lambda: bytes(300 * MIB))
    message = "the query needs more memory than 256 MiB; narrow it, or allow more with --memory"
    assert str(caught.value) == message


def test_memory_is_what_the_work_adds() -> None:
    held = bytearray(300 * MIB)
    assert run(lambda: len(held)) == 300 * MIB
    assert run(lambda: len(bytes(100 * MIB))) == 100 * MIB


def test_memory_of_the_engine(capfd: pytest.CaptureFixture[str]) -> None:
    doubled = " ".join(f"BIND(CONCAT(?a{n}, ?a{n}) AS ?a{n + 1})" for n in range(30))
    query = f"SELECT (STRLEN(?a30) AS ?n) {{ BIND('xxxxxxxx' AS ?a0) {doubled} }}"
    with pytest.raises(LimitReached, match="the engine gave up: nested too deeply or out of memory"):
        run(lambda: rows(Store().query(query)))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("death", [signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS])
def test_a_crash_is_a_limit_and_silent(death: signal.Signals, capfd: pytest.CaptureFixture[str]) -> None:
    def crash() -> None:
        os.write(1, b"last words")
        os.write(2, b"last words")
        os.kill(os.getpid(), death)

    with pytest.raises(LimitReached, match="the engine gave up"):
        run(crash)
    assert capfd.readouterr() == ("", "")


def test_deep_nesting_in_the_engine() -> None:
    query = "SELECT * WHERE " + "{" * 40000 + "}" * 40000
    with pytest.raises(LimitReached):
        run(lambda: rows(Store().query(query)))


def test_killed_by_the_system() -> None:
    with pytest.raises(LimitReached, match="killed by the operating system"):
        run(lambda: os.kill(os.getpid(), signal.SIGKILL))


def test_python_recursion() -> None:
    def recurse() -> None:
        recurse()

    with pytest.raises(LimitReached) as caught:
        run(recurse)
    assert str(caught.value) == "the query is nested too deeply; simplify it"


def test_neither_file_nor_socket_can_be_opened(tmp_path: Path) -> None:
    def refusals() -> list[int | None]:
        seen: list[int | None] = []
        for attempt in (lambda: socket.socket(), lambda: (tmp_path / "new").open("w")):
            try:
                attempt()
            except OSError as error:
                seen.append(error.errno)
            else:
                seen.append(None)
        return seen

    assert run(refusals) == [errno.EMFILE, errno.EMFILE]
    assert list(tmp_path.iterdir()) == []


def test_an_open_file_cannot_grow(tmp_path: Path) -> None:
    with (tmp_path / "open").open("wb") as file:

        def grow() -> int | None:
            try:
                return os.write(file.fileno(), b"x")
            except OSError as error:
                return -(error.errno or 0)

        assert run(grow) == -errno.EFBIG
    assert (tmp_path / "open").read_bytes() == b""


def test_ctrl_c_in_the_parent_kills_the_child() -> None:
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run(lambda: time.sleep(9))
    assert time.monotonic() - start < 5
    timer.join()


def test_ctrl_c_in_the_child_is_the_users() -> None:
    with pytest.raises(KeyboardInterrupt):
        run(lambda: os.kill(os.getpid(), signal.SIGINT))


def test_many_threads_at_once() -> None:
    failures: list[BaseException] = []

    def task(number: int) -> None:
        try:
            assert run(lambda: number) == number
            if number % 2:
                with pytest.raises(LimitReached, match="gave up"):
                    run(lambda: os.abort())
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=task, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_output_is_not_flushed_twice() -> None:
    program = """
        import sys
        from kgtool.worker import Limits, run_limited
        sys.stdout.write("once\\n")
        run_limited(lambda: print("never") or sys.stdout.flush(), Limits(), task="t")
    """
    root = Path(__file__).parent.parent
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, cwd=root, check=True
    )
    assert (done.stdout, done.stderr) == ("once\n", "")


def test_without_fork_it_runs_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "fork")
    assert run(os.getpid) == os.getpid()
