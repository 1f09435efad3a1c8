"""The contract covers the whole catalogue."""

import pytest

from sparring.core import Game
from sparring.games.catalog import GAMES


@pytest.mark.parametrize("conditional", [False, True])
def test_every_catalogue_entry_has_a_row(rows, conditional):
    covered = {row.name for row in rows if row.conditional is conditional}
    assert covered == set(GAMES)


def test_each_row_makes_the_game_that_its_catalogue_entry_names(row):
    assert type(row.game()) is GAMES[row.name].game


def test_each_row_makes_a_whole_game(row):
    game = row.game()
    assert isinstance(game, Game)
    game.check()
