"""Converts cron expressions into the calendar events of systemd."""

from dataclasses import dataclass

DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True)
class Field:
    """A field of cron: its least and greatest value, and names that stand for numbers."""

    least: int
    most: int
    names: tuple[str, ...] = ()

    def value(self, text: str) -> int:
        """A number, or the number of a name."""
        lower = text.lower()
        return self.names.index(lower) + self.least if lower in self.names else int(text)


MINUTE, HOUR, DAY, MONTH = Field(0, 59), Field(0, 23), Field(1, 31), Field(1, 12, MONTHS)
WEEKDAY = Field(0, 7, tuple(day.lower() for day in DAYS[:7]))


def on_calendar(cron: str) -> list[str]:
    """The `OnCalendar=` values that fire when a cron expression of five fields does, in UTC.

    Where day of the month and weekday are both restricted cron fires when either is right: that takes two values. A
    field that begins with a star, such as `*/2`, is not restricted: then both must be right, as in Debian's cron.

    >>> on_calendar("30 2 1 * *"), on_calendar("*/15 9-17 * * mon-fri")
    (['*-*-01 02:30:00 UTC'], ['Mon,Tue,Wed,Thu,Fri *-*-* 09,10,11,12,13,14,15,16,17:00,15,30,45:00 UTC'])
    >>> on_calendar("0 0 13 * 5")
    ['*-*-13 00:00:00 UTC', 'Fri *-*-* 00:00:00 UTC']
    """
    minute, hour, day, month, weekday = cron.split()
    time = f"{_values(hour, HOUR)}:{_values(minute, MINUTE)}:00 UTC"
    months, days = _values(month, MONTH), _values(day, DAY)
    if weekday == "*":
        return [f"*-{months}-{days} {time}"]
    both = day.startswith("*") or weekday.startswith("*")
    names = ",".join(dict.fromkeys(DAYS[number] for number in sorted({n % 7 for n in _numbers(weekday, WEEKDAY)})))
    if both:
        return [f"{names} *-{months}-{days} {time}"]
    return [f"*-{months}-{days} {time}", f"{names} *-{months}-* {time}"]


def _values(text: str, field: Field) -> str:
    return "*" if text == "*" else ",".join(f"{number:02d}" for number in _numbers(text, field))


def _numbers(text: str, field: Field) -> list[int]:
    """Every value that a field of cron allows, rising."""
    found: set[int] = set()
    for item in text.split(","):
        span, _, step = item.partition("/")
        if span == "*":
            first, last = field.least, field.most
        elif "-" in span:
            first, last = (field.value(word) for word in span.split("-"))
        else:
            first = field.value(span)
            last = field.most if step else first
        found |= set(range(first, last + 1, int(step or 1)))
    return sorted(found)
