"""How each source stands to each answer of a question, in a few words: the cells of the claim × source matrix."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

from kgtool.claims import Claim
from kgtool.compare import AnswerGroup, QuestionResult
from kgtool.vocab import KG, Certainty, Mode, Polarity, Verdict

CONFLICTS = (Verdict.DENIES, Verdict.DIFFERS)
AGREEMENTS = (Verdict.AGREES, Verdict.REFINES, Verdict.RESPELLS)
WORDS = {
    "says": "gives this answer, and no other source does",
    "agrees": "gives this answer or one that fits it, and another source does, too",
    "denies": "says that this answer does not hold",
    "differs": "gives an answer that cannot hold beside this one",
    "relays": "gives it on the word of another",
    "hedges": "is not certain",
    "opines": "gives it as an opinion",
    "predicts": "gives it as a prediction",
    "supposes": "supposes it only",
    "leaves open": "says that the answer is unclear",
    "other": "gives another answer, which may hold, too",
    "silent": "does not answer the question",
}
_TONES = {"agrees": "agreement", "other": "aside", "leaves open": "aside", "silent": "silent"}
_MODES = {Mode.OPINION: "opines", Mode.PREDICTED: "predicts", Mode.HYPOTHETICAL: "supposes"}


@dataclass(frozen=True, slots=True)
class Cell:
    """In words from `WORDS`, the claims that they rest on, and whether one of these is in a conflict here."""

    words: tuple[str, ...]
    claims: tuple[Claim, ...]
    conflict: bool = False

    @property
    def tone(self) -> str:
        if self.conflict:
            return "conflict"
        return next((tone for word, tone in _TONES.items() if word in self.words), "says")


@dataclass(frozen=True)
class Standings:
    """How each source stands to each answer of one question; `relays` tells a claim on another's word."""

    question: QuestionResult
    relays: Callable[[Claim], bool]

    @cached_property
    def _verdicts(self) -> dict[tuple[str, str], Verdict]:
        pairs = {(each.a, each.b): each.verdict for each in self.question.comparisons}
        return pairs | {(b, a): verdict for (a, b), verdict in pairs.items()}

    def cell(self, answer: AnswerGroup, source: str) -> Cell:
        own = tuple(claim for claim in answer.claims if claim.source == source)
        others = self._others(answer, source)
        if own:
            return self._own_cell(own, others)
        if others:
            return self._of_others(others, answer)
        return Cell(("silent",), ())

    def of_claim(self, claim: Claim, answer: AnswerGroup) -> Cell:
        """The cell that the claim would make by itself."""
        return self._own_cell((claim,), self._others(answer, claim.source))

    def _others(self, answer: AnswerGroup, source: str | None) -> list[Claim]:
        here = {claim.iri for claim in answer.claims}
        return [claim for claim in self.question.claims if claim.source == source and claim.iri not in here]

    def _own_cell(self, own: tuple[Claim, ...], others: list[Claim]) -> Cell:
        words = self._of_own(own, others)
        denied = any(self._among(claim, self.question.claims, (Verdict.DENIES,)) for claim in own)
        return Cell(_in_order(words), own, "differs" in words or ("denies" in words and denied))

    def _of_own(self, own: Iterable[Claim], others: list[Claim]) -> set[str]:
        words: set[str] = set()
        for claim in own:
            if claim.polarity is Polarity.DENIED:
                words.add("denies")
            else:
                elsewhere = [each for each in self.question.claims if each.source != claim.source]
                words.add("agrees" if self._among(claim, elsewhere, AGREEMENTS) else "says")
            if self.relays(claim):
                words.add("relays")
            if claim.certainty not in (Certainty.CERTAIN, None):
                words.add("hedges")
            if claim.mode in _MODES:
                words.add(_MODES[claim.mode])
            if self._among(claim, others, CONFLICTS):
                words.add("differs")
        return words - {"says"} if words - {"says", "differs"} else words

    def _among(self, claim: Claim, others: Iterable[Claim], verdicts: Collection[Verdict]) -> bool:
        return any(self._verdicts.get((claim.iri, each.iri)) in verdicts for each in others)

    def _of_others(self, others: list[Claim], answer: AnswerGroup) -> Cell:
        """From what a source answers otherwise: conflict and agreement, or else that it leaves room."""
        by_word: dict[str, set[str]] = defaultdict(set)
        for claim in others:
            for each in answer.claims:
                by_word[_word(claim, self._verdicts.get((claim.iri, each.iri)))].add(claim.iri)
        told = set(by_word) & {"agrees", "denies", "differs"} or set(by_word)
        shown = {iri for word in told for iri in by_word[word]}
        claims = tuple(claim for claim in others if claim.iri in shown)
        return Cell(_in_order(told), claims, bool(told & {"denies", "differs"}))


def _word(claim: Claim, verdict: Verdict | None) -> str:
    """How a claim that gives another answer stands to this one, by the verdict between it and a claim that gives it.

    Whether the latter affirms or denies does not matter: who affirms a part of what another denies agrees.
    """
    denied = claim.polarity is Polarity.DENIED
    if verdict is Verdict.DIFFERS:
        return "differs"
    if verdict is Verdict.DENIES or verdict in AGREEMENTS:
        return "denies" if denied else "agrees"
    return "leaves open" if claim.object == KG.remainsUnclear else "other"


def _in_order(words: Collection[str]) -> tuple[str, ...]:
    return tuple(word for word in WORDS if word in words)
