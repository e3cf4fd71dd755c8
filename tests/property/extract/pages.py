"""Random pages: well-formed, broken and absurd, in several scripts."""

from hypothesis import strategies as st

WORDS = [
    "tea",
    "Login",
    "3.50 $",
    "© 2024",
    "Mehr lesen",
    "日本語、です。",
    "Привет!",
    "a@b",
    "x|y",
    "“q”",
    "end.",
    "&amp;",
    "&eacute;",
]
SENTENCES = ["The tea is hot, and the cup is full of it today.", "Wir trinken den Tee, wenn er nicht mehr so heiß ist."]
TAGS = ["p", "div", "li", "ul", "td", "tr", "table", "h1", "h2", "article", "nav", "a", "b", "span", "pre", "section"]
CLASSES = [
    "",
    ' class="content main"',
    ' id="footer"',
    ' class="nav-item"',
    " hidden",
    ' class="comment"',
    ' class="related-products"',
    ' role="heading"',
    " style='display:none'",
]

text = st.sampled_from([*WORDS, *SENTENCES])
opened = st.builds("<{}{}>".format, st.sampled_from(TAGS), st.sampled_from(CLASSES))
closed = st.builds("</{}>".format, st.sampled_from(TAGS))
odd = st.sampled_from(
    ["<br>", "<br><br>", "<img src=x>", "<hr>", " ", "\n", "<!-- c -->", "<", "<svg>x</svg>", "<script>x</script>"]
)
FORMULA_TAGS = ["math", "mfrac", "msup", "msqrt", "mfenced", "mi", "mn", "sup", "sub", "annotation"]
formula = st.one_of(
    st.builds("<{}>".format, st.sampled_from(FORMULA_TAGS)),
    st.builds("</{}>".format, st.sampled_from(FORMULA_TAGS)),
    st.sampled_from(
        ["1", "x", "10", "+", "1,2", "&minus;", '<script type="math/tex">x</script>', "<img class=tex alt=x>"]
    ),
    st.sampled_from(
        ["<span class=lineno>", "<td class=gutter>", "<annotation encoding=tex>", "<span class=katex-html>"]
    ),
)
head = st.sampled_from(
    [
        "",
        "<title>The tea is hot</title>",
        '<html lang="de"><meta property="og:type" content="product"><title>Tee</title>',
        '<script type="application/ld+json">{"@type": ["Product"], "x": {"@type":"Article"}}</script>',
        '<meta name="description" content="The tea is hot, and the cup is full">',
        '<script type="application/ld+json">{"description": "Wir trinken den Tee, wenn"}</script>',
    ]
)
pages = st.builds(
    lambda start, parts: start + "".join(parts),
    head,
    st.lists(st.one_of(text, text, opened, closed, odd, formula), max_size=40),
)
long_parts = st.sampled_from(
    [
        "a" * 61,
        "é" * 31,
        "ሰላም፡",
        "་",
        "日本、です。",
        "word ",
        "x. ",
        '."',
        "3.5 ",
        "€",
        "©",
        "·",
        "| ",
        "“q”",
        "A",
        "\u00a0",
        " ",
    ]
)
long_texts = st.builds(  # of hundreds of bytes in one block, read 64 at a time
    lambda in_pre, parts: f"<title>word a</title><{'pre' if in_pre else 'p'}>" + "".join(parts),
    st.booleans(),
    st.lists(long_parts, max_size=30),
)
