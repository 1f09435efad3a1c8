"""Columns as tokens: there and back, and which tokens may come when a range is asked for."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sparring.data.encodings import encoder_from_description
from sparring.data.tokenfitting import TOKENS, fit_tokens
from sparring.data.tokens import UNKNOWN, BinTokens, GroupTokens, LevelTokens

GENERATOR = np.random.default_rng(0)


def fitted(values, categorical=False):
    return fit_tokens(np.asarray(values, dtype=float), categorical, GENERATOR)


def groups(values=600, missing=True):
    """Value k comes 1 + k // 40 times: many are equally frequent."""
    plain = np.repeat(np.arange(values), 1 + np.arange(values) // 40).astype(float)
    return np.append(plain, np.nan) if missing else plain


def heavy(rows=4000, missing=True):
    """A skewed quantity with an atom at 0."""
    plain = np.random.default_rng(1).lognormal(sigma=2, size=rows)
    plain[: rows // 3] = 0
    if missing:
        plain[-rows // 10 :] = np.nan
    return plain


COLUMNS = {
    "two categories": ([0, 1, 1], True, LevelTokens),
    "categories with gaps": ([0, 1, np.nan, 1], True, LevelTokens),
    "few numbers": ([2.5, -1.0, 2.5, np.nan], False, LevelTokens),
    "whole numbers": (np.repeat(np.arange(17, 91), 60), False, LevelTokens),
    "many categories": (groups(missing=False), True, GroupTokens),
    "many categories with gaps": (groups(), True, GroupTokens),
    "very many categories": (np.arange(70_000), True, GroupTokens),
    "a quantity": (heavy(missing=False), False, BinTokens),
    "a quantity with gaps": (heavy(), False, BinTokens),
    "few rows of a quantity": (np.random.default_rng(2).normal(size=30), False, BinTokens),
}


@pytest.fixture(params=list(COLUMNS))
def column(request):
    values, categorical, kind = COLUMNS[request.param]
    plain = np.asarray(values, dtype=float)
    return plain, fitted(plain, categorical), kind


def samples(encoder, rows=20_000, seed=3):
    """Any tokens at any positions, in model space."""
    generator = np.random.default_rng(seed)
    sizes = np.array([tokens for _, tokens in encoder.spans])
    return (generator.random((rows, len(sizes))) * sizes * (1 - 1e-6)).astype(np.float32)


def test_what_a_column_is_chooses_its_encoder(column):
    _, encoder, kind = column
    assert type(encoder) is kind
    assert encoder.width == len(encoder.spans) == (2 if kind is GroupTokens else 1)


def test_values_come_back(column):
    plain, encoder, kind = column
    x = encoder.encode(plain)
    assert x.dtype == np.float32
    back = encoder.decode(x)
    assert (np.isnan(back) == np.isnan(plain)).all()
    if kind is not BinTokens:
        np.testing.assert_array_equal(back, plain)
        return
    # float32 leaves at least 16 bits of a position between two knots.
    knots = np.unique(encoder.values)
    known = plain[~np.isnan(plain)]
    gaps = np.append(np.diff(knots), 0)[np.searchsorted(knots, known, side="right") - 1]
    before = np.insert(np.diff(knots), 0, 0)[np.searchsorted(knots, known)]
    off = np.abs(back - plain)[~np.isnan(plain)]
    assert (off <= 2e-3 * np.maximum(gaps, before)).all()


def test_every_token_is_one_that_the_span_has(column):
    plain, encoder, _ = column
    tokens = np.floor(encoder.encode(plain))
    assert (tokens >= 0).all()
    assert (tokens < [size for _, size in encoder.spans]).all()


def test_whatever_a_model_draws_decodes_to_what_was_seen(column):
    plain, encoder, kind = column
    back = encoder.decode(samples(encoder))
    known = back[~np.isnan(back)]
    assert np.isnan(back).any() == np.isnan(plain).any()
    if kind is BinTokens:
        assert known.min() >= np.nanmin(plain)
        assert known.max() <= np.nanmax(plain)
    else:
        assert set(known) <= set(plain)


def test_it_is_rebuilt_from_its_description(column):
    plain, encoder, _ = column
    again = encoder_from_description(encoder.describe())
    assert again == encoder
    np.testing.assert_array_equal(again.encode(plain), encoder.encode(plain))


def test_a_constant_takes_no_room():
    encoder = fitted([7.0, 7.0])
    assert (encoder.spans, encoder.width) == ((), 0)
    assert encoder.encode(np.array([7.0, 7.0, 7.0])).shape == (3, 0)
    assert encoder.decode(np.empty((3, 0))).tolist() == [7, 7, 7]


def test_a_constant_with_gaps_is_two_tokens():
    encoder = fitted([7.0, np.nan])
    assert encoder.spans == (("token", 2),)
    assert encoder.encode(np.array([np.nan, 7.0]))[:, 0].tolist() == [1.5, 0.5]


def test_what_was_never_seen_is_not_known():
    for encoder in (fitted([0, 1, 2], True), fitted(groups(missing=False), True)):
        assert (encoder.encode(np.array([-1.0, 0.5, 1e9, np.nan])) == UNKNOWN).all()
    assert fitted(heavy(missing=False)).encode(np.array([np.nan])) == UNKNOWN


def test_a_number_beyond_the_range_is_encoded_as_its_end():
    encoder = fitted(heavy(missing=False))
    low, high = encoder.values[0], encoder.values[-1]
    back = encoder.decode(encoder.encode(np.array([low - 5, high + 5])))
    np.testing.assert_allclose(back, [low, high], rtol=1e-3)


def test_bins_hold_about_equally_many_rows():
    plain = np.random.default_rng(0).exponential(size=20_000)
    tokens = np.floor(fitted(plain).encode(plain)[:, 0]).astype(int)
    counts = np.bincount(tokens)
    assert len(counts) in range(95, 105)
    assert counts.min() > 150
    assert counts.max() < 250


def test_an_atom_is_a_bin_of_its_own():
    plain = heavy(missing=False)
    encoder = fitted(plain)
    tokens = np.floor(encoder.encode(plain)[:, 0])
    (of_zeros,) = set(tokens[plain == 0])
    assert (plain[tokens == of_zeros] == 0).all()
    inside = np.float32(of_zeros) + np.linspace(0, 0.999, 50, dtype=np.float32)
    assert (encoder.decode(inside[:, None]) == 0).all()


def test_uniform_positions_in_tokens_as_frequent_as_seen_give_the_quantiles_of_the_data():
    plain = np.random.default_rng(0).lognormal(sigma=2, size=20_000)
    encoder = fitted(plain)
    tokens = np.floor(encoder.encode(plain)[:, 0])
    drawn = tokens + np.random.default_rng(1).random(len(tokens)) * 0.9999
    back = encoder.decode(drawn[:, None].astype(np.float32))
    for q in (0.01, 0.1, 0.5, 0.9, 0.99):
        assert np.quantile(back, q) == pytest.approx(np.quantile(plain, q), rel=0.02)


def test_frequent_categories_have_a_token_of_their_own():
    encoder = fitted(groups(), True)
    first = np.floor(encoder.encode(np.array([599.0, 598.0, 0.0, 1.0])))
    assert first[0, 0] != first[1, 0]
    assert (first[:2, 0] < encoder.heads).all()
    assert (first[2:, 0] >= encoder.heads).all()


def test_two_tokens_are_enough_for_very_many_categories():
    encoder = fitted(np.arange(70_000), True)
    assert max(tokens for _, tokens in encoder.spans) < 600
    assert fitted(np.arange(2 * TOKENS), True).spans == (("token", 2 * TOKENS),)
    assert fitted(np.arange(2 * TOKENS + 1), True).width == 2


def test_a_number_of_few_values_is_ordered_only_where_there_are_more_than_eight():
    assert fitted(np.arange(8)).spans == (("token", 8),)
    assert fitted(np.arange(9)).spans == (("ordinal", 9),)
    assert fitted([*range(9), np.nan]).spans == (("ordinal or missing", 10),)


# What is allowed


def inside(x, allowed):
    """Which rows of x lie in tokens and at positions that are allowed."""
    ok = np.ones(len(x), dtype=bool)
    for part, span in zip(x.T, allowed, strict=True):
        token = part.astype(int)
        low, high = span[token].T
        ok &= (high > low) & (part - token >= low) & (part - token <= high)
    return ok


@pytest.fixture(params=[(0.0, 0.0), (0.5, 3.0), (-9.0, 1e9), (17.0, 30.0), (math.nan, math.nan)])
def asked(request):
    return request.param


def met(plain, low, high):
    return np.isnan(plain) if math.isnan(low) else (plain >= low) & (plain <= high)


def test_what_is_allowed_is_what_decodes_into_the_range(column, asked):
    plain, encoder, kind = column
    low, high = asked
    x = samples(encoder)
    allowed = inside(x, encoder.allowed(low, high))
    wanted = met(encoder.decode(x), low, high)
    if low == high and kind is BinTokens and low not in plain:
        assert not allowed.any()
    elif kind is GroupTokens and not np.isnan(low):
        # First and second tokens are limited apart, so other pairs of them pass.
        assert (allowed | ~_spelt(encoder, x) >= wanted).all()
    elif kind is GroupTokens:
        assert (allowed <= wanted).all()
        assert allowed.any() == wanted.any()
    else:
        # At an end of the range float32 may fall on either side.
        assert (allowed != wanted).mean() < 1e-3


def _spelt(encoder, x):
    """Whether the pair of tokens is the one that encodes its value."""
    return (np.floor(encoder.encode(encoder.decode(x))) == np.floor(x)).all(1)


def test_a_value_that_was_seen_is_allowed_where_it_is_encoded(column):
    plain, encoder, kind = column
    for value in np.unique(plain)[:: max(1, len(np.unique(plain)) // 50)]:
        assert encoder.occurs(value)
        if kind is not BinTokens:
            assert inside(encoder.encode(np.array([value])), encoder.allowed(value, value)).all()


def test_what_was_not_seen_does_not_occur():
    assert not fitted([0, 1], True).occurs(2)
    assert not fitted([0, 1], True).occurs(math.nan)
    assert not fitted(groups(missing=False), True).occurs(math.nan)
    assert not fitted(groups(), True).occurs(600)
    quantity = fitted(heavy(missing=False))
    assert not quantity.occurs(math.nan)
    assert not quantity.occurs(-1)
    assert quantity.occurs(np.median(quantity.values))
    assert fitted(heavy()).occurs(math.nan)


def test_a_constant_occurs_and_nothing_else_does():
    encoder = fitted([7.0, 7.0])
    assert encoder.occurs(7)
    assert not encoder.occurs(8)
    assert not encoder.occurs(math.nan)


numbers = st.floats(-1e6, 1e6).map(lambda v: round(v, 3))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.one_of(numbers, st.sampled_from([0.0, 1.0]), st.just(math.nan)), min_size=2),
    numbers,
    st.floats(0, 1e6),
    st.booleans(),
)
def test_any_numbers_come_back_and_any_range_is_kept(values, low, width, repeated):
    plain = np.asarray(values * (30 if repeated else 1))
    if np.isnan(plain).all():
        return
    encoder = fitted(plain)
    back = encoder.decode(encoder.encode(plain))
    assert (np.isnan(back) == np.isnan(plain)).all()
    np.testing.assert_allclose(back, plain, atol=1e-3 * np.ptp(plain[~np.isnan(plain)]))
    if encoder.width:
        (allowed,) = encoder.allowed(low, low + width)
        tokens = np.flatnonzero(allowed[:, 1] > allowed[:, 0])
        for place in (0.01, 0.5, 0.99):
            at = tokens + allowed[tokens, 0] + place * (allowed[tokens, 1] - allowed[tokens, 0])
            drawn = encoder.decode(np.minimum(at, tokens + 0.9999)[:, None])
            slack = 1e-6 * (1 + np.abs(drawn))
            assert ((drawn >= low - slack) & (drawn <= low + width + slack)).all()
