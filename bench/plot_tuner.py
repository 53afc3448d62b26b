#!/usr/bin/env python3
"""Draws what strategies of tuning reach for their CPU time, as ./lake bench P11 met it, one picture for each set.

  ./lake bench P11 > p11.jsonl; bench/plot_tuner.py p11.jsonl DIRECTORY

writes DIRECTORY/tuner-SET.svg: the hypervolume of recall and p50 over CPU seconds (logarithmic), each seed thin, the
median of the seeds thick."""

import json
import statistics
import sys
from collections import defaultdict

from svg_plot import BOTTOM, COLOURS, HEIGHT, LEFT, RIGHT, TOP, WIDTH, across_mark, frame, run, scale, text, up_mark, whole

LEAST_RECALL = 0.9  # What finds less adds nothing, as in the bench.
MOMENTS = 80
LINE_HEIGHT = 15


def read_races(lines) -> dict:
    """By set and system: of each seed the points (CPU seconds, recall, microseconds), its box and its time."""
    races = defaultdict(lambda: defaultdict(lambda: defaultdict(lambda: {"points": []})))
    for line in lines:
        row = json.loads(line)
        params = row["params"]
        if "seed" not in params or row["metric"] not in ("hypervolume", "judged_p50_us"):
            continue
        race = races[row["case"]][row["system"]][params["seed"]]
        if row["metric"] == "hypervolume":
            race |= {"worst_us": params["worst_p50_us"], "budget": params["budget_cpu_s"]}
        else:
            race["points"].append((params["cpu_s"], params["recall"], row["value"]))
    return races


def volume(points, worst_us: float) -> float:
    """Share of the box from (LEAST_RECALL, worst_us) to (1, 0) that the points are better than."""
    area, reached = 0.0, LEAST_RECALL
    for recall, latency in sorted(points, key=lambda point: (point[1], -point[0])):
        if recall > reached and latency < worst_us:
            area += (recall - reached) * (worst_us - latency)
            reached = recall
    return area / ((1 - LEAST_RECALL) * worst_us)


def volume_over_time(race: dict, moments) -> list:
    return [volume([point[1:] for point in race["points"] if point[0] <= moment], race["worst_us"])
            for moment in moments]


def line(moments, volumes, across, up, more: str) -> str:
    places = " ".join(f"{across(moment):.1f},{up(value):.1f}" for moment, value in zip(moments, volumes))
    return f'<polyline points="{places}" fill="none" {more}/>'


def draw(name: str, systems: dict) -> str:
    races = [race for seeds in systems.values() for race in seeds.values()]
    budget = races[0]["budget"]
    begin = min(point[0] for race in races for point in race["points"]) / 2
    moments = [begin * (budget / begin) ** (i / MOMENTS) for i in range(MOMENTS + 1)]
    across = scale(moments, LEFT, WIDTH - RIGHT)

    def up(value: float) -> float:
        return HEIGHT - BOTTOM - value * (HEIGHT - BOTTOM - TOP)

    seeds = len(next(iter(systems.values())))
    parts = frame(f"set {name}: hypervolume of recall and p50 by CPU seconds, {seeds} seeds")
    for value in (0, 0.2, 0.4, 0.6, 0.8, 1):
        parts += up_mark(up(value), f"{value:g}")
    for seconds in (0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200):
        if begin <= seconds <= budget:
            parts += across_mark(across(seconds), f"{seconds:g} s")
    ends = []  # Height, name and colour of each curve.
    for (system, by_seed), colour in zip(sorted(systems.items()), COLOURS):
        curves = [volume_over_time(race, moments) for race in by_seed.values()]
        parts += [line(moments, curve, across, up, f'stroke="{colour}" stroke-opacity="0.25"') for curve in curves]
        median = [statistics.median(values) for values in zip(*curves)]
        parts.append(line(moments, median, across, up, f'stroke="{colour}" stroke-width="2.5"'))
        ends.append((up(median[-1]) + 4, system, colour))
    lowest = 0.0
    for height, system, colour in sorted(ends):
        lowest = max(height, lowest + LINE_HEIGHT)  # Names of curves that meet stand below each other.
        parts.append(text(WIDTH - RIGHT + 12, lowest, system, f'fill="{colour}"'))
    return whole(parts)


if __name__ == "__main__":
    sys.exit(run(__doc__, "tuner", "judged_p50_us", read_races, draw))
