import numpy as np
import pandas as pd
import pytest

from sparring.core.errors import WrongUse
from sparring.data.inference import check_frame, form_of

FINE = list(range(12))


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        (pd.DataFrame({"a": FINE[:9]}), "at least 10 rows, got 9"),
        (pd.DataFrame({"a": [1]}), "at least 10 rows, got 1"),
        (pd.DataFrame(index=FINE), "at least one column"),
        (pd.DataFrame([FINE[:2]] * 12, columns=["a", "a"]), "Two columns are named 'a'"),
        (pd.DataFrame({("a", 1): FINE}), "must be text or whole numbers"),
        (pd.DataFrame({"a": [None] * 12}), "'a' holds only missing values: drop it"),
        (pd.DataFrame({"a": [*FINE[:11], np.inf]}), "'a' holds infinite numbers in row 12"),
        (pd.DataFrame({"a": [*FINE[:10], "x", "y"]}), "'a' mixes types, text in rows 11, 12 "),
        (pd.DataFrame({"a": [*"abcdefghijk", 3]}), "'a' mixes types, other values in row 12 and"),
        (
            pd.DataFrame({"a": [*map(str, FINE[:11]), "x"]}),
            "text such as 'x' in row 12 and numbers",
        ),
        (pd.DataFrame({"a": [f"n{i}" for i in range(1001)]}), "'a' has 1,001 categories.*drop=a"),
        (pd.DataFrame({"a": [2**60 + i for i in FINE]}), "beyond 2\\^53"),
        (pd.DataFrame({"a": [[1]] * 12}), "values of type list, which is not supported"),
        (pd.DataFrame({"a": [1j] * 12}), "complex128, which is not supported"),
        (pd.DataFrame({"a": pd.to_timedelta(FINE)}), "timedelta64.*not supported"),
    ],
)
def test_what_cannot_be_learnt_from_is_refused(frame, sentence):
    with pytest.raises(WrongUse, match=sentence):
        check_frame(frame)


def test_missing_rows_do_not_shift_the_rows_that_are_named():
    values = [None, None, *map(str, range(12)), "x"]
    with pytest.raises(WrongUse, match="in row 15 and"):
        form_of(pd.Series(values, name="a", dtype=object))


def test_codes_that_are_partly_numbers_are_categories():
    assert form_of(pd.Series(["250", "V27", "401", "E11"] * 3, name="icd")).kind == "category"


def test_a_category_dtype_is_never_questioned():
    column = pd.Series([*map(str, FINE), "x"], dtype="category", name="a")
    assert form_of(column).kind == "category"


def test_dates_of_two_formats_are_text():
    assert form_of(pd.Series(["2024-01-01", "2024-01-01 10:00"], name="a")).kind == "category"


def test_an_impossible_day_makes_the_column_text():
    assert form_of(pd.Series(["2024-02-30", "2024-01-01"], name="a")).kind == "category"
