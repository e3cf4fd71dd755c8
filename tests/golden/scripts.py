"""Documents in Chinese, Thai and Arabic for the golden file of every operator, in the form in which it reads documents.

Sentences of the Universal Declaration of Human Rights, article 1, and a line of each that is said again.
"""

import json
from pathlib import Path
from typing import Any

from corpusmill.operators.contract import Decision, Operator

FOLDER = Path(__file__).parent / "operators"
CHINESE = (
    "人人生而自由,在尊严和权利上一律平等。\n"
    "他们赋有理性和良心,并应以兄弟关系的精神相对待。\n人人生而自由。人人生而自由。"
)
THAI = "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ\nต่างมีเหตุผลและมโนธรรม และควรปฏิบัติต่อกันด้วยเจตนารมณ์แห่งภราดรภาพ"
ARABIC = (
    "يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق.\nوقد وهبوا عقلاً وضميرًا وعليهم أن يعامل بعضهم بعضًا بروح الإخاء؟"
)
LANGUAGES = (CHINESE, THAI, ARABIC)
CODES, SCRIPTS = ("zh", "th", "ar"), ("Hani", "Thai", "Arab")
ADDRESSES = ("https://例子.测试/新闻/1", "https://ตัวอย่าง.ไทย/ข่าว/1", "https://مثال.إختبار/خبر/1")
# Operators that read no document and nothing measured on its text.
NO_TEXT = {
    "decide.boilerplate_page": "a score of pages",
    "signals.period": "dates",
    "signals.pdq": "bytes of pictures",
    "signals.pixels": "bytes of pictures",
    "signals.picture_shape": "sizes of pictures",
}
LICENCE = "<link rel='license' href='https://creativecommons.org/licenses/by/4.0/'>"


def page(text: str, head: str = "") -> str:
    return f"<html>{f'<head>{head}</head>' if head else ''}<body><main><p>{text}</p></main></body></html>"


def added(op: Operator, rows: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """Values by column of the three documents; a column that is not named is null. None where there is no text."""
    names = rows.keys()
    if "text" in names:
        return [{"text": text} for text in LANGUAGES]
    if "content" in names and "link_prefixes" in names:
        return [{"content": f"'''{text[:5]}'''{text[5:]}", "link_prefixes": "File"} for text in LANGUAGES]
    if "content" in names and "mime" in names:
        return [{"content": page(text)} for text in LANGUAGES]
    if "content" in names:
        return [{"content": page(text, LICENCE)} for text in LANGUAGES]
    if "url" in names:
        return [{"url": address} for address in ADDRESSES]
    found = [{"language": code, "script": script} for code, script in zip(CODES, SCRIPTS, strict=True)]
    found = [{**each, "declared_language": each["language"], "language_score": 0.9} for each in found]
    for each, measured in zip(found, measured_on_texts() if isinstance(op, Decision) else [{}] * 3, strict=True):
        each |= measured
    return [{name: value for name, value in each.items() if name in names} for each in found]


def measured_on_texts() -> list[dict[str, Any]]:
    """What the golden files of signals that read texts give for the three documents."""
    found: list[dict[str, Any]] = [{}, {}, {}]
    for path in sorted(FOLDER.glob("signals.*.json")):
        file = json.loads(path.read_text(encoding="utf-8"))
        texts = file["rows"].get("text", [])
        for each, text in zip(found, LANGUAGES, strict=True):
            if text in texts:
                each |= {name: values[texts.index(text)] for name, values in file["gives"].items()}
    return found


def with_languages(op: Operator, rows: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """The rows, and those of the three documents behind them that they lack."""
    have = [dict(zip(rows, each, strict=True)) for each in zip(*rows.values(), strict=True)]
    lacking = [
        each for each in added(op, rows) if each and not any(each.items() <= one.items() for one in map(hashable, have))
    ]
    return {name: [*values, *(each.get(name) for each in lacking)] for name, values in rows.items()}


def hashable(row: dict[str, Any]) -> dict[str, Any]:
    """The row without lists, which cannot be compared by items()."""
    return {name: value for name, value in row.items() if not isinstance(value, list | dict)}
