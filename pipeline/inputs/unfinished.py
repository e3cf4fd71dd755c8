"""Tells the names that programs give to files they have not finished, and to older copies, from those of data."""

import re

# Downloads (wget -O x.part, browsers, aria2, rsync), Hadoop's copies, writers that rename at the end, editors.
UNFINISHED = re.compile(
    r".*(\.(part|partial|filepart|crdownload|opdownload|aria2|inprogress|in-progress|incomplete|swp|bak|orig)"
    r"|\.(tmp|temp)([.-]\d+)?|\._COPYING_|~)|#.+#",
    re.IGNORECASE | re.DOTALL,
)


def is_unfinished(path: str) -> bool:
    """Whether a file or a pattern has the name of a file that is not finished, or of an older copy.

    >>> [is_unfinished(name) for name in ("d/a.jsonl.part", "d/a.jsonl~", "d/*.tmp", "d/a.tmp.123", "d/#a.txt#")]
    [True, True, True, True, True]
    >>> [is_unfinished(name) for name in ("d/part-0.jsonl", "a.part.jsonl", "a.part.001", "d.tmp/a.jsonl", "part")]
    [False, False, False, False, False]
    """
    return UNFINISHED.fullmatch(path.rpartition("/")[2]) is not None
