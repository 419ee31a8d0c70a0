"""What Slack takes in ``blocks``, said in Slack's own words, so that a message is checked before it travels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

BUDGET = 10_000
"""Our messages stay below so many characters in their blocks, safely under what Slack refuses."""

MOST_CHARACTERS = 13_200
"""Blocks with more characters than this in all are refused with ``msg_blocks_too_long``."""

MOST_TEXT = 40_000
"""Slack cuts a message's ``text`` beyond so many characters."""

Errors = Iterator[str]


def block_errors(blocks: object) -> list[str]:
    """Return what Slack would refuse in the blocks of a message, as it words it, with JSON pointers; none if valid."""
    return list(_message(blocks))


def characters(value: object) -> int:
    """Return how many characters the values of a JSON document hold, its keys and block types left out."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Mapping):
        return sum(characters(item) for key, item in value.items() if key != "type")
    if isinstance(value, Sequence):
        return sum(map(characters, value))
    return 0


def _message(blocks: object) -> Errors:
    if not isinstance(blocks, Sequence) or isinstance(blocks, str):
        yield _error("must provide an array", "/blocks")
        return
    yield from _count(blocks, "/blocks", 0, 50)
    seen: set[str] = set()
    for place, block in enumerate(blocks):
        at = f"/blocks/{place}"
        if not isinstance(block, Mapping):
            yield _error("must provide an object", at)
            continue
        kind = block.get("type")
        check = _BLOCKS.get(kind) if isinstance(kind, str) else None
        if check is None:
            yield _error(f"unsupported type: {kind}" if kind else "missing required field: type", at)
            continue
        yield from check(block, at)
        name = block.get("block_id")
        if name is not None:
            yield from _string(block, "block_id", at, 1, 255)
            if name in seen:
                yield _error("block_id already exists", f"{at}/block_id")
            seen.add(str(name))
    for kind, most in (("table", 1), ("data_visualization", 2)):
        if sum(isinstance(block, Mapping) and block.get("type") == kind for block in blocks) > most:
            yield _error(f"no more than {most} {kind} blocks allowed", "/blocks")


def _header(block: Mapping[str, object], at: str) -> Errors:
    yield from _text(block.get("text"), f"{at}/text", 150, ("plain_text",))


def _section(block: Mapping[str, object], at: str) -> Errors:
    if "text" not in block and "fields" not in block:
        yield _error("must define either `text` or `fields`", at)
    if "text" in block:
        yield from _text(block["text"], f"{at}/text", 3000)
    if "fields" in block:
        for place, field in _items(block, "fields"):
            yield from _text(field, f"{at}/fields/{place}", 2000)
        yield from _count(block["fields"], f"{at}/fields", 1, 10)


def _context(block: Mapping[str, object], at: str) -> Errors:
    yield from _count(block.get("elements"), f"{at}/elements", 1, 10)
    for place, element in _items(block, "elements"):
        if isinstance(element, Mapping) and element.get("type") == "image":
            yield from _image(element, f"{at}/elements/{place}")
        else:
            yield from _text(element, f"{at}/elements/{place}", 2000)


def _actions(block: Mapping[str, object], at: str) -> Errors:
    yield from _count(block.get("elements"), f"{at}/elements", 1, 25)
    for place, element in _items(block, "elements"):
        here = f"{at}/elements/{place}"
        if not isinstance(element, Mapping) or element.get("type") != "button":
            yield _error("unsupported element", here)
            continue
        yield from _text(element.get("text"), f"{here}/text", 75, ("plain_text",))
        for name, most in (("url", 3000), ("value", 2000), ("action_id", 255)):
            if name in element:
                yield from _string(element, name, here, 0, most)


def _image(block: Mapping[str, object], at: str) -> Errors:
    yield from _string(block, "alt_text", at, 1, 2000)
    if ("image_url" in block) == ("slack_file" in block):
        yield _error("must define either `image_url` or `slack_file`", at)
    if "image_url" in block:
        yield from _string(block, "image_url", at, 1, 3000)
    if "slack_file" in block:
        file = block["slack_file"]
        if not isinstance(file, Mapping) or ("id" in file) == ("url" in file):
            yield _error("must define either `id` or `url`", f"{at}/slack_file")


def _table(block: Mapping[str, object], at: str) -> Errors:
    yield from _grid(block, at, rows=(1, 100), most_characters=10_000)


def _data_table(block: Mapping[str, object], at: str) -> Errors:
    yield from _string(block, "caption", at, 1, MOST_CHARACTERS)
    yield from _grid(block, at, rows=(2, 201), most_characters=20_000)
    size = block.get("page_size", 5)
    if not isinstance(size, int) or not 1 <= size <= 100:
        yield _error("must be between 1 and 100", f"{at}/page_size")
    lengths = {len(row) for _, row in _items(block, "rows") if isinstance(row, Sequence)}
    if len(lengths) > 1:
        yield _error("all rows must have the same number of columns", f"{at}/rows")


def _grid(block: Mapping[str, object], at: str, rows: tuple[int, int], most_characters: int) -> Errors:
    yield from _count(block.get("rows"), f"{at}/rows", *rows)
    for y, row in _items(block, "rows"):
        yield from _count(row, f"{at}/rows/{y}", 1, 20)
        for x, cell in enumerate(row if isinstance(row, Sequence) else ()):
            if not isinstance(cell, Mapping) or cell.get("type") not in {"raw_text", "raw_number", "rich_text"}:
                yield _error("unsupported cell", f"{at}/rows/{y}/{x}")
            elif cell["type"] == "raw_text":
                yield from _string(cell, "text", f"{at}/rows/{y}/{x}", 1, most_characters)
    if characters(block.get("rows")) > most_characters:
        yield _error(f"must be less than {most_characters + 1} characters", f"{at}/rows")


def _chart(block: Mapping[str, object], at: str) -> Errors:
    yield from _string(block, "title", at, 1, 50)
    chart = block.get("chart")
    if not isinstance(chart, Mapping) or chart.get("type") not in {"line", "bar", "area", "pie"}:
        yield _error("unsupported chart", f"{at}/chart")
    elif chart["type"] == "pie":
        yield from _count(chart.get("segments"), f"{at}/chart/segments", 1, 12)
        for place, segment in _items(chart, "segments"):
            yield from _point(segment, f"{at}/chart/segments/{place}", above=0)
    else:
        yield from _axes(chart, f"{at}/chart")


def _axes(chart: Mapping[str, object], at: str) -> Errors:
    axis = chart.get("axis_config")
    categories = axis.get("categories") if isinstance(axis, Mapping) else None
    yield from _count(categories, f"{at}/axis_config/categories", 1, 20)
    wanted = list(categories) if isinstance(categories, Sequence) else []
    for place, label in enumerate(wanted):
        yield from _string({"label": label}, "label", f"{at}/axis_config/categories/{place}", 1, 20)
    yield from _count(chart.get("series"), f"{at}/series", 1, 12)
    names: list[object] = []
    for place, series in _items(chart, "series"):
        here = f"{at}/series/{place}"
        if not isinstance(series, Mapping):
            yield _error("must provide an object", here)
            continue
        yield from _string(series, "name", here, 1, 20)
        names.append(series.get("name"))
        labels: list[object] = []
        for index, point in _items(series, "data"):
            yield from _point(point, f"{here}/data/{index}")
            labels.append(point.get("label") if isinstance(point, Mapping) else None)
        if sorted(map(str, labels)) != sorted(map(str, wanted)):
            yield _error("must cover each category exactly once", f"{here}/data")
    if len(set(map(str, names))) < len(names):
        yield _error("names must be unique", f"{at}/series")


def _point(point: object, at: str, above: float | None = None) -> Errors:
    if not isinstance(point, Mapping):
        yield _error("must provide an object", at)
        return
    yield from _string(point, "label", at, 1, 20)
    value = point.get("value")
    if not isinstance(value, int | float) or isinstance(value, bool):
        yield _error("must be a number", f"{at}/value")
    elif above is not None and value <= above:
        yield _error(f"must be more than {above}", f"{at}/value")


def _nothing(_block: Mapping[str, object], _at: str) -> Errors:
    return iter(())


_BLOCKS: Mapping[str, Callable[[Mapping[str, object], str], Errors]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "image": _image,
    "table": _table,
    "data_table": _data_table,
    "data_visualization": _chart,
    "divider": _nothing,
}


def _text(value: object, at: str, most: int, kinds: Sequence[str] = ("plain_text", "mrkdwn")) -> Errors:
    if not isinstance(value, Mapping):
        yield _error("must provide an object", at)
        return
    kind = value.get("type")
    if kind not in kinds:
        yield _error(f"unsupported type: {kind}", f"{at}/type")
    for flag, owner in (("emoji", "plain_text"), ("verbatim", "mrkdwn")):
        if flag in value and kind != owner:
            yield _error(f"invalid additional property: {flag}", at)
    yield from _string(value, "text", at, 1, most)


def _string(holder: Mapping[str, object], name: str, at: str, least: int, most: int) -> Errors:
    value = holder.get(name)
    if value is None:
        yield _error(f"missing required field: {name}", at)
    elif not isinstance(value, str):
        yield _error("must be a string", f"{at}/{name}")
    elif len(value) < least:
        yield _error(f"must be more than {least - 1} characters", f"{at}/{name}")
    elif len(value) > most:
        yield _error(f"must be less than {most + 1} characters", f"{at}/{name}")


def _count(value: object, at: str, least: int, most: int) -> Errors:
    if not isinstance(value, Sequence) or isinstance(value, str):
        yield _error("must provide an array", at)
    elif len(value) < least:
        yield _error(f"no fewer than {least} items allowed", at)
    elif len(value) > most:
        yield _error(f"no more than {most} items allowed", at)


def _items(holder: Mapping[str, object], name: str) -> Iterator[tuple[int, object]]:
    value = holder.get(name)
    return enumerate(value if isinstance(value, Sequence) and not isinstance(value, str) else ())


def _error(message: str, pointer: str) -> str:
    return f"{message} [json-pointer:{pointer}]"
