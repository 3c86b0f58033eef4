"""What an audit of the dependencies means: known to be bad, known to be good, or not known."""

import json

import pytest

from operations.maintenance.audit import Findings, findings, told

SOUND = {"name": "aiohttp", "version": "3.14.5", "vulns": []}
BAD = {
    "name": "leaky",
    "version": "1.0",
    "vulns": [
        {"id": "PYSEC-2026-1", "fix_versions": ["1.1", "2.0"], "aliases": [], "description": "…"},
        {"id": "GHSA-xxxx", "fix_versions": [], "aliases": [], "description": "…"},
    ],
}
UNKNOWN = {"name": "tweepy", "skip_reason": "Dependency not found on PyPI and could not be audited"}


def report(*packages: object) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


def test_a_known_vulnerability_is_named_whatever_else_is_unknown() -> None:
    found = findings(report(SOUND, BAD, UNKNOWN))
    assert found.vulnerable == (
        "leaky 1.0: PYSEC-2026-1, mended in 1.1, 2.0",
        "leaky 1.0: GHSA-xxxx, mended in no version yet",
    )
    assert "VULNERABLE: leaky 1.0" in told(found)


def test_what_was_looked_at_is_told_from_what_was_not() -> None:
    assert told(findings(report(SOUND))) == "Audited 1 of 1 packages."
    assert told(findings(report(SOUND, UNKNOWN))) == "Audited 1 of 2 packages."
    assert told(findings(report(UNKNOWN))).startswith("Not audited: ")


@pytest.mark.parametrize("written", ["", "ConnectionError", "[]", "{}", "null", '{"x": 1}'])
def test_without_a_network_nothing_is_claimed_and_nothing_fails(written: str) -> None:
    found = findings(written)
    assert found == Findings((), 0, 0)
    assert told(found).startswith("Not audited: ")
