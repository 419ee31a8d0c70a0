"""Each limit that Slack has is known: what lies on it passes, what is one beyond is refused in Slack's words."""

from __future__ import annotations

import pytest

from aiops_tui.slack.validator import block_errors

Json = dict[str, object]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def section(text: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def fields(count: int, length: int = 1) -> Json:
    return {"type": "section", "fields": [plain("x" * length)] * count}


def context(count: int) -> Json:
    return {"type": "context", "elements": [plain("x")] * count}


def actions(count: int = 1, label: int = 1, url: int = 1) -> Json:
    return {"type": "actions", "elements": [{"type": "button", "text": plain("x" * label), "url": "x" * url}] * count}


def image(**more: object) -> Json:
    return {"type": "image", "alt_text": "x", "image_url": "https://x.example/x.png", **more}


def table(rows: int, columns: int, text: str = "x", **more: object) -> Json:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": text}] * columns] * rows, **more}


def data_table(rows: int, columns: int, text: str = "x", **more: object) -> Json:
    return {**table(rows, columns, text), "type": "data_table", "caption": "x", **more}


def chart(series: int = 1, categories: int = 1, title: str = "x", name: int = 1) -> Json:
    labels = [f"{place:0{name}}" for place in range(categories)]
    data = [{"label": label, "value": 1} for label in labels]
    drawn = [{"name": f"{place:0{name}}", "data": data} for place in range(series)]
    return {
        "type": "data_visualization",
        "title": title,
        "chart": {"type": "line", "series": drawn, "axis_config": {"categories": labels}},
    }


def pie(value: float) -> Json:
    segments = [{"label": "x", "value": value}]
    return {"type": "data_visualization", "title": "x", "chart": {"type": "pie", "segments": segments}}


@pytest.mark.parametrize(
    ("good", "bad", "error"),
    [
        (
            [{"type": "divider"}] * 50,
            [{"type": "divider"}] * 51,
            "no more than 50 items allowed [json-pointer:/blocks]",
        ),
        (
            [section("x" * 3000)],
            [section("x" * 3001)],
            "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
        ),
        ([section("x")], [section("")], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
        ([fields(10)], [fields(11)], "no more than 10 items allowed [json-pointer:/blocks/0/fields]"),
        (
            [fields(1, 2000)],
            [fields(1, 2001)],
            "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
        ),
        (
            [{"type": "header", "text": plain("x" * 150)}],
            [{"type": "header", "text": plain("x" * 151)}],
            "must be less than 151",
        ),
        ([{"type": "header", "text": plain("x")}], [{**section("x"), "type": "header"}], "unsupported type: mrkdwn"),
        ([context(10)], [context(11)], "no more than 10 items allowed [json-pointer:/blocks/0/elements]"),
        ([context(1)], [context(0)], "no fewer than 1 items allowed [json-pointer:/blocks/0/elements]"),
        ([actions(25)], [actions(26)], "no more than 25 items allowed [json-pointer:/blocks/0/elements]"),
        ([actions(label=75)], [actions(label=76)], "must be less than 76 characters"),
        (
            [actions(url=3000)],
            [actions(url=3001)],
            "must be less than 3001 characters [json-pointer:/blocks/0/elements/0/url]",
        ),
        ([image()], [image(alt_text=None)], "missing required field: alt_text [json-pointer:/blocks/0]"),
        ([image()], [image(slack_file={"id": "F1"})], "must define either `image_url` or `slack_file`"),
        ([table(100, 20, "xxxxx")], [table(101, 1)], "no more than 100 items allowed [json-pointer:/blocks/0/rows]"),
        ([table(1, 20)], [table(1, 21)], "no more than 20 items allowed [json-pointer:/blocks/0/rows/0]"),
        ([table(1, 1)], [table(1, 1, "")], "must be more than 0 characters [json-pointer:/blocks/0/rows/0/0/text]"),
        ([table(100, 10, "x" * 10)], [table(100, 10, "x" * 11)], "must be less than 10001 characters"),
        ([table(1, 1)], [table(1, 1)] * 2, "no more than 1 table blocks allowed"),
        ([data_table(201, 2)], [data_table(202, 2)], "no more than 201 items allowed"),
        ([data_table(2, 2)], [data_table(1, 2)], "no fewer than 2 items allowed"),
        ([data_table(2, 1)], [data_table(2, 1, caption=None)], "missing required field: caption"),
        ([data_table(2, 1, page_size=100)], [data_table(2, 1, page_size=101)], "must be between 1 and 100"),
        ([data_table(200, 10, "x" * 10)], [data_table(200, 10, "x" * 11)], "must be less than 20001 characters"),
        ([chart()] * 2, [chart()] * 3, "no more than 2 data_visualization blocks allowed"),
        ([chart(title="x" * 50)], [chart(title="x" * 51)], "must be less than 51 characters"),
        ([chart(series=12)], [chart(series=13)], "no more than 12 items allowed"),
        ([chart(categories=20)], [chart(categories=21)], "no more than 20 items allowed"),
        ([chart(name=20)], [chart(name=21)], "must be less than 21 characters"),
        ([pie(0.1)], [pie(0)], "must be more than 0 [json-pointer:/blocks/0/chart/segments/0/value]"),
        (
            [{"type": "divider", "block_id": "x" * 255}],
            [{"type": "divider", "block_id": "x" * 256}],
            "must be less than 256",
        ),
        ([{"type": "divider", "block_id": "x"}], [{"type": "divider", "block_id": "x"}] * 2, "block_id already exists"),
        ([section("x")], [{"type": "section"}], "must define either `text` or `fields`"),
        ([section("x")], [{"text": "x"}], "missing required field: type [json-pointer:/blocks/0]"),
        ([section("x")], [{"type": "poem"}], "unsupported type: poem [json-pointer:/blocks/0]"),
        (
            [section("x")],
            [{"type": "section", "text": {**plain("x"), "verbatim": True}}],
            "invalid additional property",
        ),
        ([section("x")], "x", "must provide an array [json-pointer:/blocks]"),
        ([section("x")], ["x"], "must provide an object [json-pointer:/blocks/0]"),
    ],
)
def test_a_limit_is_exactly_where_slack_has_it(good: object, bad: object, error: str) -> None:
    assert block_errors(good) == []
    assert any(error in found for found in block_errors(bad)), block_errors(bad)


def test_a_chart_covers_its_categories_and_names_its_series_apart() -> None:
    uneven = {"type": "line", "axis_config": {"categories": ["a", "b"]}}
    gap = {**uneven, "series": [{"name": "x", "data": [{"label": "a", "value": 1}]}]}
    whole = [{"label": "a", "value": 1}, {"label": "b", "value": 2}]
    twins = {**uneven, "series": [{"name": "x", "data": whole}, {"name": "x", "data": whole}]}
    for drawn, error in ((gap, "must cover each category exactly once"), (twins, "names must be unique")):
        (found,) = block_errors([{"type": "data_visualization", "title": "x", "chart": drawn}])
        assert error in found


def test_rows_of_a_data_table_are_of_one_length() -> None:
    cell = {"type": "raw_text", "text": "x"}
    uneven = {"type": "data_table", "caption": "x", "rows": [[cell], [cell, cell]]}
    assert block_errors([uneven]) == ["all rows must have the same number of columns [json-pointer:/blocks/0/rows]"]
