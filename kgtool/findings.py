"""What validation found, as plain values: findings with their places, and what was checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is, from `sh:severity`; in falling order."""

    VIOLATION = "violation"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, and where; `line` and `column` count from 1.

    `rule` names the shape, the check or the step. `focus`, `path` and `value` are IRIs, or what a literal or a path
    of several steps is written as. `message` says what is wrong and `fix` what to do.
    """

    severity: Severity
    rule: str
    message: str
    fix: str
    focus: str | None = None
    path: str | None = None
    value: str | None = None
    file: str | None = None
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What was looked at. `texts` counts the sources whose words were compared with a stored text."""

    files: tuple[str, ...]
    triples: int
    claims: int
    sources: int
    quotes: int
    texts: int
    missing_texts: tuple[str, ...]
    shapes: Mapping[str, int]
    deactivated: tuple[str, ...]
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Findings, sorted by place, and what was checked."""

    findings: tuple[Finding, ...]
    checked: Checked
    prefixes: Mapping[str, str] = field(default_factory=dict)

    @property
    def conforms(self) -> bool:
        """No violation; warnings and infos do not count, as in SHACL with `--fail-on violation`."""
        return not self.at_least(Severity.VIOLATION)

    def at_least(self, severity: Severity) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity.rank <= severity.rank]

    def count(self, severity: Severity) -> int:
        return sum(finding.severity == severity for finding in self.findings)
