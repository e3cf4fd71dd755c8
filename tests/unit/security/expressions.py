"""Finds the regular expressions of the project, and writes texts on which a slow one shows that it is slow.

A backtracking expression is slow where a repetition can be left at many places, all in vain. So for each repetition of
an expression there are texts with what it repeats, many times over, which do not match in the end; and texts that begin
a match again and again.
"""

import ast
import importlib
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from re import _constants as ops  # pyright: ignore[reportAttributeAccessIssue]
from re import _parser as parser  # pyright: ignore[reportAttributeAccessIssue]

ROOT = Path(__file__).resolve().parents[3]
ROOMS = ("operators", "pipeline", "cluster", "corpusmill")
CALLS = ("compile", "match", "search", "fullmatch", "sub", "subn", "split", "findall", "finditer")
MANY = 64  # a repetition beyond it is taken for endless
REPEATS = (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT)
SIZES = ((400, 1_600), (1_600, 6_400))  # characters of two texts, one four times as long; the first ends worse ones
WORSE_S = 0.1  # of up to 300 characters: worse than quadratic
FREE_S = 0.003  # what is quicker than this on the larger is not looked at
MOST_TIMES = 8.0  # as slow on the larger: 4 is linear, 16 quadratic


def _calls(tree: ast.AST) -> Iterator[tuple[int, str, ast.expr]]:
    """Line, function and pattern of every call of `re` in a piece of code."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            name = ast.unparse(node.func)
            if name in {f"re.{call}" for call in CALLS}:
                yield node.lineno, name, node.args[0]


def files() -> list[Path]:
    return sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


@dataclass(frozen=True)
class Expression:
    """anchored: it is tried at the beginning of a text alone, wherever it is used."""

    pattern: re.Pattern
    anchored: bool


def of_modules() -> dict[str, Expression]:
    """Every compiled expression that is a constant of a module, by `path NAME`."""
    found = {}
    for path in files():
        text = path.read_text(encoding="utf-8")
        if "re.compile(" not in text:
            continue
        name = path.relative_to(ROOT).as_posix()
        dotted = name.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        module = importlib.import_module(dotted if dotted.startswith("corpusmill") else f"corpusmill.{dotted}")
        for constant, value in vars(module).items():
            for key, each in _patterns(constant, value):
                found[f"{name} {key}"] = Expression(each, _is_anchored(constant, text))
    return found


def _patterns(name: str, value: object) -> Iterator[tuple[str, re.Pattern]]:
    if isinstance(value, re.Pattern):
        yield name, value
    if isinstance(value, dict):
        yield from ((f"{name}[{key!r}]", each) for key, each in value.items() if isinstance(each, re.Pattern))


def _is_anchored(constant: str, text: str) -> bool:
    """Whether a constant is used with `match` and `fullmatch` alone, in the text of its module."""
    used = re.compile(rf"\b{constant}(?:\[\w+\])?(?:\.(\w+)\(|[,)\]])")
    methods = {found[1] for found in used.finditer(text)}
    return bool(methods) and methods <= {"match", "fullmatch"}


def inline() -> dict[str, Expression]:
    """Every expression that is written where it is used, by `path function pattern`."""
    found = {}
    for path in files():
        for _, call, pattern in _calls(ast.parse(path.read_text(encoding="utf-8"))):
            if call != "re.compile" and isinstance(pattern, ast.Constant):
                anchored = call in ("re.match", "re.fullmatch")
                name = f"{path.relative_to(ROOT).as_posix()} {call} {pattern.value!r}"
                found[name] = Expression(re.compile(pattern.value), anchored)  # pyright: ignore
    return found


def dynamic() -> set[str]:
    """Every expression that a function puts together, by `path pattern`."""
    found = set()
    for path in files():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            name = path.relative_to(ROOT).as_posix()
            patterns = [p for _, _, p in _calls(function) if not isinstance(p, ast.Constant)]
            found |= {f"{name} {ast.unparse(pattern)}" for pattern in patterns}
    return found


def superlinear(expression: Expression) -> str | None:
    """A text, shortened, on which the expression is more than linear; null where none was found."""
    texts = attacks(expression.pattern)
    for size in (int(12 * 1.2**n) for n in range(18)):
        for make in texts:
            if _seconds(expression, make(size)) > WORSE_S:
                return f"{make(size)[:40]!r} more than {WORSE_S} s for {size} characters"
    for sizes in SIZES:
        for make in texts:
            small, large = (make(size) for size in sizes)
            took = _seconds(expression, large)
            if (
                took > FREE_S
                and took > MOST_TIMES * _seconds(expression, small)
                and _confirmed(expression, small, large)
            ):
                return f"{large[:40]!r} {took:.3f} s for {sizes[1]:,} characters"
    return None


def _confirmed(expression: Expression, small: str | bytes, large: str | bytes) -> bool:
    """The same once more, the quickest of nine: other processes may have been in the way."""
    quick = min(_seconds(expression, small) for _ in range(9))
    return min(_seconds(expression, large) for _ in range(9)) > MOST_TIMES * quick


def _seconds(expression: Expression, text: str | bytes) -> float:
    began = time.process_time()
    if expression.anchored:
        expression.pattern.match(text)
        expression.pattern.fullmatch(text)
    else:
        for _ in expression.pattern.finditer(text):
            pass
    return time.process_time() - began


def attacks(pattern: re.Pattern) -> list:
    """Functions that give a text of so many characters."""
    tree = parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)
    is_bytes = isinstance(pattern.pattern, bytes)
    texts: list[tuple[str, str, str]] = []
    whole = _sample(tree)
    for before, body in _repetitions(tree, ""):
        texts += [(before, body, end) for end in ("", "\0", "\n!", whole[-1:] + "\0")]
        texts.append(("", before + body, "\0"))
        texts.append(("", before + body + body, "\0"))
    texts += [("", whole, "\0"), ("", whole[:-1] or "a", "\0"), ("", " ", "\0"), ("", "a", "\0"), ("", "1", "\0")]
    texts += [("", word, "\0") for word in sorted(set(whole))]

    def maker(first: str, body: str, end: str):
        def make(size: int) -> str | bytes:
            text = first + (body or "a") * (size // max(len(body), 1)) + end
            return text.encode("latin-1", "replace") if is_bytes else text

        return make

    return [maker(*each) for each in dict.fromkeys(texts)]


def _repetitions(tree, before: str) -> Iterator[tuple[str, str]]:
    """What comes before each endless repetition, and what it repeats."""
    for op, value in tree:
        if op in REPEATS:
            least, most, body = value
            if most > MANY:
                yield before, _sample(body)
                for other in _others(body):
                    yield before, other
            yield from _repetitions(body, before)
            before += _sample(body) * max(least, 0)
        elif op is ops.SUBPATTERN:
            yield from _repetitions(value[-1], before)
            before += _sample(value[-1])
        elif op is ops.ATOMIC_GROUP:
            yield from _repetitions(value, before)
            before += _sample(value)
        elif op is ops.BRANCH:
            for branch in value[1]:
                yield from _repetitions(branch, before)
            before += _sample(value[1][0])
        elif op in (ops.ASSERT, ops.ASSERT_NOT):
            yield from _repetitions(value[1], before)
            before += _sample(value[1]) if op is ops.ASSERT and value[0] < 0 else ""
        else:
            before += _sample([(op, value)])


def _others(body) -> Iterator[str]:
    """Further characters that a repeated set takes: blanks, letters, digits."""
    if len(body) == 1 and body[0][0] in (ops.IN, ops.NOT_LITERAL, ops.ANY):
        for character in " a1-.<\t":
            if _takes(body[0], character):
                yield character


def _takes(node, character: str) -> bool:
    op, value = node
    if op is ops.ANY:
        return True
    if op is ops.NOT_LITERAL:
        return ord(character) != value
    return _in(value, ord(character))


CATEGORIES = {
    ops.CATEGORY_DIGIT: str.isdecimal,
    ops.CATEGORY_SPACE: str.isspace,
    ops.CATEGORY_WORD: lambda c: c.isalnum() or c == "_",
}
NEGATED = {
    ops.CATEGORY_NOT_DIGIT: ops.CATEGORY_DIGIT,
    ops.CATEGORY_NOT_SPACE: ops.CATEGORY_SPACE,
    ops.CATEGORY_NOT_WORD: ops.CATEGORY_WORD,
}


def _in(items, code: int) -> bool:
    negate = items[0][0] is ops.NEGATE
    for op, value in items:
        if op is ops.LITERAL and value == code:
            return not negate
        if op is ops.RANGE and value[0] <= code <= value[1]:
            return not negate
        if op is ops.CATEGORY:
            found = CATEGORIES[NEGATED.get(value, value)](chr(code)) != (value in NEGATED)
            if found:
                return not negate
    return negate


def _sample(tree) -> str:
    """A short text that the expression takes, without a look around."""
    text = ""
    for op, value in tree:
        if op is ops.LITERAL:
            text += chr(value)
        elif op is ops.NOT_LITERAL:
            text += "a" if value != ord("a") else "b"
        elif op is ops.ANY:
            text += "a"
        elif op is ops.IN:
            text += next((c for c in "a1 -.<" if _in(value, ord(c))), None) or _first(value)
        elif op in REPEATS:
            text += _sample(value[2]) * max(value[0], 1)
        elif op is ops.SUBPATTERN:
            text += _sample(value[-1])
        elif op is ops.ATOMIC_GROUP:
            text += _sample(value)
        elif op is ops.BRANCH:
            text += _sample(value[1][0])
    return text


def _first(items) -> str:
    return next((chr(c) for c in range(1, 0x3000) if _in(items, c)), "a")
