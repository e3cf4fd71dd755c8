"""A YAML 1.2 text as plain values, with the place of each of them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from corpusmill.pipeline.config.base.problems import Problem, job_error
from corpusmill.pipeline.config.base.values import Values

Path = tuple[str | int, ...]

DEEPEST = 32  # levels of nesting; a job file has about five
MOST_VALUES = 100_000  # guess; stops aliases of aliases of aliases from filling the memory
MERGE = "tag:yaml.org,2002:merge"


@dataclass(frozen=True, kw_only=True)
class Source:
    """What a job file says, and where: `places` gives "file:line:column" (from 1) of each key or list item."""

    file: str
    data: Any
    places: Mapping[Path, str]

    def written(self, path: Path) -> Path:
        """`path`, or the nearest thing around it that is written."""
        while path and path not in self.places:
            path = path[:-1]
        return path

    def at(self, path: Path) -> str:
        """The place of `path`, or of the nearest thing around it that is written."""
        return self.places.get(self.written(path), f"{self.file}:1:1")

    def problem(self, path: Path, message: str) -> Problem:
        """A problem with what is written at `path`."""
        return Problem(at=self.at(path), path=dotted(self.written(path)), message=message)


def dotted(path: Path) -> str:
    """A path as a person writes it; the operator's name inside a step, which only its parameters stand under, goes.

    >>> dotted(("inputs", 0, "paths", 1)), dotted(("documents", 2, "decide.language", "keep"))
    ('inputs[0].paths[1]', 'documents[2].keep')
    """
    if path[:1] == ("documents",) and len(path) > 2 and path[2] not in ("override", "only"):
        path = (*path[:2], *path[3:])
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def read(text: str, *, file: str) -> Source:
    """`text` as a Source. Raises JobError when it is not YAML, names a key twice or nests without end."""
    yaml = YAML(typ="safe", pure=True)
    try:
        root = yaml.compose(text)
    except MarkedYAMLError as e:
        mark = e.problem_mark or e.context_mark
        at = f"{file}:{mark.line + 1}:{mark.column + 1}" if mark else f"{file}:1:1"
        raise job_error([Problem(at=at, path="", message=f"this is not YAML: {_in_words(e, text)}")]) from e
    except YAMLError as e:
        message = f"this is not YAML: {str(e).splitlines()[0]}"
        raise job_error([Problem(at=f"{file}:1:1", path="", message=message)]) from e
    walk = _Walk(yaml, file)
    data = walk.value(root, ()) if root is not None else {}
    if walk.problems:
        raise job_error(walk.problems)
    return Source(file=file, data=data, places=walk.places)


def _in_words(error: MarkedYAMLError, text: str) -> str:
    """What is wrong with a text that is no YAML, and what to do where it is one of the usual things."""
    told = str(error.problem or error.context)
    lines, mark = text.splitlines(), error.problem_mark or error.context_mark
    line = lines[mark.line] if mark is not None and mark.line < len(lines) else ""
    indent = line[: len(line) - len(line.lstrip())]
    if "\t" in indent or "'\\t'" in told:
        return "a tab indents this line, or begins a value; YAML takes spaces only: put two spaces for each tab"
    if "unknown escape character" in told or ("expected escape sequence" in told and "\\" in line):
        return f"{told}: in double quotes a backslash begins an escape; write the path in single quotes, or with /"
    return told


class _Walk:
    """One pass over the nodes of a YAML document: values, places and repeated keys."""

    def __init__(self, yaml: YAML, file: str) -> None:
        self.yaml, self.file = yaml, file
        self.places: dict[Path, str] = {}
        self.problems: list[Problem] = []
        self.values = 0

    def value(self, node: Node, path: Path) -> Any:
        self.places.setdefault(path, self._place(node))
        self.values += 1
        if len(path) > DEEPEST or self.values > MOST_VALUES:
            raise job_error([Problem(at=self._place(node), path="", message="this nests or repeats without end")])
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.value(item, (*path, i)) for i, item in enumerate(node.value)]
        return self._scalar(node, path)

    def _mapping(self, node: MappingNode, path: Path) -> Values:
        data: Values = {}
        merged: Values = {}
        for key_node, value_node in node.value:
            if key_node.tag == MERGE:
                merged |= self._merged(value_node, path)
                continue
            if not isinstance(key_node, ScalarNode):
                self._say(key_node, path, "a key is one word, not a list or a mapping")
                continue
            key = self._unicode(str(key_node.value), key_node, path)
            if key in data:
                self._say(key_node, path, f"{key!r} is written twice; first at {self.places[(*path, key)]}")
            self.places[(*path, key)] = self._place(key_node)
            data[key] = self.value(value_node, (*path, key))
        return merged | data

    def _merged(self, node: Node, path: Path) -> Values:
        """`<<: *anchor` or a list of anchors, of which the first that has a key wins."""
        nodes = node.value if isinstance(node, SequenceNode) else [node]
        found: Values = {}
        for each in reversed(nodes):
            value = self.value(each, path)
            if isinstance(value, dict):
                found |= value
            else:
                self._say(each, path, "'<<' takes a mapping, or a list of mappings")
        return found

    def _scalar(self, node: Node, path: Path) -> Any:
        try:
            value = self.yaml.constructor.construct_object(node)
        except (YAMLError, ValueError):
            self._say(node, path, f"cannot read {node.value!r} as {node.tag.rpartition(':')[2]}")
            return None
        if isinstance(value, float) and not math.isfinite(value):
            self._say(node, path, f"expected a finite number, found {node.value}")
            return None
        if isinstance(value, bool | int | float | None):
            return value
        return self._unicode(value if isinstance(value, str) else node.value, node, path)

    def _unicode(self, text: str, node: Node, path: Path) -> str:
        """`text` with pairs of surrogates, as JSON escapes them, made the characters they stand for."""
        try:
            return text.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            self._say(node, path, "half a pair of surrogates is no character")
            return ""

    def _say(self, node: Node, path: Path, message: str) -> None:
        self.problems.append(Problem(at=self._place(node), path=dotted(path), message=message))

    def _place(self, node: Node) -> str:
        return f"{self.file}:{node.start_mark.line + 1}:{node.start_mark.column + 1}"
