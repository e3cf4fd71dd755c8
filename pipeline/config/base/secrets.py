"""What must never be written down: how a secret is recognised, and how it is taken out of any text.

Everything that leaves a run as text (logs, manifests, reports, errors) goes through `redacted`.
"""

import itertools
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote

HIDDEN = "***"
SHORTEST = 8  # characters; a shorter value from the environment is too likely to be an ordinary word

_ALONE = frozenset(
    {"secret", "secrets", "password", "passwd", "pwd", "passphrase", "credential", "credentials", "authorization"}
    | {"signature", "sig", "sas", "bearer", "token", "apikey", "accesskey", "secretkey", "privatekey"}
)
_BEFORE_KEY = frozenset(
    {"access", "api", "account", "shared", "auth", "private", "session", "secret", "security", "master", "signing"}
)
_OPEN_TOKENS = frozenset(["anon", "cloud", "google_default", "browser", "cache"])  # ways to log in, for gcsfs

_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+(?![a-z])")
# Names and secrets have a greatest length: a text without an end would be looked through from each of its words on.
# The secret of S3 may hold slashes.
_S3_USER = re.compile(r"(?P<scheme>\bs3[an]?://)[^\s:/@'\"]{1,200}:[^\s@'\"]{1,1000}(?=@)")
_USER = re.compile(r"(?<=://)[^\s/@:'\"]*:[^\s/'\"]*(?=@)")
_WEB_USER = re.compile(r"(?P<scheme>https?://)[^\s/@:'\"]+(?=@)")
_QUERY = re.compile(r"(?P<before>[?&;](?P<name>[^\s=&;?#'\"]+)=)(?P<value>[^\s&;#'\",)\]}]+)")
_ASSIGNED = re.compile(
    r"(?P<before>\b(?P<name>[A-Za-z][A-Za-z0-9_.-]{0,200}+)['\"]?\s*[=:]\s*(?:(?:Bearer|Basic)\s+)?)"
    r"(?P<value>\"[^\"]*\"|'[^']*'|[^\s,;&'\"}\])]+)"
)
_FILE = re.compile(r"\.(jsonl?|ya?ml|parquet|txt|md|html?|csv|w?arc|wet|paths|gz|zst|lz4|bin|ftz|npz|py)$")
_SHAPES = re.compile(
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"  # AWS access key ids
    r"|\bhf_[A-Za-z0-9]{20,}|\bgh[pousr]_[A-Za-z0-9]{20,}|\bAIza[A-Za-z0-9_-]{30,}"  # Hugging Face, GitHub, Google
    r"|\beyJ[A-Za-z0-9_-]{8,500}+\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"  # JSON web tokens
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
    re.DOTALL,
)


def secret_name(name: str) -> bool:
    """Whether a value of this name is a secret: of an option, a header, a query parameter, an environment variable.

    >>> [secret_name(n) for n in ("AWS_SECRET_ACCESS_KEY", "sessionToken", "key", "X-Amz-Signature")]
    [True, True, True, True]
    >>> [secret_name(n) for n in ("endpoint_url", "sequence_tokens", "text_key", "tokenizer")]
    [False, False, False, False]
    """
    words = [w.lower() for w in _WORD.findall(name)]
    if words == ["key"]:
        return True
    pairs = itertools.pairwise(words)
    return not _ALONE.isdisjoint(words) or any(a in _BEFORE_KEY and b == "key" for a, b in pairs)


def secret_option(name: str, value: object) -> bool:
    """Whether an fsspec option holds a secret; `token: anon` and its like only name a way to log in."""
    return secret_name(name) and value not in (None, "", True, False) and value not in _OPEN_TOKENS


def environment_secrets(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The values of an environment that must not appear anywhere, longest first; paths to key files may appear."""
    values = {v for n, v in environment.items() if len(v) >= SHORTEST and secret_name(n) and not v.startswith("/")}
    return tuple(sorted(values, key=lambda v: (-len(v), v)))


def redacted(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` with every secret replaced by `***`: those in `secrets`, and what looks like one.

    >>> redacted("s3://AKIAX:wJalr/Xut@bucket/a?versionId=3 https://h/x?sig=abc&v=1 secret='a b' token=12")
    's3://***@bucket/a?versionId=3 https://h/x?sig=***&v=1 secret=*** token=12'
    """
    for value in secrets:
        text = text.replace(value, HIDDEN)
    text = _S3_USER.sub(rf"\g<scheme>{HIDDEN}", text)
    text = _USER.sub(HIDDEN, text)
    text = _WEB_USER.sub(rf"\g<scheme>{HIDDEN}", text)
    text = _SHAPES.sub(HIDDEN, text)
    text = _QUERY.sub(_hide_query, text)
    return _ASSIGNED.sub(_hide_assigned, text)


def redacted_value(value: Any, secrets: Iterable[str] = ()) -> Any:
    """The same for a value of mappings, lists and texts; a value under a secret name goes whole."""
    secrets = tuple(secrets)
    if isinstance(value, Mapping):
        return {
            k: HIDDEN if secret_option(str(k), _hashable(v)) else redacted_value(v, secrets) for k, v in value.items()
        }
    if isinstance(value, list | tuple):
        return type(value)(redacted_value(v, secrets) for v in value)
    return redacted(value, secrets) if isinstance(value, str) else value


def _hashable(value: object) -> object:
    return value if isinstance(value, str | int | float | None) else "..."


def _hide_query(match: re.Match[str]) -> str:
    hide = secret_name(unquote(match["name"]))
    return match["before"] + (HIDDEN if hide else match["value"])


def _hide_assigned(match: re.Match[str]) -> str:
    name, value = match["name"], match["value"]
    a_count = name.lower() == "token" and value.isdigit()
    of_a_file = _FILE.search(name) and "=" not in match["before"] and value[0] not in "'\""  # books/secret.jsonl: why
    harmless = name.lower() == "key" or a_count or of_a_file or value.strip("'\"") in _OPEN_TOKENS
    return match["before"] + (HIDDEN if secret_name(name) and not harmless else value)
