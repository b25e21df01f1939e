"""One day's Arrow columns as the pandas frame that Great Expectations reads.

Plain numpy types and `str` only: with Arrow-backed or nullable columns the library mistakes NaN for a
value and cannot compare two columns that hold nulls.
"""

from typing import TYPE_CHECKING, Any

from expectations.arguments import LARGEST_EXACT

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


def frame(table: "pa.Table") -> "pd.DataFrame":
    """Convert a table, column by column.

    Whole numbers with nulls become float64; where one of them is beyond 2^53 they stay Python integers
    (dtype object), since rounding would make different ids equal. Truth values with nulls are objects.
    Dictionaries are decoded. Times stay aware.
    """
    import pandas as pd

    return pd.DataFrame({name: _series(table.column(name)) for name in table.column_names})


def _series(column: "pa.ChunkedArray") -> Any:
    """Convert one column."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_integer(column.type) and column.null_count:
        ends = pc.min_max(column).as_py()
        if ends["max"] is not None and max(-ends["min"], ends["max"]) > LARGEST_EXACT:
            return column.to_pandas(integer_object_nulls=True)
    if pa.types.is_date(column.type):
        column = column.cast(pa.timestamp("us")).cast(pa.timestamp("us", "UTC"))
    if pa.types.is_decimal(column.type):
        column = column.cast(pa.float64())
    return column.to_pandas()
