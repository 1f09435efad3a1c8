"""The command line as a script sees it."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import PIL.Image
import pytest

from sparring import __version__, cli
from sparring.games.catalog import GAMES

COMMANDS = ["fit", "columns", "resume", "sample", "impute", "restore", "report"]
COMMANDS += ["play", "reproduce", "list", "cite"]
TINY = ["--set", "networks=mlp", "--set", "width=8", "--set", "batch_size=8", "--steps", "3"]


@pytest.fixture
def sparring(tmp_path, monkeypatch, capsys):
    """`sparring("fit", "digits")` -> exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SPARRING_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "100")

    def run(*words):
        monkeypatch.setattr("sys.argv", ["sparring", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            cli.main()
        return int(end.value.code or 0), *capsys.readouterr()

    return run


@pytest.fixture
def good(sparring):
    """A command that must succeed without a word on standard error; its standard output."""

    def run(*words):
        code, out, err = sparring(*words)
        assert (code, err) == (0, ""), err
        return out

    return run


def test_sparring_alone_prints_help(good):
    assert "Commands" in good()
    assert good() == good("--help")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command, good):
    words = good(command, "--help")
    assert f"Example: sparring {command}" in words


def test_help_names_every_command(good):
    words = good("--help")
    assert all(re.search(rf"\b{command}\b", words) for command in COMMANDS)


def test_the_version(good):
    assert good("--version") == f"sparring {__version__}\n"


@pytest.mark.parametrize("what", ["games", "data", "recipes", "metrics"])
def test_a_list_is_rows_of_one_kind(what, good):
    rows = json.loads(good("list", what, "--json"))
    assert len(rows) >= 3
    assert len({tuple(row) for row in rows}) == 1
    table = good("list", what)
    assert all(row["name"] in table for row in rows)


def test_games_are_listed_by_default(good):
    rows = json.loads(good("list", "--json"))
    assert [row["name"] for row in rows] == list(GAMES)


def test_the_named_data_sets_that_the_documentation_promises(good):
    names = {row["name"] for row in json.loads(good("list", "data", "--json"))}
    promised = {"digits", "mnist", "fashion-mnist", "usps", "cifar10", "freyfaces", "adult"}
    assert promised <= names


@pytest.mark.parametrize("game", GAMES)
def test_every_game_can_be_cited(game, good):
    bibtex = good("cite", game)
    assert bibtex.startswith("@")
    assert bibtex.count("{") == bibtex.count("}")
    for field in ("title", "author", "year"):
        assert f"{field} =" in bibtex


def test_from_data_to_samples_to_a_report_and_on(good, tmp_path):
    run = tmp_path / "run"
    told = json.loads(good("fit", "digits", "--run", run, *TINY, "--json"))
    assert told == {"run": str(run)}
    words = ("sample", run, "-n", "5", "--seed", "1", "--condition", "class=7", "-o", "x.npz")
    assert json.loads(good(*words, "--json")) == {"output": "x.npz", "n": 5}
    assert np.load(tmp_path / "x.npz")["x"].shape == (5, 8, 8)
    good("sample", run, "-n", "3", "-o", "pictures")
    assert len(list((tmp_path / "pictures").glob("*.png"))) == 3
    assert json.loads(good("resume", run, "--json")) == {"run": str(run)}


@pytest.fixture
def table(tmp_path):
    """A small table: its report takes a second."""
    rows = (f"{i % 7},{i % 3 * 1.5},{'ab'[i % 2]}" for i in range(300))
    (tmp_path / "t.csv").write_text("\n".join(["x,y,z", *rows]) + "\n")
    return "t.csv"


def test_a_table_is_looked_at_without_a_training(table, good, tmp_path):
    seen = json.loads(good("columns", table, "--json"))
    kinds = [(column["name"], column["kind"]) for column in seen["columns"]]
    assert kinds == [("x", "integer"), ("y", "number"), ("z", "category")]
    assert seen["items"] + seen["heldout"] == 300
    assert [path.name for path in tmp_path.iterdir()] == [table]
    words = good("columns", table)
    assert all(re.search(rf"^{name} +{kind}\b", words, re.MULTILINE) for name, kind in kinds)


def test_fit_shows_kinds_and_rules_before_it_says_where_the_model_is(good, tmp_path):
    rows = (f"{i * i % 89},{3 * (i * i % 89)}" for i in range(200))
    (tmp_path / "t.csv").write_text("\n".join(["net,gross", *rows]) + "\n")
    words = good("fit", "t.csv", "--run", "run", *TINY)
    assert words.startswith(good("columns", "t.csv"))
    assert words.index("gross = 3 * net") < words.index("The model is in run")
    assert len(good("fit", "t.csv", "--run", "other", *TINY, "--json").splitlines()) == 1


def test_more_columns_and_rules_than_a_screen_holds_are_counted(good, tmp_path):
    frame = {f"c{i}": [(n * n + i) % 89 for n in range(200)] for i in range(30)}
    pd.DataFrame(frame).to_csv(tmp_path / "t.csv", index=False)
    words = good("columns", "t.csv")
    assert "c19 " in words
    assert "c20  " not in words
    assert "… and 10 more columns" in words


def test_rows_are_asked_for_in_words_of_their_columns(table, good, tmp_path):
    fit = ("--steps", "3", "--set", "width=8", "--set", "alarms=false")
    good("fit", table, "--run", "run", *fit)
    words = ("--condition", "z=a", "--condition", "x=2..4", "--condition", "y=0|1.5")
    assert good("sample", "run", "-n", "40", "-o", "r.csv", *words) == "40 items are in r.csv.\n"
    made = pd.read_csv(tmp_path / "r.csv")
    assert set(made["z"]) == {"a"}
    assert made["x"].between(2, 4).all()
    assert set(made["y"]) <= {0, 1.5}
    (tmp_path / "gaps.csv").write_text("x,z\n3,\n,b\n")
    told = json.loads(good("impute", "run", "gaps.csv", "-o", "whole.csv", "--json"))
    assert told == {"output": "whole.csv", "filled": 4}
    whole = pd.read_csv(tmp_path / "whole.csv")
    assert (whole["x"][0], whole["z"][1]) == (3, "b")
    assert whole.notna().all(axis=None)


def test_rows_into_a_folder_do_not_depend_on_the_processes(table, good, tmp_path):
    good("fit", table, "--run", "run", "--steps", "3", "--set", "width=8")
    for folder, processes in (("one", 1), ("two", 2)):
        words = ("-n", "500", "--seed", "4", "--processes", processes)
        good("sample", "run", "-o", folder, *words)
    one, two = (pd.read_parquet(tmp_path / folder) for folder in ("one", "two"))
    assert len(one) == 500
    pd.testing.assert_frame_equal(one, two)


def test_a_report_is_json_and_a_page(table, good, tmp_path):
    good("fit", table, "--run", "run", *TINY)
    content = json.loads(good("report", "run", "--json"))
    assert content == json.loads((tmp_path / "run" / "report.json").read_text("utf-8"))
    assert "<html" in (tmp_path / "run" / "report.html").read_text("utf-8")
    words = good("report", "run")
    for title, figure in zip(("Column shapes", "Pair trends"), content["figures"], strict=False):
        assert title == figure["title"]
        assert f"{title} " in words
        assert figure["verdict"] in words
    assert words.endswith("report.html.\n")


def test_a_deep_report_is_of_pictures_alone(table, good, sparring):
    good("fit", table, "--run", "run", *TINY)
    code, _, err = sparring("report", "run", "--deep")
    assert code == 2
    assert "a deep report is of pictures, and t is table data; leave deep out." in err


def test_a_recipe_is_played_into_the_folder_that_is_named(good, tmp_path):
    fit = 'networks = "mlp"\nwidth = 8\nbatch_size = 8\nsteps = 2\n'
    (tmp_path / "r.toml").write_text(f'data = "ring8"\n[fit]\n{fit}[players.gan]\ngame = "gan"\n')
    assert json.loads(good("play", "r.toml", "--run", "one", "--json")) == {"runs": ["one"]}
    again = json.loads(good("play", "one/recipe.toml", "--json"))["runs"]
    first, second = (Path(p) / "model" / "state.safetensors" for p in ("one", again[0]))
    assert first.read_bytes() == second.read_bytes()


def recipe(folder, figure, bound):
    fit = 'networks = "mlp"\nwidth = 8\nbatch_size = 8\nsteps = 2\nalarms = false\n'
    expect = f'[[expect]]\nfigure = "{figure}"\nof = "r3gan"\nat_least = {bound}\n'
    (folder / "r.toml").write_text(f'data = "t.csv"\n[fit]\n{fit}{expect}')


def test_an_expected_figure_that_no_report_has_is_refused(table, sparring, tmp_path):
    recipe(tmp_path, "column_shape", 0)
    code, out, err = sparring("reproduce", "r.toml", "--json")
    assert (code, out) == (2, "")
    assert "'column_shape'" in err
    assert "did you mean column_shapes?" in err


@pytest.mark.parametrize(("bound", "code"), [(0, 0), (2, 1)])
def test_a_reproduction_that_fails_ends_with_1(bound, code, table, sparring, tmp_path):
    recipe(tmp_path, "column_shapes", bound)
    ended, out, _ = sparring("reproduce", "r.toml", "--seeds", "1", "--json")
    assert ended == code
    result = json.loads(out)
    assert {"recipe", "expected", "got", "passed", "seconds", "seeds"} <= set(result)
    assert result["passed"] == (code == 0)
    assert json.loads((tmp_path / "evidence" / "r.json").read_text("utf-8")) == result


def test_a_run_without_a_name_gets_a_folder_of_its_own(good, tmp_path):
    for folder in ("runs/ring8-gan", "runs/ring8-gan-2"):
        assert json.loads(good("fit", "ring8", "--game", "gan", *TINY, "--json")) == {"run": folder}
    assert json.loads(good("fit", "ring8", *TINY, "--json")) == {"run": "runs/ring8"}


def test_a_value_is_read_as_toml_where_it_is_some_else_as_a_word():
    pairs = ["a=3", "b=0.5", "c=true", "d=word", "e=[1, 2]", 'f="3"', "g=x=y", 'h={part="R1"}']
    read = {"a": 3, "b": 0.5, "c": True, "d": "word", "e": [1, 2], "f": "3", "g": "x=y"}
    assert cli._settings(pairs) == {**read, "h": {"part": "R1"}}


def test_a_fault_of_ours_says_so_and_shows_where_when_asked(sparring, monkeypatch):
    monkeypatch.setattr("sparring.games.catalog.find_game", lambda name: 1 / 0)
    code, _, err = sparring("cite", "gan")
    assert code == 1
    assert re.fullmatch(r"sparring: a fault in sparring .*ZeroDivisionError.*report it\.\n", err)
    monkeypatch.setenv("SPARRING_DEBUG", "1")
    monkeypatch.setattr("sys.argv", ["sparring", "cite", "gan"])
    with pytest.raises(ZeroDivisionError):
        cli.main()


@pytest.fixture
def photo(tmp_path):
    """A small picture in a file, and a mask of its lower half."""
    rows = np.arange(12 * 16 * 3).reshape(12, 16, 3) % 251
    PIL.Image.fromarray(rows.astype(np.uint8)).save(tmp_path / "photo.png")
    mask = np.zeros((12, 16), np.uint8)
    mask[6:] = 255
    PIL.Image.fromarray(mask).save(tmp_path / "mask.png")
    return "photo.png"


@pytest.mark.parametrize(
    ("how", "size"),
    [(["--noise"], (16, 12)), (["--mask", "mask.png"], (16, 12)), (["--scale", 2], (32, 24))],
)
def test_a_picture_is_restored_into_a_file(how, size, photo, good, tmp_path):
    told = json.loads(good("restore", photo, *how, "--steps", 2, "-o", "out.png", "--json"))
    assert told == {"output": "out.png", "step": 2, "stopped": None}
    with PIL.Image.open(tmp_path / "out.png") as made:
        assert (made.size, made.mode) == (size, "RGB")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "one of --noise, --mask FILE and --scale N"),
        (["--noise", "--scale", 2], "one of --noise, --mask FILE and --scale N"),
        (["--scale", 1], "factor must be"),
        (["--noise", "--steps", 0], "steps must be"),
        (["--mask", "nowhere.png"], "nowhere.png isn't there"),
        (["--mask", "photo.png", "--seed", -1], "seed must be"),
    ],
)
def test_a_picture_isnt_restored_by_halves(words, says, photo, sparring, tmp_path):
    code, out, err = sparring("restore", photo, *words, "-o", "out.png")
    assert (code, out) == (2, "")
    assert says in err
    assert not (tmp_path / "out.png").exists()


def test_a_restored_picture_is_a_png(photo, sparring):
    code, _, err = sparring("restore", photo, "--noise", "-o", "out.jpg")
    assert (code, "must end in .png" in err) == (2, True)
