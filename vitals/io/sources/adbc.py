"""Rows of a database as Arrow, through an ADBC driver.

Uses the drivers' plain interface: their `dbapi` module would import pandas, which costs 0.6 s and 130 MB.
"""

from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    import adbc_driver_manager


class Failed(Exception):  # noqa: N818  a fact about a statement, turned into an InputError or SourceError by the source
    """The database refused.

    Attributes
    ----------
    state : SQLSTATE, '' when the driver does not tell.
    """

    def __init__(self, message: str, state: str = "") -> None:
        super().__init__(message)
        self.state = state


class Connection:
    """A connection with a transaction open."""

    def __init__(self, database: "adbc_driver_manager.AdbcDatabase") -> None:
        import adbc_driver_manager

        self._database = database
        try:
            self._connection = adbc_driver_manager.AdbcConnection(database)
            self._connection.set_autocommit(False)
        except adbc_driver_manager.Error as error:
            raise _failed(error) from None

    def run(self, sql: str) -> None:
        """Run a statement that gives no rows."""
        import adbc_driver_manager

        with adbc_driver_manager.AdbcStatement(self._connection) as statement:
            try:
                statement.set_sql_query(sql)
                statement.execute_update()
            except adbc_driver_manager.Error as error:
                raise _failed(error) from None

    def fetch(self, sql: str, **options: str) -> pa.Table:
        """Run a query and take all its rows."""
        import adbc_driver_manager
        from adbc_driver_manager._reader import AdbcRecordBatchReader  # unlike Arrow's own, it keeps the SQLSTATE

        with adbc_driver_manager.AdbcStatement(self._connection) as statement:
            try:
                statement.set_options(**options)
                statement.set_sql_query(sql)
                handle, _ = statement.execute_query()
                with AdbcRecordBatchReader._import_from_c(handle.address) as reader:  # noqa: SLF001
                    return reader.read_all()
            except adbc_driver_manager.Error as error:
                raise _failed(error) from None
            except (OSError, pa.ArrowInvalid) as error:
                raise Failed(str(error)) from None

    def close(self) -> None:
        """Forget the transaction and hang up."""
        self._connection.close()
        self._database.close()


def _failed(error: "adbc_driver_manager.Error") -> Failed:
    return Failed(str(error), str(error.sqlstate or ""))
