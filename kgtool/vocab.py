"""Namespaces, terms and closed lists of values; a test holds them equal to ``ontology/``."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType

from pyoxigraph import NamedNode


class Namespace:
    """An IRI prefix; attributes and items are the terms under it: ``KG.Claim``, ``RDF["type"]``."""

    def __init__(self, iri: str) -> None:
        self.iri = iri

    def __getattr__(self, name: str) -> NamedNode:
        if name.startswith("__"):
            raise AttributeError(name)
        term = NamedNode(self.iri + name)
        self.__dict__[name] = term
        return term

    def __getitem__(self, name: str) -> NamedNode:
        return NamedNode(self.iri + name)


DCAT = Namespace("http://www.w3.org/ns/dcat#")
DCTERMS = Namespace("http://purl.org/dc/terms/")
KG = Namespace("https://w3id.org/kgtool/ontology#")
OA = Namespace("http://www.w3.org/ns/oa#")
PROV = Namespace("http://www.w3.org/ns/prov#")
RDF = Namespace("http://www.w3.org/1999/02/22-rdf-syntax-ns#")
RDFS = Namespace("http://www.w3.org/2000/01/rdf-schema#")
SCHEMA = Namespace("https://schema.org/")
SH = Namespace("http://www.w3.org/ns/shacl#")
SHAPE = Namespace("https://w3id.org/kgtool/shapes#")
SKOS = Namespace("http://www.w3.org/2004/02/skos/core#")
SKOSXL = Namespace("http://www.w3.org/2008/05/skos-xl#")
SSSOM = Namespace("https://w3id.org/sssom/")
VOID = Namespace("http://rdfs.org/ns/void#")
XSD = Namespace("http://www.w3.org/2001/XMLSchema#")

# What a listing and an export may abbreviate, beside the prefixes that a casebook's own files declare.
PREFIXES = MappingProxyType(
    {
        "cito": "http://purl.org/spar/cito/",
        "dcat": DCAT.iri,
        "dcterms": DCTERMS.iri,
        "kg": KG.iri,
        "oa": OA.iri,
        "owl": "http://www.w3.org/2002/07/owl#",
        "prov": PROV.iri,
        "rdf": RDF.iri,
        "rdfs": RDFS.iri,
        "schema": SCHEMA.iri,
        "semapv": "https://w3id.org/semapv/vocab/",
        "sh": SH.iri,
        "shape": SHAPE.iri,
        "skos": SKOS.iri,
        "skosxl": SKOSXL.iri,
        "sssom": SSSOM.iri,
        "style": "https://w3id.org/kgtool/style#",
        "void": VOID.iri,
        "xsd": XSD.iri,
    }
)


class Concept(StrEnum):
    """A value from one of the closed lists of ``ontology/schemes.ttl``; the value is the local name."""

    @property
    def node(self) -> NamedNode:
        return KG[self.value]


class Polarity(Concept):
    AFFIRMED = "affirmed"
    DENIED = "denied"


class Certainty(Concept):
    CERTAIN = "certain"
    PROBABLE = "probable"
    POSSIBLE = "possible"
    UNKNOWN = "unknown"


class Mode(Concept):
    ACTUAL = "actual"
    PREDICTED = "predicted"
    HYPOTHETICAL = "hypothetical"
    OPINION = "opinion"


class Decision(Concept):
    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"


class WayOfComparing(Concept):
    ONE = "one"
    MANY = "many"
    QUANTITY = "quantity"
    NAME = "name"


class Relation(Concept):
    ELSEWHEN = "elsewhen"
    ONE_UNCLEAR = "oneUnclear"
    SAME_ANSWER = "sameAnswer"
    OTHER_SPELLING = "otherSpelling"
    NARROWER_ANSWER = "narrowerAnswer"
    OVERLAPPING = "overlapping"
    WITHIN_TOLERANCE = "withinTolerance"
    INCOMPARABLE = "incomparable"
    APART = "apart"


class Verdict(Concept):
    AGREES = "agrees"
    REFINES = "refines"
    RESPELLS = "respells"
    DIFFERS = "differs"
    DENIES = "denies"
    LEAVES_OPEN = "leavesOpen"
    AT_ANOTHER_TIME = "atAnotherTime"
    COEXISTS = "coexists"


class Reason(Concept):
    SEVERAL_ANSWERS = "severalAnswers"
    BOTH_DENIED = "bothDenied"
    NARROWER_DENIED = "narrowerDenied"
    DIFFERENT_ANSWER_DENIED = "differentAnswerDenied"
    HEDGE = "hedge"
    OPINION_AGAINST_FACT = "opinionAgainstFact"
    HYPOTHETICAL_AGAINST_FACT = "hypotheticalAgainstFact"
    PREDICTION_AGAINST_FACT = "predictionAgainstFact"
    DIFFERENT_MODES = "differentModes"
    OPINIONS = "opinions"
    NO_BOUNDS = "noBounds"
    ROUNDING = "rounding"


class State(Concept):
    CORROBORATED = "corroborated"
    ECHOED = "echoed"
    ORIGINS_UNKNOWN = "originsUnknown"
    DISPUTED = "disputed"
    SELF_CONTRADICTED = "selfContradicted"
    SINGLE_SOURCE = "singleSource"


class TimelineRole(Concept):
    BEGINNING = "beginning"
    LENGTH = "length"
    UNDERGONE = "undergone"


SCHEMES = MappingProxyType(
    {
        "PolarityScheme": Polarity,
        "CertaintyScheme": Certainty,
        "ModeScheme": Mode,
        "DecisionScheme": Decision,
        "ComparingScheme": WayOfComparing,
        "RelationScheme": Relation,
        "VerdictScheme": Verdict,
        "ReasonScheme": Reason,
        "StateScheme": State,
        "TimelineScheme": TimelineRole,
    }
)
