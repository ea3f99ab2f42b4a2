"""RDF files → quads, strictly: the bytes on disk, decoded and parsed whole, or one error with its place.

Nothing but the named file is read: no remote context, no entity, no import. Blank nodes are renamed after
the digest of the file, so that reading twice gives the same labels and two different files never share one.
RDF 1.1 only: triple terms, reifiers and directional strings are refused.
"""

from __future__ import annotations

import codecs
import hashlib
import json
import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn, TypeAlias
from xml.parsers import expat

from pyoxigraph import BlankNode, Literal, Quad, QuadParser, RdfFormat, Triple, parse

from kgtool.errors import InputError, LimitReached, SyntaxProblem
from kgtool.positions import find_rdf12, position_at

FORMATS: Final[Mapping[str, RdfFormat]] = {
    ".ttl": RdfFormat.TURTLE,
    ".nt": RdfFormat.N_TRIPLES,
    ".nq": RdfFormat.N_QUADS,
    ".trig": RdfFormat.TRIG,
    ".rdf": RdfFormat.RDF_XML,
    ".owl": RdfFormat.RDF_XML,
    ".xml": RdfFormat.RDF_XML,
    ".jsonld": RdfFormat.JSON_LD,
}

# Levels of brackets. Python's own JSON reader gives up near a thousand.
JSON_NESTING_LIMIT: Final = 200
# Levels of elements. The RDF/XML parser's time grows with the square of the depth; lists written as nested
# rdf:rest need two levels an item.
XML_NESTING_LIMIT: Final = 2000

_SIGNATURES: Final = (
    (b"\x1f\x8b", "gzip, a compressed file", "unpack it first"),
    (b"PK\x03\x04", "a zip archive", "unpack it first"),
    (codecs.BOM_UTF32_LE, "UTF-32", "save it again as UTF-8"),
    (codecs.BOM_UTF32_BE, "UTF-32", "save it again as UTF-8"),
    (codecs.BOM_UTF16_LE, "UTF-16", "save it again as UTF-8"),
    (codecs.BOM_UTF16_BE, "UTF-16", "save it again as UTF-8"),
)
_UNDERSTOOD_ENCODINGS: Final = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
_XML_ENCODING: Final = re.compile(r"""(<\?xml[^>]*?)(\sencoding\s*=\s*["']([^"'>]*)["'])""")
_JSON_BRACKETS: Final = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\Z)|[\[\]{}]', re.DOTALL)
_PARSER_PREAMBLE: Final = re.compile(
    r"^(?:Parser error )?(?:at line \d+ (?:between columns \d+ and \d+|column \d+)"
    r"|between line \d+ column \d+ and line \d+ column \d+|at \d+\.\.\d+): "
)
_LONGEST_MESSAGE: Final = 300  # code points; a parser may quote a whole broken literal
_NAMESPACE_END: Final = re.compile(r"[:/?#\[\]@]\Z")
_RDF12: Final = "RDF 1.2 triple terms, reifiers and directional strings are not supported"

_Json: TypeAlias = "str | bool | list[_Json] | _JsonObject | None"


@dataclass(frozen=True, slots=True)
class Document:
    """One RDF file as read.

    `path` is the path as given and `name` what messages call the file. `text` is decoded, without a byte
    order mark, and otherwise exactly as on disk. `sha256` is the hexadecimal digest of the bytes on disk.
    `quads` stand in file order, `prefixes` and `base` as the file declares them (the last one wins).
    """

    path: Path
    name: str
    format: RdfFormat
    text: str
    sha256: str
    quads: tuple[Quad, ...]
    prefixes: Mapping[str, str]
    base: str | None


def read_document(path: Path, *, name: str | None = None) -> Document:
    """Read and parse one file; its suffix (any case) tells the format, see `FORMATS`.

    Raises InputError when there is no such readable file or the suffix is not known, SyntaxProblem with line
    and column when the content is not what the format asks for, LimitReached when it is nested too deeply.
    """
    name = str(path) if name is None else name
    rdf_format = _format_of(path, name)
    content = _content(path, name)
    digest = hashlib.sha256(content).hexdigest()
    text = _decoded(content, rdf_format, name)
    prefixes: Mapping[str, str] = {}
    base: str | None = None
    if rdf_format == RdfFormat.RDF_XML:
        prefixes, base = _checked_xml(text, name)
    elif rdf_format == RdfFormat.JSON_LD:
        prefixes = _checked_json(text, name)
    else:
        _refuse_rdf12_marks(text, name)
    quads, parser = _parsed(text, rdf_format, name)
    return Document(
        path=path,
        name=name,
        format=rdf_format,
        text=text,
        sha256=digest,
        quads=tuple(_renamed(quads, f"f{digest[:12]}b")),
        prefixes=dict(prefixes) or dict(parser.prefixes),
        base=base or parser.base_iri,
    )


def rdf_files(folder: Path) -> list[Path]:
    """The RDF files under `folder`, at any depth, sorted; hidden files and folders are left out.

    Linked folders are not followed. Raises InputError when the folder, or one in it, cannot be listed.
    """
    found: list[Path] = []
    try:
        for here, folders, files in os.walk(folder, onerror=_reraise):
            folders[:] = [each for each in folders if not each.startswith(".")]
            found.extend(
                Path(here, each) for each in files if not each.startswith(".") and Path(each).suffix.lower() in FORMATS
            )
    except OSError as error:
        raise _unreadable(error, str(error.filename or folder), "folder") from error
    return sorted(found)


def _reraise(error: OSError) -> NoReturn:
    raise error


def _format_of(path: Path, name: str) -> RdfFormat:
    rdf_format = FORMATS.get(path.suffix.lower())
    if rdf_format is None:
        suffix = f"the suffix {path.suffix!r} is not known" if path.suffix else "the file name has no suffix"
        raise InputError(suffix, file=name, advice=f"known are {', '.join(sorted(FORMATS))}")
    return rdf_format


def _content(path: Path, name: str) -> bytes:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise InputError("this is a folder, not a file", file=name, advice="name a file in it")
        # A pipe or a device could hold the reader for ever.
        if not stat.S_ISREG(mode):
            raise InputError("not a regular file", file=name, advice="save its content to a file first")
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(error, name, "file") from error
    except ValueError as error:
        raise InputError("the file name holds a NUL character", file=repr(name)) from error


def _unreadable(error: OSError, name: str, kind: str) -> InputError:
    match error:
        case FileNotFoundError():
            return InputError(f"there is no such {kind}", file=name, advice="check the name")
        case NotADirectoryError():
            return InputError("not a folder, or it lies under a file", file=name, advice="check the name")
        case PermissionError():
            return InputError("no permission to read it", file=name, advice=f"check the {kind}'s permissions")
        case _:
            return InputError(f"cannot be read: {error.strerror or error}", file=name)


def _decoded(content: bytes, rdf_format: RdfFormat, name: str) -> str:
    if rdf_format == RdfFormat.RDF_XML and content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            text = content.decode("utf-16")
        except UnicodeDecodeError as error:
            raise SyntaxProblem("not valid UTF-16", file=name, advice="save it again as UTF-8") from error
    else:
        for signature, kind, advice in _SIGNATURES:
            if content.startswith(signature):
                raise InputError(f"not UTF-8 text but {kind}", file=name, advice=advice)
        text = _from_utf8(content.removeprefix(codecs.BOM_UTF8), name, content)
    if (nul := text.find("\0")) >= 0:
        raise _problem_at(text, nul, name, "a NUL character", "remove it, or save the file again as UTF-8")
    return text


def _from_utf8(content: bytes, name: str, whole: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        skipped = len(whole) - len(content)
        before = content[: error.start].decode("utf-8")
        where = position_at(before, len(before))
        looks = " (it looks like UTF-16)" if _looks_like_utf16(whole) else ""
        raise SyntaxProblem(
            f"not UTF-8: byte 0x{content[error.start]:02X} at byte offset {error.start + skipped}{looks}",
            file=name,
            line=where.line,
            column=where.column,
            advice="save the file again as UTF-8",
        ) from error


def _looks_like_utf16(content: bytes) -> bool:
    sample = content[:200]
    return len(sample) >= 4 and sample.count(0) * 3 >= len(sample)


def _problem_at(text: str, offset: int, name: str, message: str, advice: str | None = None) -> SyntaxProblem:
    where = position_at(text, offset)
    return SyntaxProblem(message, file=name, line=where.line, column=where.column, advice=advice)


def _refuse_rdf12_marks(text: str, name: str) -> None:
    # Before parsing, since the parser ends the process on triple terms that are nested deeply.
    if (where := find_rdf12(text)) is not None:
        raise SyntaxProblem(_RDF12, file=name, line=where.line, column=where.column)


def _refuse_rdf12_quads(quads: tuple[Quad, ...], name: str) -> None:
    for quad in quads:
        value = quad.object
        if isinstance(value, Triple) or (isinstance(value, Literal) and value.direction is not None):
            raise SyntaxProblem(_RDF12, file=name)


def _checked_xml(text: str, name: str) -> tuple[dict[str, str], str | None]:
    """Refuse what must not reach the RDF/XML parser; the prefixes and the base that the file declares.

    A first pass by expat, because the RDF/XML parser names no lines and is slow on deep nesting.
    """
    if not text.strip():
        return {}, None
    encoding = _XML_ENCODING.match(text)
    utf16 = encoding is not None and encoding[3].lower().startswith("utf-16")
    if encoding is not None and not utf16 and encoding[3].lower() not in _UNDERSTOOD_ENCODINGS:
        message = f"declares the encoding {encoding[3]!r}"
        raise _problem_at(text, encoding.start(2), name, message, "save it again as UTF-8")
    outline = _XmlOutline(name)
    try:
        outline.parser.Parse(text.encode(), True)
    except expat.ExpatError as error:
        message = f"not well-formed XML: {expat.ErrorString(error.code)}"
        raise SyntaxProblem(message, file=name, line=error.lineno, column=error.offset + 1) from error
    return outline.prefixes, outline.base


class _XmlOutline:
    """Prefixes and base of an XML text, with its depth watched and every document type refused."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.depth = 0
        self.prefixes: dict[str, str] = {}
        self.base: str | None = None
        # The text is already decoded, whatever encoding it declares.
        self.parser = expat.ParserCreate("utf-8")
        self.parser.StartDoctypeDeclHandler = self.document_type
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end

    def document_type(self, *_: object) -> None:
        raise SyntaxProblem(
            "document types and entities are refused in RDF/XML",
            file=self.name,
            line=self.parser.CurrentLineNumber,
            column=self.parser.CurrentColumnNumber + 1,
            advice="remove the <!DOCTYPE …> and write the names out, or save it as Turtle",
        )

    def start(self, _: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > XML_NESTING_LIMIT:
            raise LimitReached(
                f"elements nested more than {XML_NESTING_LIMIT} levels deep",
                file=self.name,
                line=self.parser.CurrentLineNumber,
                column=self.parser.CurrentColumnNumber + 1,
            )
        for attribute, value in attributes.items():
            if attribute.startswith("xmlns:"):
                self.prefixes.setdefault(attribute.removeprefix("xmlns:"), value)
            elif attribute == "xmlns":
                self.prefixes.setdefault("", value)
            elif attribute == "xml:base" and self.base is None:
                self.base = value

    def end(self, _: str) -> None:
        self.depth -= 1


class _JsonObject:
    """The members of a JSON object in order: a dict would hide all but the last of equal keys."""

    def __init__(self, members: list[tuple[str, _Json]]) -> None:
        self.members = members


def _checked_json(text: str, name: str) -> dict[str, str]:
    """Refuse what must not reach the JSON-LD parser; the prefixes that the contexts of the file declare."""
    if not text.strip():
        return {}
    _refuse_deep_json(text, name)
    try:
        root: _Json = json.loads(
            text,
            object_pairs_hook=_JsonObject,
            parse_constant=_refused_constant,
            # Numbers stay text: a hostile one may have a million digits.
            parse_int=str,
            parse_float=str,
        )
    except json.JSONDecodeError as error:
        message = f"not valid JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        raise _problem_at(text, error.pos, name, message) from error
    except _RefusedConstant as error:
        message = f"{error} is not a JSON number"
        raise _problem_at(text, _outside_strings(text, str(error)), name, message) from error
    prefixes: dict[str, str] = {}
    for context in _contexts(root):
        _refuse_remote(context, text, name)
        if isinstance(context, _JsonObject):
            prefixes.update(_context_prefixes(context))
    return prefixes


class _RefusedConstant(Exception):
    """NaN or an infinity, which Python's JSON reader would let pass."""


def _refused_constant(constant: str) -> NoReturn:
    raise _RefusedConstant(constant)


def _outside_strings(text: str, word: str) -> int:
    pattern = re.compile(r'"(?:[^"\\]++|\\.)*+"|(' + re.escape(word) + ")", re.DOTALL)
    return next((match.start() for match in pattern.finditer(text) if match[1]), 0)


def _refuse_deep_json(text: str, name: str) -> None:
    depth = 0
    for match in _JSON_BRACKETS.finditer(text):
        if match[0] in "[{":
            depth += 1
        elif match[0] in "]}":
            depth -= 1
        if depth > JSON_NESTING_LIMIT:
            where = position_at(text, match.start())
            message = f"JSON nested more than {JSON_NESTING_LIMIT} levels deep"
            raise LimitReached(message, file=name, line=where.line, column=where.column)


def _contexts(root: _Json) -> Iterator[_Json]:
    """Every single value of an `@context` or `@import`, arrays taken apart, in document order."""
    pending: list[tuple[bool, _Json]] = [(False, root)]
    while pending:
        is_context, value = pending.pop()
        if isinstance(value, _JsonObject):
            if is_context:
                yield value
            pending.extend((key in {"@context", "@import"}, member) for key, member in reversed(value.members))
        elif isinstance(value, list):
            pending.extend((is_context, item) for item in reversed(value))
        elif is_context:
            yield value


def _refuse_remote(context: _Json, text: str, name: str) -> None:
    if isinstance(context, str):
        offset = max(0, text.find(json.dumps(context, ensure_ascii=False)))
        message = f"the context {_one_line(context)!r} lies outside the file and is not fetched"
        raise _problem_at(text, offset, name, message, "put the context itself into the file")


def _context_prefixes(context: _JsonObject) -> Iterator[tuple[str, str]]:
    for term, value in context.members:
        if isinstance(value, str) and not term.startswith("@") and _NAMESPACE_END.search(value):
            yield term, value
        elif isinstance(value, _JsonObject):
            definition = dict(value.members)
            namespace = definition.get("@id")
            if definition.get("@prefix") is True and isinstance(namespace, str):
                yield term, namespace


def _parsed(text: str, rdf_format: RdfFormat, name: str) -> tuple[tuple[Quad, ...], QuadParser]:
    source = text
    if rdf_format == RdfFormat.JSON_LD and not text.strip():
        source = "[]"
    elif rdf_format == RdfFormat.RDF_XML:
        # The parser would take the declared encoding for that of what it is given.
        source = _XML_ENCODING.sub(lambda found: found[1] + " " * len(found[2]), text, count=1)
    try:
        parser = parse(source, format=rdf_format)
        quads = tuple(parser)
    except SyntaxError as error:
        line, column = error.lineno, error.offset
        if line is None and rdf_format == RdfFormat.RDF_XML:
            line = _failing_line(source)
        message, advice = _plain_message(error.msg)
        raise SyntaxProblem(message, file=name, line=line, column=column, advice=advice) from error
    _refuse_rdf12_quads(quads, name)
    return quads, parser


def _plain_message(message: str) -> tuple[str, str | None]:
    message = _one_line(_PARSER_PREAMBLE.sub("", message))
    if "No scheme found in an absolute IRI" in message:
        subject = re.search(r"parsing IRI ('.*')", message)
        named = f"the IRI {subject[1]}" if subject else "this IRI"
        return f"{named} is relative and the file declares no base", "write it in full, or declare a base"
    advice = "declare it at the top of the file" if message.endswith("has not been declared") else None
    if message[1:2].islower():
        message = message[0].lower() + message[1:]
    return message, advice


def _one_line(text: str) -> str:
    plain = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return plain if len(plain) <= _LONGEST_MESSAGE else plain[:_LONGEST_MESSAGE] + "…"


class _LineFeeder:
    """A binary file that hands out one line at a time and counts them."""

    def __init__(self, text: str) -> None:
        self.lines = iter(text.encode().splitlines(keepends=True))
        self.given = 0

    def read(self, _: int = -1) -> bytes:
        line = next(self.lines, b"")
        self.given += bool(line)
        return line


def _failing_line(xml: str) -> int | None:
    """The line at which the RDF/XML parser, which names none, gives up; found by parsing once more."""
    feeder = _LineFeeder(xml)
    try:
        for _ in parse(feeder, format=RdfFormat.RDF_XML):  # type: ignore[arg-type]
            pass
    except SyntaxError:
        return max(feeder.given, 1)
    return None


def _renamed(quads: tuple[Quad, ...], prefix: str) -> Iterator[Quad]:
    nodes: dict[str, BlankNode] = {}

    def unique(node: BlankNode) -> BlankNode:
        return nodes.setdefault(node.value, BlankNode(f"{prefix}{len(nodes)}"))

    for quad in quads:
        subject, value, graph = quad.subject, quad.object, quad.graph_name
        if not any(isinstance(term, BlankNode) for term in (subject, value, graph)):
            yield quad
            continue
        yield Quad(
            unique(subject) if isinstance(subject, BlankNode) else subject,
            quad.predicate,
            unique(value) if isinstance(value, BlankNode) else value,
            unique(graph) if isinstance(graph, BlankNode) else graph,
        )
