"""`make audit`: looks for known vulnerabilities in the installed packages.

pip-audit asks an advisory source about each pinned package. It also succeeds when the source knows
none of them, as a private index does, and fails when there is no network. This module reports the
first and fails in neither case: only a known vulnerability is an error.
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
"""Seconds for all packages."""


class Findings(NamedTuple):
    """The result of an audit.

    Attributes:
        vulnerable: one line per advisory: package, version, its name, the fixed version.
        audited: packages that the advisory source knows.
        skipped: packages that it does not know, or that the audit could not check.
    """

    vulnerable: tuple[str, ...]
    audited: int
    skipped: int


def findings(report: str) -> Findings:
    """Parse pip-audit's JSON; any other text means that nothing was audited."""
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
    """Describe the findings for the operator, including what was not audited."""
    lines = [f"VULNERABLE: {line}" for line in found.vulnerable]
    if found.audited:
        lines.append(f"Audited {found.audited} of {found.audited + found.skipped} packages.")
    else:
        lines.append("Not audited: no advisory source can be reached from here.")
    return "\n".join(lines)


def main(requirements: str) -> int:
    """Audit a file of pinned requirements; return 1 for a known vulnerability, else 0."""
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
    print(told(found))  # noqa: T201 - for the operator
    return int(bool(found.vulnerable))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
