"""A user's own list of agencies stands over the shipped one."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import ConfigError
from ingest.extract.page import extract
from ingest.model import PageInput
from ingest.settings import load_settings
from ingest.stages.edges import own_agencies

OWN = '[[agency]]\nname = "Hill Valley Press"\naliases = ["HVP"]\ncountry = "US"\n'
TEXT = (
    "HILL VALLEY (HVP) - The clock tower was struck by lightning on Saturday night, the mayor "
    "said.\n\nNobody was hurt."
)


def test_an_alias_of_the_users_list_gives_the_canonical_name() -> None:
    article = extract(PageInput(None, text=TEXT, agencies=OWN)).article
    assert article is not None
    assert article.agency == "Hill Valley Press"
    assert article.located == "HILL VALLEY" or article.located == "Hill Valley"
    assert article.body_text.startswith("The clock tower")


def test_the_settings_name_the_file_and_its_faults(tmp_path: Path) -> None:
    listed = tmp_path / "agencies.toml"
    listed.write_text(OWN, encoding="utf-8")
    assert own_agencies(load_settings(overrides={"agencies": listed}, environ={})) == OWN
    listed.write_text("[[agency]]\naliases = 3\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"agencies\.toml"):
        own_agencies(load_settings(overrides={"agencies": listed}, environ={}))
    with pytest.raises(ConfigError, match="cannot be read"):
        own_agencies(load_settings(overrides={"agencies": tmp_path / "none.toml"}, environ={}))
