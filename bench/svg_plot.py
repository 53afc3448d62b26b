"""What pictures of benchmarks share: their measures, axes and how they are made of what a benchmark printed."""

import html
import math
import sys
from pathlib import Path

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 460, 70, 170, 40, 60
COLOURS = ("#d62728", "#1f77b4", "#2ca02c", "#9467bd", "#ff7f0e", "#8c564b")


def scale(values, low, high):
    """Maps the smallest of `values` to `low`, the largest to `high`, by their logarithms."""
    first, last = math.log(min(values)), math.log(max(values))
    return lambda value: low + (high - low) * ((math.log(value) - first) / ((last - first) or 1))


def text(x, y, words, more="") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" {more}>{html.escape(words)}</text>'


def frame(title: str) -> list:
    """The beginning of a picture; `whole` ends it."""
    return [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
            '<rect width="100%" height="100%" fill="white"/>', text(LEFT, 22, title, 'font-size="14"')]


def whole(parts: list) -> str:
    return "\n".join(parts + ["</svg>\n"])


def across_mark(x: float, label: str) -> list:
    return [f'<path d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#ddd"/>',
            text(x, HEIGHT - BOTTOM + 18, label, 'text-anchor="middle"')]


def up_mark(y: float, label: str) -> list:
    return [f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>',
            text(LEFT - 8, y + 4, label, 'text-anchor="end"')]


def run(usage: str, name: str, metric: str, read, draw) -> int:
    """Writes DIRECTORY/NAME-SET.svg, which `draw` makes, for each set that `read` finds; argv: a file, a DIRECTORY."""
    if len(sys.argv) != 3:
        print(usage, file=sys.stderr)
        return 2
    with open(sys.argv[1], encoding="utf-8") as lines:
        sets = read(lines)
    if not sets:
        print(f"plot_{name}: {sys.argv[1]} has no {metric}", file=sys.stderr)
        return 1
    for set_name, systems in sets.items():
        target = Path(sys.argv[2]) / f"{name}-{set_name}.svg"
        target.write_text(draw(set_name, systems), encoding="utf-8")
        print(target)
    return 0
