#!/usr/bin/env python3
"""Draws recall against latency, as ./lake bench P1 and P2 met them, one picture for each set.

  ./lake bench P2 > p2.jsonl; bench/plot_recall.py p2.jsonl DIRECTORY

writes DIRECTORY/recall-SET.svg. Both axes are logarithmic: to the right the share that is missed shrinks."""

import html
import json
import math
import sys
from collections import defaultdict
from pathlib import Path

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 460, 70, 170, 40, 60
COLOURS = ("#d62728", "#1f77b4", "#2ca02c", "#9467bd", "#ff7f0e", "#8c564b")
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


def scale(values, low, high):
    """Maps the smallest of `values` to `low`, the largest to `high`, by their logarithms."""
    first, last = math.log(min(values)), math.log(max(values))
    return lambda value: low + (high - low) * ((math.log(value) - first) / ((last - first) or 1))


def text(x, y, words, more="") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" {more}>{html.escape(words)}</text>'


def draw(name: str, systems: dict) -> str:
    points = [point for curve in systems.values() for point in curve]
    across = scale([missed for missed, _ in points], WIDTH - RIGHT, LEFT)
    up = scale([latency for _, latency in points], HEIGHT - BOTTOM, TOP)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
             '<rect width="100%" height="100%" fill="white"/>',
             text(LEFT, 22, f"set {name}: recall of the 10 nearest against latency (p50, one thread)", 'font-size="14"')]
    for recall in (0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999):
        if min(m for m, _ in points) <= 1 - recall <= max(m for m, _ in points):
            at = across(1 - recall)
            parts.append(f'<path d="M{at:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#ddd"/>')
            parts.append(text(at, HEIGHT - BOTTOM + 18, f"{recall:g}", 'text-anchor="middle"'))
    for latency in (10, 20, 50, 100, 200, 500, 1000, 2000, 5000):
        if min(l for _, l in points) <= latency <= max(l for _, l in points):
            parts.append(f'<path d="M{LEFT} {up(latency):.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
            parts.append(text(LEFT - 8, up(latency) + 4, f"{latency} µs", 'text-anchor="end"'))
    for (system, curve), colour in zip(sorted(systems.items()), COLOURS * len(systems)):
        places = " ".join(f"{across(missed):.1f},{up(latency):.1f}" for missed, latency in curve)
        parts.append(f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{across(m):.1f}" cy="{up(l):.1f}" r="3" fill="{colour}"/>' for m, l in curve]
        parts.append(text(WIDTH - RIGHT + 12, up(curve[-1][1]) + 4, system, f'fill="{colour}"'))
    return "\n".join(parts + ["</svg>\n"])


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    with open(sys.argv[1], encoding="utf-8") as lines:
        curves = read_curves(lines)
    if not curves:
        print(f"plot_recall: {sys.argv[1]} has no curve_p50_us", file=sys.stderr)
        return 1
    for name, systems in curves.items():
        target = Path(sys.argv[2]) / f"recall-{name}.svg"
        target.write_text(draw(name, systems), encoding="utf-8")
        print(target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
