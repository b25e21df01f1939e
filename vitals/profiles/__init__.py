"""A column of one day becomes a small summary, exact where it counts; rows are never needed again."""

from vitals.profiles.codec import decode, encode
from vitals.profiles.partition import profile_partition
from vitals.profiles.summarise import summarise
from vitals.profiles.types import Answers, CategoricalSummary, Hours, Mini, NumericSummary, Profile, Summary

__all__ = [
    "Answers",
    "CategoricalSummary",
    "Hours",
    "Mini",
    "NumericSummary",
    "Profile",
    "Summary",
    "decode",
    "encode",
    "profile_partition",
    "summarise",
]
