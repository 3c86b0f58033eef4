"""What a profile allows: shown to others, for its owner only, or never."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.reading.networks.consent import Consent, Reason, Signals, Verdict, verdict

SILENT = Signals()
WILLING = Signals(asks_first=True, discoverable=True)


@pytest.mark.parametrize("signals", [SILENT, WILLING, replace(SILENT, bio="I build nobotics.")])
def test_an_account_that_says_nothing_against_it_is_shown(signals: Signals) -> None:
    assert verdict(signals) == Verdict(Consent.SHOWN)


@pytest.mark.parametrize(
    ("signals", "consent", "reason"),
    [
        ({"own_labels": {"!no-unauthenticated"}}, Consent.OWNER, Reason.LOGGED_IN_ONLY),
        ({"logged_in_only": True}, Consent.OWNER, Reason.LOGGED_IN_ONLY),
        ({"moderation_labels": {"!hide"}}, Consent.OWNER, Reason.HIDDEN_BY_MODERATION),
        ({"noindex": True}, Consent.OWNER, Reason.NO_INDEX),
        ({"bio": "Cats. #nobot #nobridge"}, Consent.OWNER, Reason.NO_BOTS),
        ({"bio": "nobots, please"}, Consent.OWNER, Reason.NO_BOTS),
        ({"bio": "(NoBot)"}, Consent.OWNER, Reason.NO_BOTS),
        ({"discoverable": False}, Consent.OWNER, Reason.NOT_DISCOVERABLE),
        ({"asks_first": True}, Consent.OWNER, Reason.NO_WORD),
        ({"suspended": True}, Consent.NEVER, Reason.SUSPENDED),
        ({"memorial": True}, Consent.NEVER, Reason.MEMORIAL),
        ({"bridged": True}, Consent.NEVER, Reason.BRIDGED),
        (
            {"own_labels": {"bridged-from-bridgy-fed-activitypub"}},
            Consent.NEVER,
            Reason.BRIDGED,
        ),
    ],
)
def test_each_signal_is_heeded_by_itself(
    signals: dict[str, object], consent: Consent, reason: Reason
) -> None:
    judged = verdict(Signals(**signals))  # type: ignore[arg-type]
    assert judged == Verdict(consent, (reason,))


@pytest.mark.parametrize(
    "signals",
    [
        {"own_labels": {"bot", "porn"}, "moderation_labels": {"spam", "!warn"}},
        {"own_labels": {"!hide"}},  # only moderation hides; an account may not label itself so
        {"moderation_labels": {"!no-unauthenticated"}},  # and only the owner can ask for this
    ],
)
def test_other_labels_say_nothing_about_being_shown(signals: dict[str, object]) -> None:
    assert verdict(Signals(**signals)).consent is Consent.SHOWN  # type: ignore[arg-type]


def test_the_strictest_counts_and_every_reason_is_named() -> None:
    judged = verdict(Signals(asks_first=True, noindex=True, memorial=True))
    assert judged.consent is Consent.NEVER
    assert set(judged.reasons) == {Reason.MEMORIAL, Reason.NO_INDEX, Reason.NO_WORD}


_LABELS = st.frozensets(st.sampled_from(["!no-unauthenticated", "!hide", "bot", "spam"]))
_SIGNALS = st.builds(
    Signals,
    asks_first=st.booleans(),
    own_labels=_LABELS,
    moderation_labels=_LABELS,
    discoverable=st.sampled_from([True, False, None]),
    noindex=st.booleans(),
    logged_in_only=st.booleans(),
    suspended=st.booleans(),
    memorial=st.booleans(),
    bridged=st.booleans(),
    bio=st.sampled_from(["", "nobot"]),
)
_ORDER = [Consent.SHOWN, Consent.OWNER, Consent.NEVER]


@given(_SIGNALS)
def test_no_signal_makes_a_verdict_milder(signals: Signals) -> None:
    judged = _ORDER.index(verdict(signals).consent)
    for field in fields(Signals):
        if field.name in {"asks_first", "discoverable", "bio"}:
            continue
        quieter = replace(signals, **{field.name: field.default})  # type: ignore[arg-type]
        assert _ORDER.index(verdict(quieter).consent) <= judged


@given(_SIGNALS)
def test_a_verdict_is_given_with_a_reason_unless_the_account_is_shown(signals: Signals) -> None:
    judged = verdict(signals)
    assert bool(judged.reasons) == (judged.consent is not Consent.SHOWN)
