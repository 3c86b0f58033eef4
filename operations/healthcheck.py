"""`bot.py health`: the health check of the bot on this machine, for Docker and operators."""

import sys
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import Final, TextIO

from operations.settings import SettingsError, WatchSettings, load

_PATIENCE: Final = 5.0
_EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - asked, not listened on


def main() -> int:
    """Run the health check and return the exit code. It imports nothing slow."""
    try:
        return 0 if ask(load(WatchSettings), sys.stdout) else 1
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201 - for the operator
        return 2


def ask(settings: WatchSettings, out: TextIO) -> bool:
    """Print the answer of `/health`; return whether all checks passed.

    Raises:
        SettingsError: there is no port to ask at.
    """
    if settings.metrics_port is None:
        raise SettingsError("METRICS_PORT is not set: see .env.example.")
    host = _EVERYWHERE.get(settings.metrics_host, settings.metrics_host)
    connection = HTTPConnection(host, settings.metrics_port, timeout=_PATIENCE)
    try:
        connection.request("GET", "/health")
        answer = connection.getresponse()
        print(answer.read().decode(errors="replace"), file=out)
    except (OSError, HTTPException) as error:
        print(f"The bot does not answer: {error}", file=out)
        return False
    finally:
        connection.close()
    return answer.status == HTTPStatus.OK
