"""What is made of a day's profile only when somebody asks: most days of a reference are counted and nothing more.

Refuses to know what is made.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar

from vitals.profiles import Profile
from vitals.records import Day

T = TypeVar("T")


class OnDemand(Mapping[Day, T], Generic[T]):
    """One thing per remembered day; a day of whose profile nothing can be made is not in it.

    Parameters
    ----------
    make : gives the thing, None when there is none; asked once per day.
    """

    def __init__(self, make: Callable[[Profile], T | None]) -> None:
        self._make = make
        self._profiles: dict[Day, Profile] = {}
        self._made: dict[Day, T | None] = {}

    def remember(self, profile: Profile) -> None:
        """Take in a day's profile, in place of an earlier one."""
        self._profiles[profile.day] = profile
        self._made.pop(profile.day, None)

    def forget(self, oldest: Day) -> None:
        """Drop the days before one."""
        for day in [day for day in self._profiles if day < oldest]:
            del self._profiles[day]
            self._made.pop(day, None)

    def __getitem__(self, day: Day) -> T:
        if day not in self._made:
            self._made[day] = self._make(self._profiles[day])
        made = self._made[day]
        if made is None:
            raise KeyError(day)
        return made

    def __iter__(self) -> Iterator[Day]:
        return (day for day in self._profiles if self.get(day) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)
