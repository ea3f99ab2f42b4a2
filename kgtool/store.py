"""The embedded store: pyoxigraph in memory, asked in a worker process under limits.

It is an index and no archive: pyoxigraph normalises some literals, so what is exported comes from the quads as
read. The default graph is the union of all graphs, in which a triple stands once, whatever graphs it comes from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pyoxigraph
from pyoxigraph import DefaultGraph, Quad, Triple

from kgtool.errors import SyntaxProblem
from kgtool.results import Answer, Rows, Triples, Truth
from kgtool.worker import Limits, run_limited

# The parser's message is "error at LINE:COLUMN: expected one of …", a list of tokens, character classes and, for
# what a grammar cannot say, a sentence.
_PARSER = re.compile(r"error at (?P<line>\d+):(?P<column>\d+): expected (?:one of )?(?P<expected>.*)")
_CHARACTER_CLASS = re.compile(r"\[[^\]]*\]")
_SENTENCE = re.compile(r"(?:The|This|Variable|Prefix|Unknown|Invalid|[A-Z][a-z]+) [A-Za-z][^,\[]*")
# LATERAL is no SPARQL 1.1, and SERVICE is refused.
_NOT_TO_BE_ADVISED = frozenset({"LATERAL", "SERVICE"})
_TOKEN = re.compile(r'"[^"]*"|\b[A-Z]{2,}\b')


class Store:
    """Quads that can be asked; no query writes."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        self._store = pyoxigraph.Store()
        self._store.bulk_extend(_with_union(quads))

    def __len__(self) -> int:
        """How many triples the default graph holds."""
        return sum(1 for _ in self._store.quads_for_pattern(None, None, None, DefaultGraph()))

    def answer(self, query: str, *, limits: Limits | None = None, name: str = "the query") -> Answer:
        """The complete answer to a query that `querytext.guard` has let through.

        With `limits` the query runs in a worker process. Raises SyntaxProblem for a query that does not parse, and
        what `run_limited` raises.
        """
        if limits is None:
            return self._answer(query, name)
        return run_limited(lambda: self._answer(query, name), limits, task=name)

    def grow(self, construct: str, *, name: str) -> list[Triple]:
        """Add what a CONSTRUCT makes to the default graph, and return it, unsorted."""
        try:
            made = self._store.query(construct)
        except SyntaxError as error:
            raise _syntax_problem(error, name) from error
        if not isinstance(made, pyoxigraph.QueryTriples):
            raise SyntaxProblem("this is no CONSTRUCT", file=name)
        triples = list(set(made))
        self._store.extend(Quad(t.subject, t.predicate, t.object) for t in triples)
        return triples

    def _answer(self, query: str, name: str) -> Answer:
        try:
            found = self._store.query(query)
            if isinstance(found, pyoxigraph.QueryBoolean):
                return Truth(bool(found))
            if isinstance(found, pyoxigraph.QueryTriples):
                return Triples(tuple(sorted(set(found), key=str)))
            variables = tuple(variable.value for variable in found.variables)
            return Rows(variables, tuple(tuple(row[v] for v in found.variables) for row in found))
        except SyntaxError as error:
            raise _syntax_problem(error, name) from error


def _with_union(quads: Iterable[Quad]) -> Iterator[Quad]:
    # pyoxigraph's own union (use_default_graph_as_union) gives a triple once for each graph that holds it.
    for quad in quads:
        yield quad
        if quad.graph_name != DefaultGraph():
            yield Quad(quad.subject, quad.predicate, quad.object, DefaultGraph())


def _syntax_problem(error: SyntaxError, name: str) -> SyntaxProblem:
    said = _PARSER.match(" ".join(str(error.msg).split()))
    if said is None:
        return SyntaxProblem(f"this is not SPARQL 1.1: {error.msg}", file=name, advice="mend the query")
    line, column, expected = int(said["line"]), int(said["column"]), said["expected"]
    sentence = _SENTENCE.search(expected)
    if sentence:
        what = sentence[0].strip(" ,")
        what = what[0].lower() + what[1:]
    else:
        expected = _CHARACTER_CLASS.sub("", expected)
        tokens = [t for t in dict.fromkeys(m[0] for m in _TOKEN.finditer(expected)) if t not in _NOT_TO_BE_ADVISED]
        what = f"expected {' or '.join(tokens[:6])} here" if tokens else "the grammar breaks here"
    return SyntaxProblem(
        f"this is not SPARQL 1.1: {what}", file=name, line=line, column=column, advice="mend the query"
    )
