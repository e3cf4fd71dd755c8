"""The tags the tokenizer knows, what kind each is, and numbers for them.

Source: HTML Living Standard, sections 13.1.2 (kinds of elements) and 15.3 (which render as blocks).
Deviates: `a`, `b`, `span` and other inline tags never enter the tree; unknown tags are passed over as inline.
"""

import numpy as np

from corpusmill.operators.extract.html.base.short_names import name_table

# Kinds, as bits.
BLOCK, VOID, RAW, SKIP, CONTAINER, INLINE, HEAD = 1, 2, 4, 8, 16, 32, 64

_KINDS = {
    BLOCK | CONTAINER: """html head body div section article main nav header footer aside ul ol dl table form figure
        details blockquote fieldset dialog menu noscript""",
    BLOCK: """p li dt dd tr td th thead tbody tfoot caption legend pre h1 h2 h3 h4 h5 h6 figcaption address center
        summary hgroup button optgroup dir listing""",
    RAW: "script style textarea title iframe noframes xmp noembed",
    BLOCK | SKIP: "svg template select datalist audio video canvas object annotation annotation-xml",
    VOID: "br img input wbr area base col embed source track param",
    VOID | BLOCK: "hr",
    VOID | HEAD: "meta link",
    INLINE: "a span b strong em i label",
    INLINE | HEAD: "time",
    # inline as well; handled on their own, so that their class words describe no block
    0: "math sup sub rt ruby amp-mathml",
}
_SAME = {"mml:math": "math", "m:math": "math", "math:math": "math"}  # MathML with a prefix, as publishers write it

NUMBER: dict[str, int] = {}
KIND = np.zeros(128, np.uint8)  # kind bits by tag number; number 0 is "unknown"
for _bits, _names in _KINDS.items():
    for _name in _names.split():
        NUMBER[_name] = len(NUMBER) + 1
        KIND[NUMBER[_name]] = _bits

_numbers = NUMBER | {name: NUMBER[same] for name, same in _SAME.items()}
TAG_KEYS, TAG_VALUES = name_table({name.encode(): number for name, number in _numbers.items()}, 1024)

A = NUMBER["a"]
AMP_MATHML = NUMBER["amp-mathml"]
ARTICLE = NUMBER["article"]
B = NUMBER["b"]
BODY = NUMBER["body"]
BR = NUMBER["br"]
BUTTON = NUMBER["button"]
CAPTION = NUMBER["caption"]
DD = NUMBER["dd"]
DL = NUMBER["dl"]
DT = NUMBER["dt"]
EM = NUMBER["em"]
H1 = NUMBER["h1"]
H6 = NUMBER["h6"]
HEAD_TAG = NUMBER["head"]
HTML = NUMBER["html"]
I_TAG = NUMBER["i"]
IMG = NUMBER["img"]
LI = NUMBER["li"]
LINK = NUMBER["link"]
MAIN = NUMBER["main"]
MATH = NUMBER["math"]
MENU = NUMBER["menu"]
META = NUMBER["meta"]
OL = NUMBER["ol"]
P = NUMBER["p"]
PRE = NUMBER["pre"]
RT = NUMBER["rt"]
RUBY = NUMBER["ruby"]
SCRIPT = NUMBER["script"]
SPAN = NUMBER["span"]
STRONG = NUMBER["strong"]
SUB = NUMBER["sub"]
SUP = NUMBER["sup"]
TABLE = NUMBER["table"]
TBODY = NUMBER["tbody"]
TD = NUMBER["td"]
TFOOT = NUMBER["tfoot"]
TH = NUMBER["th"]
THEAD = NUMBER["thead"]
TIME = NUMBER["time"]
TITLE = NUMBER["title"]
TR = NUMBER["tr"]
UL = NUMBER["ul"]

# Each element carries the set of these tags it lies in, as bits in this order.
_ANCESTORS = """
    article main nav header footer aside ul ol table form figure blockquote pre details li dl button dialog td section
    noscript
"""
ANCESTORS = _ANCESTORS.split()
ANCESTOR_BIT = np.zeros(128, np.int32)
for _bit, _name in enumerate(ANCESTORS):
    ANCESTOR_BIT[NUMBER[_name]] = 1 << _bit
IN_TABLE, IN_ITEM, IN_CODE = (1 << ANCESTORS.index(_name) for _name in ("table", "li", "pre"))

HEADING_LEVEL = np.zeros(128, np.int32)  # 1 to 6 for h1 to h6, else 0
for _level in range(1, 7):
    HEADING_LEVEL[NUMBER[f"h{_level}"]] = _level
