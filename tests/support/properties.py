"""How many random examples each property is tried on.

`make test` tries a few of each, `make properties` thousands.
"""

import os
from typing import Final

from hypothesis import HealthCheck, settings

_EXAMPLES: Final = int(os.environ.get("PROPERTY_EXAMPLES", "50"))

settings.register_profile(
    "ours",
    max_examples=_EXAMPLES,
    deadline=None,
    # One application serves all examples: each leaves it as it would after any other message.
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def chosen() -> None:
    """Let every property of the tests be tried so."""
    settings.load_profile("ours")


def a_part(divisor: int) -> settings:
    """Fewer examples, where each takes a while."""
    return settings(max_examples=max(1, _EXAMPLES // divisor))
