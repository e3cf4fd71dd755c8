"""A form to leave a comment is no text; comments, other forms and words about comments are."""

import pytest

from tests.unit.extract.blocks import texts

FORM = (
    '<div id="respond" class="comment-respond"><h3>Leave a Reply</h3>'
    '<form action="/wp-comments-post.php" id="commentform" class="comment-form">'
    '<p class="comment-notes">Your email address will not be published.</p><div><p>Name</p></div></form></div>'
)


@pytest.mark.parametrize(
    ("html", "blocks"),
    [
        (f"<p>Before</p>{FORM}<p>After</p>", ["Before", "After"]),
        ('<form class="form commentform"><p>Your comment</p></form><p>After</p>', ["After"]),
        ('<ol class="comment-list"><li>First!</ol>' + FORM, ["First!"]),
        ('<div class="comment"><form class="form"><p>An answer</p></form></div>', ["An answer"]),
        ('<div class="contact-form"><p>Write to us</p></div>', ["Write to us"]),
        ('<p class="comment-form">One line</p>', ["One line"]),
        ('<div class="comment-respond"><p>It never ends</p>', ["It never ends"]),
    ],
)
def test_forms_for_comments_are_left_out(html, blocks):
    assert texts(html) == blocks
