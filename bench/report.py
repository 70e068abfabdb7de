"""Write the measurements as JSON, as a table and as charts."""

from __future__ import annotations

import json
from math import log10
from pathlib import Path
from typing import Any

Results = dict[str, Any]
COLORS = ["#0b5457", "#9a3b1d", "#5b3d8a", "#7a6a00", "#1f5fa8", "#5c5c5c"]
CHARTED_PAGES = [
    "find, a new ZIP each time",
    "find, by words",
    "state, cold",
    "warmlines, cold",
    "organizations, page 30",
    "API, page 500",
]
WIDTH, HEIGHT, MARGIN = 640, 320, 48


def write_report(results: Results, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "bench.json").write_text(json.dumps(results, indent=2) + "\n")
    table = "\n".join(table_lines(results)) + "\n"
    (folder / "bench.md").write_text(table, encoding="utf-8")
    for name, found in results.items():
        drawing = growth_chart(
            found["sizes"], f"{name}: median response time in milliseconds"
        )
        (folder / f"bench-{name.lower()}.svg").write_text(drawing, encoding="utf-8")
    print(table)
    print(f"Written to {folder.name}/: bench.json, bench.md and two drawings.")


def table_lines(results: Results) -> list[str]:
    found = []
    for name, database in results.items():
        for size, one in database["sizes"].items():
            found += size_lines(name, size, one)
        found += ["", f"{name}: {_database_line(database)}"]
    return found


def size_lines(name: str, size: int, one: Results) -> list[str]:
    title = f"**{name}, {size:,} organizations**"
    return ["", title, *_pages(one), "", *_searches(one)]


def _pages(one: Results) -> list[str]:
    head = "| page | / empty | CPU ms (first, empty) | p50 / p95 / p99 ms | bytes |"
    rows = [
        f"| {name} | {row['ratio']:.3f} | {row['cpu_ms']} "
        f"({row['first_cpu_ms']}, {row['hello_cpu_ms']}) | "
        f"{row['p50_ms']} / {row['p95_ms']} / {row['p99_ms']} | {row['bytes']:,} |"
        for name, row in one["pages"].items()
    ]
    return ["", head, "|---|---|---|---|---|", *rows]


def _searches(one: Results) -> list[str]:
    names = ("near", "words", "changelist")
    timed = [f"{n} {one[n]['p50_ms']}/{one[n]['p95_ms']}" for n in names]
    queries = [f"{name} {number}" for name, number in one["queries"].items()]
    return [
        f"Search, p50/p95 ms: {'; '.join(timed)}. Queries: {'; '.join(queries)}. "
        f"Workers {one['memory_mb']} MB; start {one['start_s']} s."
    ]


def _database_line(database: Results) -> str:
    words = []
    for name, value in database.items():
        if isinstance(value, dict) and "p50_ms" in value:
            words.append(f"{name} p50 {value['p50_ms']} p95 {value['p95_ms']} ms")
        elif name != "sizes":
            words.append(f"{name} {value}")
    return "; ".join(words) + "."


def growth_chart(sizes: Results, title: str) -> str:
    """Return an SVG chart of cost against size, both on logarithmic scales."""
    numbers: list[Any] = sorted(sizes)
    series = {
        name: [sizes[n]["pages"][name]["p50_ms"] for n in numbers]
        for name in CHARTED_PAGES
    }
    maximum = max(10.0, *(value for values in series.values() for value in values))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'role="img" font-family="sans-serif" font-size="12"><title>{title}</title>'
    ]

    def position(size: int, value: float) -> tuple[float, float]:
        across = log10(size / numbers[0]) / max(log10(numbers[-1] / numbers[0]), 1e-9)
        up = log10(max(value, 1.0)) / log10(maximum)
        x = MARGIN + across * (WIDTH - MARGIN - 200)
        return round(x, 1), round(HEIGHT - MARGIN - up * (HEIGHT - 2 * MARGIN), 1)

    for mark in (1, 2, 5, 10, 20, 50, 100, 200, 500):
        if mark <= maximum:
            _x, y = position(numbers[0], mark)
            parts.append(
                f'<path d="M{MARGIN} {y}H{WIDTH - 200}" stroke="#ccc"/>'
                f'<text x="{MARGIN - 6}" y="{y + 4}" text-anchor="end">{mark} ms</text>'
            )
    for size in numbers:
        x, y = position(size, 1)
        words = f'<text x="{x}" y="{y + 20}" text-anchor="middle">{size:,}</text>'
        parts.append(words)
    for (name, values), color in zip(series.items(), COLORS, strict=False):
        positions = [position(n, v) for n, v in zip(numbers, values, strict=True)]
        line = " ".join(f"{x},{y}" for x, y in positions)
        row = MARGIN + 20 * list(series).index(name)
        parts.append(
            f'<polyline points="{line}" fill="none" stroke="{color}"/>'
            f'<text x="{WIDTH - 190}" y="{row}" fill="{color}">{name}</text>'
        )
    return "".join([*parts, "</svg>\n"])
