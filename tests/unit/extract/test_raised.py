"""Superscripts and subscripts stand apart from what they stand at; ordinals and chemistry stay as written."""

import pytest

from tests.unit.extract.blocks import texts


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("10<sup>6</sup>", "10^6"),
        ("1911<sup>12</sup>", "1911[12]"),
        ("in 1911<sup>12</sup>, he", "in 1911[12], he"),
        ("10<sup>-6</sup> m", "10^-6 m"),
        ("10<sup>&minus;6</sup>", "10^−6"),
        ("m<sup>2</sup>", "m^2"),
        ("5 km<sup>2</sup> of", "5 km^2 of"),
        ("1<sup>st</sup> May", "1st May"),
        ("XIX<sup>e</sup> siècle", "XIXe siècle"),
        ("n<sup>o</sup> 5", "no 5"),
        ("M<sup>me</sup> X", "Mme X"),
        ("x<sup>n+1</sup>", "x^{n+1}"),
        ("x<sup>n</sup>", "x^n"),
        ("2<sup>10</sup>", "2^10"),
        ("2<sup>n</sup>m", "2^{n}m"),
        ("Smith<sup>3</sup> says", "Smith[3] says"),
        ("end.<sup>3</sup>", "end.[3]"),
        ("end.”<sup>3</sup>", "end.”[3]"),
        ('word<sup class="reference"><a href="#n1">[1]</a></sup>', "word[1]"),
        ('10<sup><a href="#fn1">1</a></sup>', "10[1]"),
        ('50<a href="#fn1"><sup>1</sup></a> x', "50[1] x"),
        ('x<sup id="fnref:1"><a href="#fn:1">1</a></sup>', "x[1]"),
        ("<sup>14</sup>C dating", "^14C dating"),
        ("<sup>1</sup>Department of", "1 Department of"),
        ("a <sup>1</sup> b", "a 1 b"),
        ("H<sub>2</sub>O", "H2O"),
        ("C<sub>6</sub>H<sub>12</sub>O<sub>6</sub>", "C6H12O6"),
        ("log<sub>2</sub>8", "log_2 8"),
        ("1011<sub>2</sub>", "1011_2"),
        ("x<sub>i</sub>", "x_i"),
        ("a<sub>n+1</sub>", "a_{n+1}"),
        ("v<sub>max</sub>", "v_max"),
        ("5<sup>1</sup>/<sub>2</sub> in", "5 1/2 in"),
        ("<sup>1</sup>/<sub>2</sub>", "1/2"),
        ("3<sup>1</sup>&frasl;<sub>4</sub>", "3 1⁄4"),
        ("Ca<sup>2+</sup>", "Ca^2+"),
        ("Na<sup>+</sup>", "Na^+"),
        ("(a+b)<sup>2</sup>", "(a+b)^2"),
        ("(Smith 2003)<sup>4</sup>", "(Smith 2003)[4]"),
        ("Brand<sup>TM</sup>", "BrandTM"),
        ("Brand<sup>®</sup>", "Brand®"),
        ("word<sup>*</sup>", "word*"),
        ("sin<sup>2</sup> x", "sin^2 x"),
        ("e<sup>ix</sup>", "e^{ix}"),
        ("e<sup>x</sup>", "e^x"),
        ("10<sup>12</sup>", "10^12"),
        ("L<sup>A</sup>T<sub>E</sub>X", "LATEX"),
        ("word<sup>a</sup> b", "word[a] b"),
        ("50%<sup>3</sup>", "50%[3]"),
        ("12,345<sup>2</sup>", "12,345[2]"),
        ("10 <sup>6</sup>", "10 6"),
        ("10<sup> 6 </sup>x", "10^6 x"),
        ("10<sup>6", "10 6"),
        ("x<sup>y<sup>2</sup></sup> z", "x^{y^2} z"),
        ("x<sup>a<sub>i</sub></sup> z", "x^{a_i} z"),
        ("π<sup>2</sup>", "π^2"),
        ("2<sup>e</sup>", "2e"),
        ("1024<sup>2</sup>", "1024^2"),
        ("2.5<sup>2</sup>", "2.5^2"),
        ("x<sup>2</sup>y", "x^2y"),
        ("<b>10</b><sup>6</sup>", "10^6"),
        ("10<sup><b>6</b></sup>", "10^6"),
        ("<i>E</i> = <i>mc</i><sup>2</sup>", "E = mc^2"),
        ("word<sup>1,2</sup>", "word[1,2]"),
        ("10<sup>6</sup><sup>,</sup>", "10^6,"),
    ],
)
def test_raised(html, text):
    assert texts("<p>" + html) == [text]


def test_marks_of_links_are_link_text():
    assert texts("<p>a<a href=#n>1<sup>2</sup></a> b") == ["a1^2 b"]
