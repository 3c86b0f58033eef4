"""Our number of an account: one for each account of each network.

X's accounts keep X's own numbers, which are positive. The other networks' ids are texts: their
number is negative, and made of a digest of network and id. So every process knows it without
asking, no two processes give out the same one, and an account that was deleted here and comes back
has it again. A digest of 63 bits is the same for two of a million accounts with a probability of
1 in ten million; a store that finds another account under a number refuses the new one.
"""

from hashlib import sha256
from typing import Final

from scoring.reading.names import Network

_BITS: Final = 63


def account_number(network: Network, external_id: str) -> int:
    """Return our number of an account.

    Args:
        external_id: the network's own id, as text: X's number, a DID, or `server/number`.

    Returns:
        X's number, > 0; for the other networks a number from -2^63 to -1.
    """
    return int(external_id) if network == "x" else -1 - _digest(f"{network} {external_id}")


def post_number(external_id: str) -> int:
    """Return our number of a post that its network names by a text, from 0 to 2^63 - 1.

    Posts are told apart within one account only, of which some hundred are kept.
    """
    return _digest(external_id)


def _digest(text: str) -> int:
    whole = int.from_bytes(sha256(text.encode(errors="replace")).digest()[:8], "big")
    return whole >> (64 - _BITS)
