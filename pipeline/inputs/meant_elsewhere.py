"""What a path that is not there may have meant: a dataset on a hub, a path of another system."""

import os
import re

from corpusmill.cluster.filesystems import protocol_of
from corpusmill.pipeline.config.base.formats import format_of

NAME = r"[A-Za-z0-9][A-Za-z0-9._-]*"
PAGE = re.compile(rf"https?://huggingface\.co/datasets/({NAME}/{NAME})/?(?:(?:tree|blob|viewer)/[^/]+(/.*)?)?")
HUB_ID = re.compile(rf"(?:datasets/)?({NAME}/{NAME})(/.*)?")


def page_of_hub(address: str) -> str | None:
    """What is wrong with the address of a page of the hub; None for anything else, files of the hub among it.

    >>> page_of_hub("https://huggingface.co/datasets/allenai/c4/tree/main/en")
    "is a page about a dataset, not its files; write 'hf://datasets/allenai/c4/en'"
    >>> page_of_hub("https://huggingface.co/datasets/allenai/c4/resolve/main/en/0.json.gz")
    """
    found = PAGE.fullmatch(address)
    if found is None:
        return None
    return f"is a page about a dataset, not its files; write {'hf://datasets/' + found[1] + (found[2] or '')!r}"


def meant_elsewhere(path: str) -> str:
    """What to add to a message about a path that is not there, beginning with "; "; empty where nothing is likely."""
    if protocol_of(path) != "file" or "://" in path:
        return ""
    if "\\" in path:
        return f"; folders are divided by '/' here: {path.replace(chr(92), '/')!r}"
    there = path.rstrip("/")
    while there and not os.path.lexists(there):
        there = os.path.dirname(there) if there != os.path.dirname(there) else ""
    missing = path[len(there) :].strip("/")
    found = HUB_ID.fullmatch(missing)
    if found is None or (format_of(missing) is not None and not missing.startswith("datasets/")):
        return ""
    address = f"hf://datasets/{found[1]}{found[2] or ''}"
    return f"; if a dataset of the Hugging Face hub is meant, write {address!r}"
