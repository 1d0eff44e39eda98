"""Data directories of earlier versions: each chosen commit makes a demo's data directory with its own code,
and the present code opens it. Every command must work, or end with one line that says what to do.

    python -m bench.versions [--count 8] [--keep FOLDER] [COMMIT ...]

Without commits, `--count` of those since the first demo are taken, evenly spread. Needs the repository with
its history; in a checkout without it this ends with a message and exit code 0. All versions run on the
installed packages: one whose code cannot run on them is shown as such, and is no failure.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
DEMO = "src/ingest/cli/demo.py"
COMMANDS = (("status",), ("check",), ("publish",), ("status",), ("sql", "SELECT count(*) FROM mart.articles"))
"""What the present code does with each data directory; `check` migrates it."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("commits", nargs="*")
    parser.add_argument("--count", type=int, default=8)
    parser.add_argument("--keep", type=Path, help="make the data directories here, and keep them")
    options = parser.parse_args()
    commits = options.commits or spread(options.count)
    if not commits:
        print("no history with a demo here: nothing to open")
        return 0
    folder = options.keep or Path(tempfile.mkdtemp(prefix="wire-ingest-versions-"))
    try:
        failures = [commit for commit in commits if failed(folder, commit)]
        return 1 if failures else 0
    finally:
        if options.keep is None:
            shutil.rmtree(folder)


def spread(count: int) -> list[str]:
    """Commits since the first demo, oldest first, evenly spread; none without history."""
    first = git("log", "--reverse", "--format=%H", "--", DEMO).split()
    if not first or git("rev-parse", "--is-shallow-repository").strip() == "true":
        return []
    commits = [first[0], *git("rev-list", "--reverse", f"{first[0]}..HEAD").split()]
    step = max(1, (len(commits) - 1) // max(1, count - 1))
    return commits[::step][:count]


def git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
    return done.stdout if done.returncode == 0 else ""


def failed(folder: Path, commit: str) -> bool:
    """Makes the commit's data directory and opens it; prints what happened, and returns whether anything
    ended without a clear line."""
    data = folder / commit[:7]
    if not data.exists() and (error := made(folder, commit, data)):
        print(f"{commit[:7]}  its own code does not run here: {error}")
        return False
    shown = []
    for command in COMMANDS:
        done = ingest(ROOT, *command, "--data", str(data))
        lines = done.stderr.strip().splitlines()
        clear = done.returncode in (0, 1, 2) and len(lines) <= 1 and "Traceback" not in done.stderr
        if not clear or (done.returncode and not lines and command[0] != "check"):
            print(f"{commit[:7]}  FAIL `ingest {command[0]}` ({done.returncode}): {lines[-3:]}")
            return True
        broken = [line for line in done.stdout.splitlines() if line.startswith("FAIL")]
        if done.returncode:
            shown.append(f"{command[0]}: {'; '.join(lines or broken)[:300]}")
    print(f"{commit[:7]}  {' | '.join(dict.fromkeys(shown)) or 'opens, every check holds'}")
    return any("FAIL" in line for line in shown)


def made(folder: Path, commit: str, data: Path) -> str | None:
    """Runs the commit's demo into `data`; returns the last line of its error when that fails."""
    code = folder / f"code-{commit[:7]}"
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(code, filter="data")
    done = ingest(code, "demo", "--data", str(data))
    shutil.rmtree(code)
    if done.returncode == 0:
        return None
    shutil.rmtree(data, ignore_errors=True)
    return (done.stderr.strip().splitlines() or ["?"])[-1][:200]


def ingest(code: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": f"{code / 'src'}{os.pathsep}{code}"}
    command = [sys.executable, "-m", "ingest.cli.main", *arguments]
    return subprocess.run(command, cwd=code, env=environment, capture_output=True, text=True, timeout=600)


if __name__ == "__main__":
    sys.exit(main())
