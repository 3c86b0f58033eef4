"""`make bench`: everything that is measured, one after the other."""

import asyncio

from benchmarks import answers, pictures


def main() -> None:
    """Run and print them all."""
    print("Answers")
    asyncio.run(answers.run())
    print("Pictures")
    asyncio.run(pictures.run())


if __name__ == "__main__":
    main()
