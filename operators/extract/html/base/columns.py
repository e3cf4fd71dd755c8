"""What stands in which column of the workspace's arrays."""

# blocks: one row a block, a stretch of text between two block boundaries
(
    START,  # in `text`
    END,
    OWNER,  # row of the element the block lies in
    LINK_BYTES,  # bytes of it inside <a>
    LINKS,  # <a> begun in it, or open at its start
    BREAKS,  # <br>
    EMPHASIS_BYTES,  # bytes inside b, strong, em, i
    IMAGES,  # <img> since the block before
    LEAF,  # tag of the owner
    IN_PRE,  # 1 inside <pre>
    NAMES_FROM,  # class words of inline tags of the block, in `names`
    NAMES_TO,
    LIST_DEPTH,
    IN_BUTTON,
) = range(14)
BLOCK = 14

# elements: one row a block-level element, in document order; row 0 is the root
(
    PARENT,  # row, -1 for the root
    TAG,
    E_NAMES_FROM,  # own class words, in `names`
    E_NAMES_TO,
    SIGNATURE,  # tag and hash of the class attribute
    DEPTH,
    CONTAINER,  # row of the nearest enclosing container (div, section, ul, ...), -1 when none
    ANCESTRY,  # tags.ANCESTORS it lies in, as bits, and IN_COMMENTS
    GROUPS,  # name_groups.GROUPS of its class words and those around it, as bits
    FIRST_BLOCK,  # first block in it, -1 when none
) = range(10)
ELEMENT = 10
IN_COMMENTS = 1 << 24

# state of the tokenizer
(
    OUT,  # bytes written to `text`
    BLOCK_START,
    PENDING,  # 1 when a space is owed before the next character
    ELEMENTS,
    BLOCKS,
    NAMES,
    LINK_SPANS,
    TOP,  # of the stack
    SKIPPING,  # open elements whose text is dropped
    PRES,  # open <pre>
    LINK_FROM,  # start in `text` of the open link (since the block's start), -1 when none
    LINK_SPAN_FROM,
    LINK_DEPTH,  # TOP when the link was opened
    EMPHASIS_FROM,
    B_LINK,  # sums for the block under way
    B_LINKS,
    B_BREAKS,
    B_EMPHASIS,
    B_IMAGES,
    B_NAMES_FROM,
    SCRIPTS,
    CUT,  # 1 when a bound cut the page
    A_SIGNATURE,  # of the tag just read
    A_COMMENTS,
    RAISED_AFTER,  # what the next </sup> or </sub> writes, see operators.extract.html.parse.raised
    MATH_FROM,  # the formula written last: its first byte in `text`, the end of it, OUT after it
    MATH_TO,
    MATH_OUT,
    MATH_UNCLOSED,  # 1 when no </math> follows
    READ_AHEAD,  # bytes read ahead in vain, so that no page is read a thousand times
    RAISED_UNTIL,  # position after the </span> that ends a superscript; 0 for none
    GLOSS,  # 1 in a reading whose bracket is open
) = range(32)
STATE = 32

# spots in the source
TITLE_AT, LANG_AT, CANONICAL_AT, OG_TITLE_AT, PUBLISHED_AT, TIME_AT, OG_TYPE_AT, DESCRIPTION_AT = range(8)
SPOT = 8

# stats: one row a block
(
    WORDS,  # and half a word for each CJK character
    CHARS,
    LINK_SHARE,
    PUNCTUATION,
    COMMAS,
    SENTENCES,
    TERMINAL,  # how the block ends: 1 full stop, 0.7 quote or bracket, 0.5 colon
    DIGIT_SHARE,
    UPPER_SHARE,
    SEPARATORS,
    COPYRIGHT,
    NON_ASCII_SHARE,
    TITLE_OVERLAP,
    WORD_MEAN,  # log-odds of its first words in the word table
    WORD_MIN,
    WORD_MAX,
    TEXT_HASH,
    OPENING,  # 1 capital, 2 digit, 3 non-ASCII, 0 other
    AT_SIGNS,
    LINK_WORDS,
    QUOTES,
    CURRENCY,  # signs $ € £ ¥ ₹ ₽ and the like
) = range(22)
STAT = 22
HASHED_WORDS = 20

# sums: one row an element, first its own, then with all it contains
(
    S_WORDS,
    S_LINK_WORDS,
    S_BLOCKS,
    S_PROSE_WORDS,
    S_SENTENCES,
    S_NAME_SUM,
    S_NAME_MIN,
    S_NAME_MAX,
    S_PATH_SUM,
    S_PATH_MIN,
    S_PATH_MAX,
    S_READABILITY,
) = range(12)
SUM = 12

FIRST_STAGE = 177  # features of the first forest
SECOND_STAGE = 212  # room for features of the second
OF_PAGE = 18  # features of the page
