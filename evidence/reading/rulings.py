"""Rulings in a picture → the cells between them: lines found as thin valleys, straightened, merged cells kept whole.

A ruling is darker (or lighter) than both its sides, thin, and long without a break; strokes of characters are shorter,
or end before they reach a crossing line. Where a ruling is doubtful the cells beside it become one: a heading may then
cover its column and hide that it is blank, but no cell is ever called blank because a line was imagined.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from evidence.model import Box

Mask = npt.NDArray[np.bool_]
Plane = npt.NDArray[np.uint8]
Segments = npt.NDArray[np.int64]
"""One row a segment: first along, last along (past it), first across, last across (past it)."""

THICKEST = 6
"""Pixels; anything thicker is an area, not a line."""
FAINTEST = 9
"""Levels (of 255) by which a line differs from both its sides."""
DEEP = 0.4
"""Share of the usual depth of the long lines that a short one must have: blurred text makes shallow ones."""
LOWEST = 14
"""Pixels; the least height of a row."""
NARROWEST = 22
"""Pixels; the least width of a column."""
LIGHT = 24
"""Pixels; the least length of an unbroken light line on a shade."""
SHADED, STEP = 60, 24
"""Pixels and levels; the least length and height of the straight side of a shade, which rules as a line does."""
GRAIN, PIECE, BREAK = 2, 8, 8
"""Pixels: a gap that is grain, the least piece of a line, and a break between two pieces of it."""
SOLID = 0.8
"""Share of a line that must be there."""
EDGE = 0.85
"""Share of the side of a cell that must be ruled to part it from its neighbour."""
NEAR = 5
"""Pixels within which lines are one line (double borders)."""
MEET = 4
"""Pixels from the middle of a crossing line within which a ruling begins and ends."""
CLEAR = 3
"""Pixels beside a line at which its ground is looked at."""
TOUCH = 3
"""Pixels within which lines meet."""
LONG = 120
"""Pixels from which a line with one end in the open is a piece of a broken ruling."""
MOST_PIXELS = 16_000_000
"""Larger pictures are halved for finding lines and reading."""
MOST_LINES = 600
STEEPEST = 2.5
"""Degrees by which a scan may be turned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuledCell:
    """One cell between rulings, in grid positions and in pixels of the straightened picture."""

    row: int
    column: int
    rows: int
    columns: int
    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RuledTable:
    """The cells of one ruled table; `xs` and `ys` are the rulings they hang between."""

    cells: tuple[RuledCell, ...]
    xs: tuple[int, ...]
    ys: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Straight:
    """A picture turned so that its rulings run level, and the way back to the picture as it was."""

    picture: Image.Image
    degrees: float
    reduced: int
    original: tuple[int, int]

    def back(self, left: int, top: int, right: int, bottom: int) -> Box:
        """Return the box in pixels of the original picture that encloses a rectangle of the straightened one."""
        width, height = (-(-side // self.reduced) for side in self.original)
        turn = math.radians(self.degrees)
        across, down = [], []
        for x, y in ((left, top), (right, top), (left, bottom), (right, bottom)):
            dx, dy = x - self.picture.width / 2, y - self.picture.height / 2
            across.append((width / 2 + dx * math.cos(turn) - dy * math.sin(turn)) * self.reduced)
            down.append((height / 2 + dx * math.sin(turn) + dy * math.cos(turn)) * self.reduced)
        x0, x1 = (min(max(0, round(v)), self.original[0]) for v in (min(across), max(across)))
        y0, y1 = (min(max(0, round(v)), self.original[1]) for v in (min(down), max(down)))
        return (x0, y0, x1 - x0, y1 - y0)


def straighten(picture: Image.Image) -> Straight:
    """Turn a picture by at most STEEPEST degrees so that its long lines run level; halve one that is very large."""
    original, reduced = picture.size, 1
    while picture.width * picture.height > MOST_PIXELS:
        picture, reduced = picture.reduce(2), reduced * 2
    degrees = _slant(_thin(_planes(picture)))
    if abs(degrees) >= 0.03:
        picture = picture.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=_ground(picture))
    else:
        degrees = 0.0
    return Straight(picture, degrees, reduced, original)


def find(picture: Image.Image) -> tuple[tuple[RuledTable, ...], Mask]:
    """Return the ruled tables of a straightened picture from top to bottom, and the pixels of all their lines.

    Among the lines may be a stroke of a character that touches a ruling: only those along the sides of cells count.
    """
    planes = _planes(picture)
    level = _lines(planes, NARROWEST)
    upright = _lines([plane.T for plane in planes], LOWEST)
    lines = np.zeros((picture.height, picture.width), dtype=np.bool_)
    tables = []
    for rows, columns in _meshes(_segments(level), _segments(upright), planes[0]):
        own_level, own_upright = _only(level, rows), _only(upright, columns)
        lines |= own_level
        lines |= own_upright.T
        if found := _table(_positions(columns, NARROWEST - 6), _positions(rows, LOWEST - 2), own_level, own_upright):
            tables.append(found)
    return tuple(sorted(tables, key=lambda table: (table.ys[0], table.xs[0]))), lines


def widen(mask: Mask, by: int) -> Mask:
    """Return the mask with every point grown by so many pixels to all sides."""
    grown = _extreme(mask.view(np.uint8), 2 * by + 1, np.maximum)
    return np.asarray(_extreme(grown.T, 2 * by + 1, np.maximum).T.astype(np.bool_))


def _ground(picture: Image.Image) -> tuple[int, int, int]:
    small = np.asarray(picture.resize((64, 64)).convert("RGB")).reshape(-1, 3)
    red, green, blue = np.median(small, axis=0).astype(int).tolist()
    return red, green, blue


def _planes(picture: Image.Image) -> list[Plane]:
    """Return the luminance, and the single colours where there are any: a red line on green has no luminance step."""
    colours = np.asarray(picture.convert("RGB"))
    planes = [np.asarray(picture.convert("L"))]
    spread = colours.max(axis=2).astype(np.int16) - colours.min(axis=2)
    if (spread > 40).mean() > 0.002:
        planes += [np.ascontiguousarray(colours[:, :, n]) for n in range(3)]
    return planes


def _extreme(plane: Plane, width: int, choose: np.ufunc) -> Plane:
    """Return the running maximum or minimum over `width` (odd) rows, centred, by doubling."""
    half = width // 2
    tall = np.pad(plane, ((half, half), (0, 0)), mode="edge")
    done = 1
    while done < width:
        step = min(done, width - done)
        tall = choose(tall[:-step], tall[step:])
        done += step
    return np.asarray(tall)


def _valleys(plane: Plane) -> npt.NDArray[np.int16]:
    """Return by how much each pixel is darker than what lies above and below it within THICKEST."""
    width = 2 * ((THICKEST + 1) // 2) + 1
    closed = _extreme(_extreme(plane, width, np.maximum), width, np.minimum)
    return closed.astype(np.int16) - plane


def _steps(plane: Plane) -> npt.NDArray[np.int16]:
    """Return by how much the pixels above and below each differ."""
    tall = np.pad(plane.astype(np.int16), ((1, 1), (0, 0)), mode="edge")
    return np.asarray(np.abs(tall[2:] - tall[:-2]))


def _threshold(plane: Plane) -> float:
    """Return the depth a line must have: above the faintest, and above the grain of a scan."""
    grain = 1.05 * float(np.median(np.abs(np.diff(plane[::3].astype(np.int16), axis=1)))) if plane.shape[1] > 1 else 0.0
    return max(FAINTEST, 4 * grain)


def _thin(planes: list[Plane]) -> Mask:
    return np.logical_or.reduce(np.stack([_valleys(plane) > _threshold(plane) for plane in planes]))  # type: ignore[no-any-return]


def _slant(thin: Mask) -> float:
    """Return the turn in degrees (counter-clockwise positive, as PIL turns) that makes the level lines sharpest."""
    ys, xs = np.nonzero(_long(thin, 12))
    if len(ys) < 200:
        return 0.0
    step = max(1, len(ys) // 60_000)
    ys, xs = ys[::step].astype(np.float64), xs[::step].astype(np.float64)

    def sharpness(degrees: float) -> float:
        rows = np.round(ys - xs * math.tan(math.radians(degrees))).astype(np.int64)
        return float((np.bincount(rows - rows.min()).astype(np.float64) ** 2).sum())

    best = 0.0
    for span, grain in ((STEEPEST, 0.1), (0.1, 0.02)):
        angles = best + np.arange(-round(span / grain), round(span / grain) + 1) * grain
        best = max(angles.tolist(), key=lambda angle: (sharpness(angle), -abs(angle)))
    return best


def _lines(planes: list[Plane], least: int) -> Mask:
    """Return the pixels of level lines: dark ones that may be broken, and light ones on shades without a break."""
    found = np.zeros(planes[0].shape, dtype=np.bool_)
    for plane in planes:
        valleys, depth = _valleys(plane), _threshold(plane)
        rulings = _unbroken(valleys > depth, LONG)
        if rulings.any():
            depth = max(depth, DEEP * float(np.median(valleys[rulings])))
        found |= rulings
        found |= _unbroken(valleys > depth, least)
        found |= _long(_valleys(255 - plane) > max(depth, 2 * FAINTEST), LIGHT)
        found |= _long(_steps(plane) > max(STEP, depth), SHADED)
    return found


def _unbroken(thin: Mask, least: int) -> Mask:
    """Keep the lines of at least `least` pixels: grain is bridged, then breaks between pieces longer than strokes."""
    pieces = _bridged(thin, GRAIN, PIECE)
    return _bridged(pieces, BREAK, least)


def _bridged(mask: Mask, gap: int, least: int) -> Mask:
    """Close the gaps in each row, and keep what then is long enough and was SOLID before."""
    kept = np.zeros_like(mask)
    rows, starts, ends = _runs(mask)
    if not len(rows):
        return kept
    breaks, pieces = starts[1:] - ends[:-1], ends - starts
    small = (breaks <= gap) & (3 * breaks <= np.minimum(pieces[1:], pieces[:-1]) + 2)
    joined = (rows[1:] == rows[:-1]) & small
    first = np.flatnonzero(np.concatenate(([True], ~joined)))
    last = np.append(first[1:] - 1, len(rows) - 1)
    there = np.add.reduceat(pieces, first)
    length = ends[last] - starts[first]
    for n in np.flatnonzero((length >= least) & (there >= SOLID * length)).tolist():
        kept[rows[first[n]], starts[first[n]] : ends[last[n]]] = True
    return kept


def _long(mask: Mask, least: int) -> Mask:
    kept = np.zeros_like(mask)
    rows, starts, ends = _runs(mask)
    for n in np.flatnonzero(ends - starts >= least).tolist():
        kept[rows[n], starts[n] : ends[n]] = True
    return kept


def _runs(mask: Mask) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return row, start and end (past it) of every run of True, row by row."""
    edges = np.diff(np.pad(mask, ((0, 0), (1, 1))).view(np.int8), axis=1)
    rows, starts = np.nonzero(edges == 1)
    return rows, starts, np.nonzero(edges == -1)[1]


def _segments(lines: Mask) -> Segments:
    """Return the connected pieces of level lines as rectangles."""
    rows, starts, ends = (each.tolist() for each in _runs(lines))
    owner = list(range(len(rows)))

    def top(n: int) -> int:
        while owner[n] != n:
            owner[n] = owner[owner[n]]
            n = owner[n]
        return n

    above = begin = 0
    for n, row in enumerate(rows):
        if n == 0 or row != rows[n - 1]:
            above, begin = (begin, n) if n and row == rows[n - 1] + 1 else (n, n)
        for m in range(above, begin):
            if starts[m] <= ends[n] and starts[n] <= ends[m]:
                owner[top(m)] = top(n)
    boxes: dict[int, list[int]] = {}
    for n, row in enumerate(rows):
        box = boxes.setdefault(top(n), [starts[n], ends[n], row, row + 1])
        boxes[top(n)] = [min(box[0], starts[n]), max(box[1], ends[n]), min(box[2], row), max(box[3], row + 1)]
    return np.array(sorted(boxes.values(), key=lambda box: box[0] - box[1])[: 4 * MOST_LINES]).reshape(-1, 4)


def _meshes(level: Segments, upright: Segments, plane: Plane) -> Iterator[tuple[Segments, Segments]]:
    """Yield the groups of lines that cross: one group a table."""
    level, upright = _held(level, upright, plane)
    meets = _meets(level, upright)
    left = set(np.flatnonzero(meets.any(axis=1)).tolist())
    while left:
        rows = {left.pop()}
        while True:
            columns: Mask = np.asarray(meets[sorted(rows)].any(axis=0))
            grown = set(np.flatnonzero(meets[:, columns].any(axis=1)).tolist())
            if grown == rows:
                break
            rows = grown
        left -= rows
        if len(rows) >= 2 and columns.sum() >= 2:
            yield level[sorted(rows)], upright[columns]


def _held(level: Segments, upright: Segments, plane: Plane) -> tuple[Segments, Segments]:
    """Drop what is not held at both ends by a crossing line, until nothing more falls.

    A ruling runs from line to line; a stroke, a dash, an underline ends in the open. A long piece of a broken ruling
    may have one end in the open.
    """
    while True:
        kept_level = _held_ends(level, upright, plane)
        kept_upright = _held_ends(upright, level[kept_level], plane.T)
        if kept_level.all() and kept_upright.all():
            return level, upright
        level, upright = level[kept_level], upright[kept_upright]


def _held_ends(lines: Segments, crossing: Segments, plane: Plane) -> Mask:
    kept = np.zeros(len(lines), dtype=np.bool_)
    middle = (crossing[:, 2] + crossing[:, 3]) // 2
    for n, (start, end, low, high) in enumerate(lines.tolist()):
        passing = middle[(crossing[:, 0] < high + TOUCH) & (low - TOUCH < crossing[:, 1])]
        band = plane[max(0, low - 1) : high + 1]
        sides = (plane[max(0, low - CLEAR), start:end], plane[min(len(plane) - 1, high + CLEAR - 1), start:end])
        grounds = [float(np.median(side)) for side in sides]
        shade = _shade(band[:, start:end], sum(grounds) / 2)
        ends = [_reaches(band, tip, passing, shade, grounds) for tip in (start, end - 1)]
        kept[n] = all(ends) or (
            end - start >= LONG and bool((np.abs(passing - (start + end) // 2) < end - start).any())
        )
    return kept


def _shade(band: Plane, ground: float) -> float:
    """Return how dark (or, on a shade, how light) the line in a band is; it may lean by a pixel or two."""
    dark, light = float(np.median(band.min(axis=0))), float(np.median(band.max(axis=0)))
    return dark if abs(dark - ground) >= abs(light - ground) else light


def _reaches(band: Plane, tip: int, passing: npt.NDArray[np.int64], shade: float, grounds: list[float]) -> bool:
    """Tell whether a line reaches a crossing one without a gap half as pale as the ground.

    Such a gap lies between a character and a ruling, be it ever so blurred. A line between two shades (a heading's and
    the body's) has no one ground, and no character lies there.
    """
    near = passing[np.abs(passing - tip) <= NEAR + TOUCH]
    if not near.size:
        return False
    crossing = int(near[np.argmin(np.abs(near - tip))])
    steps = [shade - ground for ground in grounds]
    if steps[0] * steps[1] <= 0:
        return True
    ground = grounds[0] if abs(steps[0]) < abs(steps[1]) else grounds[1]
    between = band[:, min(tip, crossing) : max(tip, crossing) + 1]
    between = (between.min(axis=0) if shade < ground else between.max(axis=0)).astype(np.float64)
    return bool(((between - ground) * math.copysign(1, shade - ground) >= 0.5 * abs(shade - ground)).all())


def _meets(level: Segments, upright: Segments) -> Mask:
    return np.asarray(
        (level[:, None, 0] - TOUCH < upright[None, :, 3])
        & (upright[None, :, 2] < level[:, None, 1] + TOUCH)
        & (upright[None, :, 0] - TOUCH < level[:, None, 3])
        & (level[:, None, 2] < upright[None, :, 1] + TOUCH)
    )


def _only(lines: Mask, segments: Segments) -> Mask:
    kept = np.zeros_like(lines)
    for start, end, low, high in segments.tolist():
        kept[low:high, start:end] = lines[low:high, start:end]
    return kept


def _positions(segments: Segments, least: int) -> list[int]:
    """Return where across the lines lie, the most ruled first choice: none closer than `least` to one more ruled.

    Pieces of one line and double lines within NEAR are one; what lies between is a stroke beside a ruling.
    """
    centres = sorted((((low + high) / 2, end - start) for start, end, low, high in segments.tolist()))
    groups: list[list[tuple[float, int]]] = []
    for centre, length in centres:
        if groups and centre - groups[-1][-1][0] <= NEAR:
            groups[-1].append((centre, length))
        else:
            groups.append([(centre, length)])
    weighed = [
        (sum(n for _, n in group), sum(c * n * n for c, n in group) / sum(n * n for _, n in group)) for group in groups
    ]
    chosen: list[float] = []
    for _, position in sorted(weighed, reverse=True):
        if all(abs(position - other) >= least for other in chosen):
            chosen.append(position)
    return sorted(round(position) for position in chosen)


def _table(xs: list[int], ys: list[int], level: Mask, upright: Mask) -> RuledTable | None:
    """Lay the grid, drop the positions at which nothing is ruled from side to side, and merge what is not parted."""
    while True:
        if len(xs) < 2 or len(ys) < 2 or len(xs) > MOST_LINES or len(ys) > MOST_LINES:
            return None
        across = _edges(level, ys, xs)
        down = _edges(upright, xs, ys)
        kept_y = [y for n, y in enumerate(ys) if across[n].any()]
        kept_x = [x for n, x in enumerate(xs) if down[n].any()]
        if len(kept_y) == len(ys) and len(kept_x) == len(xs):
            break
        xs, ys = kept_x, kept_y
    cells = tuple(_merged(xs, ys, across, down.T))
    if len(xs) < 3 or len(ys) < 3:
        return None
    return RuledTable(cells=cells, xs=tuple(xs), ys=tuple(ys))


def _edges(lines: Mask, positions: list[int], crossings: list[int]) -> Mask:
    """Tell for each line position and each stretch between crossings whether it is ruled there."""
    ruled = np.zeros((len(positions), len(crossings) - 1), dtype=np.bool_)
    for n, position in enumerate(positions):
        near = lines[max(0, position - NEAR) : position + NEAR + 1]
        for m, (start, end) in enumerate(zip(crossings, crossings[1:], strict=False)):
            ruled[n, m] = _ruled(near[:, start:end])
    return ruled


def _ruled(stretch: Mask) -> bool:
    """Tell whether one straight line runs through, from end to end: strokes lie at many heights, and end short of it."""
    tall = np.pad(stretch, ((1, 1), (0, 0)))
    straight = tall[:-2] | tall[1:-1] | tall[2:]
    whole = straight[:, 3:-3].mean(axis=1) >= EDGE if stretch.shape[1] > 8 else straight.any(axis=1)
    return bool((whole & straight[:, :MEET].any(axis=1) & straight[:, -MEET:].any(axis=1)).any())


def _merged(xs: list[int], ys: list[int], across: Mask, down: Mask) -> Iterator[RuledCell]:
    """Yield the cells in reading order; `across[n, m]` is the line over row n, `down[n, m]` the one left of column m."""
    height, width = len(ys) - 1, len(xs) - 1
    outside, group = _outside(across, down), np.full((height, width), -1)
    for row in range(height):
        for column in range(width):
            if group[row, column] < 0 and not outside[row, column]:
                reach = _reach(row, column, across, down)
                rows, columns = [r for r, _ in reach], [c for _, c in reach]
                box = (min(rows), min(columns), max(rows) + 1, max(columns) + 1)
                group[box[0] : box[2], box[1] : box[3]] = 1
                yield RuledCell(
                    row=box[0],
                    column=box[1],
                    rows=box[2] - box[0],
                    columns=box[3] - box[1],
                    left=xs[box[1]],
                    top=ys[box[0]],
                    right=xs[box[3]],
                    bottom=ys[box[2]],
                )


def _outside(across: Mask, down: Mask) -> Mask:
    """Tell which grid positions lie open to the outside: the table has a notch there, not a cell."""
    height, width = down.shape[0], across.shape[1]
    open_ = np.zeros((height, width), dtype=np.bool_)
    rim = [(0, c) for c in range(width) if not across[0, c]]
    rim += [(height - 1, c) for c in range(width) if not across[height, c]]
    rim += [(r, 0) for r in range(height) if not down[r, 0]]
    rim += [(r, width - 1) for r in range(height) if not down[r, width]]
    for row, column in rim:
        if not open_[row, column]:
            for r, c in _reach(row, column, across, down):
                open_[r, c] = True
    return open_


def _reach(row: int, column: int, across: Mask, down: Mask) -> set[tuple[int, int]]:
    """Return the grid positions reached from one without crossing a ruling."""
    height, width = down.shape[0], across.shape[1]
    reached, todo = {(row, column)}, [(row, column)]
    while todo:
        r, c = todo.pop()
        for free, there in (
            (not across[r, c], (r - 1, c)),
            (not across[r + 1, c], (r + 1, c)),
            (not down[r, c], (r, c - 1)),
            (not down[r, c + 1], (r, c + 1)),
        ):
            if free and there not in reached and 0 <= there[0] < height and 0 <= there[1] < width:
                reached.add(there)
                todo.append(there)
    return reached
