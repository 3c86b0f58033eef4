"""The command of `make bench`: runs the benchmarks one after the other."""

import asyncio

from benchmarks import (
    answers,
    budget,
    digests,
    drawing,
    engines,
    facts,
    growth,
    steadiness,
    upkeep,
    watching,
    webhooks,
)


def main() -> None:
    """Run all benchmarks and print their results."""
    print("Scores")
    facts.run()
    steadiness.run()
    print("Answers")
    asyncio.run(answers.run())
    asyncio.run(webhooks.run())
    print("Watching")
    asyncio.run(watching.run())
    print("Budget")
    asyncio.run(budget.run())
    print("Digests")
    asyncio.run(digests.run())
    print("Upkeep")
    asyncio.run(upkeep.run())
    print("Growth")
    asyncio.run(growth.run())
    print("Engines")
    asyncio.run(engines.run())
    print("Pictures")
    asyncio.run(drawing.run())


if __name__ == "__main__":
    main()
