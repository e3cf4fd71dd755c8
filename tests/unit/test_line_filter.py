"""Which lines end like a sentence, in the scripts and the ways of quoting there are."""

import pyarrow as pa
import pytest

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.rewrite.line_filter import LineFilter
from corpusmill.operators.text.punctuation import LINE_ENDS, SENTENCE_ENDS

ENDED = (
    "Tea is hot.", "Is it?", "Run!", 'He said "no."', "She said ‘no.’", "Il dit «non».", "Il dit : « non »",
    "Er sagt „nein“", "Er sagt ‚nein‘", "Er sagt »nein«", "(so it is)", "as in [1]", "wait…", "茶。",
    "茶｡", "「茶」", "（茶）",
    "चाय है।", "इति॥", "چائے ہے۔", "هل هذا؟", "Սա թեյ է։", "ይህ ሻይ ነው።", "ይህ ምንድን ነው፧", "ይህ፡ሻይ፡ነው፡፡", "ཇ་འདི་ཚ་བོ་རེད།",
    "នេះជាតែ។", "ဒါကလက်ဖက်ရည်ပါ။", "Τι είναι αυτό\u037e", "טוב׃",
    "שלום.״", "end.\u200f", "سلام.\u200f \u200b", "Tea.\ufeff", "It is hot.\ufe0f", "It was so.¹", "See above.†",
    "**Tea is hot.**", "_It is._*", "“Ja!”²³", "—Sí —dijo él—.", "እንዴት ነህ፨", "ᠮᠣᠩᠭᠣᠯ᠃", "ꦲ꧉", "ᱚ᱾", "ⲁ⳾",
    "non-breaking space behind it.\u00a0", "茶。\u3000",
)  # fmt: skip
NOT_ENDED = (
    "Home | About",
    "Share this",
    "Read more »»x",
    "ሻይ፡",
    "2024",
    "a, b,",
    "so:",
    "茶、",
    "- one",
    "x²",
    "**Menu**",
    "†",
    "\u200b",
    "5 km²\u200f",
    "Tea\ufe0f",
)


def remaining_lines(text: str, **params: object) -> list[str]:
    table = LineFilter(**params)(Batch(pa.table({"text": pa.array([text], TEXT)}))).table  # pyright: ignore
    return table.column("text").to_pylist()[0].split("\n")


@pytest.mark.parametrize("line", ENDED)
def test_a_line_that_ends_like_a_sentence_stays(line):
    assert remaining_lines(f"Menu\n{line}") == [line]


@pytest.mark.parametrize("line", NOT_ENDED)
def test_another_line_is_removed(line):
    assert remaining_lines(f"{line}\nTea is hot.") == ["Tea is hot."]


def test_every_end_of_a_sentence_of_signals_fineweb_ends_a_line():
    assert SENTENCE_ENDS < LINE_ENDS
    text = "\n".join(f"x{end}" for end in sorted(LINE_ENDS))
    assert remaining_lines(text) == text.split("\n")


def test_endings_can_be_given_and_none_requested():
    assert remaining_lines("ชาร้อน\nTea::", must_end_with=("::",)) == ["Tea::"]
    assert remaining_lines("ชาร้อน\nTea", must_end_with=()) == ["ชาร้อน", "Tea"]
