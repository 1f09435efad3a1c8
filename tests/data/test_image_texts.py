"""Captions in text files beside their images."""

import pytest

from sparring.core.errors import WrongUse
from sparring.data import open_dataset


@pytest.fixture
def folder(make_folder):
    folder = make_folder(n=12)
    for path in folder.glob("*.png"):
        path.with_suffix(".txt").write_text(f"picture {path.stem}\n\n another of it \n")
    return folder


def test_every_line_is_a_caption_of_the_image_beside(folder):
    dataset = open_dataset(folder)
    assert dataset.condition.name == "texts"
    groups = [*dataset.train.y.groups, *dataset.heldout.y.groups]
    names = [path.stem for path in folder.glob("*.png")]
    assert sorted(groups) == sorted([f"picture {name}", "another of it"] for name in names)


def _first(folder, suffix=".txt"):
    return sorted(folder.glob(f"*{suffix}"))[0]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda f: _first(f).unlink(), r"no text beside 000.png: write 000.txt"),
        (lambda f: [p.unlink() for p in sorted(f.glob("*.txt"))[2:]], r"\(nor beside 9 more\)"),
        (lambda f: _first(f, ".png").unlink(), "no image to 000.txt: add the image"),
        (lambda f: _first(f).write_text(" \n"), "000.txt is empty: write a caption"),
        (lambda f: _first(f).write_bytes(b"\xff\xfe\xfa"), "can't be read as UTF-8"),
        (
            lambda f: _first(f, ".png").with_suffix(".bmp").write_bytes(_first(f).read_bytes()),
            "several images to 000.txt",
        ),
    ],
)
def test_texts_that_do_not_match_are_refused_by_name(folder, spoil, said):
    spoil(folder)
    with pytest.raises(WrongUse, match=said):
        open_dataset(folder)


def test_without_texts_nothing_is_said(make_folder):
    folder = make_folder(n=12)
    assert open_dataset(folder).condition is None
