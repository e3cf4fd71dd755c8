r"""Formulas are in the text once: TeX as \(...\) where the page has it, else MathML on one line."""

import pytest

from tests.unit.extract.blocks import texts

ALT = r"{\displaystyle E=mc^{2}}"
WIKIPEDIA = (
    '<span class="mwe-math-element"><span class="mwe-math-mathml-inline mwe-math-mathml-a11y" style="display: none;">'
    f'<math alttext="{ALT}"><semantics><mrow><mi>E</mi></mrow>'
    f'<annotation encoding="application/x-tex">{ALT}</annotation></semantics></math></span>'
    f'<img src="x.svg" class="mwe-math-fallback-image-inline" aria-hidden="true" alt="{ALT}"></span>'
)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('a <script type="math/tex">E=mc^2</script> b', "a \\(E=mc^2\\) b"),
        ('a <script type="math/tex; mode=display">E<mc^2</script> b', "a \\[E<mc^2\\] b"),
        ('<script type="math/tex; mode=display">% <![CDATA[\nx & y %]]></script>', "\\[x & y\\]"),
        (
            (
                'a<span class="MathJax_Preview">[math]</span>'
                '<span class="MathJax" id="MathJax-Element-1-Frame"><nobr><span class="math"><span>E</span>'
                '<span>mc2</span></span></nobr></span><script type="math/tex" id="M1">E=mc^2</script> b'
            ),
            "a\\(E=mc^2\\) b",
        ),
        (
            (
                '<span class="katex"><span class="katex-mathml"><math><semantics><mrow><mi>E</mi><mo>=</mo>'
                '</mrow><annotation encoding="application/x-tex">E = mc^2</annotation></semantics></math>'
                '</span><span class="katex-html" aria-hidden="true"><span class="base"><span>E</span></span>'
                "</span></span> c"
            ),
            "\\(E = mc^2\\) c",
        ),
        (f"Now {WIKIPEDIA} holds", "Now \\(E=mc^{2}\\) holds"),
        ('Now <img class="mwe-math-fallback-image-inline" alt="{\\displaystyle x}"> is', "Now \\(x\\) is"),
        ('Now <img class="tex" alt="x^2"> is', "Now \\(x^2\\) is"),
        ('Now <img alt="A cat"> is', "Now is"),
        ('<img class=latex alt="\\frac{1}{2}">', "\\(\\frac{1}{2}\\)"),
        ("a <math><mfrac><mn>1</mn><mn>2</mn></mfrac></math> b", "a 1/2 b"),
        ("a <math><mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></mfrac></math> b", "a (a+b)/2 b"),
        ("<math><mi>x</mi><mo>=</mo><msup><mn>10</mn><mn>6</mn></msup></math>", "x=10^6"),
        ("<math><msup><mi>x</mi><mrow><mi>n</mi><mo>+</mo><mn>1</mn></mrow></msup></math>", "x^{n+1}"),
        ("<math><msqrt><mi>x</mi></msqrt><mi>sin</mi><mi>x</mi><mi>y</mi></math>", "sqrt(x)sin xy"),
        ("<math><msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup></math>", "x_i^2"),
        (
            "<math><mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>2</mn></mtd></mtr><mtr><mtd>3</mtd><mtd>4</mtd></mtr></mtable></math>",
            "1, 2; 3, 4",
        ),
        ('<math alttext="x squared"><msup><mi>x</mi><mn>2</mn></msup></math>', "x^2"),
        ('<math alttext="x^{2}"><msup><mi>x</mi><mn>2</mn></msup></math>', "\\(x^{2}\\)"),
        ("<math><mi>a</mi><mo>&InvisibleTimes;</mo><mi>b</mi></math>", "ab"),
        ("\\(x^2\\) stays", "\\(x^2\\) stays"),
        ("a <mml:math><mml:mfrac><mml:mn>1</mml:mn><mml:mn>2</mml:mn></mml:mfrac></mml:math> b", "a 1/2 b"),
        ("<m:math><m:msup><m:mn>10</m:mn><m:mn>6</m:mn></m:msup></m:math> c", "10^6 c"),
        (
            '<mml:math><mml:semantics><mml:annotation encoding="LaTeX">\\frac{1}{2}</mml:annotation></mml:math>',
            "\\(\\frac{1}{2}\\)",
        ),
        (
            "<math><mfrac><mn>1</mn><mn>2</mn></mfrac><annotation encoding='MathType-MTEF'>MTEF@5</annotation></math>",
            "1/2",
        ),
        ("<math><mfrac linethickness='0'><mi>n</mi><mi>k</mi></mfrac></math>", "binom(n, k)"),
        ("<math><mfrac linethickness='0.5'><mi>n</mi><mi>k</mi></mfrac></math>", "n/k"),
        (
            "<math><munderover><mo>∑</mo><mrow><mi>i</mi>=<mn>1</mn></mrow><mi>n</mi></munderover><mi>i</mi></math>",
            "∑_{i=1}^n i",
        ),
        ("<math><msup><mi>x</mi><mn>2</mn></msup><mi>y</mi><mo>+</mo><mn>1</mn></math>", "x^2 y+1"),
        (
            "<math><mmultiscripts><mi>U</mi><mn>6</mn><none/><mprescripts/><none/><mn>235</mn></mmultiscripts></math>",
            "^235U_6",
        ),
        (
            "<math><mmultiscripts><mi>R</mi><mi>i</mi><mi>j</mi><mi>k</mi><mi>l</mi></mmultiscripts></math>",
            "R_i^j_k^l",
        ),
        ("<math><mroot><mi>x</mi><mn>3</mn></mroot></math>", "root(x, 3)"),
        ('a <amp-mathml data-formula="\\[x = {1 \\over 2}\\]"></amp-mathml> b', "a \\[x = {1 \\over 2}\\] b"),
        ('Now <img alt="$x^2$" src=a.png> is', "Now \\(x^2\\) is"),
        ('Now <img alt="5$ and 6$" src=a.png> is', "Now is"),
        ('<span class="texhtml"><i>x</i><sup>2</sup></span>', "x^2"),
    ],
)
def test_formulas(html, text):
    assert texts("<p>" + html) == [text]


def test_math_that_is_never_closed_is_read_as_text():
    assert texts("<p>a <math><mi>b</mi> c<p>d <math>e") == ["a b c", "d e"]


def test_other_scripts_and_pictures_are_no_text():
    assert texts('<p>a <script type="text/javascript">x^2</script><img alt="A cat"><img alt="x" src=cat.png> b') == [
        "a b"
    ]
