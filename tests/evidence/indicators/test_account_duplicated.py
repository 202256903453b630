"""Two accounts of one owner on one platform: one register has both as running, and the platform certified the same body."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from evidence.registers.duplicates import Sibling, by_owner, siblings
from evidence.registers.register import Register
from evidence.ruleset import Exemption, RuleSet
from tests.evidence.judging_factory import RULES, Scene, T, news, register, subject
from tests.evidence.sheets import account

NAME = "account_duplicated"
UNIT = "示范市教育局"
OWN = account("示范教育", id="1000000001")
OTHER = account("示范教育发布", id="1000000002")
SIBLING = Sibling(
    target="jiaoyu2", name="示范教育发布", key="weibo/1000000002", platform="weibo", unit=UNIT, certified_as=UNIT
)


def scene(*registers: Register, **fields: object) -> Scene:
    who = subject(
        **{
            "kind": "account",
            "name": "示范教育",
            "unit": UNIT,
            "certified_as": UNIT,
            "platform": "weibo",
            "platform_id": "1000000001",
            "site_code": None,
            **fields,
        }
    )
    return Scene(subject=who, visits=(news("posts", 1, coverage="partial"),), registers=registers)


def row(name: str, id: str, certified: str = UNIT, unit: str = UNIT, state: str = "正常") -> tuple[str, ...]:
    return name, "微博", id, certified, unit, state


def filed(target: str) -> RuleSet:
    return replace(RULES, exemptions=(Exemption(target=target, document="关停备案表"),))


GOLDEN = scene(register(OWN, OTHER))


def test_two_running_accounts_in_one_register_are_a_proposal_that_says_what_the_rule_leaves_open() -> None:
    found = GOLDEN.finding(NAME)
    assert (found.state, found.effect, found.reviewers) == ("hit", "proposal", 1)
    assert "示范教育发布" in found.against[0]
    assert "原则上" in found.for_the_unit[0]
    assert found.numbers["accounts"] == [
        {"id": "weibo/1000000002", "name": "示范教育发布", "where": "国家.xlsx〔表〕第3行"}
    ]
    assert found.exhibits


CLEAN: dict[str, Scene] = {
    "another platform": scene(register(OWN, account("示范教育发布", "微信公众号", "gh_2"))),
    "another unit": scene(register(OWN, account("示范公安", id="1000000002", unit="示范市公安局"))),
    "another owner of the same unit": scene(register(OWN, row("示范一中", "1000000002", certified="示范市第一中学"))),
    "the other is closing": scene(register(OWN, account("旧号", id="1000000002", state="注销中"))),
    "the other is closed": scene(register(OWN, account("旧号", id="1000000002", state="已注销"))),
    "the other is merging": scene(register(OWN, account("旧号", id="1000000002", state="合并中"))),
    "it is itself on its way out": scene(register(account("示范教育", id="1000000001", state="迁移中"), OTHER)),
    "it stands twice under one id": scene(register(OWN, OWN)),
    "another register has the other as closed": scene(
        register(OWN, OTHER), register(account("旧", id="1000000002", state="已关停"), name="省")
    ),
    "nobody else": scene(register(OWN)),
    "it is filed": replace(GOLDEN, rules=filed("shifan")),
    "the other is filed": replace(GOLDEN, rules=filed("jiaoyu2"), siblings=(SIBLING,)),
}


@pytest.mark.parametrize("why", CLEAN)
def test_what_is_no_duplicate_is_clear(why: str) -> None:
    found = CLEAN[why].finding(NAME)
    assert found.state == "clear", found.message


OPEN: dict[str, tuple[Scene, str]] = {
    "the other bears its name": (scene(register(OWN, account("示范教育", id="1000000002"))), "名称相同"),
    "only different registers": (scene(register(OWN), register(OTHER, name="省")), "没有一份登记表"),
    "a sibling among the targets alone": (
        replace(scene(register(OWN)), siblings=(SIBLING,)),
        "没有一份登记表",
    ),
    "no register at all": (replace(scene(), siblings=(SIBLING,)), "没有一份登记表"),
    "the owner is not known of the other": (scene(register(OWN, row("乙", "1000000002", certified=""))), "认证主体"),
    "its own owner is not known": (scene(register(OWN, OTHER), certified_as=None), "认证主体"),
    "nobody says that the other runs": (scene(register(OWN, account("乙", id="1000000002", state=""))), "正常运行"),
    "nobody says when it was fetched": (scene(register(OWN, OTHER, fetched=None)), "没有写明"),
    "it was fetched after T": (scene(register(OWN, OTHER, fetched=T + timedelta(hours=1))), "时点之后"),
    "it is too old": (scene(register(OWN, OTHER, fetched=T - timedelta(days=40))), "距时点超过"),
    "the account was not seen": (replace(GOLDEN, visits=()), "没有看到该账号"),
    "its id is not known": (scene(register(OWN, OTHER), platform_id=None), "平台ID"),
}


@pytest.mark.parametrize("why", OPEN)
def test_what_shows_nothing_for_sure_is_undecided_and_says_why(why: str) -> None:
    made, said = OPEN[why]
    found = made.finding(NAME)
    assert found.state == "undecided", found.message
    assert said in "".join(found.missing)


def test_clients_and_accounts_nobody_tells_of_are_not_asked() -> None:
    app = scene(register(account("甲", "移动客户端", "a.b"), account("乙", "移动客户端", "a.c")), platform="app")
    for one in (app, scene()):
        assert NAME not in {finding.indicator for finding in one.judged().findings}


def test_siblings_among_the_targets_are_of_one_platform_and_owner() -> None:
    def own(id: str, number: str, **fields: object) -> Scene:
        return scene(id=id, platform_id=number, **fields)

    every = [
        own("a", "1").subject,
        own("b", "2").subject,
        own("c", "3", platform="douyin").subject,
        own("d", "4", certified_as="示范市第一中学").subject,
        own("e", "5", certified_as=None).subject,
        own("f", "1").subject,
        subject(id="site", unit=UNIT),
    ]
    owners = by_owner(every)
    assert [one.target for one in siblings(every[0], owners)] == ["b", "e"]
    assert siblings(every[-1], owners) == ()
