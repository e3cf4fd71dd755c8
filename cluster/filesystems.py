"""The fsspec file system of an address, and its errors in words: stores have libraries, each with errors of its own."""

import inspect
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import fsspec

from corpusmill.cluster import credentials
from corpusmill.cluster.hub import refused_by_hub
from corpusmill.errors import AccessDenied, FileOperationFailed, MissingObject, StorageError

S3_CONNECTIONS = 32  # at once, of one client; a guess. botocore's own 10 would let most threads wait for each other
# Nested retries of s3fs and botocore cost 25 requests and 50 s on a permanent 503: one layer, a few tries.
S3_DEFAULTS: dict[str, Any] = {
    "config_kwargs": {"retries": {"mode": "standard", "total_max_attempts": 5}, "max_pool_connections": S3_CONNECTIONS}
}
# A first word with a store, before any work: a closed port answers at once, a lost packet is waited for in vain. One
# more try after at most a second, so that a wrong address is told within five seconds (with S3_DEFAULTS: 12 to 14 s).
S3_FIRST_WORD: dict[str, Any] = {
    "connect_timeout": 1.5,
    "read_timeout": 2.0,
    "retries": {"mode": "standard", "total_max_attempts": 2},
}
LOCAL = ("file", "local")
NO_CREDENTIALS = ("NoCredentialsError", "PartialCredentialsError", "TokenRetrievalError", "UnauthorizedSSOTokenError")
NO_ANSWER = (
    *("EndpointConnectionError", "ConnectTimeoutError", "ReadTimeoutError", "ConnectionClosedError"),  # botocore
    *("ConnectError", "ConnectTimeout", "ClientConnectorError", "ClientConnectorDNSError"),  # httpx, aiohttp
    *("ConnectionRefusedError", "gaierror"),
)


GCSFS, ADLFS = "pip install gcsfs", "pip install adlfs"
INSTALL = {"hf": "pip install 'corpusmill[hf]'", "gs": GCSFS, "gcs": GCSFS, "abfs": ADLFS, "abfss": ADLFS, "az": ADLFS}


def filesystem(url: str, options: Mapping[str, Any] | None = None) -> fsspec.AbstractFileSystem:
    """The fsspec file system of an address, without a cache of listings (another process may write).

    StorageError when there is none of that name, or its options are not these.
    """
    protocol, options = protocol_of(url), dict(options or {})
    settings: dict[str, Any] = {"use_listings_cache": False}
    if protocol in ("s3", "s3a"):
        settings["config_kwargs"] = {**S3_DEFAULTS["config_kwargs"], **options.pop("config_kwargs", {})}
    try:
        host = {} if protocol == "file" else fsspec.get_filesystem_class(protocol)._get_kwargs_from_urls(url)
        fs = fsspec.filesystem(protocol, **{**settings, **host, **options})
        if protocol == "hf":
            fs.invalidate_cache()  # it keeps listings whatever is set, and shares them between its instances
        return fs
    except OSError:
        raise
    except Exception as e:  # a protocol that nobody knows, a package that is missing, an option that is none
        raise StorageError(f"{url!r}: {e}") from e


def renewed(url: str, options: Mapping[str, Any] | None = None) -> fsspec.AbstractFileSystem:
    """As `filesystem`, made anew: credentials are looked for again where they were found."""
    fsspec.get_filesystem_class(protocol_of(url)).clear_instance_cache()
    return filesystem(url, options)


def is_s3(fs: fsspec.AbstractFileSystem) -> bool:
    """Whether a file system is that of an S3 store."""
    return "s3" in ((fs.protocol,) if isinstance(fs.protocol, str) else fs.protocol)


def protocol_of(url: str) -> str:
    """'s3' of 's3://bucket/key'; 'file' where there is none."""
    return url.split("://", 1)[0] if "://" in url else "file"


def missing_package(url: str) -> str | None:
    """What has to be installed for an address to be of use; None when nothing has, or nobody knows the protocol.

    >>> missing_package("/data/a.jsonl"), missing_package("nosuch://a")
    (None, None)
    """
    try:
        fsspec.get_filesystem_class(protocol_of(url))
    except ImportError as e:
        return f"{protocol_of(url)}:// needs a package that is not installed: {INSTALL.get(protocol_of(url)) or e}"
    except ValueError:
        return None
    return None


@contextmanager
def asking(url: str) -> Iterator[None]:
    """What a store's library raises in the `with`, beside the errors of files, becomes a StorageError with a remedy."""
    try:
        yield
    except Exception as e:
        if isinstance(e, StorageError | FileExistsError):
            raise
        if protocol_of(url) == "hf" and (told := refused_by_hub(url, e)) is not None:
            raise StorageError(told) from e
        if isinstance(e, OSError) and type(e).__name__ not in (*NO_ANSWER, *NO_CREDENTIALS):
            raise of_file(url, e) from e  # some libraries count silence among these
        if protocol_of(url) in LOCAL:
            raise  # from a disk, what is no OSError is a fault of this program
        raise StorageError(in_words(url, e)) from e


def of_file(url: str, error: OSError) -> StorageError:
    """The same error of a file as one of a store, so that no other OSError is taken for it."""
    kinds = (FileNotFoundError, MissingObject), (PermissionError, AccessDenied)
    kind = next((ours for theirs, ours in kinds if isinstance(error, theirs)), FileOperationFailed)
    if error.errno is not None and error.filename is not None:
        return kind(error.errno, error.strerror, error.filename)
    return kind(f"{url}: {error}") if kind is FileOperationFailed else kind(*error.args)


def in_words(url: str, error: Exception) -> str:
    """The error of a store's library as a sentence.

    >>> in_words("hf://a", TypeError("Session.__init__() got an unexpected keyword argument 'endpoint_ur'"))
    "hf://a: there is no option 'endpoint_ur'; correct the key under storage"
    """
    kind, told = type(error).__name__, str(error)
    if kind in NO_CREDENTIALS:
        return f"{url}: no credentials were found ({told}); {credentials.remedy(url)}"
    if kind in NO_ANSWER:
        return f"{url}: the store does not answer ({told}); correct its address (storage: endpoint_url), or start it"
    if isinstance(error, TypeError) and "unexpected keyword argument" in told:
        return f"{url}: there is no option {told.rpartition(' ')[2]}; correct the key under storage"
    return f"{url}: {kind}: {told}; correct the address or its storage options, or {credentials.remedy(url)}"


def option_names(protocol: str) -> frozenset[str] | None:
    """The names of the options of a file system; None when it takes others too, or is not installed.

    >>> sorted({"endpoint_url", "anon", "endpoint_ur"} & (option_names("s3") or set()))
    ['anon', 'endpoint_url']
    """
    if protocol not in (*LOCAL, "s3", "s3a"):
        return None
    try:
        made = [*fsspec.get_filesystem_class(protocol).__mro__]
        if protocol not in LOCAL:
            from aiobotocore.session import AioSession  # what s3fs hands the rest of its options to

            made.append(AioSession)
    except ImportError:
        return None
    signatures = [inspect.signature(cls.__init__).parameters.values() for cls in made]
    return frozenset(
        p.name for each in signatures for p in each if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)
    ) - {"self"} | {"skip_instance_cache", "use_listings_cache", "listings_expiry_time", "max_paths"}
