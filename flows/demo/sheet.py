"""The bare page that stand-ins are drawn on: narrow or wide, and always marked as made up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from html import escape
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")
STYLE = """
* { box-sizing: border-box; } body { margin: 0; background: #f4f4f5; color: #1f2328;
  font: 16px/1.7 "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", sans-serif; }
a { color: #24508c; text-decoration: none; } .mark { background: #fff7d6; color: #7a5a00; text-align: center; font-size: 13px; }
main { max-width: 1080px; margin: 0 auto; padding: 16px; background: #fff; min-height: 420px; }
ul { list-style: none; padding: 0; margin: 0; } li { padding: 10px 0; border-bottom: 1px solid #eee; }
table { border-collapse: collapse; width: 100%; } th, td { border: 1px solid #dde; padding: 8px 10px; text-align: left; }
th { background: #f2f6fb; } article { border-bottom: 1px solid #eee; padding: 14px 0; } .soft { color: #6b7280; font-size: 14px; }
.tabs { display: flex; gap: 18px; border-bottom: 1px solid #dde; margin-bottom: 12px; } .tabs li { border: 0; cursor: pointer; }
.tabs li[aria-selected=true] { color: #b3202c; border-bottom: 2px solid #b3202c; } input { padding: 6px; width: 260px; }
dt { font-weight: 600; } dd { margin: 0 0 8px 2em; } form p { margin: 8px 0; } .wrong { color: #b00020; }
"""


def page(title: str, body: str, *, head: str = "", narrow: bool = False) -> str:
    """Return a whole page."""
    view = '<meta name="viewport" content="width=device-width, initial-scale=1">' if narrow else ""
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">{view}<title>{escape(title)}</title>{head}'
        f"<style>{STYLE}</style></head><body><div class='mark'>演示页面：系统、人员和事项均为虚构</div><main>{body}</main></body></html>"
    )


def table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table; cells are HTML."""
    head = "".join(f"<th>{escape(heading)}</th>" for heading in headings)
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"


def before(today: date, days: int, hour: int = 9, minute: int = 30) -> datetime:
    """Return a moment of the day so many days before `today`, in Beijing time."""
    return datetime(today.year, today.month, today.day, hour, minute, tzinfo=BEIJING) - timedelta(days=days)
