"""Images about which something is said that can't be learnt, and wishes that can't be met."""

import json
import re

import numpy as np
import pandas as pd
import PIL.Image
import pytest
import torch

from sparring.core.errors import WrongUse
from sparring.data import open_dataset
from sparring.data.conditions import ClassNames, Texts

IMAGES = np.random.default_rng(0).integers(0, 256, (24, 16, 16, 3), dtype=np.uint8)
PEOPLE = pd.DataFrame({"hat": [True, False] * 12, "hair": ["red", "black", "fair"] * 8})
CAPTIONS = [f"a picture with the number {number}" for number in range(24)]


def sentence(error):
    """One sentence, or a failed test."""
    words = str(error.value)
    assert words[-1] in ".?", words
    assert not re.search(r"[.?!] +[A-Z]", words), words
    assert "\n" not in words
    return words


@pytest.fixture
def photos(here):
    """A good folder of 12 pictures with a caption each, to be spoiled."""
    (here / "photos").mkdir()
    for index in range(12):
        PIL.Image.fromarray(IMAGES[index]).save(here / "photos" / f"{index:02d}.png")
    write(here / "photos", [{"file_name": f"{i:02d}.png", "text": CAPTIONS[i]} for i in range(12)])
    return here / "photos"


def read(photos):
    lines = (photos / "metadata.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def write(photos, rows):
    (photos / "metadata.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n")


def changed(photos, row, **changes):
    rows = read(photos)
    rows[row] |= changes
    write(photos, rows)


def as_csv(photos, *lines):
    (photos / "metadata.jsonl").unlink()
    (photos / "metadata.csv").write_text("\n".join(lines) + "\n")


def hats(photos, **changes):
    write(photos, [{"file_name": f"{i:02d}.png", "hat": i % 2, "age": i} for i in range(12)])
    changed(photos, 3, **changes)


def hat_twice(photos):
    hats(photos)
    write(photos, [*read(photos), {"file_name": "02.png", "hat": 1, "age": 3}])


def not_utf8(photos):
    (photos / "metadata.jsonl").write_bytes("größe".encode("latin-1"))


def mixed_sizes(photos):
    PIL.Image.new("RGB", (20, 16)).save(photos / "03.png")


def a_long_number(photos):
    lines = [f"{i:02d}.png,{'nan' if i == 3 else i / 7}" for i in range(12)]
    as_csv(photos, "file_name,height", *lines)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda p: (p / "03.png").unlink(), ("metadata.jsonl", "names 03.png", "not there")),
        (lambda p: write(p, read(p)[:-2]), ("says nothing of 10.png (nor of 1 more)", "add a row")),
        (lambda p: changed(p, 3, text=""), ("empty text for 03.png", "write one")),
        (lambda p: changed(p, 3, text="  "), ("empty text for 03.png",)),
        (lambda p: changed(p, 3, text=["a cat", ""]), ("empty text for 03.png",)),
        (lambda p: changed(p, 3, text=[]), ("empty text for 03.png",)),
        (lambda p: changed(p, 3, text=7), ("empty text for 03.png",)),
        (lambda p: changed(p, 3, file_name=None), ("names no image in row 4",)),
        (lambda p: changed(p, 3, file_name="../03.png"), ("below its folder", "'../03.png'")),
        (lambda p: changed(p, 3, file_name="/etc/passwd"), ("below its folder", "'/etc/passwd'")),
        (lambda p: write(p, [{"name": "00.png"}]), ("must have a column file_name", "got name")),
        (lambda p: write(p, []), ("must have a column file_name", "got none")),
        (lambda p: (p / "metadata.jsonl").write_text("{"), ("one JSON object a line", "line 1")),
        (lambda p: (p / "metadata.jsonl").write_text("[" * 90_000), ("one JSON object a line",)),
        (lambda p: (p / "metadata.jsonl").write_text("7"), ("one JSON object a line",)),
        (not_utf8, ("metadata.jsonl", "UTF-8")),
        (lambda p: (p / "metadata.csv").write_text("file_name\n"), ("has both", "remove one")),
        (lambda p: as_csv(p, "file_name,text", "00.png,a,b"), ("more values in row 1", "quotes")),
        (lambda p: as_csv(p, "file_name,text", "00.png"), ("fewer values in row 1",)),
        (lambda p: hats(p, hat=None), ("says no hat of 03.png", "fill it in")),
        (lambda p: hats(p, hat=" "), ("says no hat of 03.png",)),
        (lambda p: hats(p, hat=[1]), ("no one value of hat for 03.png",)),
        (lambda p: write(p, [*read(p), {"file_name": "02.png"}]), ("empty text for 02.png",)),
        (hat_twice, ("names 02.png in 2 rows", "keep one")),
        (a_long_number, ("'height' is missing in row 4",)),
        (mixed_sizes, ("photos", "20x16 (1)", "--set size=")),
    ],
)
def test_a_folder_whose_words_do_not_match_its_images(spoil, says, photos, refused):
    spoil(photos)
    refused("fit", "photos", "--run", "run", "--steps", "2", says=says)


@pytest.mark.parametrize(
    ("said", "says"),
    [
        (np.arange(25) % 2, ("one label an item (24)", "(25,)")),
        (np.arange(23) % 2, ("one label an item (24)", "(23,)")),
        (CAPTIONS[:23], ("one caption or list of captions an image (24)", "got 23")),
        ([*CAPTIONS, "one more"], ("(24)", "got 25")),
        ([*CAPTIONS[:23], ""], ("caption of image 24 is empty", "write one")),
        ([["a cat"], []] * 12, ("image 2", "write one")),
        (PEOPLE.iloc[:20], ("one row of attributes an image (24)", "got 20")),
        (PEOPLE.assign(hat=None), ("'hat' is missing in row 1",)),
        (PEOPLE.assign(hat="yes"), ("'hat'", "at least 2 values", "got yes")),
        (PEOPLE.assign(hair=[*["red"] * 23, None]), ("'hair' is missing in row 24",)),
        (np.zeros((24, 2, 2)), ("(n,) or (n, k)",)),
        (["once", *["cat"] * 23], ("'once' has one item",)),
        ("labels", ("must be classes, captions or attributes",)),
    ],
    ids=str,
)
def test_what_is_said_of_arrays_and_cannot_be_learnt(said, says):
    with pytest.raises(WrongUse) as error:
        open_dataset(IMAGES, labels=said)
    words = sentence(error)
    assert all(part in words for part in says), words


@pytest.mark.parametrize("shape", [(24, 16, 20, 3), (24, 17, 16), (24, 3, 20, 16)])
def test_arrays_that_are_not_square_are_refused_and_resized_where_that_is_asked_for(shape):
    images = np.zeros(shape, dtype=np.uint8)
    with pytest.raises(WrongUse, match="must be square") as error:
        open_dataset(images, labels=CAPTIONS)
    assert "--set size=64" in sentence(error)
    assert open_dataset(images, labels=CAPTIONS, size=32).modality.shape[1:] == (32, 32)


def test_what_is_cropped_is_not_distorted():
    images = np.zeros((24, 16, 32), dtype=np.uint8)
    images[:, 6:10, 14:18] = 255  # a square in the middle
    item = open_dataset(images, size=16).real()[0]
    rows, columns = np.nonzero(item > 127)
    assert np.ptp(rows) == np.ptp(columns) == 3


@pytest.mark.parametrize(
    ("arrays", "labels", "says"),
    [
        ({"caption": CAPTIONS[:20]}, None, ("a.npz", "(24)", "got 20")),
        ({"caption": [*CAPTIONS[:23], ""]}, None, ("a.npz", "image 24 is empty")),
        ({"hat": PEOPLE["hat"]}, "hta", ("a.npz", "no array 'hta'")),
        ({"hat": PEOPLE["hat"]}, "hat,hair", ("a.npz", "no array 'hair'")),
        ({"hat": PEOPLE["hat"][:9], "n": range(24)}, "hat,n", ("columns of one length",)),
        (
            {"attributes": np.eye(24)[:, :3], "attribute_names": ["a", "b"]},
            None,
            ("a.npz", "one name an attribute (3)", "got 2"),
        ),
    ],
)
def test_what_is_said_in_a_file_of_arrays_and_cannot_be_learnt(arrays, labels, says, here):
    np.savez(here / "a.npz", x=IMAGES, **{k: np.asarray(v) for k, v in arrays.items()})
    with pytest.raises(WrongUse) as error:
        open_dataset(here / "a.npz", labels=labels)
    words = sentence(error)
    assert all(part in words for part in says), words


def test_a_file_of_arrays_whose_test_part_says_nothing(here):
    np.savez(here / "a.npz", x_train=IMAGES, x_test=IMAGES, caption_train=CAPTIONS)
    with pytest.raises(WrongUse, match="none for the held-out part"):
        open_dataset(here / "a.npz")


@pytest.mark.parametrize(
    ("labels", "wish", "says"),
    [
        (PEOPLE["hair"], "rde", ("no class 'rde'", "black, fair, red")),
        (PEOPLE["hair"], {"hair": "red"}, ("hair", "it knows class")),
        (PEOPLE, {"beard": True}, ("no attribute 'beard'", "hat, hair")),
        (PEOPLE, {"hiar": "red"}, ("'hiar'", "did you mean hair")),
        (PEOPLE, {"hair": "rad"}, ("'rad'", "did you mean red")),
        (PEOPLE, "red", ("by name, such as",)),
        (CAPTIONS, "", ("is empty", "write")),
        (CAPTIONS, {"caption": "a cat"}, ("caption", "it knows text")),
        (CAPTIONS, 7, ("text must be asked for",)),
        (CAPTIONS, ["a", "b", "c", "d"], ("n=4",)),
    ],
    ids=str,
)
def test_a_wish_that_cannot_be_met(labels, wish, says):
    condition = open_dataset(IMAGES, labels=labels).condition
    with pytest.raises(WrongUse) as error:
        condition.ask(wish, 3)
    words = sentence(error)
    assert all(part in words for part in says), words


def test_labels_of_a_folder_are_names_of_columns(photos):
    with pytest.raises(WrongUse, match="labels must name columns"):
        open_dataset(photos, labels=np.arange(12))
    with pytest.raises(WrongUse, match="no column 'txt'; did you mean text"):
        open_dataset(photos, labels="txt")
    (photos / "metadata.jsonl").unlink()
    with pytest.raises(WrongUse, match=r"no metadata\.csv or metadata.jsonl"):
        open_dataset(photos, labels="text")


def test_a_good_folder_is_opened(photos):
    dataset = open_dataset(photos)
    assert isinstance(dataset.condition, Texts)
    assert len(dataset.train) + len(dataset.heldout) == 12


def test_unlabelled_items_are_no_class_that_can_be_asked_for():
    with pytest.raises(WrongUse, match="no class"):
        ClassNames(["a", "b"]).ask(-1, 1)
    few = open_dataset(IMAGES, labels=PEOPLE["hair"], labelled=0.5)
    assert few.classes == ("black", "fair", "red")
    assert torch.isin(few.train.y, torch.tensor([-1, 0, 1, 2])).all()
