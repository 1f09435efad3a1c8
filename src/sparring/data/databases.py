"""Tables in SQL databases, through SQLAlchemy."""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd

from sparring.core.errors import Failure, WrongUse
from sparring.data.descriptions import Description, Relationship, TableDescription

SUFFIXES = (".sqlite", ".sqlite3", ".db")


def is_database(thing: Any) -> bool:
    """Whether this is a SQLAlchemy Engine, the URL of a database, or the path of a SQLite file.

    Example:
        >>> is_database("sqlite:///shop.db"), is_database("shop.db"), is_database("shop.csv")
        (True, True, False)
    """
    if isinstance(thing, str) and "://" in thing:
        return True
    if isinstance(thing, str | Path):
        return Path(thing).name.lower().endswith(SUFFIXES)
    return hasattr(thing, "connect") and hasattr(thing, "dialect")


def shown(where: Any) -> str:
    """How a database is named in words and files: without its password.

    Example:
        >>> shown("postgresql://ann:secret@host/shop"), shown("shop.db")
        ('postgresql://ann:***@host/shop', 'shop.db')
    """
    if isinstance(where, Path) or (isinstance(where, str) and "://" not in where):
        return str(where)
    url = where if isinstance(where, str) else str(where.url)
    scheme, _, rest = url.partition("://")
    owner, at, host = rest.rpartition("@")
    user, colon, _ = owner.partition(":")
    return f"{scheme}://{user}{colon and ':***'}{at}{host}"


def read_database(where: Any, table: str | None = None) -> tuple[str, pd.DataFrame, str]:
    """Read one table of a database.

    Args:
        where: a SQLAlchemy Engine, a URL such as "sqlite:///shop.db", or the path of a SQLite file.
        table: its name, or a view's; None where there is only one table.

    Returns:
        The table's name, its rows in the order of its primary key, and a sentence about what was
        assumed, or "".

    Raises:
        WrongUse: no SQLAlchemy, no such database or table, or several tables and none is named.
        Failure: the database cannot be reached.

    Example:
        >>> import sqlite3, tempfile
        >>> path = Path(tempfile.mkdtemp()) / "shop.db"
        >>> with sqlite3.connect(path) as shop:
        ...     _ = pd.DataFrame({"n": [2, 1]}).to_sql("orders", shop, index=False)
        >>> name, frame, _ = read_database(path)
        >>> name, frame["n"].tolist()
        ('orders', [2, 1])
    """
    with _connected(where) as connection:
        names = _names(connection, where)
        if table is None and len(names) > 1:
            raise WrongUse(
                f"{shown(where)} has several tables, {', '.join(names)}: name one, as in "
                f"table={names[0]!r}, or give several as a dict of DataFrames."
            )
        name = names[0] if table is None else table
        return name, *_rows(connection, name, where, names)


def read_tables(where: Any) -> tuple[dict[str, pd.DataFrame], Description]:
    """Read all tables of a database, and the keys that its schema declares.

    Args:
        where: as for `read_database`.

    Returns:
        Name -> rows, and the tables' primary keys with the relationships between them; keys of
        several columns are left out of the relationships.

    Raises:
        WrongUse: no SQLAlchemy, or no such database. Failure: it cannot be reached.
    """
    with _connected(where) as connection:
        names = _names(connection, where)
        frames = {name: _rows(connection, name, where, names)[0] for name in names}
        return frames, _keys(connection, names)


def table_names(where: Any) -> list[str]:
    """The tables of a database, at least one, without reading their rows.

    Args:
        where: as for `read_database`.

    Raises:
        WrongUse: no SQLAlchemy, no such database, or one without tables.
        Failure: it cannot be reached.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "shop.db"
        >>> write_database(pd.DataFrame({"n": [2, 1]}), path, "orders")
        >>> table_names(path)
        ['orders']
    """
    with _connected(where) as connection:
        return _names(connection, where)


def write_database(frame: pd.DataFrame, where: Any, table: str = "synthetic") -> None:
    """Write rows as a new table of a database, whole or not at all.

    Args:
        frame: the rows.
        where: as for `read_database`; a SQLite file that isn't there is made.
        table: the new table's name.

    Raises:
        WrongUse: no SQLAlchemy, or the database has a table of this name.
        Failure: it cannot be reached or written.
    """
    with _connected(where, new=True) as connection:
        sql = _sqlalchemy()
        if table in sql.inspect(connection).get_table_names():
            raise WrongUse(
                f"{shown(where)} already has a table {table!r}: give another name or another file."
            )
        try:
            # As many rows at once as the fewest variables of a statement allow.
            frame.to_sql(table, connection, index=False, chunksize=max(1, 900 // frame.shape[1]))
            connection.commit()
        except BaseException:
            # To roll back is not enough: most databases keep a table once it is made.
            connection.rollback()
            sql.Table(table, sql.MetaData()).drop(connection, checkfirst=True)
            connection.commit()
            raise


def _sqlalchemy() -> Any:
    try:
        import sqlalchemy
    except ImportError as error:
        raise WrongUse(
            "A database needs SQLAlchemy, which isn't installed: run pip install "
            "'sparring[interop]'."
        ) from error
    return sqlalchemy


@contextmanager
def _connected(where: Any, new: bool = False) -> Iterator[Any]:
    """A connection, and every error of the database as one of ours."""
    sql = _sqlalchemy()
    own = isinstance(where, str | Path)
    try:
        engine = sql.create_engine(_url(where, new)) if own else where
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            if own:
                engine.dispose()
    except (sql.exc.SQLAlchemyError, pd.errors.DatabaseError) as error:
        raise _told(error, where) from error
    except ModuleNotFoundError as error:
        raise WrongUse(
            f"{shown(where)} needs the driver {error.name!r}: pip install it, or name another one "
            f"in the URL."
        ) from error


def _told(error: BaseException, where: Any) -> Exception:
    """The database's error as one of ours; pandas hides SQLAlchemy's behind one of its own."""
    kinds = _sqlalchemy().exc
    error = (error.__cause__ or error) if isinstance(error, pd.errors.DatabaseError) else error
    reason = str(getattr(error, "orig", None) or error).splitlines()[0].rstrip(".")
    name = shown(where)
    if "database is locked" in reason:
        return Failure(
            f"{name} is locked by another program that writes to it: end that one, or copy the "
            f"file and name the copy."
        )
    if isinstance(error, kinds.OperationalError):
        return Failure(
            f"{name} cannot be used ({reason}): see whether the address is right and the database "
            f"is running."
        )
    if isinstance(error, kinds.ArgumentError):  # and what it knows no dialect for
        return WrongUse(
            f"{name} is no address of a database ({reason}): give a URL such as sqlite:///FILE, or "
            f"name a file."
        )
    # DB-API's own: a file that is none, or damage inside.
    if type(error) is kinds.DatabaseError:
        return WrongUse(
            f"{name} is no database, or a damaged one ({reason}): name another, or bring it back "
            f"from a copy."
        )
    return WrongUse(f"{name} refuses this ({reason}): change the table or name another database.")


def _url(where: str | Path, new: bool) -> Any:
    """The URL; SQLite would make an empty file where none is, and lock one that it may write."""
    sql = _sqlalchemy()
    if isinstance(where, str) and "://" in where:
        url = sql.engine.make_url(where)
        file = url.database or ""
        if url.get_backend_name() != "sqlite" or file in ("", ":memory:") or file[:5] == "file:":
            return url
        path = Path(file)
    else:
        path = Path(where).expanduser()
    if new:
        return sql.engine.URL.create("sqlite", database=str(path))
    if not path.is_file():
        raise WrongUse(f"{path} is no file: name a SQLite database that is there.")
    file = f"file:{quote(str(path.resolve()))}"
    return sql.engine.URL.create("sqlite", database=file, query={"mode": "ro", "uri": "true"})


def _names(connection: Any, where: Any) -> list[str]:
    names: list[str] = _sqlalchemy().inspect(connection).get_table_names()
    if not names:
        raise WrongUse(f"{shown(where)} holds no table: name another database.")
    return names


def _rows(connection: Any, name: str, where: Any, names: list[str]) -> tuple[pd.DataFrame, str]:
    sql = _sqlalchemy()
    try:
        table = sql.Table(name, sql.MetaData(), autoload_with=connection)
    except sql.exc.NoSuchTableError as error:
        raise WrongUse(f"{shown(where)} has no table {name!r}, only {', '.join(names)}.") from error
    keys = list(table.primary_key.columns)
    try:
        return _select(connection, sql.select(table).order_by(*keys)), ""
    except ValueError:
        # SQLite keeps dates as texts, and not all of them are ISO's.
        columns = [
            sql.type_coerce(column, sql.String).label(column.name) if _is_date(column) else column
            for column in table.columns
        ]
        told = f"Dates of table {name} that aren't written as ISO 8601 wants are taken as texts."
        return _select(connection, sql.select(*columns).order_by(*keys)), told


def _is_date(column: Any) -> bool:
    types = _sqlalchemy().types
    return isinstance(column.type, types.Date | types.DateTime | types.Time)


def _select(connection: Any, statement: Any) -> pd.DataFrame:
    with warnings.catch_warnings():
        # SQLite has no decimals: they pass through floats, as all numbers here do.
        warnings.simplefilter("ignore", _sqlalchemy().exc.SAWarning)
        return pd.read_sql_query(statement, connection)


def _keys(connection: Any, names: list[str]) -> Description:
    looked = _sqlalchemy().inspect(connection)
    tables: Mapping[str, TableDescription] = {
        name: TableDescription(
            columns=tuple(column["name"] for column in looked.get_columns(name)),
            primary_key=tuple(looked.get_pk_constraint(name)["constrained_columns"]),
        )
        for name in names
    }
    relationships = []
    for child in names:
        for key in looked.get_foreign_keys(child):
            parent, parent_keys = key["referred_table"], key["referred_columns"]
            if parent in tables and len(key["constrained_columns"]) == 1:
                # SQLite may leave it to the parent to say which column is meant.
                (parent_key,) = parent_keys or tables[parent].primary_key
                (child_key,) = key["constrained_columns"]
                relationships.append(Relationship(parent, parent_key, child, child_key))
    return Description(tables, tuple(relationships))
