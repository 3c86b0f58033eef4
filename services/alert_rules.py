"""Decides when an alert triggers: a score certainly crossed a threshold, or moved by a step."""

from dataclasses import replace

from scoring.change import Change
from scoring.score import Score, score
from storage.accounts.alerts import Alert


def judged(alert: Alert, newest: Score, own: float) -> tuple[Alert, bool]:
    """Return the alert as updated by a reading, and whether it triggers.

    A threshold triggers when the score, margin included, is certainly on a side where it was not
    last seen. A step triggers when the account has moved that far since the place was last told.

    Args:
        own: the points by which the account moved since the place was told of another reading;
            neither a new formula nor a deeper reading moves an account.
    """
    seen = replace(alert, seen_at=newest.facts.as_of)
    if alert.threshold is not None:
        above = side(newest, alert.threshold)
        if above is None or above is alert.above:
            return seen, False
        return replace(seen, above=above), True
    if alert.step is None or abs(own) < alert.step:
        return seen, False
    return replace(seen, base=newest.score), True


def rebased(alert: Alert, change: Change | None) -> Alert:
    """Return a threshold's alert as if the formula in use had computed all that it was checked by.

    Points of two formulas are no common scale, and an alert tells of accounts, not of formulas.

    Args:
        change: from the reading that the alert was last checked against to the newest one; None
            when there is no such reading.
    """
    if alert.threshold is None or change is None:
        return alert
    if change.before.formula == change.after.formula:
        return alert
    # by the number alone, so that a margin that narrows later is no crossing either
    before = score(change.before.facts)
    above = None if alert.above is None else before.score > alert.threshold
    return replace(alert, above=above)


def side(of: Score, threshold: float) -> bool | None:
    """Return whether a score is certainly above a threshold, or below; None within the margin."""
    if abs(of.score - threshold) <= of.margin:
        return None
    return of.score > threshold
