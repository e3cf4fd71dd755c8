"""Makes chats of known kinds, from a seed: good ones, and others that each break one rule of a selection."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

GOOD, REPETITIVE, NEAR, OFF_TASK, REFUSED, CONTAMINATED = (
    "good",
    "repetitive",
    "near_duplicate",
    "off_task",
    "refused",
    "contaminated",
)
LOOKALIKE = "lookalike"  # counted as good
COUNTS = {GOOD: 600, LOOKALIKE: 120, REPETITIVE: 60, NEAR: 60, OFF_TASK: 60, REFUSED: 60, CONTAMINATED: 60}
TASKS = {"code": 0.1, "chat": 0.5, "maths": 0.2, "facts": 0.2}
REFUSALS = ("I'm unable to help with this.", "As an AI language model I have no opinion.", "我无法提供这个。")
ITEMS = (
    "A baker fills seven trays with a dozen rolls each and sells half of them before noon, how many are left",
    "Which of these metals is liquid at the temperature of a warm room, mercury or lead or tin or copper",
    "Complete the sentence so that it makes sense, the old bridge was closed to lorries because the river had",
)
OPENINGS = (
    "Explain {}",
    "What should I think about {}",
    "Write some lines on {}",
    "Compare {}",
    "Why would one need {}",
)
SYLLABLES = tuple(a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "el", "or"))


@dataclass(frozen=True, kw_only=True)
class Planted:
    """One chat as a line of JSON has it, and its kind."""

    kind: str
    row: dict[str, Any]


def planted_chats(seed: int = 7) -> list[Planted]:
    """All chats, shuffled. Of a near duplicate and its original the original has the better score."""
    chance = random.Random(seed)
    words = sorted({"".join(chance.choices(SYLLABLES, k=chance.choice([2, 3, 4]))) for _ in range(6000)})
    made = [Planted(kind=kind, row=row) for kind, row in _rows(chance, words)]
    chance.shuffle(made)
    return [Planted(kind=p.kind, row={"id": f"{i:05d}", **p.row}) for i, p in enumerate(made)]


def _rows(chance: random.Random, words: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    good: list[tuple[list[str], list[str]]] = []
    for _ in range(COUNTS[GOOD]):
        topic = chance.choices(words, k=chance.randrange(6, 14))
        good.append((topic, _answer(chance, words, topic)))
        yield GOOD, _row(chance, _prompt(chance, topic), " ".join(good[-1][1]), score=(0.5, 1.0))
    for topic, answer in chance.sample(good, COUNTS[LOOKALIKE]):
        yield GOOD, _lookalike(chance, words, topic, answer)
    for topic, answer in chance.sample(good, COUNTS[NEAR]):
        other = list(answer)
        for place in chance.sample(range(len(other)), max(1, len(other) * chance.randrange(3, 20) // 100)):
            other[place] = chance.choice(words)
        yield NEAR, _row(chance, _prompt(chance, topic), " ".join(other), score=(0.0, 0.5))
    for _ in range(COUNTS[REPETITIVE]):
        topic = chance.choices(words, k=10)
        again = " ".join(_answer(chance, words, topic)[: chance.randrange(5, 15)])
        yield REPETITIVE, _row(chance, _prompt(chance, topic), " ".join([again] * chance.randrange(4, 9)), score=(0, 1))
    for _ in range(COUNTS[OFF_TASK]):
        topic, others = chance.choices(words, k=10), chance.choices(words, k=10)
        yield OFF_TASK, _row(chance, _prompt(chance, topic), " ".join(_answer(chance, words, others)), score=(0, 1))
    for _ in range(COUNTS[REFUSED]):
        topic = chance.choices(words, k=10)
        said = f"{chance.choice(REFUSALS)} {' '.join(_answer(chance, words, topic))}"
        yield REFUSED, _row(chance, _prompt(chance, topic), said, score=(0, 1))
    for _ in range(COUNTS[CONTAMINATED]):
        topic = chance.choices(words, k=10)
        asked = f"{_prompt(chance, topic)} {chance.choice(ITEMS)}"
        yield CONTAMINATED, _row(chance, asked, " ".join(_answer(chance, words, topic)), score=(0, 1))


def _lookalike(chance: random.Random, words: list[str], topic: list[str], answer: list[str]) -> dict[str, Any]:
    """A good chat that comes near to one of the rules."""
    said, asked = _answer(chance, words, topic), _prompt(chance, topic)
    which = chance.randrange(4)
    if which == 0:  # a fifth is said twice
        said += said[: len(said) // 5]
    elif which == 1:  # nearly half of it stands in another answer
        said = answer[: len(answer) * 2 // 5] + said[: len(answer) * 3 // 5]
    elif which == 2:
        asked = f"{asked} {' '.join(chance.choice(ITEMS).split()[:8])}"
    else:
        said = ["I'm", "able", "to", "help", "with", "this,", *said, "as", "an", "AI", "model", "does"]
    return _row(chance, asked, " ".join(said), score=(0.5, 1.0))


def _prompt(chance: random.Random, topic: list[str]) -> str:
    return chance.choice(OPENINGS).format(" ".join(topic))


def _answer(chance: random.Random, words: list[str], topic: list[str]) -> list[str]:
    """Words of which one in eight is of the topic."""
    size = chance.randrange(40, 120)
    return [chance.choice(topic if i % 8 == 0 else words) for i in range(size)]


def _row(chance: random.Random, prompt: str, answer: str, *, score: tuple[float, float]) -> dict[str, Any]:
    return {
        "messages": [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}],
        "task": chance.choices(list(TASKS), weights=[3, 3, 2, 2])[0],
        "quality": round(chance.uniform(*score), 6),
        "complexity": chance.randrange(1, 6),
    }
