"""What is wrong with a job file is told line by line: where, what was expected, what was found, what was meant.

Each file of `broken/` ends with the lines it must give, marked `#>`; `...` at the end of one stands for names that
change as operators are added.
"""

from itertools import zip_longest
from pathlib import Path

import pytest

from corpusmill.errors import JobError
from corpusmill.pipeline.config.load import parse

MARK = "#> "
CUT = "..."
FILES = sorted(Path(__file__).with_name("broken").glob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_problem_is_reported_with_its_place(file):
    text = file.read_text(encoding="utf-8")
    wanted = [line.removeprefix(MARK) for line in text.splitlines() if line.startswith(MARK)]
    job = "".join(line for line in text.splitlines(keepends=True) if not line.startswith(MARK))
    assert wanted, "a broken job file says what is wrong with it"
    with pytest.raises(JobError) as caught:
        parse(job, folder="/jobs")
    got = str(caught.value).splitlines()
    assert [_cut(line, like) for line, like in zip_longest(got, wanted, fillvalue="")] == wanted


def _cut(line: str, like: str) -> str:
    """`line`, cut where `like` is cut."""
    return line[: len(like) - len(CUT)] + CUT if like.endswith(CUT) else line


def test_there_are_broken_files():
    assert len(FILES) >= 20
