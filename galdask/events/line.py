"""One event as one line of text that fits into so many columns."""

from __future__ import annotations

from galdask.events.event import Event


def of_count(event: Event, spent: float, width: int | None = None) -> str:
    """Return the line of a count.

    Parameters
    ----------
    event : Event
        With `total`, or `done` alone.
    spent : float
        Seconds since the step began, where the event does not say.
    width : int, optional
        Columns that there are: what matters least is left out until the line fits.
    """
    spent = event.seconds or spent
    share = event.done / event.total if event.total else 0.0
    if event.rows_total:
        share = event.rows / event.rows_total
    head = f"{event.step}: {event.done:,}/{event.total:,} {event.unit} ({100 * share:.0f} %)"
    left = event.left if event.left is not None or not 0 < share < 1 else spent * (1 / share - 1)
    time = f"{spent:.1f} s" if share >= 1 or left is None else f"{duration(left)} left"
    if not event.rows_total:
        told = event.unit in ("stars", "rows") and spent > 0
        rate = f"{event.done / spent:,.0f} {event.unit}/s" if told else ""
        text = [head, f"{spent:.1f} s", rate, time if share < 1 and left is not None else ""]
        worker = f"largest worker {size(event.memory)}" if event.memory else ""
        return fitted([[*text, worker], text, [head, text[3]], [head]], width)
    rows = f"{event.rows:,} of {event.rows_total:,} rows" if share < 1 else f"{event.rows:,} rows"
    rate = f"{event.rate:,.0f} rows/s" if event.rate else ""
    read = f"{size(event.bytes)} read" if event.bytes else ""
    worker = f"worker {size(event.memory)}" if event.memory else ""
    largest = f"largest {worker}" if worker else ""
    choices = [
        [head, rows, read, rate, time, largest],
        [head, rows, read, rate, time, worker],
        [head, rows, rate, time, worker],
        [head, rows, rate, time],
        [head, rows, time],
        [head, time],
        [head],
    ]
    return fitted(choices, width)


def of_bytes(event: Event, spent: float, first: int, width: int | None = None) -> str:
    """Return the line of a file on its way; `first` bytes were there when it began."""
    rate = (event.done - first) / spent if spent > 0 else 0.0
    head = f"{event.step}: {event.done / 2**20:,.1f} MiB"
    if event.total:
        share = 100 * event.done / event.total
        head = f"{head[:-4]}/{event.total / 2**20:,.1f} MiB ({share:.0f} %)"
    speed = f"{rate / 2**20:,.1f} MiB/s" if rate > 0 else ""
    left = (event.total - event.done) / rate if event.total and rate > 0 else 0.0
    time = f"{duration(left)} left" if left > 0 else ""
    return fitted([[head, speed, time], [head, time], [head]], width)


def fitted(choices: list[list[str]], width: int | None) -> str:
    """Return the first choice that fits; the last one is cut."""
    lines = [", ".join(part for part in parts if part) for parts in choices]
    if width is None:
        return lines[0]
    return next((line for line in lines if len(line) <= width), lines[-1][:width])


def duration(seconds: float) -> str:
    """Return a time in the largest units that matter."""
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    if whole < 7200:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600:,} h {whole % 3600 // 60:02d} min"


def size(count: int) -> str:
    """Return bytes in the largest unit that matters."""
    unit, factor = "MiB", 2**20
    for larger, name in ((2**30, "GiB"), (2**40, "TiB")):
        if count >= larger:
            unit, factor = name, larger
    digits = 0 if count >= 100 * factor else 1
    return f"{count / factor:,.{digits}f} {unit}"
