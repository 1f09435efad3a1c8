"""Each encoding by name, its columns and their descriptions."""

import json

import numpy as np
import pandas as pd
import pytest

from sparring.core.errors import WrongUse
from sparring.data import Table
from sparring.data.encodings import ENCODINGS, encoder_from_description, find_encoding
from sparring.games.catalog import GAMES

PLAIN = {
    "quantity": (np.random.default_rng(0).normal(size=300), False),
    "with gaps": (np.where(np.arange(300) % 7, np.arange(300) / 7, np.nan), False),
    "categories": (np.arange(300) % 5.0, True),
    "many categories": (np.arange(300) % 299.0, True),
    "constant": (np.full(300, 3.0), False),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("column", PLAIN)
def test_an_encoder_survives_being_written_as_json(encoding, column):
    plain, categorical = PLAIN[column]
    encoder = find_encoding(encoding)(plain, categorical, np.random.default_rng(0))
    again = encoder_from_description(json.loads(json.dumps(encoder.describe())))
    assert again == encoder
    x = encoder.encode(plain)
    assert x.shape == (300, encoder.width)
    np.testing.assert_array_equal(again.decode(x), encoder.decode(x))


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("column", PLAIN)
def test_numbers_come_back_from_every_encoding(encoding, column):
    plain, categorical = PLAIN[column]
    encoder = find_encoding(encoding)(plain, categorical, np.random.default_rng(0))
    back = encoder.decode(encoder.encode(plain))
    np.testing.assert_allclose(back, plain, atol=0 if categorical else 1e-3)


def test_every_game_names_an_encoding_that_there_is():
    assert {entry.encoding for entry in GAMES.values()} == set(ENCODINGS)


def test_the_encoding_decides_what_a_network_sees():
    frame = pd.DataFrame({"a": np.random.default_rng(0).normal(size=99), "b": ["x", "y", "z"] * 33})
    kinds = {
        encoding: {kind for kind, _ in Table.fit(frame, encoding=encoding).spans}
        for encoding in ENCODINGS
    }
    assert kinds == {
        "scores": {"number", "category"},
        "modes": {"bounded", "mode", "category"},
        "tokens": {"token", "ordinal"},
    }


def test_an_unknown_encoding_is_refused():
    with pytest.raises(WrongUse, match=r"no encoding .token.; did you mean tokens\?"):
        find_encoding("token")
