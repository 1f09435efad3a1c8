"""The command line: each command is one call of a task."""

import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from sparring import __version__
from sparring.endings import end, of_the_system, usage

app = typer.Typer(
    name="sparring",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Adversarial games between neural networks, from data to samples and an honest report.\n\n"
    "Example: sparring fit digits --minutes 2 --run runs/digits && sparring report runs/digits",
)

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Any other setting; may be repeated."),
]
Kinds = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE.json", help="Kinds of a table's columns: SDV's metadata or Frictionless."
    ),
]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run.")]


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"sparring {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _help(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command(epilog="Example: sparring fit photos/ --minutes 30 --set size=64")
def fit(
    data: Annotated[
        str,
        typer.Argument(metavar="DATA", help="A named set, a folder of images, a CSV, Parquet, …"),
    ],
    game: Annotated[
        str | None, typer.Option(help="One of: sparring list games. By default the data choose.")
    ] = None,
    run: Annotated[Path | None, typer.Option(help="Folder for all that is made.")] = None,
    steps: Annotated[int | None, typer.Option(help="How many training steps.")] = None,
    minutes: Annotated[float | None, typer.Option(help="Train for so long.")] = None,
    seed: Annotated[int, typer.Option(help="Of everything random.")] = 0,
    processes: Annotated[int, typer.Option(help="How many train together.")] = 1,
    kinds: Kinds = None,
    set_: Set = None,
    as_json: Json = False,
) -> None:
    """Train on a data set: look at it, choose what fits, and keep everything in a run."""
    from sparring.tasks.run import free_folder
    from sparring.tasks.settings import read_settings, with_settings
    from sparring.tasks.synthesizer import Synthesizer

    given = {"game": game, "steps": steps, "minutes": minutes, "seed": seed}
    name = Path(data).name.split(".")[0] or "data"
    folder = run or free_folder(f"{name}-{game}" if game else name)
    settings = read_settings(set_ or []) | _kinds(kinds)
    with _progress(as_json) as bar:
        parameters = with_settings({**given, "processes": processes}, settings)
        Synthesizer(**parameters, run=folder, callbacks=[bar]).fit(data)
    _say(
        {"run": str(folder)},
        as_json,
        f"The model is in {folder}; judge it: sparring report {folder}",
    )


def _kinds(path: Path | None) -> dict[str, Any]:
    from sparring.tasks.columns import kinds_from

    return {} if path is None else {"kinds": kinds_from(path)}


@app.command(epilog="Example: sparring resume runs/digits")
def resume(run: RunFolder, as_json: Json = False) -> None:
    """Go on with a run that was broken off; it ends as if it had not been."""
    from sparring.tasks.synthesizer import Synthesizer

    with _progress(as_json) as bar:
        Synthesizer.resume(run, callbacks=[bar])
    _say({"run": str(run)}, as_json, f"The model is in {run}; judge it: sparring report {run}")


@app.command(epilog="Example: sparring columns people.csv -o people.json")
def columns(
    data: Annotated[str, typer.Argument(metavar="DATA", help="As for sparring fit.")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE.json", help="Write the kinds, as metadata."),
    ] = None,
    kinds: Kinds = None,
    set_: Set = None,
    as_json: Json = False,
) -> None:
    """What fit would take a data set for: kinds of columns and rules between them."""
    from sparring.tasks.columns import look
    from sparring.tasks.settings import read_settings, with_settings
    from sparring.terminal import show_look

    parameters = with_settings({"game": None}, read_settings(set_ or []) | _kinds(kinds))
    seen = look(data, parameters, output)
    if as_json:
        _print_json(seen.describe())
    else:
        show_look(seen)
        if output is not None:
            typer.echo(
                f"The kinds are in {output}; train by them: sparring fit {data} --kinds {output}"
            )


@app.command(
    epilog="Example: sparring sample runs/digits -n 100 -o digits/ --condition class=7"
    "\n\nExample: sparring sample runs/adult -n 1000 -o rows.csv --condition sex=Female "
    "--condition age=30..40 --condition 'job=clerk|nurse' --condition boss="
    "\n\nExample: sparring sample runs/faces -n 25 -o faces.png --condition gender=female "
    "--condition 'age=child|teen' --truncation 0.8"
)
def sample(
    run: RunFolder,
    n: Annotated[int, typer.Option("-n", help="How many items.")] = 16,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="File or folder; the suffix says the format.")
    ] = Path("samples"),
    seed: Annotated[int | None, typer.Option(help="Of the draw.")] = None,
    condition: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=VALUE",
            help="What is asked of the items; may be repeated. Of a table's columns also "
            "KEY=LOW..HIGH, KEY=A|B, and KEY= for a missing value.",
        ),
    ] = None,
    truncation: Annotated[
        float | None, typer.Option(help="Draw less widely: below 1 pictures are better and alike.")
    ] = None,
    processes: Annotated[int, typer.Option(help="How many draw rows of a table together.")] = 1,
    as_json: Json = False,
) -> None:
    """Make new items with a trained run."""
    from sparring.tasks.conditions_text import read_conditions
    from sparring.tasks.sampling import sample_into
    from sparring.tasks.synthesizer import Synthesizer
    from sparring.terminal import counting

    synthesizer = Synthesizer.load(run)
    asked = read_conditions(synthesizer.modality_, condition or [])
    with counting("items", n, as_json) as tell:
        sample_into(synthesizer, n, output, asked, seed, truncation, processes, tell)
    _say({"output": str(output), "n": n}, as_json, f"{n:,} items are in {output}.")


@app.command(epilog="Example: sparring impute runs/adult people.csv -o whole.csv")
def impute(
    run: RunFolder,
    rows: Annotated[Path, typer.Argument(metavar="FILE", help="Rows with gaps: CSV or Parquet.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="File or folder; the suffix says the format.")
    ],
    seed: Annotated[int | None, typer.Option(help="Of the draw.")] = None,
    as_json: Json = False,
) -> None:
    """Fill the gaps of a table, as a trained run would."""
    from sparring.tasks.imputing import impute_file

    filled = impute_file(run, rows, output, seed)
    result = {"output": str(output), "filled": filled}
    _say(result, as_json, f"{filled:,} values were filled in; the rows are in {output}.")


@app.command(
    epilog="Example: sparring restore grainy.png --noise -o clean.png"
    "\n\nExample: sparring restore torn.png --mask holes.png -o whole.png"
    "\n\nExample: sparring restore small.png --scale 4 -o large.png"
)
def restore(
    picture: Annotated[Path, typer.Argument(metavar="PICTURE", help="An image file.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="OUT.png", help="Where to write it.")
    ],
    noise: Annotated[bool, typer.Option("--noise", help="Take noise from it.")] = False,
    mask: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Paint what is white in this picture.")
    ] = None,
    scale: Annotated[int | None, typer.Option(help="Make it so many times as large.")] = None,
    steps: Annotated[int, typer.Option(help="At most so many; it stops by itself.")] = 3000,
    seed: Annotated[int, typer.Option(help="Of everything random.")] = 0,
    as_json: Json = False,
) -> None:
    """Restore one picture by a network that has seen no other: noise, holes, or size."""
    from sparring.tasks.restoring import restore_file

    with _progress(as_json) as bar:
        how = {"steps": steps, "seed": seed, "callbacks": [bar]}
        result = restore_file(picture, output, noise=noise, mask=mask, scale=scale, **how)
    _say(result, as_json, f"The picture of step {result['step']:,} is in {output}.")


@app.command(
    epilog="Example: sparring report runs/digits --json"
    "\n\nExample: sparring report runs/clothes --deep"
)
def report(
    run: RunFolder,
    deep: Annotated[
        bool,
        typer.Option(
            "--deep",
            help="Of pictures, measure too what takes minutes: what a classifier learns from "
            "generated ones, path lengths, truncation, mixed styles.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Judge a run: every number between a worthless generator's and held-out real data's."""
    from sparring.tasks.judging import report_run
    from sparring.terminal import show_figures

    with _status("judging", as_json) as tell:
        page, result = report_run(run, progress=tell, deep=deep)
    if not as_json:
        show_figures(result["figures"])
    _say(result, as_json, f"The report is in {page}.")


@app.command(epilog="Example: sparring play my-experiment.toml")
def play(
    recipe: Annotated[str, typer.Argument(metavar="RECIPE", help="A TOML file, or a known name.")],
    run: Annotated[Path | None, typer.Option(help="Folder for all that is made.")] = None,
    as_json: Json = False,
) -> None:
    """Train what a recipe says."""
    from sparring.recipes.reader import play_recipe

    with _progress(as_json) as bar:
        folders = play_recipe(recipe, run, callbacks=[bar])
    _say({"runs": [str(f) for f in folders]}, as_json, f"Played: {', '.join(map(str, folders))}")


@app.command(epilog="Example: sparring reproduce ring8 --seeds 5 --json")
def reproduce(
    name: Annotated[str, typer.Argument(metavar="NAME", help="One of: sparring list recipes.")],
    seeds: Annotated[int | None, typer.Option(help="How many seeds, from 0.")] = None,
    evidence: Annotated[Path, typer.Option(help="Folder for the result.")] = Path("evidence"),
    as_json: Json = False,
) -> None:
    """Run a known experiment and compare it with the figure it should give.

    Broken off, it goes on after the last training that was judged.
    """
    from sparring.recipes.reproducing import reproduce_recipe

    with _status(name, as_json) as tell:
        result = reproduce_recipe(name, seeds, evidence, progress=tell)
    words = "as expected" if result["passed"] else "NOT as expected"
    _say(result, as_json, f"{name}: {words}; expected {result['expected']}, got {result['got']}.")
    if not result["passed"]:
        raise typer.Exit(1)


@app.command("list", epilog="Example: sparring list data")
def list_(
    what: Annotated[str, typer.Argument(help="games, networks, data, recipes, metrics.")] = "games",
    as_json: Json = False,
) -> None:
    """What there is, a line each."""
    from sparring.recipes.listing import listing

    rows = listing(what)
    if as_json:
        _print_json(rows)
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold")
    # A line each: the last column is cut where it doesn't fit; --json has it whole.
    columns = [name for name in rows[0] if name != "about"]
    for name in columns:
        widest = max(len(name), *(len(str(row[name])) for row in rows))
        table.add_column(name, no_wrap=True, min_width=None if name == columns[-1] else widest)
    for row in rows:
        table.add_row(*(str(row[name]) for name in columns))
    # In a pipe there is no edge to cut at.
    Console(width=None if sys.stdout.isatty() else 1000).print(table)


@app.command(epilog="Example: sparring cite r3gan")
def cite(
    game: Annotated[str, typer.Argument(metavar="GAME", help="One of: sparring list games.")],
) -> None:
    """Print the BibTeX of a game."""
    from sparring.games.catalog import find_game

    typer.echo(find_game(game).citation)


@contextmanager
def _progress(quiet: bool) -> Iterator[Any]:
    from sparring.terminal import Progress

    with Progress(quiet=quiet) as bar:
        yield bar


@contextmanager
def _status(title: str, quiet: bool) -> Iterator[Callable[[str], None]]:
    from rich.console import Console

    console = Console(stderr=True, quiet=quiet)
    with console.status(title) as status:
        yield lambda words: status.update(f"{title}: {words}")


def _say(result: Any, as_json: bool, sentence: str) -> None:
    if as_json:
        _print_json(result)
    else:
        typer.echo(sentence)


def _print_json(result: Any) -> None:
    typer.echo(json.dumps(result, indent=None, ensure_ascii=False, default=str))


_STOPPED = 130
_HOW_TO_GO_ON = "stopped by you; a training goes on with sparring resume RUN."


def main() -> NoReturn:
    """Run the command line; errors are one sentence on standard error, without a traceback."""
    from sparring.core.errors import Failure, WrongUse

    # Libraries that report on themselves leave standard error to us.
    warnings = logging.StreamHandler()
    warnings.setLevel(logging.WARNING)
    logging.basicConfig(handlers=[warnings])
    try:
        # typer returns the code of an Exit, and that of Ctrl-C.
        code = app(standalone_mode=False) or 0
        if code == _STOPPED:
            code = end(_HOW_TO_GO_ON, _STOPPED)
    except WrongUse as error:
        code = end(error, 2)
    except Failure as error:
        code = end(error, 1)
    except BrokenPipeError:
        # Whoever read this has had enough, as in sparring list data | head -1.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    except (OSError, MemoryError) as error:
        code = end(of_the_system(error), 1)
    except (KeyboardInterrupt, typer.Abort):
        code = end(_HOW_TO_GO_ON, _STOPPED)
    except Exception as error:
        code = usage(error)
    sys.stdout.flush()
    sys.exit(code)


if __name__ == "__main__":
    main()
