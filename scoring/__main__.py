"""`python -m scoring`: facts in, scores out, one JSON object a line, offline.

python -m scoring < FACTS.jsonl           a score for each line of facts; a receipt is re-computed
python -m scoring evaluate PAIRS.csv      how well scores agree with people's judgements
"""

import csv
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, TextIO

from scoring.facts import Facts, FactsError
from scoring.score import Score, score

# A receipt is well under 1 kB; a line of more than this is not one of ours.
LONGEST_LINE = 65_536

BLANKS = " \t\r\n"  # RFC 8259 §2
decode = json.JSONDecoder().raw_decode


def main(arguments: list[str]) -> int:
    """Run the command line.

    Returns:
        The exit code: 0; 1 when a line or a file could not be read; 2 for other arguments.
    """
    match arguments:
        case []:
            return answer(sys.stdin.buffer, sys.stdout)
        case ["evaluate", path]:
            return report(Path(path), sys.stdout)
        case _:
            sys.stderr.write(__doc__ or "")
            return 2


def answer(lines: BinaryIO, out: TextIO) -> int:
    """Write one JSON object for each line that is not blank; 1 when one was an error, else 0."""
    failed = 0
    for line in read_lines(lines):
        if line.isspace():
            continue
        try:
            out.write(respond(line) + "\n")
        except FactsError as error:
            failed = 1
            out.write(json.dumps({"error": str(error)}) + "\n")
    out.flush()
    return failed


def respond(line: bytes) -> str:
    """Return the answer to one line: a score for facts, `agrees` as well for a receipt.

    Raises:
        FactsError: The line is neither; the message is one sentence.
    """
    if len(line) > LONGEST_LINE:
        raise FactsError(f"The line is longer than {LONGEST_LINE} bytes.")
    try:
        text = line.decode().strip(BLANKS)
        value, end = decode(text)  # `json.loads` would look for blanks in a slower way
    # a ValueError too: bytes that are no text, or a number of thousands of digits
    except (ValueError, RecursionError):
        raise FactsError("The line is not JSON.") from None
    if end < len(text):
        raise FactsError("The line is not JSON.")
    if not isinstance(value, dict):
        raise FactsError("The line is not a JSON object.")
    if "facts" not in value:
        return score(Facts.from_json(value)).to_line()
    given = Score.from_json(value)
    again = given.recompute()
    return json.dumps({**again.to_json(), "agrees": given == again})


def read_lines(lines: BinaryIO) -> Iterator[bytes]:
    """Yield lines; of one that is too long, only as much as shows that it is."""
    while line := lines.readline(LONGEST_LINE + 1):
        yield line
        while len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            line = lines.readline(LONGEST_LINE + 1)


def report(path: Path, out: TextIO) -> int:
    """Write the evaluation of a pairs file, or why there is none."""
    # judgements, and all that reads them, are this command's business alone
    from scoring.evaluation import evaluate  # noqa: PLC0415

    try:
        result = evaluate(path)
    except (FactsError, OSError, UnicodeDecodeError, csv.Error) as error:
        out.write(json.dumps({"error": str(error)}) + "\n")
        return 1
    out.write(json.dumps(result, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    try:
        code = main(sys.argv[1:])
    except OSError:  # whoever was reading has seen enough, or the disk is full
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    sys.exit(code)
