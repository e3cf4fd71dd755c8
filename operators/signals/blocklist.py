"""Whether a URL lies in a blocked domain, and how many suspicious words it has.

Source:   lists in the form of UT1 (Prigent, Université Toulouse Capitole), used so by RefinedWeb (Penedo et al. 2023,
          arXiv:2306.01116, appendix G.1): blocked domains, hard words (one is enough), soft words (two are).
Deviates: words are whole words of the URL; RefinedWeb also looks for its strictest words inside others.
"""

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Arrays, Columns, Resource, Signal
from corpusmill.operators.signals.web.hosts import ask_each_host, hosts_of, with_parents
from corpusmill.operators.text.word_lists import lines_of, trie_of
from corpusmill.operators.text.word_trie import count_found
from corpusmill.operators.text.words import WordRule, find_words


@dataclass(frozen=True, kw_only=True)
class Blocklist(Signal):
    """Adds `blocked_domain` (the entry that blocks the host or a domain it lies in, null if none), `url_hard_words`,
    `url_soft_words`. The lists that ship are a few lines for a demo: bring your own.
    """

    domains: Resource = field(default_factory=lambda: Resource("shipped:signals/lists/domains.txt"))
    hard_words: Resource = field(default_factory=lambda: Resource("shipped:signals/lists/hard_words.txt"))
    soft_words: Resource = field(default_factory=lambda: Resource("shipped:signals/lists/soft_words.txt"))

    version: ClassVar[int] = 2
    reads: ClassVar[Columns] = {"url": pa.string()}
    adds: ClassVar[Columns] = {
        "blocked_domain": pa.string(),
        "url_hard_words": pa.int32(),
        "url_soft_words": pa.int32(),
    }
    libraries: ClassVar[tuple[str, ...]] = ("publicsuffixlist",)

    def check_files(self) -> None:
        for resource in (self.domains, self.hard_words, self.soft_words):
            lines_of(resource.read())

    def measure(self, batch: Batch) -> Arrays:
        blocked = lines_of(self.domains.read())
        urls = Batch(pa.table({"text": batch.column("url").cast(TEXT)}))
        words = urls.once(find_words, WordRule.UNICODE)
        counts = {}
        for name, words_file in (("url_hard_words", self.hard_words), ("url_soft_words", self.soft_words)):
            trie = trie_of(words_file.read())
            roots = np.full(batch.num_rows, trie.roots.get("", -1), np.int32)
            counts[name] = pa.array(count_found(words, trie, roots))
        return {
            "blocked_domain": ask_each_host(
                hosts_of(batch.column("url")), lambda host: next((h for h in with_parents(host) if h in blocked), None)
            ),
            **counts,
        }
