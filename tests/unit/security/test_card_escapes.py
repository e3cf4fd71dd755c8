"""What data says in a card or report is text there: no tag, no link, no cell, no key of YAML."""

import pytest
import yaml

from corpusmill.pipeline.report.markdown import escaped, yaml_value


@pytest.mark.parametrize(
    "text",
    [
        "<img src=x onerror=a>",
        "a|b",
        "[a](http://b)",
        "![a](b)",
        "`code`",
        "*a* _b_",
        "a\n# heading",
        "\x1b[31m",
        "&lt;",
    ],
)
def test_a_value_cannot_be_markup(text):
    shown = escaped(text)
    bare = shown.replace("\\|", "").replace("\\[", "").replace("\\]", "").replace("\\`", "")
    assert not set("<>|[]`\n\x1b") & set(bare)


@pytest.mark.parametrize("text", ["https://a.example/b", "www.example.org", "a@b.example"])
def test_an_address_does_not_become_a_link(text):
    shown = escaped(text)
    assert "://" not in shown
    assert "www." not in shown
    assert "@" not in shown


@pytest.mark.parametrize("value", ["a: b", "no", "---", "x\n- y", "\u202e", ["no", "on"], {"a: b": None}])
def test_a_value_of_yaml_comes_back_as_it_was(value):
    text = f"key: {yaml_value(value)}\n"
    assert yaml.safe_load(text) == {"key": value}
    assert text.count("\n") == 1
