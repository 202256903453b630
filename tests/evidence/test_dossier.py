"""What a finding's exhibits are loaded with: their series, and since when each undated item of them is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from evidence.admit import admit
from evidence.dossier import gather
from evidence.holdings import Holdings
from evidence.model import Record
from evidence.readings import readings
from tests.evidence import factory
from tests.evidence.factory import NOON

TITLES = ("关于开展汛期安全检查工作的通知", "关于做好夏季森林防火工作的通知", "关于调整办事大厅开放时间的通知")


def admitted(holdings: Holdings, n: int, titles: tuple[str, ...], dates: tuple[str, ...] = ()) -> Record:
    """Return the record of night `n`: a list of these titles, the first of them dated where there are dates."""
    said = (*dates, *[""] * len(titles))
    rows = "".join(
        f'<li><a href="/{t}.html">{t}</a><span>{day}</span></li>' for t, day in zip(titles, said, strict=False)
    )
    html = f"<!DOCTYPE html><html><body><h2>通知公告</h2><ul>{rows}</ul></body></html>"
    at = NOON + timedelta(days=n)
    taken = factory.capture(holdings.store, key=f"N{n}/shifan/c0/1", label="c0", started=at, html=html)
    dom = factory.artifact(holdings.store.put(html.encode(), "text/html"), "dom", url="http://www.shifan.test/")
    taken = replace(taken, artifacts=(dom,))
    return admit(taken, store=holdings.store, ledger=holdings.ledger, catalog=holdings.catalog)


def test_each_undated_item_is_known_since_the_first_look_that_shows_it(tmp_path: Path) -> None:
    holdings = Holdings.open(tmp_path)
    first, last = admitted(holdings, 0, TITLES[:2]), admitted(holdings, 3, (TITLES[2], *TITLES[:2]))
    read = {id: one for id, one in readings([first, last], holdings).items() if one is not None}
    dossier = gather(factory.finding(last), subject=last.capture.target, holdings=holdings, readings=read)
    (exhibit,) = dossier.exhibits
    new, *old = exhibit.first_seen
    assert new is not None and (new.date, new.certain) == ((NOON + timedelta(days=3)).date(), True)
    assert [(one.date, one.certain) for one in old if one] == [(NOON.date(), False)] * 2


def test_a_dated_item_needs_no_day_of_first_sight(tmp_path: Path) -> None:
    holdings = Holdings.open(tmp_path)
    only = admitted(holdings, 0, TITLES, ("2021-01-03", "2021-01-02", "2021-01-01"))
    read = {id: one for id, one in readings([only], holdings).items() if one is not None}
    dossier = gather(factory.finding(only), subject=only.capture.target, holdings=holdings, readings=read)
    assert dossier.exhibits[0].first_seen == ()
