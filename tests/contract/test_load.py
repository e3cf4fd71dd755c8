"""Names lead to operators, and a wrong name leads to the nearest right one."""

import pytest

from corpusmill.errors import UnknownName
from corpusmill.operators import load


def test_unknown_operator_suggests_the_nearest():
    with pytest.raises(UnknownName, match=r"did you mean 'signals.line_shape'\?"):
        load.build("signals.line_shapes", {})


def test_unknown_parameter_suggests_the_nearest():
    with pytest.raises(UnknownName, match=r"no parameter 'bulets'; did you mean 'bullets'\?"):
        load.build("signals.line_shape", {"bulets": ("-",)})
