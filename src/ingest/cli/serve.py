"""`ingest serve`."""

from __future__ import annotations

from pathlib import Path

import click

from ingest.cli.common import chosen_log_level, data_options, feeds_option, note, say, wait_option


@click.command("serve")
@feeds_option
@data_options
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    help="Port of Prefect's server and its pages (default: 4200, or a free one if that is taken).",
)
@click.option(
    "--interval",
    type=click.FloatRange(min=1),
    metavar="SECONDS",
    help="Time between two polls (default: 300).",
)
@click.option(
    "--demo", is_flag=True, help="Poll the shipped sample wire, offline, into ./serve-demo (or --data)."
)
@wait_option
def serve_command(
    feeds: Path | None,
    data: Path | None,
    config: Path | None,
    port: int | None,
    interval: float | None,
    demo: bool,
    wait: float,
) -> int:
    """Poll on a schedule: run Prefect's server and the workers on this machine until Ctrl-C or SIGTERM.

    The log of all processes goes to stderr.
    """
    if demo and (feeds or config):
        raise click.UsageError("--demo brings its own feeds and settings; leave out --feeds and --config")
    from flows.serve.server import ServeOptions, serve

    return serve(
        ServeOptions(
            data=data,
            feeds=feeds,
            config=config,
            port=port,
            interval=interval,
            demo=demo,
            wait=wait,
            log_level=chosen_log_level(),
        ),
        say,
        lambda name, line: note(f"{name:<11} | {line}"),
    )
