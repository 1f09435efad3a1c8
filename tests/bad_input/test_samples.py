"""Samples that can't be drawn, or not be put where they shall go."""

import numpy as np
import pytest


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["-n", "0"], ("n must be", "at least 1", "got 0")),
        (["-n", "-3"], ("n must be", "at least 1", "-3")),
        (["-n", "few"], ("'-n'", "integer")),
        (["--seed=-1"], ("seed", "at least 0", "-1")),
        (["--condition", "class=12"], ("class", "'12'", "0, 1, 2")),
        (["--condition", "class=seven"], ("class", "'seven'")),
        (["--condition", "colour=red"], ("colour", "it knows class")),
        (["--condition", "class=7", "--condition", "colour=red"], ("colour", "it knows class")),
        (["--condition", "class"], ("--condition", "key=value", "'class'")),
        (["-o", "made.docx"], ("made.docx", ".docx", ".png", ".npz")),
        (["-o", "made.csv"], ("made.csv", ".png", ".npz")),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_what_cannot_be_drawn(words, says, finished, refused):
    refused("sample", finished, *words, says=says)


def test_a_condition_on_a_model_that_learnt_none(unconditional, refused):
    words = ("sample", unconditional, "--condition", "class=1", "-o", "x.npy")
    refused(*words, says=("class", "without classes"))


@pytest.mark.parametrize(
    ("place", "code", "says"),
    [
        ("mine.txt/x.png", 1, ("mine.txt/x.png", "could not be written")),
        ("mine.txt/deep/x", 1, ("mine.txt/deep/x", "could not be written")),
        ("full", 2, ("full", "already holds files", "new or empty")),
        ("full.png", 2, ("full.png", "already holds files")),
    ],
)
def test_a_place_that_is_taken(place, code, says, here, finished, refused):
    (here / "mine.txt").write_text("mine")
    for folder in ("full", "full.png"):
        (here / folder).mkdir()
        (here / folder / "mine.txt").write_text("mine")
    refused("sample", finished, "-n", "2", "-o", place, says=says, code=code)


def test_a_name_without_suffix_that_is_a_file_is_not_replaced(here, finished, refused):
    (here / "notes").write_text("mine")
    refused("sample", finished, "-n", "2", "-o", "notes", says=("notes", "is a file"))


def test_a_file_of_samples_is_replaced_as_a_whole(finished, here, works):
    works("sample", finished, "-n", "2", "-o", "x.npz", "--seed", "1")
    works("sample", finished, "-n", "3", "-o", "x.npz", "--seed", "1")
    assert np.load(here / "x.npz")["x"].shape == (3, 8, 8)
    assert [p.name for p in here.iterdir() if p.name.startswith(".")] == []
