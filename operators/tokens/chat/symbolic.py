"""A content that is not there: it goes through a template in place of a text, and stops what would look into it."""

from collections.abc import ItemsView, Iterator, Sequence, ValuesView
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from corpusmill.errors import TemplateUnproven


@dataclass(kw_only=True)
class Sought:
    """What a template sought in contents, as `Triggers` has it. unproven: the first thing that stopped the proof."""

    inside: set[str] = field(default_factory=set)
    whole: set[str] = field(default_factory=set)
    unproven: str | None = None

    def clear(self) -> None:
        """Forget everything."""
        self.inside.clear()
        self.whole.clear()
        self.unproven = None

    def stop(self, what: str) -> NoReturn:
        """Raise TemplateUnproven, and remember it where Jinja catches errors."""
        self.unproven = self.unproven or what
        raise TemplateUnproven(what)


@dataclass(frozen=True, kw_only=True)
class Slot:
    """The content of a turn, which is not blank, with or without the white space at its ends."""

    turn: int
    trims_begin: bool = False
    trims_end: bool = False


def _stops(what: str) -> Any:
    """A method that stops the proof."""

    def stop(content: Any, *_: Any) -> None:
        content.sought.stop(what)

    return stop


class Symbolic:
    """A text of literals and contents. What depends on more of a content than its type stops the proof.

    A search for a constant says that the content does not have it, and is noted in `sought`: the proof holds for
    contents without it.
    """

    def __init__(self, pieces: Sequence[str | Slot], sought: Sought) -> None:
        self.pieces_of_text, self.sought = tuple(pieces), sought

    def _slot(self, what: str) -> Slot:
        """The one content that this is."""
        found = self.pieces_of_text
        if len(found) == 1 and isinstance(found[0], Slot):
            return found[0]
        return self.sought.stop(f"{what} of a text with a content in it")

    def _seek(self, what: str, constant: Any) -> None:
        self._slot(what)
        if not isinstance(constant, str) or not constant:
            self.sought.stop(f"{what} with no constant")
        self.sought.inside.add(constant)

    def __add__(self, other: Any) -> Any:
        return joined([self, other], self.sought) if isinstance(other, str | Symbolic) else NotImplemented

    def __radd__(self, other: Any) -> Any:
        return joined([other, self], self.sought) if isinstance(other, str) else NotImplemented

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Symbolic):
            return self.sought.stop("== of two contents")
        if isinstance(other, str) and other:
            slot = self._slot("==")
            exact = not (slot.trims_begin or slot.trims_end)
            (self.sought.whole if exact else self.sought.inside).add(other)
        return False

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __contains__(self, constant: Any) -> bool:
        self._seek("in", constant)
        return False

    def startswith(self, constant: Any) -> bool:
        """False, for contents that do not have the constant anywhere."""
        self._seek("startswith", constant)
        return False

    def endswith(self, constant: Any) -> bool:
        """False, for contents that do not have the constant anywhere."""
        self._seek("endswith", constant)
        return False

    def split(self, constant: Any = None) -> list["Symbolic"]:
        """The content alone, for contents that do not have the constant."""
        self._seek("split", constant)
        return [self]

    def replace(self, constant: Any, by: Any) -> "Symbolic":
        """The content as it is, for contents that do not have the constant."""
        self._seek("replace", constant)
        return self

    def strip(self) -> "Symbolic":
        """The content without white space at its ends."""
        return self._trimmed(begin=True, end=True)

    def lstrip(self) -> "Symbolic":
        """The content without white space before it."""
        return self._trimmed(begin=True, end=False)

    def rstrip(self) -> "Symbolic":
        """The content without white space behind it."""
        return self._trimmed(begin=False, end=True)

    def _trimmed(self, *, begin: bool, end: bool) -> "Symbolic":
        pieces = list(self.pieces_of_text)
        if begin:
            pieces = _trim_first(pieces, end=False)
        if end:
            pieces = _trim_first(pieces[::-1], end=True)[::-1]
        return Symbolic(pieces, self.sought)

    def __getattr__(self, name: str) -> Any:
        if hasattr(str, name):
            self.sought.stop(name)
        raise AttributeError(name)

    __hash__ = _stops("a key")
    __str__ = __repr__ = __format__ = _stops("a text made of it")  # pyright: ignore[reportAssignmentType]
    __len__ = _stops("length")
    __iter__ = _stops("its letters")
    __getitem__ = _stops("a part of it")
    __int__ = __float__ = _stops("a number")
    __lt__ = __le__ = __gt__ = __ge__ = _stops("order")
    __mul__ = __rmul__ = __mod__ = __rmod__ = _stops("a text made of it")


def _trim_first(pieces: list[str | Slot], *, end: bool) -> list[str | Slot]:
    """Trim the beginning of a text of pieces, or the end of one whose pieces are reversed."""
    first = pieces[0]
    if isinstance(first, Slot):
        more = replace(first, trims_end=True) if end else replace(first, trims_begin=True)
        return [more, *pieces[1:]]
    shorter = first.rstrip() if end else first.lstrip()
    return [shorter, *pieces[1:]] if shorter else _trim_first(pieces[1:], end=end)


def joined(values: Sequence[Any], sought: Sought) -> "str | Symbolic":
    """One text of values as Jinja writes them; a plain one where no content is in it."""
    pieces: list[str | Slot] = []
    for value in values:
        for piece in value.pieces_of_text if isinstance(value, Symbolic) else (str(value),):
            if isinstance(piece, str) and pieces and isinstance(pieces[-1], str):
                pieces[-1] += piece
            elif piece != "":
                pieces.append(piece)
    if any(isinstance(piece, Slot) for piece in pieces):
        return Symbolic(pieces, sought)
    return "".join(map(str, pieces))


def held_in(value: Any) -> bool:
    """Whether a content is in a value, or in what it holds."""
    if isinstance(value, Symbolic):
        return True
    if isinstance(value, dict):
        return any(held_in(each) for each in value.values())
    several = isinstance(value, list | tuple | set | Iterator | ValuesView | ItemsView)
    return several and any(map(held_in, value))
