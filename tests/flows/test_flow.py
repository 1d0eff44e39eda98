"""The poll flow in Prefect's own harness (a real server in this process's shadow): states, task runs,
artifacts."""

from __future__ import annotations

from pathlib import Path

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import StateType

from flows.poll import poll
from flows.steps import SLICES
from ingest.demo.server import WireServer
from ingest.demo.wire import Wire, config_toml
from ingest.load.read import query


async def test_a_run_is_completed_with_few_tasks_and_its_artifacts(harness: None, tmp_path: Path) -> None:
    with WireServer(Wire()) as server:
        feeds, settings = config_toml(server.port)
        (tmp_path / "feeds.toml").write_text(feeds, encoding="utf-8")
        (tmp_path / "ingest.toml").write_text(
            f'data = "data"\nfeeds = "feeds.toml"\nworkers = 1\n{settings}', encoding="utf-8"
        )
        state = await poll(config=str(tmp_path / "ingest.toml"), return_state=True)
    assert state.type is StateType.COMPLETED
    assert "7 of 7 feeds polled" in str(state.message)
    assert query(tmp_path / "data", "SELECT count(*) > 20 AS filled FROM mart.articles") == [{"filled": True}]
    run_id = state.state_details.flow_run_id
    assert run_id is not None
    async with get_client() as client:
        run = await client.read_flow_run(run_id)
        tasks = await client.read_task_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[run_id])))
        artifacts = {
            one.key: one
            for one in await client.read_artifacts(
                flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[run_id]))
            )
        }
    assert run.name.startswith("poll ")
    assert {"poll feeds", "load pages 1", "publish"} <= {task.name for task in tasks}
    assert len(tasks) <= SLICES + 2 <= 25
    assert set(artifacts) == {"poll-feeds", "poll-losses"}
    assert artifacts["poll-feeds"].type == "table"
    assert "http_404" in str(artifacts["poll-losses"].data)
