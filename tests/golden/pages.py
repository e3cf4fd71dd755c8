"""A few small pages, written by hand, for the golden files of operators that extract."""

ARTICLE = """<!DOCTYPE html>
<html lang="en-GB"><head><title>The tide | Harbour News</title>
<link rel="canonical" href="https://news.example.org/tide"><meta name="date" content="2024-05-18"></head>
<body><nav><a href="/">Home</a> <a href="/news">News</a> <a href="/about">About us</a></nav>
<article><h1>The tide</h1>
<p>The tide went out in the morning, and the boats lay on the mud until the evening; nobody had seen the harbour like
this before, and those who had <em>said</em> nothing of it.</p>
<p>In the afternoon children walked to the island &amp; back, which took them two hours, and their teacher counted them
at the gate.</p>
<ul><li>low water at 9:40</li><li>high water at 15:55</li></ul>
<pre>depth  = 2.4
height = 0.3</pre>
<table><tr><th>Day</th><th>Height</th></tr><tr><td>Monday</td><td>2.1 m</td></tr></table>
</article>
<div class="comments"><p>I was there. It smelled.</p></div>
<footer>&copy; 2024 Harbour News. All rights reserved. <a href="/terms">Terms of use</a></footer>
<script>var tide = "out";</script></body></html>"""
JAPANESE = """<html lang=ja><head><title>天気</title></head><body><div id="menu">ホーム | ニュース</div>
<p>東京の天気は晴れです。今日は暖かい一日になるでしょう。明日は雨が降りますから、傘を持って行ってください。</p></body></html>"""
STRUCTURED = """<html><head><title>Soup</title><script type="application/ld+json">{"@type": "Article", "articleBody":
"Cut the onions small and fry them slowly. Add water, salt and a little patience; after an hour the soup is done."}
</script></head><body><div>Loading...</div></body></html>"""
MENU = '<html><body><ul><li><a href="/1">One</a><li><a href="/2">Two</a><li><a href="/3">Three</a></ul></body></html>'

# What a reader gives beside each: None where the server said nothing. Content is stored in its declared charset.
ROWS: dict[str, list[str | None]] = {
    "content": [
        ARTICLE,
        JAPANESE,
        JAPANESE,
        STRUCTURED,
        MENU,
        "Plain text.\nTwo lines.",
        "%PDF-1.7 x",
        "<p>unclosed",
        "",
    ],
    "mime": ["text/html", "text/html", None, "text/html", None, "text/plain", "text/html", "application/json", None],
    "http_charset": ["utf-8", "shift_jis", None, None, None, None, None, None, None],
}
