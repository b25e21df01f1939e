"""Why some planted faults are found late or not at all; said only of those that the table shows as missed."""

WHY: dict[str, str] = {}
