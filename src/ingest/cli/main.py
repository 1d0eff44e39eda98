"""`ingest`: the commands by name, each imported only when it is called, so that --help is quick."""

from __future__ import annotations

import importlib
import signal
import sys

import click

import ingest
from ingest.errors import IngestError

INTERRUPTED = 130
COMMANDS = {
    "demo": ("demo", "Run the sample wire offline and show what comes of it."),
    "init": ("warehouse", "Make a data directory with empty, typed marts."),
    "poll": ("poll", "Poll feeds, fetch pages, extract, link copies, load, publish."),
    "serve": ("serve", "Prefect server, schedules and worker in one process tree."),
    "status": ("status", "What the last runs did and how the feeds are."),
    "why": ("why", "Everything known of one URL or article, and why."),
    "sql": ("sql", "Ask the published marts."),
    "export": ("sql", "Write articles of some days to a file."),
    "report": ("status", "A readable report of a day."),
    "feeds": ("feeds", "List the feeds and when they are due; check one."),
    "extract": ("extract", "HTML, WARC or JSON lines to articles as JSON lines."),
    "dedup": ("dedup", "JSON lines of texts to their copy groups."),
    "backfill": ("backfill", "Any days, from sitemaps, WARC, JSON lines, HTML or lists: plan, run, resume."),
    "reextract": (
        "reextract",
        "Extract archived pages anew, without network; shows what changes; can be undone.",
    ),
    "takedown": ("takedown", "Remove an article and its text everywhere, for good."),
    "backup": ("backup", "Copy the data directory, consistent, while it is in use."),
    "restore": ("backup", "Make a data directory of a backup."),
    "maintain": ("maintain", "Sweep, rewrite what deletes left in files, prove the rules."),
    "publish": ("warehouse", "Write the views (and all days with --all) anew."),
    "check": ("warehouse", "Prove the warehouse's rules: each check must return no row."),
}


class Lazy(click.Group):
    """Looks a command's module up only when it is run; help reads the table above."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"ingest.cli.{COMMANDS[cmd_name][0]}")
        found: click.Command = getattr(module, f"{cmd_name}_command")
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(ingest.__version__, prog_name="wire-ingest")
def cli() -> None:
    """News wires to clean, deduplicated, revision-keeping rows in DuckDB."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 failed, 2 usage or configuration, 3 locked, 130 interrupted,
    143 terminated."""
    asked_to_end: list[int] = []

    def interrupt(number: int, frame: object) -> None:
        """SIGTERM ends a run as Ctrl-C does: asyncio knows how to unwind that one."""
        asked_to_end.append(number)
        signal.raise_signal(signal.SIGINT)

    signal.signal(signal.SIGTERM, interrupt)
    # A shell starts what it puts in the background with SIGINT ignored: then SIGTERM, told by it, would be
    # ignored as well.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    code = run(arguments)
    sys.exit(128 + asked_to_end[0] if asked_to_end and code == INTERRUPTED else code)


def run(arguments: list[str] | None = None) -> int:
    try:
        result = cli.main(arguments, prog_name="ingest", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return 2
    except click.ClickException as error:
        click.echo(f"ingest: {error.format_message()}", err=True)
        return 2
    except IngestError as error:
        click.echo(f"ingest: {error}", err=True)
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("ingest: interrupted; what is done is kept, run the command again to go on", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        what = f"{error.filename or 'the system'}: {error.strerror or error}"
        click.echo(
            f"ingest: {what}; what is done is kept, run the command again when that is mended", err=True
        )
        return 1


if __name__ == "__main__":
    main()
