"""Claims read as values: in full, as far as they go when they are malformed, and with their origins."""

from __future__ import annotations

from casebooks import BASE, in_memory
from pyoxigraph import Literal, NamedNode

from kgtool.claims import Claim, Hop, Quote, qualifier_properties, read_claims
from kgtool.vocab import XSD, Certainty, Mode, Polarity

SPORT = "https://w3id.org/kgtool/domain/sport#"
ONTOLOGY = """
sport:atGames a rdf:Property , kg:IdentifyingQualifier .
kg:validDuring a rdf:Property , kg:Qualifier .
"""
FULL = """
claim:1 a kg:Claim ;
    rdf:subject entity:team ; rdf:predicate sport:athleteCount ; rdf:object "016"^^xsd:integer ;
    kg:asWritten "some sixteen" ; kg:atLeast "+15"^^xsd:integer ; kg:atMost 17 ;
    kg:polarity kg:denied ; kg:polarityCue "not" ;
    kg:certainty kg:possible ; kg:certaintyCue "maybe" , "perhaps" ;
    kg:mode kg:predicted ; kg:modeCue "will" ;
    kg:inferred "from the title" ; skos:note "b" , "a" ;
    sport:atGames entity:games ; kg:validDuring "in May"@en ;
    oa:hasTarget <source/s#char=3,7> ; prov:wasQuotedFrom source:s ;
    prov:qualifiedAttribution attribution:2 , attribution:1 .
<source/s#char=3,7> oa:hasSource source:s ; oa:hasSelector <source/s#selector=3,7> .
<source/s#selector=3,7> oa:exact "four" ; oa:start 3 ; oa:end 7 ; oa:prefix "all " ; oa:suffix " went" .
attribution:1 prov:agent entity:agency ; kg:attributionCue "says the agency" ; kg:innerAttribution attribution:1-2 .
attribution:1-2 prov:agent entity:witness .
attribution:2 prov:agent entity:minister ; kg:attributionCue "and a minister" .
"""


def read(*turtles: str, ontology: str = ONTOLOGY) -> list[Claim]:
    holdings = in_memory(*turtles, ontology=ontology)
    return read_claims(holdings.nodes, holdings.vocabulary)


def entity(name: str) -> str:
    return f"{BASE}entity/{name}"


def test_a_claim_in_full() -> None:
    assert read(FULL) == [
        Claim(
            iri=f"{BASE}claim/1",
            source=f"{BASE}source/s",
            subject=entity("team"),
            predicate=f"{SPORT}athleteCount",
            object=Literal("016", datatype=XSD.integer),
            polarity=Polarity.DENIED,
            certainty=Certainty.POSSIBLE,
            mode=Mode.PREDICTED,
            quote=Quote(f"{BASE}source/s#char=3,7", f"{BASE}source/s", "four", 3, 7, "all ", " went"),
            qualifiers=(
                (f"{SPORT}atGames", NamedNode(entity("games"))),
                ("https://w3id.org/kgtool/ontology#validDuring", Literal("in May", language="en")),
            ),
            attributions=(
                (Hop(entity("agency"), "says the agency"), Hop(entity("witness"), None)),
                (Hop(entity("minister"), "and a minister"),),
            ),
            origins=(entity("minister"), entity("witness")),
            cues=(("polarity", "not"), ("certainty", "maybe"), ("certainty", "perhaps"), ("mode", "will")),
            as_written="some sixteen",
            at_least=Literal("+15", datatype=XSD.integer),
            at_most=Literal("17", datatype=XSD.integer),
            inferred="from the title",
            notes=("a", "b"),
        )
    ]


def test_a_bare_claim_is_read_as_far_as_it_goes() -> None:
    [claim] = read("claim:1 a kg:Claim .")
    assert claim == Claim(
        iri=f"{BASE}claim/1",
        source=None,
        subject=None,
        predicate=None,
        object=None,
        polarity=None,
        certainty=None,
        mode=None,
        quote=None,
        qualifiers=(),
        attributions=(),
        origins=(),
        cues=(),
        as_written=None,
        at_least=None,
        at_most=None,
        inferred=None,
        notes=(),
    )


def test_a_malformed_claim_is_read_as_far_as_it_goes() -> None:
    [claim] = read(
        'claim:1 a kg:Claim ; rdf:subject "a literal" ; rdf:object [] ; kg:polarity kg:actual ;'
        ' kg:certainty "certain" ;'
        " kg:mode kg:opinions ; prov:wasQuotedFrom source:s ; oa:hasTarget <q> ; prov:qualifiedAttribution <nothing> ."
        ' <q> oa:hasSelector [ oa:start -1 ; oa:end "7"^^xsd:string ; oa:exact <x> ] .'
    )
    assert (claim.subject, claim.object, claim.polarity, claim.certainty, claim.mode) == (None,) * 5
    assert claim.quote == Quote(f"{BASE}q", None, None, None, 7)
    assert (claim.attributions, claim.origins) == ((), (f"{BASE}source/s",))


def test_claims_come_sorted_and_blank_ones_are_left_out() -> None:
    found = read("claim:b a kg:Claim . [] a kg:Claim .", "claim:a a kg:Claim . claim:b a kg:Claim .")
    assert [claim.iri for claim in found] == [f"{BASE}claim/a", f"{BASE}claim/b"]


def test_a_circular_chain_ends_where_it_would_repeat() -> None:
    [claim] = read(
        "claim:1 a kg:Claim ; prov:qualifiedAttribution attribution:1 ."
        " attribution:1 prov:agent entity:a ; kg:innerAttribution attribution:2 ."
        " attribution:2 prov:agent entity:b ; kg:innerAttribution attribution:1 ."
    )
    assert [hop.agent for hop in claim.attributions[0]] == [entity("a"), entity("b")]
    assert claim.origins == (entity("b"),)


def test_a_source_that_copies_is_still_who_says_it() -> None:
    # What counts as an origin when sources copy each other is derived, and tested with the questions.
    own, told = read(
        "source:a prov:wasDerivedFrom source:b ."
        " claim:1 a kg:Claim ; prov:wasQuotedFrom source:a ."
        " claim:2 a kg:Claim ; prov:wasQuotedFrom source:a ; prov:qualifiedAttribution attribution:1 ."
        " attribution:1 prov:agent entity:w ."
    )
    assert (own.origins, told.origins) == ((f"{BASE}source/a",), (entity("w"),))


def test_qualifiers_are_what_the_vocabulary_declares() -> None:
    holdings = in_memory(ontology=ONTOLOGY)
    assert [each.value for each in qualifier_properties(holdings.vocabulary)] == [
        f"{SPORT}atGames",
        "https://w3id.org/kgtool/ontology#validDuring",
    ]
    assert [each.value for each in qualifier_properties(holdings.vocabulary, identifying=True)] == [f"{SPORT}atGames"]
