"""A simulated province, planned: pages, hosts, hours and bytes of its nights on two cores, and what does not fit, beforehand.

    python tests/bench/province.py [--nights N]

443 sites with 30 to 240 columns, about 105,000 pages a full round, and 2,833 accounts, 70 % of them on one host that may be
asked every six seconds (bulletin 000). Costs are those that nights measured where there were any: 8 seconds a page and
147.7 kB here. Nothing is asked of anybody: each night is planned, what it planned counts as seen, and the next is planned
(so many nights, 14). Printed: the arithmetic of the first night as `quzheng nightly --plan` says it, then a line a night.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from collector import reckoning, schedule  # noqa: E402
from collector.nightly_settings import Every  # noqa: E402
from collector.schedule import Label, Schedule, Terms, Want  # noqa: E402

SITES, ACCOUNTS = 443, 2_833
LEAST, MOST = 30, 240
"""Columns of a site."""
NEWS = 12
"""Of them such as owe something within a month."""
PLATFORM = "mp.weixin.qq.com"
BEGIN = datetime(2021, 6, 28, 0, 30, tzinfo=UTC)
"""08:30 in Beijing, a Monday."""
WINDOW = timedelta(hours=9, minutes=30)
TWO_CORES = Terms(every=Every(), jobs=2, per_host=2, per_host_seconds=6, page_seconds=8, page_bytes=147_700)


def province(share: int = 1) -> list[Want]:
    """Return all pages of the province, or of every `share`-th site and account of it."""
    return [
        *(page for n in range(0, SITES, share) for page in site(n)),
        *(account(n) for n in range(0, ACCOUNTS, share)),
    ]


def site(n: int) -> list[Want]:
    """Return the pages of a site: nine of ten have as many columns as a site may have, the others fewer and fewer."""
    columns = MOST if n % 10 else LEAST + n * (MOST - LEAST) // SITES
    host, id = f"www{n}.example.gov.cn", f"s{n}"
    return [
        Want(target=id, label="home", host=host, kind="home"),
        *(Want(target=id, label=f"c{c}", host=host, kind="news" if c < NEWS else "column") for c in range(columns)),
    ]


def account(n: int) -> Want:
    """Return an account: seven of ten on one host, the others on three."""
    host = PLATFORM if n % 10 < 7 else f"platform{n % 3}.example.com"
    return Want(target=f"a{n}", label="posts", host=host, kind="account")


def seen(made: Schedule) -> dict[Label, datetime]:
    """Return when what a plan holds would have been captured."""
    return {(visit.target, visit.label): wave.begin for wave in made.waves for visit in wave.visits}


def main() -> None:
    """Print the arithmetic."""
    nights = int(sys.argv[sys.argv.index("--nights") + 1]) if "--nights" in sys.argv else 14
    wants, last = province(), dict[Label, datetime]()
    for night in range(nights):
        now, begun = BEGIN + timedelta(days=night), time.process_time()
        made = schedule.plan(wants, last, TWO_CORES, now, until=now + WINDOW, waves=19)
        took = time.process_time() - begun
        sums = reckoning.reckon(wants, TWO_CORES, made)
        if not night:
            print(reckoning.told(sums, {}))
        last |= seen(made)
        done = "，".join(
            f"{reckoning.KIND_NAMES[one.kind]} {one.planned} 页、未排 {one.left} 页" for one in sums.duties
        )
        print(f"第 {night + 1} 夜：{done}；尚有 {len(wants) - len(last)} 页从未采过（计划用 {took:.1f} 秒 CPU）")


if __name__ == "__main__":
    main()
