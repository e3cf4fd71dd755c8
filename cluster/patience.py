"""Waits out a store that does not answer, or refuses credentials that have expired, once a run has begun.

Before that nothing waits: a wrong address is reported within seconds (`cluster.first_word`).
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeVar

from corpusmill.cluster import credentials
from corpusmill.cluster.filesystems import NO_ANSWER
from corpusmill.errors import StoreUnavailable

T = TypeVar("T")
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 15.0
LINE_EVERY_S = 60.0
BROKEN = (  # connections that were cut, of botocore, aiohttp, fsspec and Python
    *("HTTPClientError", "ResponseStreamingError", "IncompleteReadError", "ResponseParserError", "IncompleteRead"),
    *("ClientPayloadError", "ServerDisconnectedError", "ClientOSError", "ClientConnectionResetError"),
    *("FSTimeoutError", "TimeoutError", "ConnectionResetError", "ConnectionAbortedError", "BrokenPipeError"),
)
BUSY = ("SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout", "TooManyRequests", "Throttling")
EXPIRED = ("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired", "InvalidToken")


class Trouble(Enum):
    """What may pass by itself."""

    SILENT = "does not answer"
    EXPIRED = "refuses the credentials, which have expired"


def trouble(error: BaseException) -> Trouble | None:
    """What an error of a store says that may pass; null for what stays as it is, or was waited for already."""
    at: BaseException | None = error
    while at is not None:
        if isinstance(at, StoreUnavailable):
            return None
        response = getattr(at, "response", None)
        if isinstance(response, dict):
            return _of_response(response)
        if type(at).__name__ in (*NO_ANSWER, *BROKEN):
            return Trouble.SILENT
        at = at.__cause__ or at.__context__
    return None


def _of_response(response: "dict[str, dict[str, object]]") -> Trouble | None:
    code = str(response.get("Error", {}).get("Code", ""))
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in EXPIRED or code == "400":  # a reply to HEAD has no words: S3 gives 400 where a token has expired
        return Trouble.EXPIRED
    if code in BUSY or (isinstance(status, int) and (status >= 500 or status == 429)):
        return Trouble.SILENT
    return None


@dataclass
class Allowed:
    """How long this process waits for a store, in seconds, and where it says so."""

    patience_s: float = 0.0
    say: Callable[[str], None] | None = None


_allowed = Allowed()


def patience_s() -> float:
    """How long this process waits for a store now, in seconds."""
    return _allowed.patience_s


def allow(seconds: float) -> None:
    """Let this process, which does units of a run, wait for a store."""
    _allowed.patience_s = seconds


@contextmanager
def allowed(seconds: float, say: Callable[[str], None]) -> Iterator[None]:
    """Wait for stores within the `with`; `say` takes a line a minute about it."""
    before = (_allowed.patience_s, _allowed.say)
    _allowed.patience_s, _allowed.say = seconds, say
    try:
        yield
    finally:
        _allowed.patience_s, _allowed.say = before


@dataclass
class Waiting:
    """The tries of one request."""

    url: str
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    pause_s: float = FIRST_PAUSE_S
    began: float | None = None
    said: float = field(default=0.0)

    def again(self, error: Exception) -> Trouble | None:
        """Wait a while and give what the trouble is; null where waiting is of no use.

        StoreUnavailable when it has lasted longer than this process waits.
        """
        found = trouble(error)
        if found is None or not _allowed.patience_s:
            return None
        now = self.clock()
        if self.began is None:
            self.began = self.said = now
        lasted = now - self.began
        if lasted >= _allowed.patience_s:
            raise StoreUnavailable(self._gave_up(found, lasted, error)) from error
        if _allowed.say is not None and now - self.said >= LINE_EVERY_S:
            self.said = now
            rest = _allowed.patience_s - lasted
            _allowed.say(f"{self.url} {found.value}, for {lasted:.0f} s now; trying for another {rest:.0f} s")
        self.sleep(min(self.pause_s, _allowed.patience_s - lasted))
        self.pause_s = min(2 * self.pause_s, LONGEST_PAUSE_S)
        return found

    def _gave_up(self, found: Trouble, lasted: float, error: Exception) -> str:
        do = "run the same command again when it answers"
        if found is Trouble.EXPIRED:
            do = f"renew them ({credentials.remedy(self.url)}) and run the same command again"
        words = " ".join(str(error).removeprefix(f"{self.url}: ").split())[:200]
        return (
            f"{self.url} {found.value}: tried for {lasted:.0f} s, the last error was {words!r}; all finished work is "
            f"kept: {do}, or let it wait longer (`store_patience`)"
        )


def patiently(url: str, request: Callable[[], T], renew: Callable[[], object] = lambda: None) -> T:
    """What a request gives, tried again while its trouble may pass. renew: called when credentials have expired."""
    waiting = Waiting(url)
    while True:
        try:
            return request()
        except Exception as e:
            found = waiting.again(e)
            if found is None:
                raise
            if found is Trouble.EXPIRED:
                renew()
