"""What sentiment labels and topics of the database count as."""

from __future__ import annotations

import unicodedata

import pytest

from aiops_tui.model.labels import fold_topic, sentiment_class


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("긍정", "positive"),
        (unicodedata.normalize("NFD", "부정"), "negative"),
        ("  Neutral\n", "neutral"),
        ("NEG", "negative"),
        (None, "unanalysed"),
        ("", "unanalysed"),
        ("   ", "other"),
        ("기쁨", "other"),
    ],
)
def test_sentiment_labels(label: str | None, expected: str) -> None:
    assert sentiment_class(label) == expected


@pytest.mark.parametrize("raw", ["환불", " 환불 ", "환불.", "환불!!", unicodedata.normalize("NFD", "환불"), "환불。 "])
def test_spellings_of_one_topic_fold_together(raw: str) -> None:
    assert fold_topic(raw) == "환불"


def test_topics_of_nothing_and_of_punctuation() -> None:
    assert fold_topic(None) is None
    assert fold_topic(" \t") is None
    assert fold_topic("???") == "???"
    assert fold_topic("Login  Issue") == fold_topic("login issue.")
