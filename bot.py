"""The front door: `bot.py run` on the real Telegram and X, `bot.py demo` on made-up ones.

`bot.py --help` lists the rest: health, receipts, backups, what a deployment would cost.
"""

import signal
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path


def main() -> int:
    """Do what is asked for; the result is the exit code: 2 for a setting, 1 for anything else."""
    given = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # also while the rest is imported
    if given.mode == "health":
        from operations import asking  # noqa: PLC0415 - a supervisor asks often: nothing else

        return asking.main()
    from operations import commands  # noqa: PLC0415 - see above

    if given.mode == "demo":
        from playground import demo  # noqa: PLC0415 - a real bot never loads the playground

        return commands.attempt(given.mode, demo.main)
    return commands.attempt(given.mode, lambda: commands.run(given))


def _arguments() -> Namespace:
    parser = ArgumentParser(prog="bot.py", description="A social-score bot for Telegram.")
    modes = parser.add_subparsers(dest="mode")
    modes.add_parser("run", help="on the real Telegram and X; what happens without a word, too")
    modes.add_parser("demo", help="on made-up ones, in the browser")
    modes.add_parser("health", help="how the bot that runs here is")
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
    plan.set_defaults(every="weekly")
    parser.set_defaults(mode="run")
    return parser.parse_args()


def _count(text: str) -> int:
    if not text.isdecimal():
        raise ArgumentTypeError("must be a number")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
