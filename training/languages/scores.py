"""Measures operators/text/language_scores.py: the least score of each language, and what the model cannot tell apart.

Usage: python -m training.languages.scores CORPORA, which holds langid/ and docs/.

A passage is four of lingua-py's test sentences, a piece of the Universal Declaration of Human Rights, or a tldr page
(those of Serbian and Bosnian, which the others hold little of): half to once what signals.language reads.
A language's least score keeps SHARE_KEPT of its own passages that the model labels rightly, rounded down to 0.05,
between LOWEST and the published 0.65, and higher where that keeps out another language at little cost. Where most of
its passages get other labels it stays at 0.65. One language is taken for another where SHARE_CONFUSED of its passages
get the other's label.
"""

import gzip
import importlib.resources
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pyarrow as pa

from corpusmill import operators
from corpusmill.operators.batch import TEXT
from corpusmill.operators.text.fasttext.kernel import classify
from corpusmill.operators.text.fasttext.model import read_model
from corpusmill.operators.text.fasttext.weights import weights_of
from corpusmill.operators.text.sample_windows import sampled_spans
from corpusmill.operators.text.spans import spans_of

MODEL = importlib.resources.files(operators).joinpath("signals/models/lid.176.ftz")
SENTENCES, SAMPLE_BYTES, LEAST_BYTES = 4, 1000, 300
SHARE_KEPT, SHARE_CONFUSED, PUBLISHED, LOWEST = 0.98, 0.1, 0.65, 0.2
SHARE_FOUND = 0.95  # a language of which the model finds less is named by plan
LEAST_PASSAGES = 5
MOST_OTHERS, LEAST_OWN = 0.05, 0.95
FEW, MANY = 0.1, 20  # guess: how much lower the score is set that fewer than MANY passages of one text gave
# ISO 639-3, with the script where a language has two: label of the model
_DECLARATIONS = """
afr:af ast:ast azj_latn:az bel:be bos_latn:bs bre:br bul:bg cat:ca ceb:ceb ces:cs cos:co cym:cy dan:da
deu:de ell_monotonic:el eng:en epo:eo est:et eus:eu fin:fi fra:fr fri:fy gla:gd gle:ga glg:gl hat_popular:ht
hrv:hr hsb:hsb hun:hu ido:io ina:ia ind:id isl:is ita:it jav:jv lat:la lav:lv lit:lt ltz:lb mkd:mk mlt:mt
min:min nds:nds nld:nl nno:nn nob:no pam:pam plt:mg pol:pl por_PT:pt roh:rm ron:ro rus:ru sco:sco slk:sk
slv:sl som:so spa:es srp_cyrl:sr srp_latn:sr sun:su swe:sv swh:sw tat:tt tgk:tg tgl:tl tuk_latn:tk tur:tr
ukr:uk uzn_latn:uz vec:vec vie:vi war:war wln:wa yor:yo quy:qu gug:gn kir:ky khk:mn oss:os sah:sah tyv:tyv
"""
DECLARATIONS: dict[str, str] = {pair.partition(":")[0]: pair.partition(":")[2] for pair in _DECLARATIONS.split()}
ALIASES = {"nb": "no"}  # labels of the corpora: of the model
PAGES = ("bs", "sr")


def passages(corpora: Path) -> dict[str, list[str]]:
    """Texts of about what signals.language reads, by the model's label of their language."""
    found: dict[str, list[str]] = defaultdict(list)
    sentences: dict[str, list[str]] = defaultdict(list)
    for row in _rows(corpora / "langid" / "lingua-sentences.jsonl.gz"):
        sentences[ALIASES.get(row["lang"], row["lang"])].append(row["text"])
    for language, each in sentences.items():
        found[language] += [" ".join(each[i : i + SENTENCES]) for i in range(0, len(each), SENTENCES)]
    for row in _rows(corpora / "langid" / "udhr.jsonl.gz"):
        if row["variant"] in DECLARATIONS:
            found[DECLARATIONS[row["variant"]]].append(row["text"])
    for row in _rows(corpora / "docs" / "tldr.jsonl.gz"):
        if row["lang_path"] in PAGES and len(row["text"].encode()) >= LEAST_BYTES:
            found[ALIASES.get(row["lang_path"], row["lang_path"])].append(row["text"])
    return found


def _rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt") as lines:
        return list(map(json.loads, lines))


def _too_many_others(own: np.ndarray, others: np.ndarray, score: float) -> bool:
    """Whether a score 0.05 higher leaves out some of the other languages that pass, and hardly any more of its own."""
    passing = (others >= score).sum() > MOST_OTHERS * (own >= score).sum()
    better = (others >= score + 0.05).sum() < 0.8 * (others >= score).sum()
    return bool(passing and better and (own >= score + 0.05).sum() >= LEAST_OWN * len(own))


def main(corpora: str) -> None:
    content = MODEL.read_bytes()
    labels, weights = read_model(content).labels(), weights_of(content)
    texts = [(language, text) for language, each in sorted(passages(Path(corpora)).items()) for text in each]
    found = classify(sampled_spans(spans_of(pa.array([text for _, text in texts], TEXT)), SAMPLE_BYTES), weights)
    named = np.array([labels[place] for place in found.labels])
    meant = np.array([language for language, _ in texts])
    least: dict[str, float] = {}
    apart: dict[str, list[str]] = {}
    shares: dict[str, float] = {}
    for language in sorted({*meant.tolist()} & {*labels}):
        own = meant == language
        right = own & (named == language)
        counts = Counter(named[own & ~right].tolist())
        if confused := [other for other, count in counts.most_common() if count >= max(SHARE_CONFUSED * own.sum(), 2)]:
            apart[language] = confused
        if right.sum() >= max(LEAST_PASSAGES, own.sum() / 2):
            score = np.floor(np.quantile(found.scores[right], 1 - SHARE_KEPT) * 20) / 20 - FEW * (own.sum() < MANY)
            while score < PUBLISHED and _too_many_others(
                found.scores[right], found.scores[~own & (named == language)], score
            ):
                score += 0.05
            if round(float(score), 2) < PUBLISHED:
                least[language] = round(max(float(score), LOWEST), 2)
        at = least.get(language, PUBLISHED)
        before, after = ((right & (found.scores >= s)).sum() / own.sum() for s in (PUBLISHED, at))
        shares[language] = round(float(after), 2)
        others = Counter(meant[~own & (named == language) & (found.scores >= at)].tolist())
        row = f"{own.sum()} passages, {before:.2f} kept at {PUBLISHED}, {after:.2f} at {at}; of others {dict(others)}"
        print(f"{language}: {row}", file=sys.stderr)
    print(f"LEAST_SCORES = {json.dumps(least)}")
    print(f"TAKEN_FOR = {json.dumps(apart)}")
    print(f"FOUND_SHARES = {json.dumps({label: share for label, share in shares.items() if share < SHARE_FOUND})}")


if __name__ == "__main__":
    main(*sys.argv[1:])
