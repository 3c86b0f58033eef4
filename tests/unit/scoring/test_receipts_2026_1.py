"""Receipts of formula 2026.1, as it wrote them while it was in use."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from scoring import FORMULAS, FactsError, Score, score
from scoring.__main__ import LONGEST_LINE

RECEIPTS = Path(__file__).with_name("receipts_2026_1.jsonl").read_text("utf-8").splitlines()


@pytest.mark.parametrize("line", RECEIPTS)
def test_a_stored_receipt_is_computed_again_byte_for_byte(line: str) -> None:
    receipt = Score.from_json(json.loads(line))
    assert receipt.formula == "2026.1"
    assert receipt.agrees()
    assert receipt.recompute().to_line() == line
    assert len(line) < LONGEST_LINE


def test_it_refuses_an_account_on_a_network_without_lists() -> None:
    facts = Score.from_json(json.loads(RECEIPTS[0])).facts
    with pytest.raises(FactsError, match=r"^listed must be a whole number for formula 2026\.1\.$"):
        score(replace(facts, listed=None), FORMULAS["2026.1"])
