"""The demo's real flights as a world."""

from functools import cache
from pathlib import Path

import pandas as pd

from tests.worlds.world import World

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "deployments" / "demo" / "data"
MODEL = ROOT / "deployments" / "models" / "flight_late.yaml"
ZONE = "America/New_York"
WEATHER = ("temp", "wind_speed", "precip", "visib", "pressure")


@cache
def flights() -> World:
    """All five months, 1 April to 31 August 2013: about 940 predictions a day."""
    return World(
        name="flight_late",
        predictions=pd.read_parquet(DATA / "predictions.parquet"),
        feedback=pd.read_parquet(DATA / "feedback.parquet"),
        model=MODEL.read_text(encoding="utf-8") if MODEL.exists() else "",
        zone=ZONE,
    )
