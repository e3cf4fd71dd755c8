"""Keys that open something: API keys of well-known services by their published prefixes, tokens, private-key blocks.

Source:   the services' own documentation of their key formats; RFC 7468 (PEM blocks), RFC 7519 (JWT).
"""

import re

PREFIXES = (
    b"AKIA", b"ASIA", b"ghp_", b"gho_", b"ghs_", b"ghu_", b"ghr_", b"github_pat_", b"glpat-", b"sk-", b"sk_live_",
    b"rk_live_", b"sk_test_", b"xoxb-", b"xoxp-", b"xoxa-", b"xoxr-", b"xoxs-", b"AIza", b"npm_", b"pypi-", b"hf_",
    b"SG.", b"ya29.", b"eyJ", b"dop_v1_", b"shpat_", b"-----BEGIN ",
)  # fmt: skip

SECRET = re.compile(
    rb"(?<![A-Za-z0-9_-])(?:"
    rb"A[KS]IA[0-9A-Z]{16}"  # Amazon
    rb"|gh[opsur]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{82,255}|glpat-[A-Za-z0-9_-]{20,64}"  # code hosts
    rb"|sk-(?:proj-|ant-[a-z0-9]{1,8}-)?[A-Za-z0-9_-]{32,200}"  # language models
    rb"|[sr]k_(?:live|test)_[A-Za-z0-9]{24,128}"  # Stripe
    rb"|xox[abprs]-[0-9]{6,16}-[A-Za-z0-9-]{10,200}"  # Slack
    rb"|AIza[A-Za-z0-9_-]{35}|ya29\.[A-Za-z0-9_-]{30,255}"  # Google
    rb"|npm_[A-Za-z0-9]{36}|pypi-[A-Za-z0-9_-]{50,255}|hf_[A-Za-z0-9]{34}"  # package and model hubs
    rb"|SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}|dop_v1_[a-f0-9]{64}|shpat_[a-f0-9]{32}"  # SendGrid and more
    rb"|eyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{20,1000}"  # JSON web tokens
    rb")(?![A-Za-z0-9_])"
    rb"|-----BEGIN (?:[A-Z0-9]{1,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----"
    rb"(?:[^-]|-(?!----)){0,16000}-----END (?:[A-Z0-9]{1,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----"
)


def is_secret(found: bytes) -> bool:
    """Whether a match of SECRET is random enough: sample keys such as AKIAXXXXXXXXXXXXXXXX are not.

    >>> is_secret(b"AKIAQ3EGRIJ5CGZ7QW2P"), is_secret(b"AKIAXXXXXXXXXXXXXXXX"), is_secret(b"AKIAIOSFODNN7EXAMPLE")
    (True, False, False)
    """
    if found.startswith(b"-----"):
        return True
    return len(set(found)) >= 10 and b"EXAMPLE" not in found and b"xxxx" not in found.lower()
