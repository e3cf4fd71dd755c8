"""Stores that do not answer, know nobody, or have other options: told in seconds, with what to do."""

import importlib
import socket
import time
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from corpusmill.cluster.filesystems import S3_DEFAULTS, filesystem
from corpusmill.cluster.first_word import FirstWord
from corpusmill.cluster.storage import Store
from corpusmill.errors import ExitCode, NoBucket, StorageError
from corpusmill.pipeline.cli.main import main
from tests.pipeline.test_wrong_inputs import refused

CLOSED = "{endpoint_url: 'http://127.0.0.1:9'}"


@pytest.fixture(autouse=True, scope="module")
def libraries() -> None:
    """Loaded before the first test that looks at the clock: the bound is on what the store makes a user wait."""
    importlib.import_module("corpusmill.pipeline.commands.run")
    filesystem("s3://bucket")


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a store that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.thorough
@pytest.mark.parametrize("command", ["plan", "run"])
def test_a_closed_endpoint_is_reported_at_every_key_that_leads_there(tmp_path, command):
    more = f"    storage: {CLOSED}\n  - {{source: b, paths: ['s3://other/'], storage: {CLOSED}}}"
    told = refused(tmp_path, "s3://bucket/a.jsonl", more, command)
    assert told.count("the store does not answer") == 2
    assert "correct its address (storage: endpoint_url), or start it" in told


@pytest.mark.thorough
def test_a_closed_endpoint_of_the_output(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "x"}\n')
    job = tmp_path / "job.yaml"
    job.write_text(
        f"name: j\nworkspace: s3://b/w\noutput: s3://b/o\nstorage: {CLOSED}\ninputs: [{{source: a, paths: a.jsonl}}]"
    )
    started = time.monotonic()
    done = CliRunner().invoke(main, ["plan", str(job)], catch_exceptions=False)
    assert time.monotonic() - started < 5
    assert done.exit_code == ExitCode.WRONG_JOB
    for place in ("job.yaml:2:1 workspace: ", "job.yaml:3:1 output: "):
        assert f"{place}s3://b: the store does not answer" in done.stderr


def test_no_credentials(tmp_path, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(tmp_path))
    unasked = "    storage: {endpoint_url: 'http://127.0.0.1:10'}"  # a session keeps the credentials it found once
    told = refused(tmp_path, "s3://bucket/a.jsonl", unasked, "plan")
    assert "no credentials were found" in told
    assert "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY" in told


def test_an_option_that_no_store_has(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "x"}\n')
    for path in ("s3://bucket/a.jsonl", f"{tmp_path}/a.jsonl"):
        told = refused(tmp_path, path, "    storage: {endpoint_ur: 'http://127.0.0.1:9'}", "plan")
        assert "job.yaml:8:15 inputs[0].storage.endpoint_ur: no store has an option" in told
        assert "did you mean 'endpoint_url'?" in told


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("s4://bucket/a", "Protocol not known: s4"),
        ("ftp://127.0.0.1:9/a", "Connection refused"),
        ("http://127.0.0.1:9/a.jsonl", "Cannot connect to host"),
    ],
)
def test_other_stores(tmp_path, path, message):
    assert message in refused(tmp_path, path, command="plan")


@pytest.mark.thorough
def test_a_store_that_says_nothing_is_given_up_within_seconds(silent):
    started = time.monotonic()
    first_word = FirstWord()
    for _ in range(3):
        with pytest.raises(StorageError, match="the store does not answer"):
            first_word.require("s3://bucket/x", {"endpoint_url": silent})
    assert time.monotonic() - started < 10  # asked once, not three times


@pytest.mark.parametrize(
    ("bucket", "told"), [("", "the address names no bucket"), ("a b", "'a b' cannot be the name of a bucket")]
)
def test_a_bucket_that_cannot_be_is_said_of_its_address_alone(bucket, told):
    first_word = FirstWord()
    nowhere = {"endpoint_url": "http://127.0.0.1:9", "key": "k", "secret": "s"}
    with pytest.raises(NoBucket, match=told):
        first_word.require(f"s3://{bucket}/a.jsonl", nowhere)
    with pytest.raises(StorageError, match="the store does not answer"):
        first_word.require("s3://bucket/a.jsonl", nowhere)


def test_errors_of_every_request_to_a_store_are_in_words():
    store = Store("s3://bucket/w", {"endpoint_url": "http://127.0.0.1:9", **quick()})
    for ask in (lambda: store.exists("a"), lambda: store.read("a"), store.files, lambda: store.publish("a", b"")):
        with pytest.raises(StorageError, match=r"s3://bucket/w: the store does not answer"):
            ask()


def quick() -> dict[str, object]:
    return {"config_kwargs": {"retries": {"mode": "standard", "total_max_attempts": 1}}}


def test_a_running_job_is_as_patient_as_ever():
    """A look before work does not change the tries of the work after it; options of the job's own stand beside them."""
    patient = filesystem("s3://bucket", {"config_kwargs": {"max_pool_connections": 3}})
    assert patient.config_kwargs == {**S3_DEFAULTS["config_kwargs"], "max_pool_connections": 3}
    assert patient.config_kwargs["retries"]["total_max_attempts"] == 5
