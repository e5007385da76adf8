"""XML from outside, read without ever following what it says: no document type, so no entities, and bounded depth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat  # noqa: S406 - the parser itself, with document types refused

DEEPEST = 60
LARGEST = 50_000_000
XML_LANGUAGE = "http://www.w3.org/XML/1998/namespace lang"


class BadXML(ValueError):
    """The text is no XML that is read here. `line` is where."""

    def __init__(self, line: int, sentence: str) -> None:
        self.line = line
        self.sentence = sentence
        super().__init__(f"line {line}: {sentence}")


@dataclass
class Element:
    """An element: its name without the namespace, its attributes, the text in it and the elements in it."""

    name: str
    attributes: dict[str, str]
    line: int
    texts: list[str] = field(default_factory=list)
    children: list[Element] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text directly in the element, without the blanks around it."""
        return "".join(self.texts).strip()

    @property
    def language(self) -> str:
        """The first part of xml:lang, such as `nb` or `en`; empty where none is given."""
        return self.attributes.get(XML_LANGUAGE, "").partition("-")[0].lower()

    def all(self, name: str) -> Iterator[Element]:
        """The elements of this name directly in it."""
        return (child for child in self.children if child.name == name)

    def within(self, name: str) -> Iterator[Element]:
        """The elements of this name anywhere in it, in the order of the document."""
        waiting = list(reversed(self.children))
        while waiting:
            child = waiting.pop()
            if child.name == name:
                yield child
            waiting.extend(reversed(child.children))


def read_xml(content: bytes) -> Element:
    """The outermost element of a document, or `BadXML`."""
    outermost = Element("", {}, 0)
    open_elements = [outermost]
    parser = _parser()

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(open_elements) > DEEPEST:
            raise BadXML(parser.CurrentLineNumber, "The elements are nested too deeply.")
        element = Element(name.rpartition(" ")[2], attributes, parser.CurrentLineNumber)
        open_elements[-1].children.append(element)
        open_elements.append(element)

    def end(_: str) -> None:
        open_elements.pop()

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = lambda text: open_elements[-1].texts.append(text)
    _parse(parser, content)
    return outermost.children[0]


def refuse_dtd(content: bytes) -> None:
    """Raises `BadXML` for what is no XML or has a document type."""
    _parse(_parser(), content)


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise BadXML(parser.CurrentLineNumber, "The file has a document type (DOCTYPE), which is not read.")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


def _parse(parser: expat.XMLParserType, content: bytes) -> None:
    if len(content) > LARGEST:
        raise BadXML(1, f"The file is larger than {LARGEST // 1_000_000} MB.")
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise BadXML(error.lineno, "From here on the file is no XML.") from None
    except (LookupError, ValueError) as error:
        if isinstance(error, BadXML):
            raise
        raise BadXML(1, "The encoding that the file names is not known.") from None
