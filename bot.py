"""The command line: `bot.py run` on the real Telegram and X, `bot.py demo` on made-up ones.

`bot.py --help` lists the other modes: health, receipts, backups, a cost plan.
"""

import signal
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path

from operations import machine


def main() -> int:
    """Run a mode; return the exit code: 2 for a bad setting, 1 for any other error."""
    given = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # also while the rest is imported
    if refused := machine.prepare():
        print(refused, file=sys.stderr)  # noqa: T201 - the one sentence that an operator reads
        return 2
    if given.mode == "health":
        from operations import healthcheck  # noqa: PLC0415 - asked often, so it imports little

        return healthcheck.main()
    if given.mode == "run":
        from operations import settings  # noqa: PLC0415 - before all else that takes a second

        if refused := settings.refusal():
            print(refused, file=sys.stderr)  # noqa: T201 - see above
            return 2
    from operations import modes as commands  # noqa: PLC0415 - see above

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
    modes.add_parser("check-networks", help="ask Bluesky and the fediverse for an account each")
    modes.add_parser("receipts", help="print every account's newest receipt")
    judgements = modes.add_parser("judgements", help="print what people said in duels, as a CSV")
    judgements.add_argument(
        "--facts-only", action="store_true", help="without handles and without voters"
    )
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
