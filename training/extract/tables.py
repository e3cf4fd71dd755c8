"""Log-odds of words: how far a class word, or a word of a short block, speaks for main text."""

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base.lookup import weight_table
from corpusmill.operators.extract.html.base.workspace import Workspace
from training.extract.labels import Labels

LEAST_HOSTS_NAME, LEAST_HOSTS_WORD = 4, 6  # a word must be seen on so many hosts
PRIOR_HOSTS = 1.5
LEAST_WEIGHT = 0.15  # weights nearer to 0 are left out
SHORT_BLOCK_WORDS = 20

Seen = dict[int, dict[str, list[float]]]  # hash -> host -> mean share of gold, one value a page


class Tally:
    """What was seen of each word, by host."""

    def __init__(self) -> None:
        self.names: Seen = defaultdict(lambda: defaultdict(list))
        self.words: Seen = defaultdict(lambda: defaultdict(list))

    def add(self, ws: Workspace, labels: Labels, host: str) -> None:
        """Counts the page that stands in the workspace, measured."""
        elements, blocks = int(ws.state[C.ELEMENTS]), int(ws.state[C.BLOCKS])
        owners = ws.blocks[:blocks, C.OWNER]
        weight, gold = np.zeros(elements), np.zeros(elements)
        np.add.at(weight, owners, labels.words + 0.5)
        np.add.at(gold, owners, labels.share * (labels.words + 0.5))
        parents = ws.elements[:elements, C.PARENT]
        for e in range(elements - 1, 0, -1):
            weight[parents[e]] += weight[e]
            gold[parents[e]] += gold[e]
        on_page: dict[int, list[float]] = defaultdict(list)
        names = ws.names[: ws.state[C.NAMES]].tolist()
        for e, (first, last) in enumerate(ws.elements[:elements, C.E_NAMES_FROM : C.E_NAMES_TO + 1].tolist()):
            if weight[e] > 0:
                for name in names[first:last]:
                    on_page[name].append(gold[e] / weight[e])
        for b, (first, last) in enumerate(ws.blocks[:blocks, C.NAMES_FROM : C.NAMES_TO + 1].tolist()):
            for name in names[first:last]:
                on_page[name].append(float(labels.share[b]))
        _note(self.names, on_page, host)
        in_text: dict[int, list[float]] = defaultdict(list)
        for b, hashes in enumerate(ws.word_hashes[:blocks].tolist()):
            if labels.words[b] <= SHORT_BLOCK_WORDS:
                for word in sorted(set(hashes[: ws.word_counts[b]])):
                    in_text[word].append(float(labels.share[b]))
        _note(self.words, in_text, host)

    def tables(self, hosts: frozenset[str]) -> tuple[np.ndarray, ...]:
        """name_keys, name_weights, word_keys, word_weights as learned from these hosts alone."""
        names = weight_table(_weights(self.names, hosts, LEAST_HOSTS_NAME))
        return *names, *weight_table(_weights(self.words, hosts, LEAST_HOSTS_WORD))


def _note(seen: Seen, on_page: Mapping[int, list[float]], host: str) -> None:
    for word, shares in on_page.items():
        seen[word][host].append(sum(shares) / len(shares))


def _weights(seen: Seen, hosts: frozenset[str], least: int) -> dict[int, float]:
    sums: dict[int, tuple[float, int]] = {}
    for word in sorted(word for word, by_host in seen.items() if len(by_host) >= least):
        means = [sum(v) / len(v) for host, v in sorted(seen[word].items()) if host in hosts]
        if len(means) >= least:
            sums[word] = (sum(means), len(means))
    base = sum(s for s, _ in sums.values()) / max(sum(n for _, n in sums.values()), 1)
    base = min(max(base, 0.01), 0.99)
    weights = {}
    for word, (s, n) in sums.items():
        odds = (s + PRIOR_HOSTS * base) / (n - s + PRIOR_HOSTS * (1 - base))
        weight = float(np.log(odds) - np.log(base / (1 - base)))
        if abs(weight) > LEAST_WEIGHT:
            weights[word] = weight
    return weights
