"""prefect.yaml as checked values: an unknown or repeated key anywhere in it is an error, while Prefect
drops it in silence."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ingest.errors import ConfigError

POOLS = {
    "live": "Polls and the nightly maintenance.",
    "backfill": "Backfills and re-extractions, which polls never wait for.",
}
"""The process pools, and what runs in each."""

RUN_MODULE = "flows.serve.engine"
"""`python -m RUN_MODULE` is the process of a run."""

_RUN_SHARE = 0.8
"""Of the interval, for polling and loading: the rest is for start-up, publishing and the report."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Schedule(_Strict):
    """When runs start: every `interval` seconds, or by `cron` in `timezone`."""

    interval: float | None = Field(None, ge=1)
    cron: str | None = None
    timezone: str | None = None
    active: bool = True

    @model_validator(mode="after")
    def _interval_or_cron(self) -> Schedule:
        if (self.interval is None) == (self.cron is None):
            raise ValueError("give either interval or cron")
        return self


class Limit(_Strict):
    """How many runs of a deployment may run at once, and whether one more waits (ENQUEUE) or is cancelled."""

    limit: int = Field(ge=1)
    collision_strategy: Literal["ENQUEUE", "CANCEL_NEW"]


class JobVariables(_Strict):
    """Settings of a process worker; see `prefect work-pool get-default-base-job-template --type process`."""

    env: Mapping[str, str] = Field(default_factory=dict)
    command: str | None = None
    working_dir: str | None = None
    stream_output: bool = True


class Pool(_Strict):
    """The pool that a deployment's runs go to."""

    name: Literal["live", "backfill"]
    job_variables: JobVariables = JobVariables()


class Deployment(_Strict):
    """One deployment; `entrypoint` is module.function."""

    name: str = Field(min_length=1)
    description: str
    entrypoint: str = Field(pattern=r"^flows\.[a-z_]+\.[a-z_]+$")
    tags: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = Field(default_factory=dict)
    schedules: tuple[Schedule, ...] = ()
    concurrency_limit: Limit
    work_pool: Pool

    @property
    def flow(self) -> str:
        return self.entrypoint.rpartition(".")[2]

    def every(self, seconds: float) -> Deployment:
        """The deployment with an interval of `seconds` and a shorter `max_seconds`; unchanged when it has no
        interval."""
        if not any(schedule.interval for schedule in self.schedules):
            return self
        parameters = {**self.parameters, "max_seconds": round(seconds * _RUN_SHARE, 1)}
        return self.model_copy(update={"schedules": (Schedule(interval=seconds),), "parameters": parameters})

    def started_by(self, python: str) -> Deployment:
        """The deployment with its runs started by this interpreter directly.

        Without a command Prefect first starts a process that prepares a workspace, which a module path does
        not need: one more import of Prefect (1 s of CPU) for every run.
        """
        jobs = self.work_pool.job_variables
        if jobs.command is not None:
            return self
        jobs = jobs.model_copy(update={"command": f"{shlex.quote(python)} -m {RUN_MODULE}"})
        return self.model_copy(
            update={"work_pool": self.work_pool.model_copy(update={"job_variables": jobs})}
        )

    def with_parameters(self, parameters: Mapping[str, Any]) -> Deployment:
        """The deployment with these parameters besides its own."""
        return self.model_copy(update={"parameters": {**self.parameters, **parameters}})


class DeploymentPlan(_Strict):
    """The whole of prefect.yaml."""

    name: str
    prefect_version: str = Field(alias="prefect-version")
    deployments: tuple[Deployment, ...] = Field(min_length=1)

    @property
    def pools(self) -> tuple[str, ...]:
        """Pools that a deployment uses, in the order of POOLS."""
        used = {deployment.work_pool.name for deployment in self.deployments}
        return tuple(name for name in POOLS if name in used)


def load_plan(text: str | None = None) -> DeploymentPlan:
    """The plan in `text`, or in the shipped prefect.yaml. Raises ConfigError, which names the first fault
    and its place."""
    text = shipped_plan() if text is None else text
    try:
        _check_keys_once(yaml.compose(text, Loader=yaml.SafeLoader))
        return DeploymentPlan.model_validate(yaml.safe_load(text))
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigError(
            f"prefect.yaml: {'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
        ) from None
    except yaml.YAMLError as error:
        raise ConfigError(f"prefect.yaml: {' '.join(str(error).split())}") from None


def shipped_plan() -> str:
    """prefect.yaml: beside this module in the wheel, at the top of a checkout."""
    inside = resources.files("flows").joinpath("prefect.yaml")
    source = inside if inside.is_file() else Path(__file__).parents[1] / "prefect.yaml"
    return source.read_text(encoding="utf-8")


def _check_keys_once(node: Any) -> None:
    """Raises ConfigError when a mapping has a key twice: YAML would keep the last in silence."""
    if node.id == "mapping":
        keys = [key.value for key, _ in node.value]
        repeated = next((key for key in keys if keys.count(key) > 1), None)
        if repeated is not None:
            raise ConfigError(
                f"prefect.yaml: key {repeated!r} is given twice near line {node.start_mark.line + 1}"
            )
        for _, value in node.value:
            _check_keys_once(value)
    elif node.id == "sequence":
        for value in node.value:
            _check_keys_once(value)
