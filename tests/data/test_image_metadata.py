import json

import PIL.Image
import pytest
import torch

from sparring.core.errors import WrongUse
from sparring.data import folder as module
from sparring.data import open_dataset
from sparring.data.image_metadata import read_metadata


@pytest.fixture
def folder(make_folder):
    return make_folder(n=12)


def names(folder):
    return sorted(path.name for path in folder.glob("*.png"))


def write_csv(folder, *columns, rows):
    lines = [",".join(["file_name", *columns])]
    lines += [",".join(map(str, row)) for row in rows]
    (folder / "metadata.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_jsonl(folder, rows):
    text = "\n".join(map(json.dumps, rows))
    (folder / "metadata.jsonl").write_text(text + "\n", encoding="utf-8")


def test_captions_belong_to_their_files(folder):
    for place, name in enumerate(names(folder)):
        PIL.Image.new("L", (16, 16), 10 * place).save(folder / name)
    backwards = names(folder)[::-1]
    write_csv(folder, "text", rows=[(name, f"the picture {name}") for name in backwards])
    dataset = open_dataset(folder)
    assert dataset.condition.name == "texts"
    for image, texts in zip(dataset.real(), dataset.train.y.groups, strict=True):
        assert texts == [f"the picture {image[0, 0] // 10:03d}.png"]


def test_one_column_is_classes(folder):
    write_csv(folder, "pet", rows=[(name, ["cat", "dog"][i % 2]) for i, name in _rows(folder)])
    dataset = open_dataset(folder)
    assert dataset.classes == ("cat", "dog")
    assert dataset.train.y.dtype == torch.int64


def test_several_columns_are_attributes_of_their_types(folder):
    rows = [(name, i % 2 == 0, 20 + i, ["cat", "dog"][i % 2]) for i, name in _rows(folder)]
    write_csv(folder, "hat", "age", "pet", rows=rows)
    dataset = open_dataset(folder, kinds={"age": "number"})
    widths = [attribute.width for attribute in dataset.condition.attributes]
    assert widths == [1, 4, 2]
    batch = dataset.train[torch.arange(len(dataset.train))]
    hats, dogs = batch["y"][:, 0], batch["y"][:, -1]
    assert torch.equal(hats, 1 - dogs)


def test_labels_name_what_is_said(folder):
    write_csv(folder, "text", "pet", rows=[(n, f"a pet {n}", "cat") for n in names(folder)[:6]])
    rows = [(n, f"a pet {n}", ["cat", "dog"][i % 2]) for i, n in _rows(folder)]
    write_csv(folder, "text", "pet", rows=rows)
    assert open_dataset(folder).condition.name == "texts"
    assert open_dataset(folder, labels="pet").classes == ("cat", "dog")
    assert open_dataset(folder, labels=["text"]).condition.name == "texts"
    with pytest.raises(WrongUse, match="no column 'pets'; did you mean pet"):
        open_dataset(folder, labels="pets")


@pytest.mark.parametrize("several", [True, False])
def test_an_image_may_have_several_captions(folder, several):
    texts = {name: [f"one {name}", f"another {name}"] for name in names(folder)}
    if several:
        write_jsonl(folder, [{"file_name": n, "text": found} for n, found in texts.items()])
    else:
        each = [(name, text) for name, found in texts.items() for text in found]
        write_csv(folder, "caption", rows=each)
    dataset = open_dataset(folder)
    assert sorted(dataset.train.y.groups + dataset.heldout.y.groups) == sorted(texts.values())


def test_files_may_lie_deeper(make_folder):
    make_folder("photos/cats", n=6)
    deep = make_folder("photos/dogs", n=6).parent
    rows = [
        (f"{kind}/{i:03d}.png", f"the {kind} {i}") for kind in ("cats", "dogs") for i in range(6)
    ]
    write_csv(deep, "text", rows=rows)
    assert len(open_dataset(deep).condition.captions) == 11


def test_names_alone_say_nothing(folder):
    write_csv(folder, rows=[(name,) for name in names(folder)])
    assert open_dataset(folder).condition is None


def test_streamed_images_keep_what_is_said(folder, monkeypatch):
    write_csv(folder, "pet", rows=[(name, ["cat", "dog"][i % 2]) for i, name in _rows(folder)])
    kept = open_dataset(folder)
    monkeypatch.setattr(module, "budget", lambda: 0)
    streamed = open_dataset(folder)
    wanted = torch.tensor([3, 1])
    assert torch.equal(streamed.train[wanted]["y"], kept.train[wanted]["y"])


def test_commas_and_lines_may_stand_between_quotes(folder):
    lines = ["file_name,text", *(f'{name},"a cat, or ""two""\nof them"' for name in names(folder))]
    (folder / "metadata.csv").write_text("\ufeff" + "\n".join(lines), encoding="utf-8")
    _, said, _ = read_metadata(folder / "metadata.csv")
    assert said[0] == ['a cat, or "two"\nof them']


def _rows(folder):
    return list(enumerate(names(folder)))
