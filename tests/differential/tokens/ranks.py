"""Published vocabularies from a pinned package: tables of ranks become the tokenizer.json of the same tokenizer.

Source: npm package `tiktoken` 1.0.22 (MIT), which carries gpt2, cl100k_base and o200k_base as text.
"""

import base64
import hashlib
import io
import itertools
import json
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

from corpusmill.operators.tokens.bpe.byte_characters import byte_characters

PACKAGE = "tiktoken@1.0.22"
SHA512 = "PKvy1rVF1RibfF3JlXBSP0Jrcw2uq3yXdgcEXtKTYn3QJ/cBRBHDnrJ5jHky+MENZ6DIPwNUGWpkVx+7joCpNA=="
PUBLISHED = ("gpt2", "cl100k_base", "o200k_base")


class NotThere(OSError):
    """The package cannot be had here: no npm, or no registry."""


def package(folder: Path) -> bytes:
    """The package's archive, its sum checked. NotThere says why it cannot be had."""
    npm = shutil.which("npm")
    if npm is None:
        raise NotThere("npm is not installed")
    done = subprocess.run([npm, "pack", PACKAGE, "--silent"], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotThere(f"npm pack {PACKAGE}: {done.stderr.strip()[-300:]}")
    payload = (folder / done.stdout.split()[-1]).read_bytes()
    found = base64.b64encode(hashlib.sha512(payload).digest()).decode()
    assert found == SHA512, f"{PACKAGE} has sha512 {found}"
    return payload


def published(archive: bytes, name: str) -> dict[str, Any]:
    """The tokenizer.json of one of PUBLISHED, as a dict."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        member = tar.extractfile(f"package/encoders/{name}.json")
        assert member is not None
        told = json.load(member)
    return tokenizer_json(ranks_of(told["bpe_ranks"]), told["pat_str"], told["special_tokens"])


def ranks_of(text: str) -> dict[bytes, int]:
    """Ranks by bytes. A line holds a word that does not matter here, the first rank, and tokens of rising rank.

    >>> ranks_of("! 7 IQ== Ig==")
    {b'!': 7, b'"': 8}
    """
    out = {}
    for line in text.splitlines():
        _, first, *tokens = line.split(" ")
        out.update({base64.b64decode(token): int(first) + i for i, token in enumerate(tokens)})
    return out


def tokenizer_json(ranks: dict[bytes, int], expression: str, special: dict[str, int]) -> dict[str, Any]:
    """A byte-level BPE tokenizer with the same ids; words of the vocabulary are tokens whatever merges say."""
    characters = byte_characters()
    written = {token: "".join(characters[b] for b in token) for token in ranks}
    merges = [[written[part] for part in parts_of(token, ranks)] for token in sorted(ranks, key=ranks.__getitem__)]
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    split = {"type": "Split", "pattern": {"Regex": expression}, "behavior": "Isolated", "invert": False}
    bytes_ = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": i, "content": content, **flags} for content, i in special.items()],
        "normalizer": None,
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [split, bytes_]},
        "post_processor": None,
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": True,
            # Special tokens too: `tokenizers` numbers added tokens without a gap unless the vocabulary has them.
            "vocab": {written[token]: rank for token, rank in ranks.items()} | special,
            "merges": [m for m in merges if len(m) == 2],
        },
    }


def parts_of(token: bytes, ranks: dict[bytes, int]) -> list[bytes]:
    """The two tokens that merging, with lower ranks only, leaves of this one; one for a single byte."""
    parts = [token[i : i + 1] for i in range(len(token))]
    while len(parts) > 2:
        pairs = [ranks.get(a + b, len(ranks)) for a, b in itertools.pairwise(parts)]
        least = min(pairs)
        assert least < ranks[token], f"{token!r} is not made of two tokens"
        at = pairs.index(least)
        parts[at : at + 2] = [parts[at] + parts[at + 1]]
    return parts
