"""`python -m scoring`: facts in, scores out, one JSON object a line, offline.

python -m scoring < FACTS.jsonl           a score for each line of facts; a receipt is re-computed
python -m scoring evaluate PAIRS.csv …    how well scores agree with people's judgements
python -m scoring evaluate --next ACCOUNTS.csv
                                          how well scores foretell the reactions of the next posts
python -m scoring reference PAIRS.csv     the scores of those people, at each percent of them
python -m scoring preview CANDIDATE.json [PAIRS.csv …] < RECEIPTS.jsonl
                                          who would move, and how far, by a formula of these
                                          numbers, and how well it agrees with judgements
"""

import csv
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from scoring.facts import Facts, FactsError
from scoring.score import Score, score

# A receipt is well under 1 kB; a line of more than this is not one of ours.
LONGEST_LINE = 65_536

BLOCK = 32  # lines

_BLANKS = " \t\r\n"  # RFC 8259 §2
_read_json = json.JSONDecoder().raw_decode


def main(arguments: list[str]) -> int:
    """Run the command line.

    Returns:
        The exit code: 0; 1 when a line or a file could not be read; 2 for other arguments.
    """
    match arguments:
        case []:
            return answer(sys.stdin.buffer, sys.stdout)
        case ["-h" | "--help"]:
            sys.stdout.write(__doc__ or "")
            return 0
        case ["evaluate", "--next" as kind, path] | ["reference" as kind, path]:
            return report(kind, [Path(path)], sys.stdout)
        case ["evaluate" as kind, path, *more]:
            return report(kind, [Path(path), *map(Path, more)], sys.stdout)
        case ["preview", path, *pairs]:
            judged = list(map(Path, pairs))
            return look_ahead(Path(path), judged, sys.stdin.buffer, sys.stdout)
        case _:
            sys.stderr.write(__doc__ or "")
            return 2


def answer(lines: BinaryIO, out: TextIO) -> int:
    """Write one JSON object for each line that is not blank; 1 when one was an error, else 0."""
    failed = 0
    meant = (line for line in read_lines(lines) if not line.isspace())
    # Each step runs for a block of lines before the next step: its code and data stay in the
    # processor's caches, which answers a quarter more lines a second.
    while block := list(islice(meant, BLOCK)):
        results: list[Any] = block
        for step in (decode, understand, respond):
            results = [_tried(step, value) for value in results]
        for result in results:
            if isinstance(result, FactsError):
                failed = 1
                out.write(json.dumps({"error": str(result)}) + "\n")
            else:
                out.write(result + "\n")
    out.flush()
    return failed


def understand(value: Mapping[str, Any]) -> Facts | Score:
    """Read a JSON object as facts, or as a receipt.

    Raises:
        FactsError: The object is neither; the message is one sentence.
    """
    return Score.from_json(value) if "facts" in value else Facts.from_json(value)


def respond(given: Facts | Score) -> str:
    """Return the answer as a line: a score for facts, `agrees` as well for a receipt.

    Raises:
        FactsError: The receipt names no known formula.
    """
    if isinstance(given, Facts):
        return score(given).to_line()
    again = given.recompute()
    return json.dumps({**again.to_json(), "agrees": given == again})


def _tried(step: Callable[[Any], Any], value: Any) -> Any:
    """Return the step's result, or the error that this step or an earlier one raised."""
    if isinstance(value, FactsError):
        return value
    try:
        return step(value)
    except FactsError as error:
        return error


def decode(text: bytes, what: str = "The line") -> dict[str, Any]:
    """Return the JSON object that a text holds.

    Raises:
        FactsError: The text holds no object; the message is one sentence about `what`.
    """
    if len(text) > LONGEST_LINE:
        raise FactsError(f"{what} is longer than {LONGEST_LINE} bytes.")
    try:
        plain = text.decode().strip(_BLANKS)
        value, end = _read_json(plain)  # `json.loads` would look for blanks in a slower way
    # ValueError covers bytes that are not UTF-8 and numbers of thousands of digits, too
    except (ValueError, RecursionError):
        raise FactsError(f"{what} is not JSON.") from None
    if end < len(plain):
        raise FactsError(f"{what} is not JSON.")
    if not isinstance(value, dict):
        raise FactsError(f"{what} is not a JSON object.")
    return value


def read_lines(lines: BinaryIO) -> Iterator[bytes]:
    """Yield lines; a line longer than `LONGEST_LINE` is cut just beyond that length."""
    while line := lines.readline(LONGEST_LINE + 1):
        yield line
        while len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            line = lines.readline(LONGEST_LINE + 1)


def report(kind: str, paths: Sequence[Path], out: TextIO) -> int:
    """Write the report that a command makes of its files, or the error."""
    # only these commands need the modules that read judgements
    from scoring.evaluation import evaluate, foretell  # noqa: PLC0415
    from scoring.reference import measure  # noqa: PLC0415

    make: dict[str, Callable[..., object]]
    make = {"evaluate": evaluate, "--next": foretell, "reference": measure}
    try:
        result = make[kind](*paths)
    except (FactsError, OSError, UnicodeDecodeError, csv.Error) as error:
        out.write(json.dumps({"error": _said(error)}) + "\n")
        return 1
    out.write(json.dumps(result, indent=None if kind == "reference" else 2) + "\n")
    return 0


def look_ahead(path: Path, pairs: Sequence[Path], lines: BinaryIO, out: TextIO) -> int:
    """Write what a candidate formula would do to the accounts of these receipts, or the error.

    Args:
        pairs: files of judgements, by which it is held against the formula in use; may be none.
    """
    # imported here, as a new formula is considered about once a year
    from scoring.preview import candidate, preview, side_by_side  # noqa: PLC0415

    try:
        formula = candidate(decode(path.read_bytes(), str(path)))
        result = preview(read_accounts(lines), formula)
        if pairs:
            result["judgements"] = side_by_side(pairs, formula)
    except (FactsError, OSError, UnicodeDecodeError, csv.Error) as error:
        out.write(json.dumps({"error": _said(error)}) + "\n")
        return 1
    out.write(json.dumps(result, indent=2) + "\n")
    return 0


def _said(error: Exception) -> str:
    """Return an error as a sentence."""
    if isinstance(error, FileNotFoundError):
        return f"There is no file {error.filename}."
    return str(error)


def read_accounts(lines: BinaryIO) -> Iterator[Facts]:
    """Yield the facts of receipts.

    Raises:
        FactsError: A line is not a receipt; the message is one sentence that names the line.
    """
    for number, line in enumerate(read_lines(lines), start=1):
        if not line.isspace():
            try:
                yield Score.from_json(decode(line)).facts
            except FactsError as error:
                raise FactsError(f"Line {number}: {error}") from None


if __name__ == "__main__":
    try:
        code = main(sys.argv[1:])
    except OSError:  # the reading process closed the pipe, or the disk is full
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    sys.exit(code)
