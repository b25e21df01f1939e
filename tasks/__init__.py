"""The steps of a day as Prefect tasks, one file a step."""
