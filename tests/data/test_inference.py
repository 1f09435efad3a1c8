import datetime

import numpy as np
import pandas as pd
import pytest

from sparring.core.errors import WrongUse
from sparring.data.forms import Amounts, Constant, Dates, Times
from sparring.data.inference import check_frame, form_of

FINE = list(range(12))
random = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        (pd.DataFrame({"a": FINE[:9]}), "at least 10 rows, got 9"),
        (pd.DataFrame({"a": [1]}), "at least 10 rows, got 1"),
        (pd.DataFrame(index=FINE), "at least one column"),
        (pd.DataFrame([FINE[:2]] * 12, columns=["a", "a"]), "Two columns are named 'a'"),
        (pd.DataFrame({("a", 1): FINE}), "must be text or whole numbers"),
        (pd.DataFrame({"a": [None] * 12, "b": [np.nan] * 12}), "holds only missing values"),
        (pd.DataFrame({"a": [*FINE[:11], np.inf]}), "'a' holds infinite numbers in row 12"),
        (pd.DataFrame({"a": [*FINE[:10], "x", "y"]}), "'a' mixes types, text in rows 11, 12 "),
        (pd.DataFrame({"a": [*"abcdefghijk", 3]}), "'a' mixes types, other values in row 12 and"),
        (
            pd.DataFrame({"a": [*map(str, FINE[:11]), "x"]}),
            "text such as 'x' in row 12 and numbers",
        ),
        (
            pd.DataFrame({"a": pd.Series(range(100_001)).astype("category")}),
            "'a' has 100,001 categories.*drop=a",
        ),
        (pd.DataFrame({"a": [[1]] * 12}), "values of type list, which is not supported"),
        (pd.DataFrame({"a": [{"b": 1}] * 12}), "values of type dict, which is not supported"),
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


UNIQUE = random.choice(10**6, 400, replace=False) + 10**6


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([f"{a}-{b}" for a, b in random.integers(10, 10**5, (400, 2))], "identifier"),
        ([" ".join(random.choice(list("abcdefgh"), k % 9 + 2)) for k in range(400)], "text"),
        ([f"c{i}" for i in range(200)] * 2, "category"),
        ([f"c{i}" for i in range(5000)] * 2, "category"),
        ([f"only {i}" for i in range(12)], "identifier"),
        ([f"only {i}" for i in range(11)] + ["only 10"], "category"),
        ([f"only {i}" for i in "abcdefghijkl"], "category"),
        (["same"] * 12, "constant"),
        (["same"] * 11 + [None], "category"),
        ([7] * 12, "constant"),
        ([7.5] * 12, "constant"),
        ([True] * 12, "boolean"),
        ([None] * 12, "constant"),
        (range(1000, 1400), "identifier"),
        (random.permutation(400), "identifier"),
        (range(49), "integer"),
        (range(1900, 2000), "integer"),
        (UNIQUE, "identifier"),
        (np.sort(UNIQUE) ** 3 // 10**12, "integer"),
        ([*UNIQUE, UNIQUE[0]], "integer"),
        ([2**60 + i for i in FINE], "identifier"),
        ([2**60 + i % 3 for i in FINE], "category"),
        ([-(2**62) + 10**15 * i for i in range(60)], "identifier"),
        ([f"{i:05d}" for i in UNIQUE], "identifier"),
    ],
)
def test_kinds_are_inferred(values, kind):
    assert form_of(pd.Series(list(values), name="a")).kind == kind


@pytest.mark.parametrize("name", ["id", "customer_id", "CustomerID", "orderNumber", "ID", "key"])
def test_a_name_tells_that_different_numbers_are_identifiers(name):
    numbers = pd.Series(np.sort(UNIQUE) ** 3 // 10**12)
    assert numbers.is_unique
    assert form_of(numbers.rename("area")).kind == "integer"
    assert form_of(numbers.rename(name)).kind == "identifier"
    assert form_of(numbers.rename("paid")).kind == "integer"
    assert form_of(pd.concat([numbers, numbers]).rename(name)).kind == "integer"


def test_codes_that_are_partly_numbers_are_categories():
    assert form_of(pd.Series(["250", "V27", "401", "E11"] * 3, name="icd")).kind == "category"


def test_a_few_codes_among_numbers_are_categories_where_they_repeat():
    diagnoses = ["250.83", "276", "648", "8"] * 100 + ["V57", "E909"] * 5
    form = form_of(pd.Series(diagnoses, name="diag"))
    assert form.kind == "category"
    assert "V57" in form.values
    with pytest.raises(WrongUse, match=r"text such as 'none' in rows 401, 402"):
        form_of(pd.Series(diagnoses[:400] + ["none"] * 10, name="diag"))


def test_numbers_and_codes_as_objects_are_categories_that_come_back():
    column = pd.Series([250, "V57", 401.5, "E11", np.nan] * 20, dtype=object)
    form = form_of(column)
    assert form.kind == "category"
    pd.testing.assert_series_equal(form.series(form.plain(column)), column)


def test_a_category_dtype_is_never_questioned():
    column = pd.Series([*map(str, FINE), "x"], dtype="category", name="a")
    assert form_of(column).kind == "category"


def test_dates_of_two_formats_are_text():
    assert form_of(pd.Series(["2024-01-01", "2024-01-01 10:00"], name="a")).kind == "category"


def test_an_impossible_day_makes_the_column_text():
    assert form_of(pd.Series(["2024-02-30", "2024-01-01"], name="a")).kind == "category"


def objects(*values):
    return pd.Series(values, dtype=object)


BERLIN = datetime.timezone(datetime.timedelta(hours=1))
WRITTEN = {
    "US dates": (pd.Series(["1/5/2019", "12/31/2019", None]), Dates),
    "times": (pd.Series(["13:08", None, "00:00"]), Times),
    "compact": (pd.Series(["20141013T000000", "20150225T134501"]), Dates),
    "first and last day": (pd.Series(["0001-01-01", "9999-12-31"]), Dates),
    "python's first and last day": (objects(datetime.date.min, datetime.date.max), Dates),
    "python's times": (objects(datetime.time(1, 2), np.nan, datetime.time(23, 59, 59, 5)), Times),
    "zone": (
        objects(
            datetime.datetime(2024, 1, 1, 12, tzinfo=BERLIN),
            datetime.datetime(2024, 7, 1, 12, tzinfo=BERLIN),
        ),
        Dates,
    ),
    "money": (pd.Series(["$1,234.50", "$0.99", "-$12.00", None]), Amounts),
    "percent": (pd.Series(["12.5%", "7%", "100%"]), Amounts),
    "months": (pd.Series(["36 months", "60 months"], dtype="string"), Amounts),
    "all missing": (pd.Series([None, None], dtype="datetime64[us]"), Constant),
    "all missing objects": (objects(None, None), Constant),
    "constant": (pd.Series([2.5, 2.5], dtype="float32"), Constant),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_written_in_a_special_way_comes_back(name):
    column, made = WRITTEN[name]
    form = form_of(column)
    assert isinstance(form, made)
    back = form.series(form.plain(column))
    pd.testing.assert_series_equal(back, column, check_exact=True, check_index_type=False)


def test_several_zones_are_refused():
    other = datetime.timezone(datetime.timedelta(hours=-5))
    days = [datetime.datetime(2024, 1, 1, tzinfo=zone) for zone in (BERLIN, other)]
    with pytest.raises(WrongUse, match="'a' holds dates of several time zones"):
        form_of(pd.Series(days, dtype=object, name="a"))


def test_times_with_zones_are_refused():
    with pytest.raises(WrongUse, match="'a' holds times with zones, which is not supported"):
        form_of(pd.Series([datetime.time(1, tzinfo=BERLIN)] * 2, dtype=object, name="a"))
