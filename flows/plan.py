"""prefect.yaml as checked values: an unknown or doubled key anywhere in it is an error, which it is not to
Prefect."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ingest.errors import ConfigError

POOLS = {"live": "Polls and what belongs to them.", "backfill": "History: never in the way of the polls."}
"""The process pools and what runs in each."""

RUN_MODULE = "flows.serve.engine"
"""`python -m` this is the process of a run."""

_RUN_SHARE = 0.8  # of the interval: the rest is start-up, publishing, and the report


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Schedule(_Strict):
    """When: every `interval` seconds, or by `cron` in `timezone`."""

    interval: float | None = Field(None, ge=1)
    cron: str | None = None
    timezone: str | None = None
    active: bool = True

    @model_validator(mode="after")
    def _one(self) -> Schedule:
        if (self.interval is None) == (self.cron is None):
            raise ValueError("give interval or cron, one of the two")
        return self


class Limit(_Strict):
    """How many runs of a deployment at once, and what becomes of one too many."""

    limit: int = Field(ge=1)
    collision_strategy: Literal["ENQUEUE", "CANCEL_NEW"]


class JobVariables(_Strict):
    """What a process worker takes; see `prefect work-pool get-default-base-job-template --type process`."""

    env: Mapping[str, str] = Field(default_factory=dict)
    command: str | None = None
    working_dir: str | None = None
    stream_output: bool = True


class Pool(_Strict):
    """The pool a deployment's runs go to."""

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
        """The same with an interval of `seconds`, where it goes by an interval, and a run's time below it."""
        if not any(schedule.interval for schedule in self.schedules):
            return self
        parameters = {**self.parameters, "max_seconds": round(seconds * _RUN_SHARE, 1)}
        return self.model_copy(update={"schedules": (Schedule(interval=seconds),), "parameters": parameters})

    def by(self, python: str) -> Deployment:
        """The same with its runs started by this interpreter at once.

        Without a command Prefect starts a process that prepares a workspace, of which a module path has no
        need: one more import of Prefect (1 s of CPU) for every run.
        """
        jobs = self.work_pool.job_variables
        if jobs.command is not None:
            return self
        jobs = jobs.model_copy(update={"command": f"{shlex.quote(python)} -m {RUN_MODULE}"})
        return self.model_copy(
            update={"work_pool": self.work_pool.model_copy(update={"job_variables": jobs})}
        )

    def given(self, parameters: Mapping[str, Any]) -> Deployment:
        """The same with these parameters besides its own."""
        return self.model_copy(update={"parameters": {**self.parameters, **parameters}})


class Plan(_Strict):
    """The whole file."""

    name: str
    prefect_version: str = Field(alias="prefect-version")
    deployments: tuple[Deployment, ...] = Field(min_length=1)

    @property
    def pools(self) -> tuple[str, ...]:
        """Pools that have something to run, in the order of POOLS."""
        used = {deployment.work_pool.name for deployment in self.deployments}
        return tuple(name for name in POOLS if name in used)


def load_plan(text: str | None = None) -> Plan:
    """The plan in `text`, or in the shipped prefect.yaml. ConfigError names the place of the first fault."""
    text = shipped() if text is None else text
    try:
        _no_key_twice(yaml.compose(text, Loader=yaml.SafeLoader))
        return Plan.model_validate(yaml.safe_load(text))
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigError(
            f"prefect.yaml: {'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
        ) from None
    except yaml.YAMLError as error:
        raise ConfigError(f"prefect.yaml: {' '.join(str(error).split())}") from None


def shipped() -> str:
    """prefect.yaml: beside this module in the wheel, at the top of a checkout."""
    inside = resources.files("flows").joinpath("prefect.yaml")
    source = inside if inside.is_file() else Path(__file__).parents[1] / "prefect.yaml"
    return source.read_text(encoding="utf-8")


def _no_key_twice(node: Any) -> None:
    """ConfigError where a mapping gives a key twice, of which YAML would keep the last."""
    if node.id == "mapping":
        keys = [key.value for key, _ in node.value]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            raise ConfigError(
                f"prefect.yaml: key {twice!r} is given twice near line {node.start_mark.line + 1}"
            )
        for _, value in node.value:
            _no_key_twice(value)
    elif node.id == "sequence":
        for value in node.value:
            _no_key_twice(value)
