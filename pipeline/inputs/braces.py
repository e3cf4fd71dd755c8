"""Writes out braces in a path, as shells do: `{train,dev}`, `shard-{000000..000099}.tar`.

Source: the GNU Bash manual, section 3.5.1 (brace expansion), of which letters in ranges and steps are left out.
"""

import re
from collections.abc import Callable

BRACES = re.compile(r"\{([^{}]*,[^{}]*|\d+\.\.\d+)\}")
MOST_PATHS = 1_000_000  # guess: more than any data set has files


def has_braces(path: str) -> bool:
    return BRACES.search(path) is not None


def written_out(path: str, is_there: Callable[[str], bool]) -> list[str]:
    """Every path that a path with braces stands for, in order. A folder of just that name stays as it is written.

    is_there: whether such a folder exists. ValueError for more than MOST_PATHS.

    >>> written_out("/d{1,2}/{a,b}-{08..10}.tar", lambda folder: folder == "/d{1,2}")[1:5]
    ['/d{1,2}/a-09.tar', '/d{1,2}/a-10.tar', '/d{1,2}/b-08.tar', '/d{1,2}/b-09.tar']
    """
    parts = path.split("/")
    fixed = 0
    while fixed < len(parts) - 1 and (not has_braces(parts[fixed]) or is_there("/".join(parts[: fixed + 1]))):
        fixed += 1
    head, found = "/".join([*parts[:fixed], ""]), ["/".join(parts[fixed:])]
    while braces := BRACES.search(found[0]):  # each has the same braces
        values = _values(braces[1])
        if len(found) * len(values) > MOST_PATHS:
            raise ValueError(f"its braces stand for more than {MOST_PATHS:,} paths")
        found = [BRACES.sub(value, each, count=1) for each in found for value in values]
    return [head + each for each in found]


def _values(inside: str) -> list[str]:
    if ".." not in inside:
        return [value.replace("\\", r"\\") for value in inside.split(",")]
    first, last = inside.split("..")
    width = max(len(first), len(last)) if first.startswith("0") or last.startswith("0") else 0
    step = 1 if int(first) <= int(last) else -1
    if abs(int(last) - int(first)) >= MOST_PATHS:
        raise ValueError(f"its braces stand for more than {MOST_PATHS:,} paths")
    return [f"{n:0{width}}" for n in range(int(first), int(last) + step, step)]
