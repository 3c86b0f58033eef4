"""The front door: `bot.py run` on the real Telegram and X, `bot.py demo` on made-up ones.

`bot.py receipts` prints the newest stored receipt of every account.
"""

import asyncio
import os
import signal
import sys
from argparse import ArgumentParser


def main() -> int:
    """Run the bot; the result is the exit code: 2 for a setting, 1 for anything else."""
    parser = ArgumentParser(prog="bot.py", description="A social-score bot for Telegram.")
    parser.add_argument("mode", nargs="?", choices=("run", "demo", "receipts"), default="run")
    mode = parser.parse_args().mode
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # also while the rest is imported

    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 - see above

    from operations import logs, process, receipts  # noqa: PLC0415 - see above
    from operations.settings import (  # noqa: PLC0415 - see above
        Settings,
        SettingsError,
        StorageSettings,
        load,
    )

    try:
        if mode == "demo":
            from playground import demo  # noqa: PLC0415 - a real bot never loads the playground

            asyncio.run(demo.run())
        elif mode == "receipts":
            asyncio.run(receipts.write(load(StorageSettings), sys.stdout))
        else:
            settings = load(Settings)
            logs.configure(settings.log_level, settings.secrets)
            asyncio.run(process.run(settings))
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the one sentence that an operator reads
        return 2
    except BrokenPipeError:  # whoever was reading has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (OSError, SQLAlchemyError) as error:
        failed = "The receipts cannot be read" if mode == "receipts" else "The bot cannot start"
        print(f"{failed}: {getattr(error, 'orig', None) or error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
