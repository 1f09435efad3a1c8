import numpy as np
import pytest
from scipy.stats import norm

from sparring.data.encoders import Levels, NormalScores, fit_encoder
from sparring.data.encodings import encoder_from_description


def fitted(values, categorical=False):
    return fit_encoder(np.asarray(values, dtype=float), categorical, np.random.default_rng(0))


def test_scores_are_normal_quantiles_of_mid_ranks():
    # Five values with no ties: F at the middle of each is 0.1, 0.3, ... ; the ends have 0.5 / n.
    values = np.array([3.5, 1.1, 20.25, 7.0, 100.0])
    encoder = fitted(values)
    expected = norm.ppf([0.3, 0.1, 0.7, 0.5, 0.9])
    np.testing.assert_allclose(encoder.encode(values)[:, 0], expected, atol=1e-6)


def test_any_continuous_distribution_becomes_standard_normal():
    values = np.random.default_rng(0).lognormal(sigma=2, size=20_000)
    z = fitted(values).encode(values)[:, 0]
    assert abs(z.mean()) < 0.01
    assert abs(z.std() - 1) < 0.01
    assert abs(np.mean(z < -1) - norm.cdf(-1)) < 0.005


def test_normal_noise_is_decoded_to_the_distribution_of_the_data():
    values = np.random.default_rng(0).exponential(size=50_000)
    noise = np.random.default_rng(1).normal(size=(50_000, 1)).astype(np.float32)
    decoded = fitted(values).decode(noise)
    for q in (0.01, 0.1, 0.5, 0.9, 0.99):
        assert abs(np.quantile(decoded, q) / np.quantile(values, q) - 1) < 0.1


def test_numbers_come_back():
    values = np.random.default_rng(0).normal(scale=1e4, size=3000)
    encoder = fitted(values)
    error = np.abs(encoder.decode(encoder.encode(values)) - values)
    assert error.max() < 1e-6 * np.ptp(values)


def test_an_atom_owns_an_interval_of_scores_as_wide_as_its_share():
    # 90 % zeros, as a capital gain: whatever lies below the 90 % quantile is exactly 0.
    values = np.append(np.zeros(900), np.random.default_rng(0).uniform(100, 200, 100))
    encoder = fitted(values)
    z = np.array([[-4.0], [0.0], [norm.ppf(0.899)], [norm.ppf(0.91)]], dtype=np.float32)
    decoded = encoder.decode(z)
    assert (decoded[:3] == 0).all()
    assert decoded[3] > 0
    np.testing.assert_allclose(encoder.encode(np.zeros(1))[0, 0], norm.ppf(0.45), atol=1e-3)


def test_a_value_beside_an_atom_is_not_swallowed_by_it():
    values = np.append(np.zeros(900), np.random.default_rng(0).uniform(100, 200, 100))
    encoder = fitted(values)
    back = encoder.decode(encoder.encode(np.array([50.0, 1.0])))
    np.testing.assert_allclose(back, [50.0, 1.0], atol=0.01)


def test_decoding_never_leaves_the_range_that_was_seen():
    values = np.random.default_rng(0).normal(size=500)
    decoded = fitted(values).decode(np.array([[-50.0], [50.0]], dtype=np.float32))
    assert decoded.tolist() == [values.min(), values.max()]


def test_a_long_column_keeps_its_ends():
    values = np.random.default_rng(0).normal(size=150_000)
    values[[7, 11]] = -100.0, 100.0
    decoded = fitted(values).decode(np.array([[-9.0], [9.0]]))
    assert decoded.tolist() == [-100.0, 100.0]


def test_missing_numbers_have_a_mask_of_their_own():
    values = np.append(np.random.default_rng(0).normal(size=30), [np.nan, np.nan])
    encoder = fitted(values)
    assert encoder.spans == (("number", 1), ("category", 2))
    x = encoder.encode(values)
    assert x[-1].tolist() == [0, 0, 1]
    assert x[0, 1:].tolist() == [1, 0]
    assert np.isnan(encoder.decode(x)).tolist() == np.isnan(values).tolist()


def test_few_whole_numbers_and_categories_are_one_hot():
    assert fitted([1, 2, 5, 5, 2]).spans == (("category", 3),)
    assert fitted(np.arange(50), categorical=True).spans == (("category", 50),)
    assert fitted(np.arange(50)).spans == (("number", 1),)


def test_missing_is_one_more_category():
    encoder = fitted([0, 1, np.nan, 1], categorical=True)
    x = encoder.encode(np.array([1.0, np.nan]))
    assert x.tolist() == [[0, 1, 0], [0, 0, 1]]
    assert np.isnan(encoder.decode(x)).tolist() == [False, True]


def test_a_category_that_was_not_seen_is_zeros():
    assert Levels((0.0, 1.0), False).encode(np.array([-1.0, 7.0])).tolist() == [[0, 0], [0, 0]]


def test_a_constant_takes_no_room():
    encoder = fitted([7, 7, 7])
    assert encoder.spans == ()
    assert encoder.encode(np.full(4, 7.0)).shape == (4, 0)
    assert encoder.decode(np.empty((4, 0))).tolist() == [7] * 4


def test_a_constant_that_is_sometimes_missing_is_no_constant():
    assert fitted([7, np.nan, 7]).spans == (("category", 2),)


@pytest.mark.parametrize("values", [[1.5, 2.25, 9.0, np.nan], [1, 2, np.nan]])
def test_a_description_gives_the_same_encoder(values):
    encoder = fitted(values)
    again = encoder_from_description(encoder.describe())
    assert again == encoder
    assert isinstance(again, NormalScores | Levels)
