import datetime

import numpy as np
import pandas as pd
import pytest

from sparring.data.datetexts import date_format, read, time_format, write


@pytest.mark.parametrize(
    ("texts", "text"),
    [
        (["2024-01-05"], "%Y-%m-%d"),
        (["2024-1-5", "2024-12-31"], "%Y-%-m-%-d"),
        (["2024/01/05"], "%Y/%m/%d"),
        (["1/5/2019", "12/31/2019"], "%-m/%-d/%Y"),
        (["01/05/2019", "12/31/2019"], "%m/%d/%Y"),
        (["5/1/2019", "31/12/2019"], "%-d/%-m/%Y"),
        (["05.01.2019"], "%d.%m.%Y"),
        (["10/03/04 7:05"], "%m/%d/%y %-H:%M"),
        (["20141013T000000"], "%Y%m%dT%H%M%S"),
        (["2024-01-05T10:00:00Z"], "%Y-%m-%dT%H:%M:%SZ"),
        (["2024-01-05T10:00:00+01:00"], "%Y-%m-%dT%H:%M:%S+01:00"),
        (["2024-01-05 10:00:00.123"], "%Y-%m-%d %H:%M:%S.%3f"),
        (["2024-01-05 10:00:00.000123"], "%Y-%m-%d %H:%M:%S.%f"),
        (["1/5/2019 1:05 PM", "1/5/2019 12:00 AM"], "%-m/%-d/%Y %-I:%M %p"),
        (["05-Jan-2019"], "%d-%b-%Y"),
        (["Jan 5, 2019", "Dec 31, 2019"], "%b %-d, %Y"),
        (["January 5, 2019"], "%B %-d, %Y"),
    ],
)
def test_formats_are_recognised_and_return_each_text(texts, text):
    assert date_format(texts) == text
    stamps = read(pd.Series(texts), text).to_numpy()
    assert write(stamps, text).tolist() == texts


@pytest.mark.parametrize(
    "texts",
    [
        ["2024-02-30"],
        ["1/5/2019", "01/06/2019"],
        ["2024-01-05", "2024-01-05 10:00"],
        ["2024-01-05T10:00:00+01:00", "2024-01-05T10:00:00+02:00"],
        ["2024-13-01"],
        ["13/13/2019"],
        ["192.168.1.1"],
        ["20190105"],
        [""],
    ],
)
def test_what_would_not_come_back_is_no_date(texts):
    assert date_format(texts) is None


@pytest.mark.parametrize(
    ("texts", "text"),
    [
        (["13:08", "00:00"], "%H:%M"),
        (["9:05", "13:08"], "%-H:%M"),
        (["13:08:59"], "%H:%M:%S"),
        (["18.00.00"], "%H.%M.%S"),
        (["1:05 PM", "12:00 AM"], "%-I:%M %p"),
        (["24:00"], None),
        (["13:08", "13:08:01"], None),
    ],
)
def test_times_of_a_day_are_recognised(texts, text):
    assert time_format(texts) == text


def test_writing_agrees_with_the_standard_library():
    moments = [
        datetime.datetime(1, 1, 1),
        datetime.datetime(1969, 12, 31, 23, 59, 59, 999_999),
        datetime.datetime(2000, 2, 29, 12, 0, 1),
        datetime.datetime(9999, 12, 31, 0, 30),
    ]
    stamps = np.array(moments, dtype="datetime64[us]")
    text = "%m/%d/%y %H:%M:%S.%f %I %p %b %B"
    assert write(stamps, text).tolist() == [moment.strftime(text) for moment in moments]


def test_of_no_moments_no_texts_are_written():
    assert write(np.array([], dtype="datetime64[us]"), "%Y-%m-%d %H:%M:%S.%f").tolist() == []
