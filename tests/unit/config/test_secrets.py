"""No secret is written down, wherever it stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmill.pipeline.config.base.secrets import (
    environment_secrets,
    redacted,
    redacted_value,
    secret_name,
    secret_option,
)

SECRETS = st.text("abcXYZ0189+/-_", min_size=9, max_size=40).filter(lambda s: not s.isdigit() and s.strip("/") == s)
URL_SAFE = st.text("abcXYZ0189-_", min_size=9, max_size=40).filter(lambda s: not s.isdigit())

ANYWHERE = (
    "s3://AKIDEXAMPLE:{}@bucket/key.parquet",
    "opened s3a://me:{}@bucket, then closed",
    "secret={}",
    "aws_secret_access_key = {}",
    '{{"secret": "{}", "anon": false}}',
    "{{'password': '{}'}}",
    "Authorization: Bearer {}",
    "session_token='{}'",
)
IN_URLS = (
    "https://user:{}@host:8080/path",
    "https://{}@github.com/x",
    "https://h/x?a=1&sig={}&v=2",
    "https://h/x?X-Amz-Signature={}",
    "https://h/x?X-Amz-Security-Token={}#end",
    "https://h/x?key={}",
)


@pytest.mark.thorough
@pytest.mark.parametrize("template", ANYWHERE)
@given(secret=SECRETS)
def test_a_secret_goes_from_any_text(template, secret):
    assert secret not in redacted(template.format(secret))


@pytest.mark.thorough
@pytest.mark.parametrize("template", IN_URLS)
@given(secret=URL_SAFE)
def test_a_secret_goes_from_any_address(template, secret):
    assert secret not in redacted(template.format(secret))


@pytest.mark.thorough
@given(secret=SECRETS)
def test_a_secret_of_the_environment_goes_from_everywhere(secret):
    known = environment_secrets({"AWS_SECRET_ACCESS_KEY": secret, "HOME": "/home/x"})
    assert secret not in redacted(f"a{secret}b and {secret}", known)


@given(text=st.text(max_size=80))
def test_redacting_twice_is_redacting_once(text):
    once = redacted(text)
    assert redacted(once) == once


@pytest.mark.parametrize(
    "text",
    [
        "s3://bucket/path/part-00000.parquet?versionId=abc",
        "http://127.0.0.1:5000/bucket/a@b.txt",
        "1,234 tokens: 17 a document; token=17; n_tokens=5",
        "key=web/en band_key=123",
        "file:///data/my@file:x.gz",
        "abfs://container@account.dfs.core.windows.net/x",
        "hf://datasets/a/b@main/x.parquet",
        "'/data/books/secret.jsonl': there is no such file or folder",
        "/data/token.warc.gz: cannot be read",
    ],
)
def test_what_is_no_secret_stays(text):
    assert redacted(text) == text


def test_keys_and_tokens_of_a_standard_form_go_wherever_they_are():
    assert redacted("id AKIAIOSFODNN7EXAMPLE here") == "id *** here"
    assert redacted("-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----.") == "***."


def test_a_value_under_a_secret_name_goes_whole():
    options = {"key": "ABC", "client": {"aws_session_token": ["x"]}, "anon": True, "token": "anon", "n": [1, "a=b"]}
    assert redacted_value(options) == {
        "key": "***",
        "client": {"aws_session_token": "***"},
        "anon": True,
        "token": "anon",
        "n": [1, "a=b"],
    }


@pytest.mark.parametrize(
    "name", ["secret", "AWS_SESSION_TOKEN", "accountKey", "sas-token", "HF_TOKEN", "apiKey", "key"]
)
def test_names_of_secrets(name):
    assert secret_name(name)


@pytest.mark.parametrize(
    "name", ["region_name", "budget_tokens", "keep", "monkey", "author", "tokenizer", "AWS_PROFILE"]
)
def test_names_of_no_secrets(name):
    assert not secret_name(name)


def test_a_way_to_log_in_is_no_secret():
    assert not secret_option("token", "anon")
    assert secret_option("token", "ya29.abc")
