"""`make bench`: everything that is measured, one after the other."""

import asyncio

from benchmarks import answers, budget, digests, drawing, engines, facts, watching, webhooks


def main() -> None:
    """Run and print them all."""
    print("Scores")
    facts.run()
    print("Answers")
    asyncio.run(answers.run())
    asyncio.run(webhooks.run())
    print("Watching")
    asyncio.run(watching.run())
    print("Budget")
    asyncio.run(budget.run())
    print("Digests")
    asyncio.run(digests.run())
    print("Engines")
    asyncio.run(engines.run())
    print("Pictures")
    asyncio.run(drawing.run())


if __name__ == "__main__":
    main()
