"""The running of the rules of comparison: each sees what was derived before it, and adds to it.

A rule is one ``queries/rules/NN-NAME.rq``, a CONSTRUCT over the derived facts that any SPARQL 1.1 store can run. The
numbers give the order: pairs, relations of answers, verdicts, agreements, states.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad, Triple

from kgtool.errors import InputError, UsageError, near_names
from kgtool.header import Header, read_header
from kgtool.layout import Layout
from kgtool.queries import read_query
from kgtool.querytext import QueryForm, guard
from kgtool.store import Store
from kgtool.vocab import RDF
from kgtool.worker import Limits, run_limited

LINKS = "97-"
"""The number of the rule that links claims by CiTO; nothing that is shown here depends on it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, as its file has it."""

    name: str
    file: str
    text: str

    @property
    def header(self) -> Header:
        return read_header(self.text, name=self.file)


def rules(layout: Layout) -> list[Rule]:
    """The rules in their order. Raises QueryRefused for one that is no plain CONSTRUCT."""
    found = []
    for name, path in layout.rule_files().items():
        file = layout.name_of(path)
        text = read_query(path, file)
        if guard(text, name=file) is not QueryForm.CONSTRUCT:
            raise InputError("a rule is a CONSTRUCT query", file=file, advice="mend the rule")
        found.append(Rule(name, file, text))
    return found


def find_rule(layout: Layout, name: str) -> list[Rule]:
    """The rules of that name: with or without number, or all whose head concludes a term of that name."""
    known = rules(layout)
    wanted = name.removeprefix("kg:").casefold()
    exact = [rule for rule in known if wanted in (rule.name, rule.name.split("-", 1)[1])]
    if exact:
        return exact
    terms = {rule.name: _concluded(rule) for rule in known}
    squeezed = wanted.replace("-", "").replace(" ", "")
    concluding = [rule for rule in known if squeezed in terms[rule.name]]
    if concluding:
        return concluding
    names = {rule.name.split("-", 1)[1] for rule in known} | {term for each in terms.values() for term in each}
    near = near_names(wanted, names)
    advice = f"did you mean {near}?" if near else "see the folder queries/rules/"
    raise UsageError(f"no rule or verdict is called '{name}'", advice=advice)


def _concluded(rule: Rule) -> set[str]:
    """The terms that the head of a rule gives as conclusions, in lower case."""
    head = rule.text[rule.text.index("CONSTRUCT") : rule.text.index("WHERE")]
    return {word.split(":", 1)[1].casefold() for word in head.split() if word.startswith("kg:")}


def run_rules(rules_: Iterable[Rule], facts: Iterable[Quad | Triple], limits: Limits | None = None) -> list[Quad]:
    """What the rules conclude from the facts, in the order of the rules; with `limits` in a worker process."""
    rules_ = list(rules_)
    store = Store(_relevant(facts, _mentioned(rules_)))

    def work() -> list[Quad]:
        return list(_run(rules_, store))

    return work() if limits is None else run_limited(work, limits, task="the comparison")


def _run(rules_: list[Rule], store: Store) -> Iterator[Quad]:
    for rule in rules_:
        for triple in store.grow(rule.text, name=rule.file):
            yield Quad(triple.subject, triple.predicate, triple.object)


_PREFIX = re.compile(r"PREFIX\s+([\w-]*):\s*<([^>]*)>", re.IGNORECASE)
_NAME = re.compile(r"([\w-]*):([\w-]+)|<([^<>\s]+)>")


def _mentioned(rules_: Iterable[Rule]) -> set[str]:
    """Every IRI that stands in the text of a rule: no other property or class can matter to it."""
    found: set[str] = set()
    for rule in rules_:
        prefixes = dict(_PREFIX.findall(rule.text))
        for prefix, local, iri in _NAME.findall(rule.text):
            found.add(iri or prefixes.get(prefix, "") + local)
    return found


def _relevant(facts: Iterable[Quad | Triple], mentioned: Collection[str]) -> Iterator[Quad]:
    """The facts that rules read: a small part of a casebook, so that large ones fit into memory."""
    wanted: dict[NamedNode, bool] = {RDF.type: True}
    for fact in facts:
        predicate = fact.predicate
        if predicate not in wanted:
            wanted[predicate] = predicate.value in mentioned
        if wanted[predicate] and (predicate != RDF.type or str(fact.object)[1:-1] in mentioned):
            yield Quad(fact.subject, predicate, fact.object)
