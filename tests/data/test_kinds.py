import datetime

import numpy as np
import pandas as pd
import pytest

from sparring.core.errors import WrongUse
from sparring.data.inference import form_of
from sparring.data.kinds import KINDS


def column(*values, dtype=None):
    return pd.Series(values, name="a", dtype=dtype)


@pytest.mark.parametrize(
    ("series", "kind"),
    [
        (pd.Series(range(100), name="id"), "integer"),
        (column(1.0, 2.0), "number"),
        (column("1", "2.5"), "number"),
        (column("12", "7"), "integer"),
        (column("$1.00", "$2.00"), "number"),
        (column(3, 1, 3), "category"),
        (column(0.5, 1.5), "category"),
        (column("x", "y"), "category"),
        (column(1, "V57", dtype=object), "category"),
        (column(0, 1, 1), "boolean"),
        (column(0.0, 1.0, None), "boolean"),
        (column("yes", "no", None), "boolean"),
        (column("N", "Y", dtype="category"), "boolean"),
        (column(True, False, dtype=object), "boolean"),
        (column("1/5/2019"), "date"),
        (column(datetime.date(1, 1, 1), dtype=object), "date"),
        (column("13:08"), "time"),
        (column("x", "x", "y"), "identifier"),
        (column(5, 5, 7), "identifier"),
        (column(5.0, None, 7.0), "identifier"),
        (column("x1", "x2"), "text"),
        (column(5, 5), "constant"),
        (column(None, None), "constant"),
    ],
)
def test_a_column_can_be_taken_as_another_kind_and_keeps_its_dtype(series, kind):
    # More rows of the same, so that there is something to learn a pattern from.
    series = pd.concat([series] * 6, ignore_index=True)
    form = form_of(series, kind)
    assert form.kind in (kind, "integer")
    back = form.series(form.plain(series))
    assert back.dtype == series.dtype
    if kind not in ("identifier", "text"):
        pd.testing.assert_series_equal(back, series, check_names=False)
    else:
        assert not set(back.dropna()) & set(series.dropna())


@pytest.mark.parametrize(
    ("series", "kind", "because"),
    [
        (column("7", "x", "y"), "number", "'x' in row 2"),
        (column(None, "7", "007"), "number", "'007' in row 3"),
        (column(True, False), "number", "True in row 1"),
        (column(2**60, 2**60 + 1), "number", "1152921504606846976 in row 1"),
        (column(1.0, None, 1.5), "integer", "1.5 in row 3"),
        (column("1.0", "1.5"), "integer", "'1.0' in row 1|'1.5' in row 2"),
        (pd.Series(pd.to_datetime(["2024-01-01"]), name="a"), "category", "Timestamp.* in row 1"),
        (column([1], [2]), "category", r"\[1\] in row 1"),
        (column("yes", "no", "maybe"), "boolean", "'maybe' in row 3"),
        (column("yes", "no", "Yes"), "boolean", "'Yes' in row 3"),
        (column(0, 1, 2), "boolean", "2 in row 3"),
        (column("2024-01-01", "soon"), "date", "'soon' in row 2"),
        (column("2024-01-01", "1/5/2019"), "date", "'1/5/2019' in row 2"),
        (column(20240101), "date", "20240101 in row 1"),
        (column("13:08", "25:00"), "time", "'25:00' in row 2"),
        (column(1308), "time", "1308 in row 1"),
        (column(1.5), "identifier", "1.5 in row 1"),
        (column(1, 2), "text", "1 in row 1"),
        (column(5, 5, 7), "constant", "7 in row 3"),
        (column("x", None), "constant", "nan in row 2"),
    ],
)
def test_what_the_values_cannot_be_is_refused_with_the_first_such_row(series, kind, because):
    with pytest.raises(WrongUse, match=f"'a' can't be taken as {kind} because of ({because}):"):
        form_of(series, kind)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "constant"])
def test_nothing_is_constant_alone(kind):
    with pytest.raises(WrongUse, match=f"only missing values, so that its kind can't be {kind}:"):
        form_of(column(None, None), kind)


def test_an_unknown_kind_is_refused():
    with pytest.raises(WrongUse, match=r"must be one of number, integer, .*, got 'float'"):
        form_of(column(1, 2), "float")


def test_the_first_bad_row_of_many_is_found_at_once():
    texts = [f"2024-01-01 {h:02d}:{m:02d}:{s:02d}" for h in range(24) for m in range(60) for s in
             range(0, 60, 5)]  # fmt: skip
    with pytest.raises(WrongUse, match="'later' in row 17281:"):
        form_of(column(*texts, "later", "never"), "date")


def test_too_many_categories_are_refused():
    with pytest.raises(WrongUse, match="'a' has 100,001 categories, at most 100,000"):
        form_of(pd.Series(np.arange(100_001), name="a"), "category")
