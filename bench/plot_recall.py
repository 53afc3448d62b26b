#!/usr/bin/env python3
"""Draws recall against latency, as ./lake bench P1 and P2 met them, one picture for each set.

  ./lake bench P2 > p2.jsonl; bench/plot_recall.py p2.jsonl DIRECTORY

writes DIRECTORY/recall-SET.svg. Both axes are logarithmic: to the right the share that is missed shrinks."""

import json
import sys
from collections import defaultdict

from svg_plot import BOTTOM, COLOURS, HEIGHT, LEFT, RIGHT, TOP, WIDTH, across_mark, frame, run, scale, text, up_mark, whole

LEAST_MISSED = 1e-4  # Where nothing is missed there is no logarithm.


def read_curves(lines) -> dict:
    """Points (missed share, microseconds) by set and system."""
    curves = defaultdict(lambda: defaultdict(list))
    for line in lines:
        point = json.loads(line)
        if point["metric"] == "curve_p50_us":
            missed = max(LEAST_MISSED, 1 - point["params"]["recall"])
            curves[point["case"]][point["system"]].append((missed, point["value"]))
    return curves


def draw(name: str, systems: dict) -> str:
    points = [point for curve in systems.values() for point in curve]
    across = scale([missed for missed, _ in points], WIDTH - RIGHT, LEFT)
    up = scale([latency for _, latency in points], HEIGHT - BOTTOM, TOP)
    parts = frame(f"set {name}: recall of the 10 nearest against latency (p50, one thread)")
    for recall in (0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999):
        if min(m for m, _ in points) <= 1 - recall <= max(m for m, _ in points):
            parts += across_mark(across(1 - recall), f"{recall:g}")
    for latency in (10, 20, 50, 100, 200, 500, 1000, 2000, 5000):
        if min(l for _, l in points) <= latency <= max(l for _, l in points):
            parts += up_mark(up(latency), f"{latency} µs")
    for (system, curve), colour in zip(sorted(systems.items()), COLOURS * len(systems)):
        places = " ".join(f"{across(missed):.1f},{up(latency):.1f}" for missed, latency in curve)
        parts.append(f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{across(m):.1f}" cy="{up(l):.1f}" r="3" fill="{colour}"/>' for m, l in curve]
        parts.append(text(WIDTH - RIGHT + 12, up(curve[-1][1]) + 4, system, f'fill="{colour}"'))
    return whole(parts)


if __name__ == "__main__":
    sys.exit(run(__doc__, "recall", "curve_p50_us", read_curves, draw))
