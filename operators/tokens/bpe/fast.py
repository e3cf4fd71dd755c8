"""A tokenizer that runs in the kernels: made from its recipe once, then fed with Arrow arrays of text."""

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from corpusmill.errors import TooManyAddedTokens, UnsupportedTokenizer
from corpusmill.operators.batch import TEXT
from corpusmill.operators.tokens.bpe.added import AS_TEXT, Segments, Trie, segments_of, trie_of
from corpusmill.operators.tokens.bpe.arrow_text import buffers_of
from corpusmill.operators.tokens.bpe.block import BLOCK_BYTES
from corpusmill.operators.tokens.bpe.byte_characters import byte_characters, bytes_of
from corpusmill.operators.tokens.bpe.categories import class_table, nfc_orders
from corpusmill.operators.tokens.bpe.encode import SPARE, Knowledge, encode_segments, remember
from corpusmill.operators.tokens.bpe.memory import LONG_SLOTS, SHORT, SHORT_SLOTS, MemoryTables, new_memory
from corpusmill.operators.tokens.bpe.merges import MOST_TOKENS, MergeTables, merges_of
from corpusmill.operators.tokens.bpe.merging import RoomArrays
from corpusmill.operators.tokens.bpe.nfc import is_normal
from corpusmill.operators.tokens.bpe.prefix import with_spaces
from corpusmill.operators.tokens.bpe.recognise import Recipe, recipe_of
from corpusmill.operators.tokens.bpe.seams import SeamTables, seams_of
from corpusmill.operators.tokens.judged import by_tokenizers
from corpusmill.operators.tokens.rows import TokenRows, replaced

if TYPE_CHECKING:
    import tokenizers


NO_TOKENS = trie_of({})


@dataclass(frozen=True, kw_only=True)
class FastBpe:
    """Byte-level BPE over Arrow buffers. One call at a time: the memory of words is shared and guarded by a lock."""

    judge: "tokenizers.Tokenizer"
    recipe: Recipe
    raw: Trie  # added tokens found before the normalizer
    normalized: Trie  # and after it
    table: np.ndarray
    merges: MergeTables
    seams: SeamTables
    memory: MemoryTables
    pieces: MemoryTables
    lock: threading.Lock = field(default_factory=threading.Lock)

    def encode(self, texts: pa.Array) -> TokenRows:
        """The ids of each text, without what a post-processor adds; a null text has none."""
        text, offsets = buffers_of(texts)
        segments = segments_of(text, offsets, self.raw, self.normalized)
        rows = self.of_segments(text, segments)
        if not self.recipe.nfc:
            return rows
        loose = np.flatnonzero(~is_normal(text, offsets, nfc_orders()))
        return replaced(rows, loose, self.normalizing(texts.take(loose))) if len(loose) else rows

    def normalizing(self, texts: pa.Array) -> TokenRows:
        """The ids of texts that may not be NFC; those that hold an added token are left to `tokenizers`."""
        text, offsets = buffers_of(texts)
        mixed = holding(segments_of(text, offsets, self.raw, NO_TOKENS))
        normalize = self.judge.normalizer.normalize_str
        nfc = ["" if m else normalize(s or "") for s, m in zip(texts.to_pylist(), mixed, strict=True)]
        text, offsets = buffers_of(pa.array(nfc, TEXT))
        rows = self.of_segments(text, segments_of(text, offsets, NO_TOKENS, self.normalized))
        at = np.flatnonzero(mixed)
        return replaced(rows, at, by_tokenizers(self.judge, texts.take(at), frame=False)) if len(at) else rows

    def of_segments(self, text: np.ndarray, segments: Segments) -> TokenRows:
        """The ids of segments already found in `text`."""
        if self.recipe.prefix_space:
            text, segments = with_spaces(text, segments)
        lengths = segments.ends - segments.begins
        out = np.empty(int(lengths.sum()) + SPARE, np.int32)
        offsets = np.zeros(len(segments.last_of) + 1, np.int64)
        base = text.ctypes.data
        room = RoomArrays(word_bytes=int(lengths.max(initial=0)) + 1)
        block = np.empty(BLOCK_BYTES, np.uint8)
        know = Knowledge(
            merges=self.merges.addresses(),
            seams=self.seams.addresses(),
            memory=self.memory.addresses(),
            pieces=self.pieces.addresses(),
            room=room.addresses(),
            block=block.ctypes.data,
        )
        with self.lock:
            encode_segments(
                base,
                base + len(text),
                segments,
                self.table.ctypes.data,
                self.recipe.mode,
                know,
                out.ctypes.data,
                offsets,
            )
        return TokenRows(offsets=offsets, ids=out[: offsets[-1]])


def holding(segments: Segments) -> np.ndarray:
    """True for each document with an added token among its segments."""
    document = np.searchsorted(segments.last_of, np.flatnonzero(segments.added >= 0), side="right")
    return np.bincount(document, minlength=len(segments.last_of)) > 0


def fast_bpe(tokenizer_json: bytes, judge: "tokenizers.Tokenizer") -> FastBpe:
    """The kernels' form of a tokenizer; UnsupportedTokenizer if it asks for something they do not do.

    Special tokens named in text are read as `judge.encode_special_tokens` has it.
    """
    recipe = recipe_of(tokenizer_json)
    raw, normalized = {}, {}
    for token, added in judge.get_added_tokens_decoder().items():
        as_text = added.special and judge.encode_special_tokens
        if added.single_word or added.lstrip or added.rstrip:
            raise UnsupportedTokenizer(
                f"the added token {added.content!r} includes spaces, or matches only whole words"
            )
        (normalized if added.normalized else raw)[added.content.encode()] = AS_TEXT if as_text else token
    try:
        tries = trie_of(raw), trie_of(normalized)
    except TooManyAddedTokens as e:
        raise UnsupportedTokenizer(str(e)) from e
    if max(judge.get_vocab(with_added_tokens=True).values()) >= MOST_TOKENS:
        raise UnsupportedTokenizer(f"ids reach {MOST_TOKENS}")
    memory = vocabulary_memory(recipe) if recipe.ignore_merges else new_memory()
    return FastBpe(
        judge=judge,
        recipe=recipe,
        raw=tries[0],
        normalized=tries[1],
        table=class_table(recipe.mode),
        merges=merge_tables(recipe),
        seams=seams_of([bytes_of(a) for a, _ in recipe.merges], [bytes_of(b) for _, b in recipe.merges]),
        memory=memory,
        pieces=new_memory() if recipe.ignore_merges else memory,
    )


def vocabulary_memory(recipe: Recipe) -> MemoryTables:
    """A memory that knows each word of the vocabulary as itself, before any merging: `ignore_merges`."""
    alphabet = set(byte_characters())
    words = {bytes_of(word): token for word, token in recipe.vocabulary.items() if word and alphabet.issuperset(word)}
    offsets = np.zeros(len(words) + 1, np.int64)
    np.cumsum([len(word) for word in words], out=offsets[1:])
    text = np.frombuffer(b"".join(words) + bytes(SHORT), np.uint8)
    slots = 1 << (4 * len(words)).bit_length()
    memory = new_memory(short_slots=max(SHORT_SLOTS, slots), long_slots=max(LONG_SLOTS, slots))
    base = text.ctypes.data
    tokens = np.array(list(words.values()), np.int32)
    remember(base, base + len(text), offsets, tokens.ctypes.data, memory.addresses())
    if memory.used[1] < len(words):
        raise UnsupportedTokenizer("the vocabulary has more words than the memory can hold")
    return memory


def merge_tables(recipe: Recipe) -> MergeTables:
    """The merges of a recipe by token id; UnsupportedTokenizer if a byte has no token."""
    vocabulary = recipe.vocabulary
    missing = [byte for byte, character in enumerate(byte_characters()) if character not in vocabulary]
    if missing:
        raise UnsupportedTokenizer(
            f"the vocabulary has no token for {len(missing)} of 256 bytes, among them {missing[0]:#04x}"
        )
    return merges_of(
        [vocabulary[character] for character in byte_characters()],
        [vocabulary[a] for a, _ in recipe.merges],
        [vocabulary[b] for _, b in recipe.merges],
        [vocabulary[a + b] for a, b in recipe.merges],
    )
