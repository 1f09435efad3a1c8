import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparring.data.amounts import Amounts, amounts_of


@pytest.mark.parametrize(
    ("texts", "numbers", "kind"),
    [
        (["$1,234.50", "-$0.99"], [1234.5, -0.99], "number"),
        (["12.5%", "7%"], [12.5, 7.0], "number"),
        (["36 months", "60 months"], [36.0, 60.0], "integer"),
        (["1.234,50 €", "7,00 €"], [1234.5, 7.0], "number"),
        (["1'000.00 CHF", "5.25 CHF"], [1000.0, 5.25], "number"),
        (["1 234,5 %", "0,5 %"], [1234.5, 0.5], "number"),
        (["25mg", "100mg"], [25.0, 100.0], "integer"),
        (["EUR 5", "EUR 12"], [5.0, 12.0], "integer"),
        (["1,234", "567"], [1234.0, 567.0], "integer"),
        (["1.50", "-2.25"], [1.5, -2.25], "number"),
    ],
)
def test_amounts_are_read_and_written_as_they_were(texts, numbers, kind):
    form = amounts_of(texts, "str")
    assert form.kind == kind
    column = pd.Series([*texts, None])
    assert form.plain(column)[:2].tolist() == numbers
    pd.testing.assert_series_equal(form.series(form.plain(column)), column)


@pytest.mark.parametrize(
    "texts",
    [
        ["$1.50", "$1.5"],
        ["$1,234", "$1,23,456"],
        ["12", "7"],
        ["007%", "7%"],
        ["$5", "€5"],
        ["INV 5", "INV 7"],
        ["5 A", "7 A"],
        ["250.83", "250.1", "401"],
        ["-", "5"],
        ["5-7", "6-8"],
        ["$-5", "$5"],
        ["1.12345678 kg", "2 kg"],
    ],
)
def test_what_would_not_come_back_or_may_be_a_code_is_no_amount(texts):
    assert amounts_of(texts, "str") is None


def test_numbers_alone_are_amounts_when_asked_for():
    assert amounts_of(["12", "7"], "str", bare=True).kind == "integer"


def test_another_text_is_missing():
    form = Amounts("str", "$", "", ",", ".", 2, 2)
    assert form.plain(pd.Series(["$1,00.00", "1.00", "$1.0"]))[:2].tolist() != [100.0, 1.0]
    assert pd.isna(form.plain(pd.Series(["$1,00.00", "1.00", "€1.00"]))).all()


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1), st.integers(0, 4))
def test_any_numbers_come_back(whole, decimals):
    form = Amounts("str", "$", " net", ",", ".", decimals, decimals)
    texts = [form.write(number / 10**decimals) for number in whole]
    assert [form.read(text) for text in texts] == [number / 10**decimals for number in whole]
    assert all(form.returns(text) for text in texts)
