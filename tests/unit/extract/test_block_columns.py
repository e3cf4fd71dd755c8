"""The numbers by which kernels write the features of a block are the places of their names."""

from corpusmill.operators.extract.html.features import block_columns, names, page_score


def test_columns_are_in_the_order_of_the_names():
    numbers = {name: value for name, value in vars(block_columns).items() if name.isupper() and name != "FIRST_COLUMNS"}
    assert numbers == {name.upper(): place for place, name in enumerate(names.SECOND)}
    assert len(names.FIRST) == block_columns.FIRST_COLUMNS


def test_columns_of_the_page_are_in_the_order_of_their_names():
    wanted = {f"P_{name.upper()}": place for place, name in enumerate(page_score.PAGE_FEATURES)}
    assert {name: getattr(page_score, name) for name in wanted} == wanted
