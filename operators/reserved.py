"""Names of columns that mean one thing in every table: no step and no input may call something else so."""

from collections.abc import Iterable, Iterator, Mapping

# What each is. The first are of the reading (operators.contract.RECORD), then of a run, then of what left it.
RESERVED: Mapping[str, str] = {
    "offset": "where the record begins",
    "length": "the bytes it takes up",
    "skipped": "the kind of a record that is no document",
    "failure": "why it could not be read",
    "doc_id": "the number of the document",
    "text_key": "the hash of its text",
    "source": "the input it came from",
    "copies": "how many documents it stands for",
    "uri": "the file it came from",
    "step": "where it was dropped",
    "kind": "how it left",
    "reason": "why it left",
    "drop_reason": "why it is to leave",
}
# What only a Reader or an Extract makes, and of these `text` a Rewrite too.
BODY: Mapping[str, str] = {"content": "the bytes of a page", "text": "the text of the document"}


def reserved(columns: Iterable[str], *, body: bool = True) -> Iterator[str]:
    """What is wrong with the names of these columns, one message each. body: whether they may hold `BODY`.

    >>> list(reserved(["doc_id", "text", "word_count"]))
    ["'doc_id', a reserved name (the number of the document); choose another"]
    """
    taken = RESERVED if body else {**RESERVED, **BODY}
    for name in columns:
        if name in taken:
            yield f"{name!r}, a reserved name ({taken[name]}); choose another"
