"""Line numbers of code listings are no text; numbers that stand for themselves are."""

import pytest

from tests.unit.extract.blocks import texts


@pytest.mark.parametrize(
    ("html", "blocks"),
    [
        (
            (
                '<table class="highlighttable"><tr><td class="linenos"><div class="linenodiv"><pre>1\n2\n3'
                '</pre></div></td><td class="code"><div class="highlight"><pre>a\nb\nc</pre></div></td></tr>'
                "</table>"
            ),
            ["a\nb\nc"],
        ),
        ("<table><tr><td><pre>1\n2\n3</pre></td><td><pre>a\nb\nc</pre></td></tr></table>", ["a\nb\nc"]),
        ('<pre><span class="lineno">1 </span>a\n<span class="lineno">2 </span>b</pre>', ["a\nb"]),
        ('<pre><span class="ln">42</span>a</pre>', ["a"]),
        (
            (
                '<td class="rouge-gutter gl"><pre class="lineno">1\n2\n</pre></td><td class="rouge-code">'
                "<pre>a\nb</pre></td>"
            ),
            ["a\nb"],
        ),
        (
            (
                '<table><tr><td class="gutter"><div class="line number1 index0 alt2">1</div>'
                '<div class="line number2">2</div></td><td class="code"><div class="container"><div>a</div>'
                "<div>b</div></div></td></table>"
            ),
            ["a", "b"],
        ),
        ("<pre>1\n2\n3</pre>", ["1\n2\n3"]),
        ("<table><tr><td>1</td><td>a</td></tr><tr><td>2</td><td>b</td></table>", ["1", "a", "2", "b"]),
        ('<pre class="line-numbers"><code>42</code></pre>', ["42"]),
        (
            (
                '<table><tr><td class="blob-num js-line-number" data-line-number="1"></td>'
                '<td class="blob-code">a</td></tr></table>'
            ),
            ["a"],
        ),
        ('<tr><td class="hljs-ln-numbers">1</td><td class="hljs-ln-code">a</td></tr>', ["a"]),
        ('<div class="gutter">5 apples</div>', ["5 apples"]),
        ("<table><tr><td class=lineno>1<td>a</table>", ["a"]),
        (
            '<pre><a class="lnr" href="#l1"> 1</a> int a;\n<a class="lnr" href="#l2"> 2</a> int b;</pre>',
            [" int a;\n int b;"],
        ),
    ],
)
def test_line_numbers(html, blocks):
    assert texts(html) == blocks
