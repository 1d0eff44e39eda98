"""What is put on a server: parameters that the flows have, the automation's times, settings that hold
everywhere."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prefect.events.schemas.automations import EventTrigger, Posture
from prefect.events.schemas.events import RelatedResource, Resource, ResourceSpecification
from prefect.flows import Flow, load_flow_from_entrypoint

from flows.plan import load_plan
from flows.serve import environment
from flows.serve.environment import HEARTBEAT_SECONDS, settings_for
from flows.setup import _check_parameters, planned, run_paths, zombie_automation
from ingest.errors import ConfigError


@pytest.mark.parametrize("name", ["live", "nightly", "history", "reextract"])
def test_every_deployment_leads_to_a_flow_that_takes_its_parameters(name: str) -> None:
    paths = {"feeds": "/wire/feeds.toml", "data": "/wire/data", "config": "/wire/ingest.toml"}
    wanted = next(one for one in planned(60, paths) if one.name == name)
    found: Flow[..., Any] = load_flow_from_entrypoint(wanted.entrypoint, use_placeholder_flow=False)
    _check_parameters(found, wanted)
    assert wanted.parameters["data"] == "/wire/data"
    assert str(wanted.work_pool.job_variables.command).startswith(sys.executable)


def test_a_parameter_no_flow_has_is_an_error() -> None:
    wanted = load_plan().deployments[0].with_parameters({"max_secs": 3})
    found: Flow[..., Any] = load_flow_from_entrypoint(wanted.entrypoint, use_placeholder_flow=False)
    with pytest.raises(ConfigError, match="max_secs"):
        _check_parameters(found, wanted)


@pytest.mark.parametrize("named", ["option", "variable", "folder"])
def test_the_parts_keep_the_settings_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A worker starts each run in another folder, where a relative path and ingest.toml mean nothing."""
    home = tmp_path / "wire"
    home.mkdir()
    (home / "ingest.toml").write_text('data = "news"\nfeeds = "list.toml"\n', encoding="utf-8")
    monkeypatch.chdir(home if named == "folder" else tmp_path)
    config = Path("wire/ingest.toml") if named == "option" else None
    if named == "variable":
        monkeypatch.setenv("INGEST_CONFIG", "wire/ingest.toml")
    paths = {name: str(home / file) for name, file in FILES.items()}
    assert run_paths(config, data=None, feeds=None) == paths
    elsewhere = {"data": str(tmp_path / "other"), "feeds": str(tmp_path / "f.toml")}
    given = {"data": tmp_path / "other", "feeds": tmp_path / "f.toml"}
    assert run_paths(config, **given) == {**paths, **elsewhere}
    monkeypatch.setattr(sys, "argv", ["environment", *(["--config", str(config)] if config else [])])
    environment.main()
    assert f"PREFECT_HOME={home / 'news' / 'prefect'}\n" in capsys.readouterr().out


FILES = {"config": "ingest.toml", "data": "news", "feeds": "list.toml"}


def test_without_a_settings_file_the_parts_have_the_paths_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    paths = run_paths(None, data=None, feeds=None)
    assert paths == {"data": str(tmp_path / "data"), "feeds": str(tmp_path / "feeds.toml")}
    with pytest.raises(ConfigError, match=r"none\.toml"):
        run_paths(Path("none.toml"), data=None, feeds=None)


def test_three_heartbeats_may_be_missed() -> None:
    trigger = zombie_automation().trigger
    assert isinstance(trigger, EventTrigger)
    assert trigger.posture is Posture.Proactive
    assert trigger.within == timedelta(seconds=3 * HEARTBEAT_SECONDS) == timedelta(seconds=90)
    assert trigger.after - trigger.expect == {"prefect.flow-run.Running"}
    assert "prefect.flow-run.heartbeat" in trigger.after & trigger.expect


@pytest.mark.parametrize(
    ("tags", "ours"), [(["wire-ingest", "auto-scheduled"], True), (["nightly-sales"], False), ([], False)]
)
def test_runs_of_other_projects_are_let_be(tags: list[str], ours: bool) -> None:
    """Their heartbeats, by Prefect's own settings, are 180 s apart."""
    trigger = zombie_automation().trigger
    assert isinstance(trigger, EventTrigger)
    run = Resource({"prefect.resource.id": "prefect.flow-run.01"})
    related = [
        RelatedResource({"prefect.resource.id": f"prefect.tag.{tag}", "prefect.resource.role": "tag"})
        for tag in tags
    ]
    assert isinstance(trigger.match_related, ResourceSpecification)
    assert (trigger.match.includes([run]) and trigger.match_related.includes(related)) is ours


def test_settings_are_names_and_values_that_prefect_knows(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from prefect.settings import Settings

    for name, value in settings_for(tmp_path, 4299).items():
        monkeypatch.setenv(name, value)
    found = Settings()
    assert found.flows.heartbeat_frequency == HEARTBEAT_SECONDS
    assert found.server.analytics_enabled is False
    assert found.server.services.db_vacuum.enabled_vacuum_types >= {"events", "flow_runs"}
    assert found.server.services.db_vacuum.retention_period == timedelta(days=14)
    assert found.server.events.retention_period == timedelta(days=1)
    assert found.server.services.late_runs.loop_seconds == 15
    assert set(found.logging.extra_loggers or ()) == {"flows", "ingest"}
    assert found.server.ui.api_url == found.api.url == "http://127.0.0.1:4299/api"
    assert found.home == tmp_path
