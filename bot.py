"""The front door: `bot.py run` on the real Telegram and X, `bot.py demo` on made-up ones.

`bot.py --help` lists the rest: receipts, restoring a backup, what a deployment would cost.
"""

import asyncio
import os
import signal
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path


def main() -> int:
    """Run the bot; the result is the exit code: 2 for a setting, 1 for anything else."""
    given = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # also while the rest is imported
    return _health() if given.mode == "health" else _act(given)


def _act(given: Namespace) -> int:
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 - see above

    from operations import logs, planning, process, receipts  # noqa: PLC0415 - see above
    from operations.restoring import restore  # noqa: PLC0415 - see above
    from operations.settings import (  # noqa: PLC0415 - see above
        Settings,
        SettingsError,
        StorageSettings,
        load,
    )

    try:
        if given.mode == "plan":
            print(planning.table(given.handles, given.every))  # noqa: T201 - for who asked
        elif given.mode == "demo":
            from playground import demo  # noqa: PLC0415 - a real bot never loads the playground

            asyncio.run(demo.run())
        elif given.mode == "receipts":
            asyncio.run(receipts.write(load(StorageSettings), sys.stdout))
        else:
            settings = load(Settings)
            logs.configure(settings.log_level, settings.secrets, settings.log_format)
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


def _health() -> int:
    """By itself, since a supervisor asks often: nothing that takes long is imported."""
    from operations.asking import ask  # noqa: PLC0415 - see above
    from operations.settings import (  # noqa: PLC0415 - see above
        SettingsError,
        WatchSettings,
        load,
    )

    try:
        return 0 if ask(load(WatchSettings), sys.stdout) else 1
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the one sentence that an operator reads
        return 2


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
    modes.add_parser("health", help="how the bot that runs here is")
    restoring = modes.add_parser("restore", help="put a backup in the database's place")
    restoring.add_argument("backup", type=Path, metavar="FILE")
    plan = modes.add_parser("plan", help="what following accounts would cost at X")
    plan.add_argument("--handles", type=_count, required=True, help="distinct accounts")
    every = plan.add_mutually_exclusive_group()
    for name in ("weekly", "daily"):
        every.add_argument(f"--{name}", dest="every", action="store_const", const=name)
    parser.set_defaults(mode="run", every="weekly")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
