"""To which system a unit belongs, by its name: only accounts of the government system (政府系统) can be unregistered (漏报).

Party, people's congress, courts, schools, hospitals, media and enterprises register elsewhere or nowhere. A name that
says two things, or nothing, is undecided and goes to a person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from evidence.spreadsheet import folded

System = Literal[
    "government",
    "party",
    "congress",
    "consultative",
    "court",
    "procuratorate",
    "media",
    "school",
    "hospital",
    "enterprise",
    "mass",
    "undecided",
]

NAMES: dict[System, str] = {
    "government": "政府系统",
    "party": "党委系统",
    "congress": "人大系统",
    "consultative": "政协系统",
    "court": "法院系统",
    "procuratorate": "检察院系统",
    "media": "融媒体中心和新闻单位",
    "school": "学校",
    "hospital": "医院",
    "enterprise": "企业",
    "mass": "群团组织",
    "undecided": "不能确定，需人工认定",
}

_APART: tuple[tuple[System, re.Pattern[str]], ...] = (
    ("media", re.compile(r"融媒体|广播电视台|电视台|广播电台|报社|日报|晚报|传媒|新闻中心|新闻社|新华社")),
    ("court", re.compile(r"人民法院|[中高]级法院|法院$")),
    ("procuratorate", re.compile(r"检察院")),
    ("school", re.compile(r"大学(?!生)|学院|学校|中学|小学|幼儿园|[一二三四五六七八九十\d]中$|附中|附小|职教中心")),
    ("hospital", re.compile(r"医院|卫生院|保健院|保健所|卫生服务中心|卫生服务站|急救中心|血站|诊所")),
    ("enterprise", re.compile(r"公司|集团|银行|工厂|厂$|企业$|商会")),
    ("congress", re.compile(r"人大常委|人大办|人大代表|人民代表大会|人大$")),
    ("consultative", re.compile(r"政协|政治协商会议")),
    (
        "mass",
        re.compile(
            r"共青团|团[省市县区州]?委|妇女联合会|妇联|总工会|工会|工商业联合会|工商联|科学技术协会|科协|残疾人联合会|残联"
            r"|文学艺术界联合会|文联|归国华侨联合会|侨联|红十字会|贸促会|社会科学界联合会|社科联|作家协会|少先队"
        ),
    ),
    (
        "party",
        re.compile(
            r"中共|中国共产党|党委|党工委|党组|党校|党史|党群|[省市县区州旗盟]委(?![员派托任])|宣传部|组织部|统战部|统一战线|政法委"
            r"|纪委|纪律检查|监委|监察委|网信办|网络安全和信息化委员会|机构编制委员会|编办|文明办|文明委|老干部局|直属机关工"
        ),
    ),
)
_GOVERNMENT = re.compile(
    r"政府|国务院|[局厅署](?:$|机关|[^长面级部])|管理委员会|管委会|街道办事处|公安|派出所|[支大]队$"
    r"|(?:发展和改革|发展改革|卫生健康|住房和城乡建设|国有资产监督管理|民族宗教事务|民族事务|教育|交通运输|经济和信息化|体育)委员会"
    r"|发改委|卫健委|国资委|住建委|教委|经信委|民宗委|民委|海关|税务"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """To which system a unit belongs, and by which words of its name."""

    system: System
    because: str


def standing(unit: str | None, certified_as: str | None = None) -> Standing:
    """Return the system of a unit by its name and, where known, by who the platform certified (认证主体).

    >>> standing("示范县公安局").system, standing("示范县人民法院").system, standing("中共示范县委宣传部").system
    ('government', 'court', 'party')
    >>> standing("示范县政务服务中心").system
    'undecided'
    """
    names = [folded(name).replace(" ", "") for name in (unit, certified_as) if name and name.strip()]
    if not names:
        return Standing(system="undecided", because="未填主办单位和认证主体")
    found = [_by_name(name) for name in names]
    if len({one.system for one in found}) == 1:
        return found[0]
    said = "，".join(f"“{name}”属{NAMES[one.system]}" for name, one in zip(names, found, strict=True))
    return Standing(system="undecided", because=f"主办单位与认证主体不一致：{said}")


def _by_name(name: str) -> Standing:
    apart = next(((system, words.search(name)) for system, words in _APART if words.search(name)), None)
    own = _GOVERNMENT.search(name)
    if apart is None and own:
        return Standing(system="government", because=f"名称含“{own[0]}”")
    if apart is None:
        return Standing(system="undecided", because=f"从名称“{name}”看不出属于哪个系统")
    system, words = apart
    said = words[0] if words else ""
    if system == "party" and own:
        return Standing(system="undecided", because=f"名称既含“{said}”又含“{own[0]}”")
    return Standing(system=system, because=f"名称含“{said}”")
