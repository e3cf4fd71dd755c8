"""Papers hold facts that can be looked up, mark what only a person knows, and let no data be markup."""

import json
import re
from dataclasses import replace

import pyarrow.compute as pc
import pytest
import yaml
from huggingface_hub import DatasetCard

from corpusmill.pipeline.papers.croissant import croissant
from corpusmill.pipeline.papers.papers import NAMES, papers
from corpusmill.pipeline.papers.spdx import spdx
from corpusmill.pipeline.profile.count import MONTH
from tests.unit.papers.facts import HOSTILE, written

TRACED = re.compile(r"([\d,]+) \(`(_\w+\.json)`: `([^`]+)`\)")
MARKDOWN = [name for name in NAMES if name.endswith(".md")]


def looked_up(text: str, path: str):
    value = json.loads(text)
    for key in path.split("."):
        value = value[int(key)] if isinstance(value, list) else value[key]
    return value


def test_every_traced_number_is_where_it_says():
    facts, files = written()
    found = 0
    for name, content in papers(facts).items():
        for number, file, path in TRACED.findall(content.decode()):
            assert looked_up(files[file], path) == int(number.replace(",", "")), (name, path)
            found += 1
    assert found >= 8


@pytest.mark.parametrize("name", MARKDOWN)
def test_no_value_of_data_is_markup_in_a_paper(name):
    facts, _ = written()
    text = papers(facts)[name].decode()
    body = text.split("\n---\n", 1)[-1]
    assert "<img" not in body
    assert not re.search(r"(?<!\\)\]\(", body)
    assert "<b>" not in body
    assert HOSTILE not in body


def test_the_card_is_read_by_the_hubs_library():
    facts, _ = written()
    card = DatasetCard(papers(facts)["README.md"].decode(), ignore_metadata_errors=False)
    told = card.data.to_dict()
    assert told["license"] == "odc-by"
    assert told["language"] == ["en", "deu"]
    assert told["size_categories"] == ["1K<n<10K"]
    assert told["multilinguality"] == ["multilingual"]
    assert [c["config_name"] for c in told["configs"]] == ["default", "documents"]
    assert told["configs"][0]["data_files"][1] == {"split": "validation", "path": "validation/data/part-*.parquet"}
    assert HOSTILE in told["tags"]  # as data, whole


def test_a_document_that_the_mix_repeats_is_counted_once_and_its_copies_beside_it():
    facts, _ = written()
    told = "30,000 tokens of 300 documents (310 with repeats) in 1,200 sequences"
    made = papers(facts)
    assert told in made["README.md"].decode()
    assert told in json.loads(made["croissant.json"])["description"]


def test_licences_are_summed_by_their_spdx_expression():
    facts, _ = written()
    (first, second) = facts.licences
    assert (first.spdx, first.sources, first.documents, first.tokens) == ("CC-BY-SA-4.0", ("crawl",), 200, 20_000)
    assert (second.words, second.documents) == ("not stated", 100)


def test_what_nobody_said_is_marked_and_what_the_job_says_is_filled_in():
    told, _ = written()
    nothing, _ = written(about="")
    for name in MARKDOWN[1:]:
        filled, empty = papers(told)[name].decode(), papers(nothing)[name].decode()
        assert empty.count("To be filled in") > filled.count("To be filled in") > 0
        assert "`about.creator` in the job file" in empty
        assert "An &lt;b&gt;Institute&lt;/b&gt;" in filled


def test_the_names_of_steps_are_code_without_marks_of_their_own():
    facts, _ = written()
    step = facts.spec.documents[0].model_copy(update={"operator": "rewrite.c4_lines"})
    made = papers(replace(facts, spec=facts.spec.model_copy(update={"documents": (step,)})))
    for name in ("datasheet.md", "california-ab-2013.md", "eu-ai-act-article-53.md"):
        assert "`rewrite.c4_lines`: Removes the lines" in made[name].decode()


def test_california_asks_twelve_things_and_the_union_three():
    facts, _ = written()
    found = {name: content.decode() for name, content in papers(facts).items()}
    assert re.findall(r"^## (\d+)\.", found["california-ab-2013.md"], re.MULTILINE) == [str(i) for i in range(1, 13)]
    assert re.findall(r"^## (\d)\.", found["eu-ai-act-article-53.md"], re.MULTILINE) == ["1", "2", "3"]
    assert "30 registered domains; the largest 3 by tokens" in found["eu-ai-act-article-53.md"]


def test_when_data_was_collected_is_said_by_the_documents_or_the_job_or_is_to_be_filled_in():
    facts, _ = written()
    dated = "Documents carry dates of 2023-11 to 2024-09."
    undated = replace(facts, counts=facts.counts.filter(pc.not_equal(facts.counts["of"], MONTH)))
    told, _ = written(about="about: {collected: In spring 2024.}\n")
    for name in ("california-ab-2013.md", "eu-ai-act-article-53.md"):
        assert dated in papers(facts)[name].decode()
        assert f"In spring 2024. {dated}" in papers(told)[name].decode()
        assert "**To be filled in** (`about.collected` in the job file)" in papers(undated)[name].decode()


def test_california_is_told_which_sources_the_job_states_as_licensed_or_synthetic():
    facts, _ = written()
    first, second, *others = facts.spec.inputs
    inputs = [first.model_copy(update={"origin": "licensed"}), second.model_copy(update={"origin": "synthetic"})]
    spec = facts.spec.model_copy(update={"inputs": (*inputs, *others)})
    text = papers(replace(facts, spec=spec))["california-ab-2013.md"].decode()
    found = dict(re.findall(r"^## (\d+)\. .*?\n\n(.*?)$", text, re.MULTILINE))
    assert found["6"] == f"Stated as licensed in the job file: {first.source}."
    assert found["12"] == f"Stated as synthetic in the job file: {second.source}."


def california_items(facts):
    """The items of the paper for California: the number of each, and its heading and text."""
    text = papers(facts)["california-ab-2013.md"].decode()
    return {int(part.partition(".")[0]): part for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]}


# What section 3111(a) asks, item by item, in words of ours that its answer has to have.
CALIFORNIA = {
    1: ("Sources or owners", "crawl (crawl)", "`about.acquired`"),
    2: ("intended purpose", "To test."),
    3: ("Number of data points", "300 (`_profile.json`: `total.0.1`)"),
    4: ("Types of data points", "without labels"),
    5: ("Copyright, trademark, patent, or public domain", "`about.copyright`", "CC-BY-SA-4.0"),
    6: ("Bought or licensed", "`about.acquired`"),
    7: ("Personal information", "`about.personal_information`"),
    8: ("Aggregate consumer information", "`about.consumer_information`"),
    9: ("Cleaning, processing, other changes", "Duplicates are removed", "What this is for", "`about.processing`"),
    10: ("Time of collection", "2023-11 to 2024-09", "Collection goes on", "`about.ongoing`"),
    11: ("Dates of first use", "`about.first_used`"),
    12: ("Generation of synthetic data, once or still", "`about.synthetic`"),
}


def test_each_item_that_california_asks_for_is_under_its_number_with_its_facts():
    items = california_items(written()[0])
    assert list(items) == list(CALIFORNIA)
    for number, expected in CALIFORNIA.items():
        assert [words for words in expected if words not in items[number]] == [], number


@pytest.mark.parametrize(
    ("tokens", "words"),
    [
        ({"template": "chatml"}, "Conversations, and texts that are none, as token ids without labels"),
        ({"template": "chatml", "packing": "pairs"}, "Label: which one has the better answer"),
    ],
)
def test_california_is_told_the_labels_that_there_are(tokens, words):
    facts, _ = written()
    spec = facts.spec.model_copy(update={"tokens": facts.spec.tokens.model_copy(update=tokens)})
    assert words in california_items(replace(facts, spec=spec))[4]


def test_papers_are_the_same_bytes_and_hold_no_path_of_the_machine(tmp_path):
    first, _ = written(tmp_path / "one")
    second, _ = written(tmp_path / "two")
    assert papers(first) == papers(second)
    assert not [name for name, content in papers(first).items() if str(tmp_path).encode() in content]


def test_front_matter_is_yaml_of_one_line_a_key():
    facts, _ = written()
    front = papers(facts)["README.md"].decode().split("---\n")[1]
    assert yaml.safe_load(front)["pretty_name"] == "small"


def test_croissant_lists_both_tables_with_their_columns():
    told = json.loads(croissant(written()[0]))
    assert [r["name"] for r in told["recordSet"]] == ["sequences", "documents"]
    assert told["license"] == ["https://spdx.org/licenses/ODC-By-1.0"]
    assert told["datePublished"] == "2026-01-02"


def test_every_section_of_the_commissions_template_is_there_in_its_order():
    facts, _ = written()
    text = papers(facts)["eu-ai-act-article-53.md"].decode()
    told = re.findall(r"^###? (\d(?:\.\d)*)", text, re.MULTILINE)
    kinds = ["2.1", "2.2.1", "2.2.2", "2.3", "2.4", "2.5", "2.6"]
    assert told == ["1", "1.1", "1.2", "1.3", "2", *kinds, "3", "3.1", "3.2", "3.3"]
    assert "`about.model_dependencies` in the job file" in text
    assert "`about.placed_on_market` in the job file" in text


@pytest.mark.parametrize(
    ("words", "expression"),
    [
        ("CC BY 4.0 International", "CC-BY-4.0"),
        ("CC BY-SA 3.0 DE", "CC-BY-SA-3.0-DE"),
        ("CC BY 3.0 ZZ", None),  # no such licence: not the one without a country
        ("http://creativecommons.org/licenses/by/3.0/us/legalcode", "CC-BY-3.0-US"),
        ("https://creativecommons.org/publicdomain/zero/1.0/deed.de", "CC0-1.0"),
        ("Apache License, Version 2.0", "Apache-2.0"),
        ("GPL-2.0 or LGPL-2.1+", "GPL-2.0-only OR LGPL-2.1-or-later"),
        ("GPL-3.0-only", "GPL-3.0-only"),
        ("GPLv3", None),
        ("GFDL", None),
        ("public domain / CC0-1.0", None),
    ],
)
def test_words_for_a_licence_are_an_spdx_expression_only_where_they_leave_nothing_open(words, expression):
    assert spdx(words) == expression
