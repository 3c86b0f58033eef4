"""`make bench`: everything that is measured, one after the other."""

import asyncio

from benchmarks import answers, facts


def main() -> None:
    """Run and print them all."""
    print("Scores")
    facts.run()
    print("Answers")
    asyncio.run(answers.run())


if __name__ == "__main__":
    main()
