"""Maps labels of languages and scripts to one convention: ISO 639-3 and ISO 15924, as `swh_Latn`.

lid.176 and job files say `sw`, GlotLID and FineWeb2 `swh_Latn`, OpenLID and NLLB `zho_Hans`. A macrolanguage is its
individual language with most texts (`ar` and `ara` are `arb`), and Han characters are one script, since settings do not
differ between its two forms.

Source: ISO 639-1, 639-2 and 639-3 code tables (SIL International); which language stands for a macrolanguage follows
        the labels of FineWeb2.
"""

import functools

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_TWO_LETTERS = """
aa:aar ab:abk ae:ave af:afr ak:twi am:amh an:arg ar:arb as:asm av:ava ay:ayr az:azj ba:bak be:bel bg:bul bh:bho bi:bis
bm:bam bn:ben bo:bod br:bre bs:bos ca:cat ce:che ch:cha co:cos cr:crk cs:ces cu:chu cv:chv cy:cym da:dan de:deu dv:div
dz:dzo ee:ewe el:ell en:eng eo:epo es:spa et:ekk eu:eus fa:fas ff:fuv fi:fin fj:fij fo:fao fr:fra fy:fry ga:gle gd:gla
gl:glg gn:gug gu:guj gv:glv ha:hau he:heb hi:hin ho:hmo hr:hrv ht:hat hu:hun hy:hye hz:her ia:ina id:ind ie:ile ig:ibo
ii:iii ik:esk io:ido is:isl it:ita iu:ike ja:jpn jv:jav ka:kat kg:kng ki:kik kj:kua kk:kaz kl:kal km:khm kn:kan ko:kor
kr:knc ks:kas ku:kmr kv:kpv kw:cor ky:kir la:lat lb:ltz lg:lug li:lim ln:lin lo:lao lt:lit lu:lub lv:lvs mg:plt mh:mah
mi:mri mk:mkd ml:mal mn:khk mr:mar ms:zsm mt:mlt my:mya na:nau nb:nob nd:nde ne:npi ng:ndo nl:nld nn:nno no:nob nr:nbl
nv:nav ny:nya oc:oci oj:ojb om:gaz or:ory os:oss pa:pan pi:pli pl:pol ps:pbt pt:por qu:quy rm:roh rn:run ro:ron ru:rus
rw:kin sa:san sc:srd sd:snd se:sme sg:sag sh:srp si:sin sk:slk sl:slv sm:smo sn:sna so:som sq:als sr:srp ss:ssw st:sot
su:sun sv:swe sw:swh ta:tam te:tel tg:tgk th:tha ti:tir tk:tuk tl:fil tn:tsn to:ton tr:tur ts:tso tt:tat tw:twi ty:tah
ug:uig uk:ukr ur:urd uz:uzn ve:ven vi:vie vo:vol wa:wln wo:wol xh:xho yi:ydd yo:yor za:zyb zh:cmn zu:zul
"""
_MACRO = """
ara:arb aka:twi aym:ayr aze:azj bih:bho bua:bxr chm:mhr cre:crk est:ekk ful:fuv grn:gug hbs:srp iku:ike kau:knc kok:gom
kon:kng kur:kmr lav:lvs mlg:plt mon:khk msa:zsm nep:npi nor:nob oji:ojb ori:ory orm:gaz pes:fas prs:fas pus:pbt que:quy
sqi:als swa:swh tgl:fil uzb:uzn yid:ydd zho:cmn
"""
_BIBLIOGRAPHIC = """
alb:als arm:hye baq:eus bur:mya chi:cmn cze:ces dut:nld fre:fra geo:kat ger:deu gre:ell ice:isl mac:mkd mao:mri may:zsm
per:fas rum:ron slo:slk tib:bod wel:cym
"""
INDIVIDUAL: dict[str, str] = {
    pair.partition(":")[0]: pair.partition(":")[2] for pair in (_TWO_LETTERS + _MACRO + _BIBLIOGRAPHIC).split()
}
# What is no language: undetermined, no linguistic content (GlotLID's for garbled text), several, not coded (ISO 639-2).
NO_LANGUAGE = ("und", "zxx", "mul", "mis")
SCRIPTS = {
    "Hans": "Hani", "Hant": "Hani", "Hanb": "Hani", "Hira": "Jpan", "Kana": "Jpan", "Hrkt": "Jpan", "Kore": "Hang",
}  # fmt: skip


@functools.lru_cache(maxsize=65_536)
def code_of(language: str, script: str | None = None) -> str:
    """One label for a language in a script; the script may be in `language`, and is left out where nothing says it.

    >>> code_of("sw", "Latn"), code_of("swh_Latn"), code_of("zho_Hans"), code_of("ja", "Jpan"), code_of("de-AT")
    ('swh_Latn', 'swh_Latn', 'cmn_Hani', 'jpn_Jpan', 'deu')
    """
    parts = language.replace("-", "_").split("_")
    name = INDIVIDUAL.get(parts[0].lower(), parts[0].lower())
    written = next((part for part in parts[1:] if len(part) == 4 and part.isalpha()), None) or script
    if not written or written == "Zyyy":
        return name
    return f"{name}_{SCRIPTS.get(written.title(), written.title())}"


def codes_of(languages: pa.Array, scripts: pa.Array) -> pa.Array:
    """`code_of` for each pair of two string columns; null where the language is."""
    pairs = pc.binary_join_element_wise(languages, scripts.fill_null(""), " ")  # null where the language is
    found = pairs.dictionary_encode()
    codes = [None if pair is None else code_of(*pair.split(" ")) for pair in found.dictionary.to_pylist()]
    if not codes:
        return pa.nulls(len(languages), pa.string())
    places = found.indices.fill_null(len(codes)).to_numpy(zero_copy_only=False)
    return pa.array([*codes, None], pa.string()).take(pa.array(np.asarray(places, np.int64)))
