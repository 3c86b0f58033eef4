"""`make audit`: is a known vulnerability among what is installed?

pip-audit asks an advisory source about each pinned package. It ends well, too, when the source
knows none of them, as a private index does; and badly when there is no network. Here the first is
said, and neither is an error: only a vulnerability that is known is.
"""

import json
import subprocess
import sys
from typing import Final, NamedTuple

_PROGRAM: Final = (
    *(sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes"),
    *("--format", "json", "--progress-spinner", "off", "--timeout", "5"),
)
_MOST: Final = 300
"""Seconds for all of them."""


class Findings(NamedTuple):
    """What an audit found.

    Attributes:
        vulnerable: one line for each advisory: package, version, its name, where it is mended.
        audited: packages that the advisory source knows.
        skipped: packages that it does not know, or could not be asked about.
    """

    vulnerable: tuple[str, ...]
    audited: int
    skipped: int


def findings(report: str) -> Findings:
    """Read what pip-audit wrote as JSON; anything else means that nothing was audited."""
    try:
        packages = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return Findings((), 0, 0)
    audited = [package for package in packages if "skip_reason" not in package]
    return Findings(
        tuple(
            f"{package['name']} {package['version']}: {found['id']}, mended in "
            f"{', '.join(found.get('fix_versions', ())) or 'no version yet'}"
            for package in audited
            for found in package.get("vulns", ())
        ),
        len(audited),
        len(packages) - len(audited),
    )


def told(found: Findings) -> str:
    """The same for whoever ran it; says plainly what was not looked at."""
    lines = [f"VULNERABLE: {line}" for line in found.vulnerable]
    if found.audited:
        lines.append(f"Audited {found.audited} of {found.audited + found.skipped} packages.")
    else:
        lines.append("Not audited: no advisory source can be reached from here.")
    return "\n".join(lines)


def main(requirements: str) -> int:
    """Audit a file of pinned requirements; 1 when a vulnerability is known, else 0."""
    try:
        report = subprocess.run(  # noqa: S603 - our own program and file
            [*_PROGRAM, "--requirement", requirements],
            capture_output=True,
            text=True,
            timeout=_MOST,
            check=False,
        ).stdout
    except subprocess.TimeoutExpired:
        report = ""
    found = findings(report)
    print(told(found))  # noqa: T201 - for who asked
    return int(bool(found.vulnerable))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
