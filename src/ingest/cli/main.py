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
    "demo": ("demo", "Poll the shipped sample wire, offline, and show what is loaded."),
    "init": ("warehouse", "Make a data directory with empty, typed marts."),
    "poll": ("poll", "Poll feeds, fetch pages, extract, link copies, load, publish."),
    "serve": ("serve", "Poll on a schedule: Prefect server and workers in one process tree."),
    "status": ("status", "What the last runs did, and which feeds need attention."),
    "why": ("why", "Everything that is stored about one URL or article."),
    "sql": ("sql", "Query the published marts."),
    "export": ("sql", "Write articles of some days to a file."),
    "report": ("status", "A report of one day."),
    "feeds": ("feeds", "List the feeds with their next poll; check that one can be read."),
    "extract": ("extract", "Articles from HTML, WARC, URLs or JSON lines, without a warehouse."),
    "dedup": ("dedup", "Which of many texts (JSON lines) are copies of each other."),
    "backfill": ("backfill", "Load past days from sitemaps, older feed pages, WARC, HTML or lists."),
    "reextract": (
        "reextract",
        "Extract archived pages again by the present rules; can be undone.",
    ),
    "takedown": ("takedown", "Remove an article and its text for good."),
    "backup": ("backup", "Copy the data directory while it is in use."),
    "restore": ("backup", "Make a data directory from a backup."),
    "maintain": ("maintain", "Publish, remove old files, erase what takedowns left, run all checks."),
    "publish": ("warehouse", "Write what changed, and the views; with --all every day."),
    "check": ("warehouse", "Check the warehouse's rules; each check must find no row."),
}


class Lazy(click.Group):
    """Imports a command's module only when it is run; --help reads the table above."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"ingest.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(ingest.__version__, prog_name="wire-ingest")
def cli() -> None:
    """Poll news wires and load clean articles, their copies and their revisions into DuckDB."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 failed, 2 usage or configuration, 3 locked, 130 interrupted,
    143 terminated."""
    stop_signals: list[int] = []

    def interrupt(number: int, frame: object) -> None:
        """SIGTERM ends a run as Ctrl-C does: asyncio knows how to unwind that one."""
        stop_signals.append(number)
        signal.raise_signal(signal.SIGINT)

    signal.signal(signal.SIGTERM, interrupt)
    # A shell starts background jobs with SIGINT ignored: then SIGTERM, which is passed on as SIGINT, would be
    # ignored as well.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    code = run(arguments)
    sys.exit(128 + stop_signals[0] if stop_signals and code == INTERRUPTED else code)


def run(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code; what went wrong is one line on stderr."""
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
            f"ingest: {what}; what is done is kept, run the command again when that is corrected", err=True
        )
        return 1


if __name__ == "__main__":
    main()
