"""The front door: `bot.py run` on the real Telegram and X, `bot.py demo` on made-up ones.

`bot.py --help` lists the rest: receipts, backups, what a deployment would cost.
"""

import asyncio
import os
import signal
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path

_FAILED = {
    "receipts": "The receipts cannot be read",
    "migrate": "The database cannot be brought up to date",
    "backup": "The database cannot be backed up",
    "restore": "The backup cannot be restored",
    "copy": "The database cannot be copied",
}


def main() -> int:
    """Run the bot; the result is the exit code: 2 for a setting, 1 for anything else."""
    given = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # also while the rest is imported

    import sqlite3  # noqa: PLC0415 - see above

    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 - see above

    from operations import commands  # noqa: PLC0415 - see above
    from operations.settings import SettingsError  # noqa: PLC0415 - see above
    from storage.database import StorageError  # noqa: PLC0415 - see above

    try:
        if given.mode == "demo":
            from playground import demo  # noqa: PLC0415 - a real bot never loads the playground

            asyncio.run(demo.run())
        else:
            commands.run(given)
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the one sentence that an operator reads
        return 2
    except BrokenPipeError:  # whoever was reading has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (OSError, SQLAlchemyError, StorageError, sqlite3.Error) as error:
        failed = _FAILED.get(given.mode, "The bot cannot start")
        print(f"{failed}: {getattr(error, 'orig', None) or error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _count(text: str) -> int:
    if not text.isdecimal():
        raise ArgumentTypeError("must be a number")
    return int(text)


def _arguments() -> Namespace:
    parser = ArgumentParser(prog="bot.py", description="A social-score bot for Telegram.")
    modes = parser.add_subparsers(dest="mode")
    modes.add_parser("run", help="on the real Telegram and X; what happens without a word, too")
    modes.add_parser("demo", help="on made-up ones, in the browser")
    modes.add_parser("receipts", help="print every account's newest receipt")
    modes.add_parser("migrate", help="bring the database's tables up to date")
    backup = modes.add_parser("backup", help="write the database into a file")
    restore = modes.add_parser("restore", help="put a backup in the database's place")
    for mode in (backup, restore):
        mode.add_argument("file", type=Path, metavar="FILE")
    copy = modes.add_parser("copy", help="copy one database into another, which is empty")
    copy.add_argument("urls", nargs=2, metavar=("FROM-URL", "TO-URL"))
    plan = modes.add_parser("plan", help="what following accounts would cost at X")
    plan.add_argument("--handles", type=_count, required=True, help="distinct accounts")
    every = plan.add_mutually_exclusive_group()
    for name in ("weekly", "daily"):
        every.add_argument(f"--{name}", dest="every", action="store_const", const=name)
    parser.set_defaults(mode="run", every="weekly")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
