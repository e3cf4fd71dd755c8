"""Numbers of JSON that 64 bits cannot hold, digit by digit: ids mostly, which a float would make others of."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

LEAST = 2.0**63  # orjson makes floats of integers from here on
LONG = re.compile(rb"\d{19}")


def inexact(values: Sequence[Any], line: bytes) -> bool:
    """Whether a value that orjson found in this line may have had other digits.

    >>> inexact([7, 1.8446744073709552e19], b""), inexact([[1.0]], b"[1.0]")
    (True, False)
    """
    for value in values:
        if type(value) is float:
            if not -LEAST < value < LEAST:
                return True
        elif (type(value) is list or type(value) is dict) and LONG.search(line):
            return True
    return False


def exact(line: bytes, found: Mapping[str, Any]) -> Mapping[str, Any]:
    """The object of a line with integers of any size; `found`, what orjson made of it, where Python reads less."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):  # more digits or more levels than Python takes
        return found
