"""Says for each language how signs stand to the words beside them, under the rule `by_language` (text.words).

APART: signs are tokens, as under the rule `tokens`. HYPHEN_BEHIND: the same, but a hyphen between letters ends the word
before it (Maltese `il-bniedem` is `il-` and `bniedem`). WHOLE: what stands between spaces is one token with its signs.

Source: the settings of FineWeb2 (huggingface/fineweb-2, d0defb2) and the tokenizers that datatrove 0.10.1 assigns to
        languages. The model for English-based creoles was trained on speech without punctuation: up to 1.0 of their
        tokens have a letter in these settings, 0.8 elsewhere, which words with their signs explain. The stop words
        of Maltese end in hyphens.
"""

import numpy as np

from corpusmill.operators.batch import Batch
from corpusmill.operators.text.language_codes import code_of, codes_of

APART, HYPHEN_BEHIND, WHOLE = range(3)

MANNERS: dict[str, int] = {
    **dict.fromkeys(("mlt_Latn", "arb_Latn"), HYPHEN_BEHIND),
    **dict.fromkeys(
        ("bis_Latn", "bzj_Latn", "djk_Latn", "gul_Latn", "hwc_Latn", "icr_Latn", "jam_Latn", "kri_Latn", "pcm_Latn",
         "pis_Latn", "rop_Latn", "srm_Latn", "srn_Latn", "tcs_Latn", "tpi_Latn", "wes_Latn"),
        WHOLE,
    ),
}  # fmt: skip


def manner_of(language: str, script: str | None = None) -> int:
    """The manner of one language; it may be `mt` or `mlt_Latn`.

    >>> manner_of("mt", "Latn") == HYPHEN_BEHIND, manner_of("de", "Latn") == APART
    (True, True)
    """
    return MANNERS.get(code_of(language, script), APART)


def manners_of(batch: Batch) -> np.ndarray:
    """uint8[n], the manner of each document by columns `language` and `script`; APART where the language is null."""
    codes = codes_of(batch.column("language"), batch.column("script")).dictionary_encode()
    of_code = np.array([*(MANNERS.get(code, APART) for code in codes.dictionary.to_pylist()), APART], np.uint8)
    places = codes.indices.fill_null(len(codes.dictionary)).to_numpy(zero_copy_only=False)
    return of_code[places.astype(np.int64)]
