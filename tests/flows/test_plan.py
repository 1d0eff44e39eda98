"""prefect.yaml is checked strictly, and says what the flows can take."""

from __future__ import annotations

import pytest
import yaml

from flows.plan import POOLS, Deployment, load_plan, shipped_plan
from ingest.errors import ConfigError


def changed(old: str, new: str) -> str:
    text = shipped_plan()
    assert old in text
    return text.replace(old, new, 1)


def test_the_shipped_file_is_right() -> None:
    plan = load_plan()
    assert [one.name for one in plan.deployments] == ["live", "nightly", "history", "reextract"]
    assert plan.pools == ("live", "backfill")
    for one in plan.deployments:
        assert one.concurrency_limit.limit == 1
        assert one.concurrency_limit.collision_strategy == ("CANCEL_NEW" if one.schedules else "ENQUEUE")
        assert one.work_pool.name in POOLS
        assert one.work_pool.job_variables.env["PREFECT_FLOWS_HEARTBEAT_FREQUENCY"] == "30"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: wire-ingest", "nam: wire-ingest"),
        ("    tags: [wire-ingest]", "    tag: [wire-ingest]"),
        ("concurrency_limit:", "concurency_limit:"),
        ("collision_strategy: CANCEL_NEW", "colision_strategy: CANCEL_NEW"),
        ("collision_strategy: CANCEL_NEW", "collision_strategy: CANCEL_OLD"),
        ("      limit: 1", "      limit: 0"),
        ("- interval: 300", "- intervall: 300"),
        ("- interval: 300", "- interval: 300\n        cron: '* * * * *'"),
        ("- interval: 300", "- interval: often"),
        ("timezone: UTC", "time_zone: UTC"),
        ("      name: live", "      name: life"),
        ("      job_variables: &job\n        env:", "      job_variables: &job\n        environ:"),
        ("entrypoint: flows.poll.poll", "entrypoint: flows/poll.py:poll"),
        ("    entrypoint: flows.poll.poll\n", ""),
    ],
)
def test_a_fault_anywhere_is_an_error(old: str, new: str) -> None:
    with pytest.raises(ConfigError, match=r"prefect\.yaml"):
        load_plan(changed(old, new))


def test_a_key_given_twice_is_an_error() -> None:
    with pytest.raises(ConfigError, match="'description' is given twice"):
        load_plan(changed("    tags: [wire-ingest]", "    description: again\n    tags: [wire-ingest]"))


def test_no_yaml_is_an_error() -> None:
    with pytest.raises(ConfigError):
        load_plan("deployments: [")


def deployment(name: str) -> Deployment:
    return next(one for one in load_plan().deployments if one.name == name)


def test_another_interval_leaves_a_run_less_time_than_that() -> None:
    faster = deployment("live").every(20)
    assert [schedule.interval for schedule in faster.schedules] == [20]
    assert 0 < faster.parameters["max_seconds"] < 20
    assert deployment("nightly").every(20) == deployment("nightly")


def test_the_shipped_run_time_is_below_its_interval() -> None:
    live = deployment("live")
    assert live.parameters["max_seconds"] < min(schedule.interval or 0 for schedule in live.schedules)


def test_prefect_itself_reads_the_file_the_same_way() -> None:
    from prefect.cli.deploy._models import PrefectYamlModel

    read = PrefectYamlModel.model_validate(yaml.safe_load(shipped_plan()))
    ours = load_plan().deployments
    assert [(one.name, one.entrypoint) for one in read.deployments] == [
        (one.name, one.entrypoint) for one in ours
    ]
    assert [len(one.schedules or []) for one in read.deployments] == [len(one.schedules) for one in ours]
