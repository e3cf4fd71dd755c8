"""A store in trouble is waited for within a limit, with a line a minute; then one sentence says what and what to do."""

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from corpusmill.cluster import patience
from corpusmill.cluster.filesystems import asking
from corpusmill.cluster.patience import Trouble, Waiting, allowed, patiently, trouble
from corpusmill.cluster.storage import Store
from corpusmill.errors import StorageError, StoreUnavailable

URL = "s3://bucket/work"


def reply(code: str, status: int) -> OSError:
    """What s3fs raises for an answer of the store."""
    error = OSError(16, "injected")
    told = {"Error": {"Code": code, "Message": "injected"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    error.__cause__ = ClientError(told, "GetObject")  # pyright: ignore[reportArgumentType]
    return error


@pytest.mark.parametrize(
    ("error", "found"),
    [
        (reply("SlowDown", 503), Trouble.SILENT),
        (reply("InternalError", 500), Trouble.SILENT),
        (reply("TooManyRequests", 429), Trouble.SILENT),
        (reply("ExpiredToken", 400), Trouble.EXPIRED),
        (reply("400", 400), Trouble.EXPIRED),
        (EndpointConnectionError(endpoint_url="http://x"), Trouble.SILENT),
        (ConnectionResetError("reset"), Trouble.SILENT),
        (reply("AccessDenied", 403), None),
        (reply("NoSuchKey", 404), None),
        (FileNotFoundError("a"), None),
        (ValueError("a"), None),
    ],
)
def test_what_may_pass_is_distinguished_from_what_stays(error, found):
    assert trouble(error) is found
    with pytest.raises(type(error) if not isinstance(error, OSError) else OSError) as caught, asking("/a"):
        raise error
    assert trouble(caught.value) is found


class Clock:
    """Seconds that pass only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


def tries(failures: int, clock: Clock, error: Exception, seconds: float, said: list[str]) -> int:
    """How many requests were made until one of a store that fails so often succeeded."""
    made = 0
    waiting = Waiting(URL, clock=lambda: clock.now, sleep=clock.sleep)
    with allowed(seconds, said.append):
        while True:
            made += 1
            if made > failures:
                return made
            assert waiting.again(error) is not None


def test_a_line_a_minute_while_it_is_waited_for():
    clock, said = Clock(), list[str]()
    assert tries(30, clock, reply("SlowDown", 503), 600, said) == 31
    assert max(clock.pauses) == patience.LONGEST_PAUSE_S
    assert len(said) == int(clock.now // 60)
    assert said[0].startswith(f"{URL} does not answer, for 6")
    assert "trying for another 5" in said[0]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (reply("SlowDown", 503), f"{URL} does not answer: tried for 100 s, .*finished work is kept: run the same"),
        (
            reply("ExpiredToken", 400),
            "credentials, which have expired: .*renew them .set AWS_PROFILE.* and run the same",
        ),
    ],
)
def test_what_lasts_too_long_is_one_sentence(error, words):
    clock = Clock()
    with pytest.raises(StoreUnavailable, match=words) as caught:
        tries(1000, clock, error, 100, [])
    assert clock.now == 100
    assert "\n" not in str(caught.value)
    assert "store_patience" in str(caught.value)
    assert trouble(caught.value) is None, "nothing waits for it once more"


def test_nothing_waits_before_a_run_has_begun():
    made = []

    def request() -> None:
        made.append(1)
        raise reply("SlowDown", 503)

    with pytest.raises(OSError, match="injected"):
        patiently(URL, request)
    assert len(made) == 1


@pytest.mark.thorough
def test_expired_credentials_are_looked_for_again():
    renewed, made = [], []

    def request() -> str:
        made.append(1)
        if len(renewed) < 2:
            raise reply("ExpiredToken", 400)
        return "content"

    with allowed(60, lambda _: None):
        assert patiently(URL, request, lambda: renewed.append(1)) == "content"
    assert (len(made), len(renewed)) == (3, 2)


@pytest.mark.thorough
def test_a_store_in_trouble_is_requested_again_with_new_credentials(tmp_path, monkeypatch):
    store = Store(str(tmp_path))
    store.publish("a", b"1")
    first, broken = store.fs, iter([reply("ExpiredToken", 400), reply("SlowDown", 503)])
    read = type(first).cat_file

    def fails(fs, *arguments, **named):
        for error in broken:
            raise error
        return read(fs, *arguments, **named)

    monkeypatch.setattr(type(first), "cat_file", fails)
    with allowed(60, lambda _: None):
        assert store.read("a") == b"1"
    assert store.fs is not first
    with pytest.raises(StorageError, match="gone"):
        store.read("gone")
