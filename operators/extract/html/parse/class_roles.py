"""Recognises class words by which generators mark line numbers, formulas, footnotes and forms for comments."""

import numpy as np

from corpusmill.operators.extract.html.base.hashing import fnv1a, folded
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.parse.attributes import OF_CLASS
from corpusmill.operators.text.kernel import njit

(
    LINE_NUMBERS,
    BEGINS_LINE_NUMBERS,
    ENDS_LINE_NUMBERS,
    MATH,
    FOOTNOTE,
    KATEX,
    HTML,
    JAX,
    MWE,
    PREVIEW,
    MJX,
    SUPERSCRIPT,
    SUBSCRIPT,
    COMMENT_FORM,
    BEGINS_COMMENT_FORM,
    ENDS_COMMENT_FORM,
) = (1 << bit for bit in range(16))
_HALVES = BEGINS_LINE_NUMBERS | ENDS_LINE_NUMBERS | BEGINS_COMMENT_FORM | ENDS_COMMENT_FORM
_WORDS = {
    LINE_NUMBERS: """gutter lineno linenos linenum linenums linenumber linenumbers linenodiv linenr lnum lnums lnt ln
        lnr lno""",
    BEGINS_LINE_NUMBERS: "line ln code blob crayon source",  # line-number, LineNr, ln-numbers, blob-num, crayon-nums
    ENDS_LINE_NUMBERS: "number numbers num nums no nr",
    MATH: "math maths tex latex equation formula mathjax",
    FOOTNOTE: """reference footnote footnotes fn fnref noteref endnote endnotes note notes cite citation ref ftn ftnref
        edn ednref sdfootnote sdendnote""",
    KATEX: "katex",
    HTML: "html",
    JAX: "jax",
    MWE: "mwe",
    PREVIEW: "preview",
    MJX: "mjx",
    SUPERSCRIPT: "superscript sup",
    SUBSCRIPT: "subscript sub",
    COMMENT_FORM: "commentform",
    BEGINS_COMMENT_FORM: "comment",  # comment-respond, comment-form: WordPress, in nearly all of its themes
    ENDS_COMMENT_FORM: "respond form",
}
_roles: dict[int, int] = {}
for _role, _words in _WORDS.items():
    for _word in _words.split():
        _key = folded(fnv1a(_word.encode(), OF_CLASS))
        _roles[_key] = _roles.get(_key, 0) | _role
KEYS = np.array(list(_roles), np.uint32)
ROLES = np.array(list(_roles.values()), np.int64)
MAY_HAVE_ROLE = np.zeros(1024, np.bool_)  # by the last bits of a hash
MAY_HAVE_ROLE[KEYS & 1023] = True


@njit(cache=True, nogil=True)
def roles_of(names: np.ndarray, first: Int, last: Int) -> Int:
    """The roles of the class words names[first:last], as bits; a pair like "line-number" has LINE_NUMBERS."""
    found, before = np.int64(0), np.int64(0)
    for k in range(first, last):
        role = np.int64(0)
        if MAY_HAVE_ROLE[names[k] & np.uint32(1023)]:
            for at in range(KEYS.shape[0]):
                if KEYS[at] == names[k]:
                    role = ROLES[at]
                    break
        if before & BEGINS_LINE_NUMBERS and role & ENDS_LINE_NUMBERS:
            role |= LINE_NUMBERS
        if before & BEGINS_COMMENT_FORM and role & ENDS_COMMENT_FORM:
            role |= COMMENT_FORM
        found |= role & ~_HALVES
        before = role
    return found
