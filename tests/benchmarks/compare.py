"""How long comparison takes, and how much memory, on generated casebooks of growing size.

    python tests/benchmarks/compare.py [1000 10000 100000] [--seed 1] [--profile]

Each size is read and compared in a process of its own, so that its peak of memory is its own. The stages are timed
one by one; "whole" is `kgtool.compare.compare` on holdings that have been read, and does them all again.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import json
import os
import platform
import pstats
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from generate import generate

from kgtool import open_casebook
from kgtool.compare import compare
from kgtool.questions import derive
from kgtool.rules import rules, run_rules

T = TypeVar("T")


def timed(work: Callable[[], T]) -> tuple[float, T]:
    gc.collect()
    start = time.perf_counter()
    done = work()
    return time.perf_counter() - start, done


def stages(folder: Path) -> dict[str, float]:
    """Seconds of each stage, numbers of what was found, and the peak of memory in bytes."""
    read, holdings = timed(lambda: open_casebook(folder).holdings)
    index, _ = timed(lambda: (holdings.nodes, holdings.vocabulary))
    derive_, facts = timed(lambda: derive(holdings))
    known = [*facts, *holdings.quads(), *holdings.ontology_quads()]
    rules_, _ = timed(lambda: run_rules(rules(holdings.layout), known))
    facts.clear()
    known.clear()
    whole, report = timed(lambda: compare(holdings))
    triples = sum(len(document.quads) for document in holdings.graph)
    # Linux tells kilobytes, macOS bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return {
        "read": read,
        "index": index,
        "derive": derive_,
        "rules": rules_,
        "whole": whole,
        "claims": len(report.origins),
        "triples": triples,
        "questions": len(report.questions),
        "comparisons": sum(len(question.comparisons) for question in report.questions),
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit,
    }


def in_a_process(folder: Path) -> dict[str, Any]:
    command = [sys.executable, __file__, "--stages", str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def profile(folder: Path) -> None:
    holdings = open_casebook(folder).holdings
    profiler = cProfile.Profile()
    profiler.enable()
    compare(holdings)
    profiler.disable()
    pstats.Stats(profiler).sort_stats("tottime").print_stats(20)


def main() -> None:
    parser = argparse.ArgumentParser(description="Time the comparison of generated casebooks.")
    parser.add_argument("sizes", type=int, nargs="*", default=[1_000, 10_000, 100_000], help="numbers of claims")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--profile", action="store_true", help="show where the time goes, for the first size")
    parser.add_argument("--stages", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.stages:
        print(json.dumps(stages(arguments.stages)))
        return
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, {platform.system()};", end=" ")
    print(f"Python {platform.python_version()}, pyoxigraph {version('pyoxigraph')}; seed {arguments.seed}\n")
    print("| claims | triples | comparisons | read s | index s | derive s | rules s | whole s | per 10 000 | peak MB |")
    print("| --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |")
    for size in arguments.sizes:
        with tempfile.TemporaryDirectory() as folder:
            generate(size, Path(folder), arguments.seed)
            if arguments.profile:
                profile(Path(folder))
                return
            told = in_a_process(Path(folder))
        seconds = " | ".join(f"{told[name]:.2f}" for name in ("read", "index", "derive", "rules", "whole"))
        counts = " | ".join(f"{told[name]:,}".replace(",", " ") for name in ("claims", "triples", "comparisons"))
        per = told["whole"] * 10_000 / told["claims"]
        print(f"| {counts} | {seconds} | {per:.2f} | {told['peak'] / 1e6:.0f} |", flush=True)


if __name__ == "__main__":
    main()
