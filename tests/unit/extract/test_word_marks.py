"""Scripts that part words with a mark instead of a space: pages in them are text, not boilerplate."""

import pyarrow as pa
import pytest

from corpusmill.operators import load
from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Extract
from corpusmill.operators.decide.boilerplate_page import BoilerplatePage

AMHARIC = (  # Universal Declaration of Human Rights, articles 1 to 3
    "የሰው፡ልጅ፡ሁሉ፡ሲወለድ፡ነጻና፡በክብርና፡በመብትም፡እኩልነት፡ያለው፡ነው።፡የተፈጥሮ፡ማስተዋልና፡ሕሊና፡ስላለው፡አንዱ፡ሌላውን፡በወንድማማችነት፡መንፈስ፡መመልከት፡ይገባዋል።",
    "እያንዳንዱ፡ሰው፡የዘር፡የቀለም፡የጾታ፡የቋንቋ፡የሃይማኖት፡የፖለቲካ፡ወይም፡የሌላ፡ዓይነት፡አስተሳሰብ፡የብሔራዊ፡ወይም፡የኅብረተሰብ፡ታሪክ፡ልዩነት፡ሳይኖር፡በዚህ፡ውሳኔ፡የተዘረዘሩት፡መብቶችና፡ነጻነቶች፡ሁሉ፡እንዲከበሩለት፡ይገባል።",
    "እያንዳንዱ፡ሰው፡የመኖር፣ነጻነትና፡የሰውነቱ፡ደሕንነት፡የመጠበቅ፡መብት፡አለው።",
)
TIBETAN = (
    "འགྲོ་བ་མིའི་རིགས་རྒྱུད་ཡོངས་ལ་སྐྱེས་ཙམ་ཉིད་ནས་ཆེ་མཐོངས་དང༌། ཐོབ་ཐངགི་རང་དབང་འདྲ་མཉམ་དུ་ཡོད་ལ།",
    "ཁོང་ཚོར་རང་བྱུང་གི་བློ་རྩལ་དང་བསམ་ཚུལ་བཟང་པོ་འདོན་པའི་འོས་བབས་ཀྱང་ཡོད།",
    "དེ་བཞིན་ཕན་ཚུན་གཅིག་གིས་གཅིག་ལ་བུ་སྤུན་གྱི་འདུ་ཤེས་འཛིན་པའི་བྱ་སྤྱོད་ཀྱང་ལག་ལེན་བསྟར་དགོས་པ་ཡིན༎",
    "མི་ལ་སྐྱེས་ཙམ་ཉིད་ནས་ཆེ་མཐོངས་དང་ཐོབ་ཐང་གི་རང་དབང་འདྲ་མཉམ་དུ་ཡོད།",
)


@pytest.mark.parametrize("paragraphs", [AMHARIC, TIBETAN], ids=["Amharic", "Tibetan"])
def test_a_page_with_word_marks_is_kept_whole(paragraphs):
    body = "".join(f"<p>{p}</p>" for p in paragraphs * 2)
    page = (
        "<html><head><meta charset=utf-8><title>ዜና</title></head><body><ul><li><a href=/a>መነሻ</a><li><a href=/b>ዜና</a>"
        f"</ul><div>{body}</div><footer>© 2024</footer></body></html>"
    )
    op = load.equip(load.build("extract.main_text", {}), load.shipped)
    assert isinstance(op, Extract)
    columns = {"content": pa.array([page.encode()], pa.large_binary())}
    more = {name: pa.nulls(1, dtype) for name, dtype in op.columns_read().items() if name != "content"}
    out = op(Batch(pa.table({**columns, **more})))
    assert all(p in out.table.column("text").to_pylist()[0] for p in paragraphs)
    assert BoilerplatePage()(out).to_pylist() == [None]
