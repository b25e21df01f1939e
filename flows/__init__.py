"""The story of a day, and the Prefect flows that run it."""
