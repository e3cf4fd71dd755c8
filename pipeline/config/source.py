"""A YAML 1.2 text as plain values, with the place of each of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from pipeline.config.problems import JobError, Problem

Path = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class Source:
    """What a job file says, and where: `places` gives "file:line:column" (from 1) of each key or list item."""

    file: str
    data: Any
    places: Mapping[Path, str]

    def at(self, path: Path) -> str:
        """The place of `path`, or of the nearest thing around it that is written."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, f"{self.file}:1:1")


def dotted(path: Path) -> str:
    """A path as a person writes it.

    >>> dotted(("documents", 2, "decide.language", "keep"))
    'documents[2].decide.language.keep'
    """
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def read(text: str, *, file: str) -> Source:
    """`text` as a Source. Raises JobError when it is not YAML, or names a key twice."""
    yaml = YAML(typ="safe", pure=True)
    try:
        root = yaml.compose(text)
    except MarkedYAMLError as e:
        mark = e.problem_mark or e.context_mark
        at = f"{file}:{mark.line + 1}:{mark.column + 1}" if mark else f"{file}:1:1"
        raise JobError([Problem(at=at, path="", message=f"this is not YAML: {e.problem}")]) from e
    walk = _Walk(yaml, file)
    data = walk.value(root, ()) if root is not None else {}
    if walk.problems:
        raise JobError(walk.problems)
    return Source(file=file, data=data, places=walk.places)


class _Walk:
    """One pass over the nodes of a YAML document: values, places and repeated keys."""

    def __init__(self, yaml: YAML, file: str) -> None:
        self.yaml, self.file = yaml, file
        self.places: dict[Path, str] = {}
        self.problems: list[Problem] = []

    def value(self, node: Node, path: Path) -> Any:
        self.places.setdefault(path, self._place(node))
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.value(item, (*path, i)) for i, item in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, ScalarNode) else "?"
            if key in data:
                first = self.places[(*path, key)]
                message = f"{key!r} is written twice; first at {first}"
                self.problems.append(Problem(at=self._place(key_node), path=dotted(path), message=message))
            self.places[(*path, key)] = self._place(key_node)
            data[key] = self.value(value_node, (*path, key))
        return data

    def _scalar(self, node: Node) -> Any:
        value = self.yaml.constructor.construct_object(node)
        return value if isinstance(value, bool | int | float | str | None) else node.value

    def _place(self, node: Node) -> str:
        return f"{self.file}:{node.start_mark.line + 1}:{node.start_mark.column + 1}"
