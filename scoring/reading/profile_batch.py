"""The batch of X's profile look-ups: handles that arrive together share one paid request."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from scoring.reading.batching import Batch
from scoring.reading.budget import Charge, Charges, Ledger, paid
from scoring.reading.errors import AccountUnreadable, BudgetSpent, ScoringError
from scoring.reading.handles import key
from scoring.reading.requester import Requester
from scoring.reading.sources import MAX_PROFILES, Found, Profile, Source


class _LookUp(NamedTuple):
    handle: str
    asker: Requester  # of the first look-up of this handle


class ProfileBatch:
    """Collects handles for a moment, then looks them up in requests of `MAX_PROFILES`.

    Args:
        source: X.
        ledger: books each profile on its requester.
        clock: the time, aware, UTC.
        window: how long a handle waits for another one, in seconds.
    """

    def __init__(
        self, source: Source, ledger: Ledger, clock: Callable[[], datetime], window: float
    ) -> None:
        self._source = source
        self._ledger = ledger
        self._clock = clock
        self._batch: Batch[_LookUp, Found | BudgetSpent] = Batch(
            self._look_up, MAX_PROFILES, window, "profile batch"
        )

    async def get(self, handle: str, asker: Requester) -> Profile:
        """Return the profile of a valid handle; the first requester pays.

        Raises:
            AccountError: there is no such account, or X suspended it.
            SourceError: the look-up failed or cannot be afforded, or X's answer about this one
                account is unusable.
        """
        result = await self._batch.get(key(handle), _LookUp(handle, asker))
        if isinstance(result, ScoringError):
            raise result
        return result

    async def close(self) -> None:
        """Cancel the look-ups that are under way."""
        await self._batch.close()

    async def _look_up(self, asked: Sequence[_LookUp]) -> list[Found | BudgetSpent]:
        """Return what each is; where the budget is short, the earliest look-ups are served."""
        wanted = {key(each.handle): Charge(each.asker, 1) for each in asked}
        try:
            found = await paid(
                self._ledger, "user", wanted, self._clock, lambda: self._request(asked)
            )
        except BudgetSpent as error:
            if len(asked) == 1:
                return [error]
            half = len(asked) // 2
            return await self._look_up(asked[:half]) + await self._look_up(asked[half:])
        return [found[key(each.handle)] for each in asked]

    async def _request(self, asked: Sequence[_LookUp]) -> tuple[Mapping[str, Found], Charges]:
        found = await self._source.profiles([each.handle for each in asked])
        there = [each for each in asked if _was_returned(found[key(each.handle)])]
        return found, {key(each.handle): Charge(each.asker, 1) for each in there}


def _was_returned(result: Found) -> bool:
    """Whether X returned the account, and so charges for it, readable or not."""
    if isinstance(result, AccountUnreadable):
        return result.may_be_billed
    return isinstance(result, Profile)
