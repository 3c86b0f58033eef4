"""The front door: `bot.py run` on the real Telegram and X, `bot.py demo` on made-up ones.

`bot.py receipts` prints the newest stored receipt of every account, `bot.py restore FILE` puts a
backup in the database's place.
"""

import asyncio
import os
import signal
import sys
from argparse import ArgumentParser
from pathlib import Path


def main() -> int:
    """Run the bot; the result is the exit code: 2 for a setting, 1 for anything else."""
    parser = ArgumentParser(prog="bot.py", description="A social-score bot for Telegram.")
    modes = ("run", "demo", "receipts", "restore")
    parser.add_argument("mode", nargs="?", choices=modes, default="run")
    parser.add_argument("backup", nargs="?", type=Path, help="the file to restore")
    given = parser.parse_args()
    if (given.mode == "restore") is not (given.backup is not None):
        parser.error("restore takes a backup, the other modes do not")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # also while the rest is imported

    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 - see above

    from operations import logs, process, receipts  # noqa: PLC0415 - see above
    from operations.restoring import restore  # noqa: PLC0415 - see above
    from operations.settings import (  # noqa: PLC0415 - see above
        Settings,
        SettingsError,
        StorageSettings,
        load,
    )

    try:
        if given.mode == "demo":
            from playground import demo  # noqa: PLC0415 - a real bot never loads the playground

            asyncio.run(demo.run())
        elif given.mode == "receipts":
            asyncio.run(receipts.write(load(StorageSettings), sys.stdout))
        else:
            settings = load(Settings)
            logs.configure(settings.log_level, settings.secrets)
            if given.mode == "restore":
                asyncio.run(restore(settings, given.backup))
            else:
                asyncio.run(process.run(settings))
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the one sentence that an operator reads
        return 2
    except BrokenPipeError:  # whoever was reading has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (OSError, SQLAlchemyError) as error:
        failed = (
            "The receipts cannot be read" if given.mode == "receipts" else "The bot cannot start"
        )
        print(f"{failed}: {getattr(error, 'orig', None) or error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
