"""Decibels, from paper and pencil."""

import math

import pytest

from sparring.metrics.signal_to_noise import peak_signal_to_noise


@pytest.mark.parametrize(("error", "span", "decibels"), [(1, 1, 0), (1, 10, 20), (0.5, 1, 3.0103)])
def test_it_is_that_of_the_definition(error, span, decibels):
    assert peak_signal_to_noise(error, span) == pytest.approx(decibels, abs=1e-4)


def test_without_an_error_it_is_infinite():
    assert peak_signal_to_noise(0.0, 1.0) == math.inf
