"""How long the commands take on the included casebook, beside `pyshacl` alone on the same data and shapes.

    python tests/benchmarks/commands.py [--runs 9]

Whole processes, taken in turn so that a machine that slows down slows all of them; the median and the range of each.
The time is processor time (user and system, children included), with the wall clock beside it. Every run must end
with status 0, or the figures would be those of a failure.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from pyoxigraph import RdfFormat, serialize

import kgtool

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


def commands(data: Path) -> dict[str, list[str]]:
    """The commands by name; `data` is the casebook and its vocabulary as one Turtle file."""
    own = str(BIN / "kgtool")
    return {
        "kgtool --help": [own, "--help"],
        "kgtool query sources-agree": [own, "query", "sources-agree"],
        "kgtool query claims-about": [own, "query", "claims-about", "--param", "entity=Ri Jong Sik"],
        "kgtool show": [own, "show", "Ri Jong Sik"],
        "kgtool export": [own, "export"],
        "kgtool compare": [own, "compare"],
        "kgtool validate": [own, "validate"],
        "pyshacl": [str(BIN / "pyshacl"), "--shacl", str(ROOT / "ontology" / "shapes.ttl"), str(data)],
    }


def run(command: list[str]) -> tuple[float, float]:
    """Processor and wall-clock seconds of one run."""
    before, start = os.times(), time.perf_counter()
    with Path(os.devnull).open("wb") as nowhere:
        pid = os.posix_spawn(
            command[0],
            command,
            os.environ,
            file_actions=[(os.POSIX_SPAWN_DUP2, nowhere.fileno(), 1), (os.POSIX_SPAWN_DUP2, nowhere.fileno(), 2)],
        )
        _, status = os.waitpid(pid, 0)
    wall, after = time.perf_counter() - start, os.times()
    if status != 0:
        raise SystemExit(f"{' '.join(command)} ended with status {os.waitstatus_to_exitcode(status)}")
    cpu = (after.children_user + after.children_system) - (before.children_user + before.children_system)
    return cpu, wall


def main() -> None:
    parser = argparse.ArgumentParser(description="Time the commands on the included casebook.")
    parser.add_argument("--runs", type=int, default=9, help="runs of each command, after one that is not counted")
    runs = parser.parse_args().runs
    os.chdir(ROOT)
    holdings = kgtool.open_casebook(ROOT).holdings
    triples = {quad.triple for quad in (*holdings.quads(), *holdings.ontology_quads())}
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "casebook.ttl"
        data.write_bytes(serialize(triples, format=RdfFormat.TURTLE) or b"")
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands(data)}
        for number in range(runs + 1):
            for name, command in commands(data).items():
                figures = run(command)
                if number:
                    taken[name].append(figures)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, ", end="")
    print(f"pyshacl {version('pyshacl')}, rdflib {version('rdflib')}, pyoxigraph {version('pyoxigraph')}; {runs} runs")
    print(f"{len(triples)} triples\n")
    print("| command | processor s: median | min–max | wall s: median |")
    print("| --- | --- | --- | --- |")
    for name, figures_ in taken.items():
        cpu, wall = [each[0] for each in figures_], [each[1] for each in figures_]
        shown = f"{statistics.median(cpu):.3f} | {min(cpu):.3f}–{max(cpu):.3f} | {statistics.median(wall):.3f}"
        print(f"| `{name}` | {shown} |")
    pairs = zip(taken["kgtool validate"], taken["pyshacl"], strict=True)
    ratios = [(ours[0] / theirs[0], ours[1] / theirs[1]) for ours, theirs in pairs]
    cpu_ratio, wall_ratio = (statistics.median(each) for each in zip(*ratios, strict=True))
    print(f"\n`kgtool validate` / `pyshacl`, pair by pair, median: {cpu_ratio:.2f} processor, {wall_ratio:.2f} wall")


if __name__ == "__main__":
    main()
