"""`kgtool explain`: the rule that makes a verdict, a state or a reason, with an example."""

from __future__ import annotations

from kgtool.errors import ExitStatus
from kgtool.render.safe import for_terminal
from kgtool.rules import Rule, find_rule, rules
from kgtool.terminal import Session


def run(session: Session, *, name: str | None) -> ExitStatus:
    layout = session.layout()
    if name is None:
        width = max(len(rule.name) for rule in rules(layout)) + 2
        lines = [f"{rule.name.ljust(width)}{rule.header.summary}" for rule in rules(layout)]
        session.deliver("\n".join(map(for_terminal, lines)) + "\n", None)
        return ExitStatus.CLEAN
    session.deliver("\n".join(_explained(rule) for rule in find_rule(layout, name)), None)
    return ExitStatus.CLEAN


def _explained(rule: Rule) -> str:
    header = rule.header
    body = [line for line in rule.text.splitlines() if not line.startswith("#+")]
    words = [header.summary, "", header.description, "", f"Example: {header.example}", "", f"Rule ({rule.file}):", ""]
    lines = [rule.name, *(f"  {line}".rstrip() for line in words), *(f"    {line}".rstrip() for line in body)]
    return "\n".join(for_terminal(line) for line in lines) + "\n"
