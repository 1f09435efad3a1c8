"""Named sets of images that have attributes or captions."""

import io
import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import PIL.Image

from sparring.data.arrayfiles import Arrays
from sparring.data.building import Preparation, image_dataset
from sparring.data.dataset import Dataset
from sparring.data.entries import Entry
from sparring.data.finding import File
from sparring.data.shapes import draw, scenes

AGES = (("child", 0), ("teen", 13), ("adult", 20), ("middle", 40), ("old", 60))
"""Age groups, and the years at which they begin."""
_GENDERS = np.array(["male", "female"])
_SHAPES_EACH = 6
_SHAPES_HELD_OUT = 0.1


def _utkface(files: Sequence[Path], how: Preparation, size: int | None) -> Dataset:
    with np.load(files[0], allow_pickle=False) as pack:
        content, ends = pack["jpeg"].tobytes(), pack["offsets"].tolist()
        ages, genders = pack["age"], pack["gender"]
    faces = np.stack(
        [
            np.asarray(PIL.Image.open(io.BytesIO(content[start:end])).convert("RGB"))
            for start, end in pairwise(ends)
        ]
    )
    group = np.searchsorted([begin for _, begin in AGES], ages, side="right") - 1
    age = pd.Categorical.from_codes(group, pd.Index([name for name, _ in AGES]))
    said = pd.DataFrame({"gender": _GENDERS[genders], "age": age})
    return image_dataset("", Arrays(faces, said), how, size)


def _twemoji(files: Sequence[Path], how: Preparation, size: int | None) -> Dataset:
    with np.load(files[0], allow_pickle=False) as held:
        return image_dataset("", Arrays(held["x"], held["caption"], kind="text"), how, size)


def _coco(files: Sequence[Path], how: Preparation, size: int | None) -> Dataset:
    with np.load(files[0], allow_pickle=False) as held:
        x, train = held["x"], held["split"] == "train"
        captions = [json.loads(captions) for captions in held["captions_json"].tolist()]
    y, y_test = ([captions[row] for row in np.flatnonzero(part)] for part in (train, ~train))
    return image_dataset("", Arrays(x[train], y, x[~train], y_test, kind="text"), how, size)


def _shapes(_: Sequence[Path], how: Preparation, size: int | None) -> Dataset:
    known = scenes()
    order = np.random.default_rng(0).permutation(len(known))
    out = order[: round(_SHAPES_HELD_OUT * len(known))]
    kept = np.setdiff1d(order, out)
    parts = [
        [known[row] for row in rows for _ in range(_SHAPES_EACH)] for rows in (kept, np.sort(out))
    ]
    (x, x_test), (y, y_test) = (
        [draw(part, seed) for seed, part in enumerate(parts)],
        [[scene.caption for scene in part] for part in parts],
    )
    return image_dataset("", Arrays(x, y, x_test, y_test, kind="text"), how, size)


def _file(name: str, sha256: str) -> tuple[tuple[File, ...], ...]:
    return ((File(f"images/{name}", sha256),),)


CAPTIONED_SETS = (
    Entry(
        name="utkface",
        modality="image",
        items=4500,
        shape=(64, 64, 3),
        licence="non-commercial research only (UTKFace); pictures of people must not be passed on",
        about="Aligned faces with the attributes gender (female, male) and age (child to 12 years, "
        "teen to 19, adult to 39, middle to 59, old); estimated by machine and checked by its "
        "authors, so partly wrong, and skewed to children; the held-out part is drawn.",
        load=_utkface,
        files=_file(
            "utkface_64_jpegpack.npz",
            "01ccdded7788333a90451ce587ab1d2c5ca6a38895ed836fdecb23b9837efc7c",
        ),
    ),
    Entry(
        name="twemoji",
        modality="image",
        items=1906,
        shape=(64, 64, 3),
        licence="CC BY 4.0 (Twemoji, Twitter and contributors); captions MIT (Cal Henderson)",
        about="Emoji on white, with a caption each, their names in Unicode's manner; the held-out "
        "part is drawn.",
        load=_twemoji,
        files=_file(
            "twemoji_64_captions.npz",
            "ef14e563315e8c5e6f9439ade8811c4edd7196aec8b6b41f45c9e1abaa9d4c4d",
        ),
    ),
    Entry(
        name="shapes",
        modality="image",
        items=_SHAPES_EACH * len(scenes()),
        shape=(32, 32, 3),
        licence="CC0 (made by a program)",
        about="Shapes on a dark ground with a caption from a grammar, such as 'two small red "
        "circles above a blue square'; a tenth of the captions, drawn once for all, is held out: "
        "these combinations are never trained on.",
        load=_shapes,
        comes_with="made on the spot",
    ),
    Entry(
        name="coco-mini",
        modality="image",
        items=159,
        shape=(64, 64, 3),
        licence="captions CC BY 4.0 (COCO 2017); pictures under their Flickr licences",
        about="Photographs cropped to squares, with five captions each by people, of which another "
        "is taken each epoch; 79 of the official validation part are held out.",
        load=_coco,
        files=_file(
            "coco_mini_captions_64.npz",
            "b2a7d3c9f13c79081a45e53e10ec705438200d81b76f75984383b9adf415387f",
        ),
    ),
)
