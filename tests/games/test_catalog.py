"""The catalogue of games."""

import re

import pytest

from sparring.core import Game, WrongUse
from sparring.games import catalog


@pytest.mark.parametrize("name", catalog.GAMES)
def test_every_entry_says_what_it_is_and_whom_to_cite(name):
    entry = catalog.GAMES[name]
    assert issubclass(entry.game, Game)
    assert entry.title
    assert len(entry.title) < 80
    # By its number, or where there is none by its title.
    found = re.search(r"arXiv:(\d{4}\.\d{4,5})", entry.citation)
    found = found or re.search(r"title = \{(.*?)\}", entry.citation)
    assert found[1].lower() in " ".join(entry.game.__doc__.lower().split())
    assert all(f"  {field} = {{" in entry.citation for field in ("title", "author", "year"))
    assert entry.citation.count("{") == entry.citation.count("}")


def test_citation_keys_are_all_different():
    keys = [re.match(r"@\w+\{(\w+),", entry.citation)[1] for entry in catalog.GAMES.values()]
    assert len(set(keys)) == len(keys)


def test_the_default_comes_first():
    assert next(iter(catalog.GAMES)) == "r3gan"


def test_an_entry_is_found_by_name():
    assert catalog.find_game("wgan-gp") is catalog.GAMES["wgan-gp"]


@pytest.mark.parametrize(("name", "near"), [("r3gn", "r3gan"), ("wgangp", "wgan-gp")])
def test_a_misspelt_name_is_answered_with_the_nearest(name, near):
    with pytest.raises(WrongUse, match=f"did you mean {near}"):
        catalog.find_game(name)
