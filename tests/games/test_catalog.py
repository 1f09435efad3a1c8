"""The catalogue of games."""

import re
from inspect import isclass

import pytest

from sparring import networks
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
    told = [entry.game, *(network for network in vars(networks).values() if isclass(network))]
    assert any(found[1].lower() in " ".join(one.__doc__.lower().split()) for one in told)
    assert all(f"  {field} = {{" in entry.citation for field in ("title", "author", "year"))
    assert entry.citation.count("{") == entry.citation.count("}")


def test_a_citation_key_is_that_of_one_paper():
    cited = {entry.citation for entry in catalog.GAMES.values()}
    keys = [re.match(r"@\w+\{(\w+),", citation)[1] for citation in cited]
    assert len(set(keys)) == len(keys)


def test_the_default_comes_first():
    assert next(iter(catalog.GAMES)) == "r3gan"


def test_an_entry_is_found_by_name():
    assert catalog.find_game("wgan-gp") is catalog.GAMES["wgan-gp"]


@pytest.mark.parametrize(("name", "near"), [("r3gn", "r3gan"), ("wgangp", "wgan-gp")])
def test_a_misspelt_name_is_answered_with_the_nearest(name, near):
    with pytest.raises(WrongUse, match=f"did you mean {near}"):
        catalog.find_game(name)
