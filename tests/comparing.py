"""Tiny casebooks for tests of comparison: a few claims in a few words, over a vocabulary of one property a kind."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from casebooks import BASE, DATASET, in_memory

from kgtool.holdings import Holdings
from kgtool.layout import Layout
from kgtool.reading import Document, read_document

VOCABULARY = f"{BASE}vocabulary/"
PREFIX = f"@prefix v: <{VOCABULARY}> .\n"
DOMAIN = f"""{PREFIX}
v:event a rdf:Property ; kg:comparedAs kg:one .
v:depicts a rdf:Property ; kg:comparedAs kg:many .
v:count a rdf:Property ; kg:comparedAs kg:quantity .
v:people a rdf:Property ; kg:comparedAs kg:quantity ; kg:additive true .
v:weight a rdf:Property ; kg:comparedAs kg:quantity ; kg:tolerance 0.05 .
v:name a rdf:Property ; kg:comparedAs kg:name .
v:began a rdf:Property ; kg:comparedAs kg:quantity ; kg:timelineRole kg:beginning .
v:lasted a rdf:Property ; kg:comparedAs kg:quantity ; kg:timelineRole kg:length .
v:went a rdf:Property ; kg:comparedAs kg:many ; kg:timelineRole kg:undergone .
v:mute a rdf:Property .
v:atGames a rdf:Property , kg:IdentifyingQualifier .
v:inSport a rdf:Property , kg:IdentifyingQualifier .
"""


def claim(
    name: str,
    answer: str,
    rest: str = "",
    *,
    property_: str = "event",
    subject: str = "team",
    source: str = "s1",
    polarity: str = "affirmed",
    certainty: str = "certain",
    mode: str = "actual",
) -> str:
    """One claim in Turtle; `answer` is a term, and `rest` begins with the property of what else it says."""
    return (
        f"source:{source} a kg:Source .\n"
        f"claim:{name} a kg:Claim , rdf:Statement ; rdf:subject entity:{subject} ; rdf:predicate v:{property_} ;"
        f" rdf:object {answer} ; kg:polarity kg:{polarity} ; kg:certainty kg:{certainty} ; kg:mode kg:{mode} ;"
        f" prov:wasQuotedFrom source:{source} {';' if rest else ''} {rest} .\n"
    )


def same(first: str, second: str, name: str = "1") -> str:
    """A decision that two entities are the same."""
    return (
        f"decision:{name} a kg:IdentityDecision ; kg:decision kg:same ;"
        f" sssom:subject_id entity:{first} ; sssom:object_id entity:{second} .\n"
    )


def told_by(claim_: str, agent: str) -> str:
    """What follows a claim that is attributed to an agent."""
    return (
        f"claim:{claim_} prov:qualifiedAttribution attribution:{claim_} .\n"
        f"attribution:{claim_} a prov:Attribution ; prov:agent entity:{agent} .\n"
    )


@cache
def _vocabulary() -> tuple[Document, ...]:
    files = [path for path in Layout(Path("/nowhere")).ontology_files() if path.parent.name != "domain"]
    return (*(read_document(path, name=path.name) for path in files), *in_memory(ontology=DOMAIN).ontology)


def book(*turtles: str) -> Holdings:
    """The holdings of these documents, over kgtool's own vocabulary and the one above."""
    return replace(in_memory(DATASET, *(PREFIX + each for each in turtles)), ontology=_vocabulary())


def end(iri: str) -> str:
    """The last part of an IRI."""
    return iri.replace("#", "/").rpartition("/")[2]
