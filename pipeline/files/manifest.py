"""Reads the manifest of a dataset, and checks it once for all commands: what it names stays inside its folder."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from corpusmill.cluster.storage import Store
from corpusmill.errors import InvalidDataset
from corpusmill.pipeline.files.dataset_layout import MANIFEST

MOST_BYTES = 1 << 29  # of a manifest: a million parts of 300 bytes each, and more; a guess
DATASET = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,199}")  # as JobSpec.name
FILE = re.compile(r"(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9_./=-]{0,254}")  # below the dataset's own folder
NUMBERS = ("bytes", "documents", "sequences", "tokens")


def read_manifest(output: Store) -> Mapping[str, Any]:
    """The manifest of the dataset in a folder.

    InvalidDataset where there is none, it is larger than MOST_BYTES or is no JSON, or it names what no dataset has:
    a part outside its folder, a name that is a path, a negative number.
    """
    try:
        content = output.read(MANIFEST, most_bytes=MOST_BYTES)
    except FileNotFoundError:
        raise InvalidDataset(f"there is no dataset in {output.url}: no {MANIFEST}") from None
    try:
        content_of = json.loads(content)
    except (ValueError, RecursionError) as e:
        raise InvalidDataset(f"{MANIFEST} in {output.url} cannot be read: {e}") from e
    if wrong := list(problems(content_of)):
        more = f"; and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        raise InvalidDataset(
            f"{MANIFEST} in {output.url} is not one that corpusmill wrote: {'; '.join(wrong[:3])}{more}. "
            "Nothing of it is used"
        )
    return content_of


def problems(content_of: Any) -> Iterator[str]:
    """What in a manifest no dataset can have, in words.

    >>> list(problems({"name": "a", "parts": [{"name": "../b.parquet"}]}))
    ["part 0 is named '../b.parquet', which is no file inside the dataset"]
    """
    if not isinstance(content_of, dict) or not isinstance(content_of.get("parts"), list):
        yield "it has no list of parts"
        return
    if "name" in content_of and not (isinstance(content_of["name"], str) and DATASET.fullmatch(content_of["name"])):
        yield f"the dataset's name is {content_of['name']!r}: a name has letters, digits, '.', '_' and '-'"
    yield from _numbers("the manifest", content_of)
    yield from _files("part", content_of["parts"])
    yield from _files("file about documents", content_of.get("document_files", []))


def _files(what: str, listed: Any) -> Iterator[str]:
    for number, file in enumerate(listed if isinstance(listed, list) else [None]):
        if not isinstance(file, dict):
            yield f"{what} {number} is no object"
            continue
        if not (isinstance(file.get("name"), str) and FILE.fullmatch(file["name"])):
            yield f"{what} {number} is named {file.get('name')!r}, which is no file inside the dataset"
        yield from _numbers(f"{what} {number}", file)


def _numbers(of: str, content_of: Mapping[str, Any]) -> Iterator[str]:
    for name in NUMBERS:
        value = content_of.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            yield f"{of} says {value!r} {name}"
