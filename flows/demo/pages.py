"""The pages of the demonstration city as HTML: every one says that it is made up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from html import escape
from itertools import groupby

from flows.demo.town import CITY, SECTIONS, Item, Section

STYLE = """
:root { --deep: #7a1420; --red: #b3202c; --ink: #222; --soft: #6b7280; --line: #e5e1dc; --paper: #fff; --ground: #f6f3ef; }
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: var(--ground);
       font: 16px/1.75 "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", sans-serif; }
a { color: inherit; text-decoration: none; } a:hover { color: var(--red); }
.mark { background: #fff7d6; color: #7a5a00; text-align: center; font-size: 13px; padding: 4px; letter-spacing: .1em; }
.bar { background: #fff; border-bottom: 1px solid var(--line); font-size: 13px; color: var(--soft); }
.wrap { width: 1120px; max-width: calc(100% - 32px); margin: 0 auto; }
.bar .wrap { display: flex; justify-content: space-between; padding: 6px 0; font-variant-numeric: tabular-nums; }
header { background: linear-gradient(120deg, #7a1420 0%, #b3202c 55%, #d4574a 100%); color: #fff; padding: 34px 0 30px; }
header h1 { margin: 0; font: 700 36px/1.2 "Noto Serif CJK SC", "Songti SC", serif; letter-spacing: .12em; }
header p { margin: 8px 0 0; opacity: .85; letter-spacing: .3em; font-size: 14px; }
nav { background: var(--deep); } nav .wrap { display: flex; gap: 6px; }
nav a { color: #fff; padding: 10px 18px; font-size: 15px; } nav a:hover { background: var(--red); color: #fff; }
.ticker { background: #fff; border: 1px solid var(--line); margin: 18px 0 0; overflow: hidden; white-space: nowrap; height: 38px;
          line-height: 36px; color: var(--red); }
.ticker span { display: inline-block; padding-left: 100%; animation: run 24s linear infinite; }
@keyframes run { to { transform: translateX(-100%); } }
.grid { display: grid; grid-template-columns: 1fr 1fr; gap: 18px; margin: 18px 0; }
.card { background: var(--paper); border: 1px solid var(--line); border-top: 3px solid var(--red); padding: 14px 20px 16px; }
.card h2 { margin: 0 0 6px; font-size: 18px; display: flex; justify-content: space-between; }
.card h2 a.more { font: 400 13px/2 inherit; color: var(--soft); }
ul.list { list-style: none; margin: 0; padding: 0; }
ul.list li { display: flex; gap: 16px; justify-content: space-between; padding: 9px 0; border-bottom: 1px dashed var(--line); }
ul.list li:last-child { border-bottom: 0; }
ul.list a { overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
ul.list span { color: var(--soft); font-variant-numeric: tabular-nums; flex: none; }
.groups { display: grid; grid-template-columns: repeat(4, 1fr); gap: 18px; margin: 0 0 26px; }
.groups h3 { margin: 0 0 4px; font-size: 16px; color: var(--red); } .groups a { display: block; font-size: 14px; }
.crumb { font-size: 14px; color: var(--soft); margin: 20px 0 10px; }
.sheet { background: var(--paper); border: 1px solid var(--line); padding: 22px 34px 30px; min-height: 420px; }
.sheet h2 { margin: 0 0 10px; font: 700 24px/1.5 "Noto Serif CJK SC", serif; border-bottom: 2px solid var(--red); padding-bottom: 8px; }
.sheet h1 { font: 700 28px/1.5 "Noto Serif CJK SC", serif; text-align: center; margin: 6px 0; }
.sheet .about { text-align: center; color: var(--soft); font-size: 14px; border-bottom: 1px solid var(--line); padding-bottom: 12px; }
.sheet p.text { text-indent: 2em; } .sheet img { max-width: 100%; display: block; margin: 18px auto; }
.empty { text-align: center; color: var(--soft); padding: 90px 0; }
.float { position: fixed; right: 10px; bottom: 26px; width: 60px; background: var(--red); color: #fff; padding: 10px 6px; font-size: 13px;
         text-align: center; border-radius: 6px; animation: bob 3s ease-in-out infinite alternate; }
@keyframes bob { to { transform: translateY(-14px); } }
footer { background: #2f2a28; color: #cfc8c2; font-size: 13px; margin-top: 30px; padding: 22px 0 26px; text-align: center; }
form.login { width: 380px; margin: 70px auto; background: #fff; border: 1px solid var(--line); border-top: 3px solid var(--red); padding: 26px 32px; }
form.login label { display: block; margin: 12px 0 4px; font-size: 14px; color: var(--soft); }
form.login input { width: 100%; padding: 9px 10px; font: inherit; border: 1px solid #ccc5be; border-radius: 4px; }
form.login button { margin-top: 20px; width: 100%; padding: 10px; font: inherit; color: #fff; background: var(--red); border: 0; border-radius: 4px; }
.wrong { color: #b00020; background: #fdecee; padding: 6px 10px; font-size: 14px; }
.posts { width: 100%; border-collapse: collapse; } .posts th, .posts td { border-bottom: 1px solid var(--line); padding: 11px 8px; text-align: left; }
.posts th { color: var(--soft); font-weight: 500; background: #faf8f5; } .posts td { font-variant-numeric: tabular-nums; }
.who { display: flex; gap: 18px; align-items: center; margin-bottom: 18px; }
.who i { width: 66px; height: 66px; border-radius: 50%; background: var(--red); color: #fff; display: grid; place-items: center; font: 700 26px/1 "Noto Serif CJK SC", serif; }
.who p { margin: 0; color: var(--soft); font-size: 14px; }
"""

CLOCK = """
const days = '日一二三四五六', two = n => String(n).padStart(2, '0');
const tick = () => { const t = new Date(); document.getElementById('clock').textContent =
  `今天是${t.getFullYear()}年${t.getMonth() + 1}月${t.getDate()}日 星期${days[t.getDay()]} ` +
  [t.getHours(), t.getMinutes(), t.getSeconds()].map(two).join(':'); };
tick(); setInterval(tick, 1000);
"""

EMPTY = {
    "list": '<ul class="list"></ul>',
    "none": '<p class="empty">暂无数据</p>',
    "soon": '<p class="empty">内容更新中，敬请期待</p>',
    "count": '<ul class="list"></ul><p class="empty">共 0 条记录</p>',
}


def stand_still(content: str) -> str:
    """Return a page without its clock, and with nothing on it that is animated."""
    return content.replace(f"<script>{CLOCK}</script>", "<style>* { animation: none !important; }</style>")


def page(title: str, site: str, body: str, *, home: str = "/portal/", code: str = "0000000001", visits: int = 0) -> str:
    """Return a whole page of a site: heading, clock, body, footer."""
    counter = f"<br>您是第 {visits:,} 位访问者" if visits else ""
    return f"""<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}</title>
<meta name="SiteName" content="{escape(site)}"><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css"></head><body>
<div class="top"><div class="mark">演示页面 · {CITY}为虚构城市，内容均为示例</div>
<div class="bar"><div class="wrap"><span>{escape(site)}</span><span id="clock"></span></div></div>
<header><div class="wrap"><h1>{escape(site)}</h1><p>为人民服务</p></div></header></div>
<nav><div class="wrap"><a href="{home}">首页</a><a href="/bulletin/">检查通报</a><a href="/media/shifanfabu">政务新媒体</a></div></nav>
<main class="wrap">{body}</main>
<footer>主办单位：{CITY}人民政府办公室（虚构）　网站标识码：{code}<br>演示ICP备00000000号　联系电话：0000-0000000{counter}</footer>
<script>{CLOCK}</script></body></html>"""


def listing(items: Iterable[Item], base: str) -> str:
    """Return a list of items as every column shows it."""
    rows = "".join(
        f'<li><a href="{base}/{item.n}.html" title="{escape(item.title)}">{escape(item.title)}</a>'
        f"<span>{item.date.isoformat()}</span></li>"
        for item in items
    )
    return f'<ul class="list">{rows}</ul>'


def column(section: Section, items: Sequence[Item], base: str) -> str:
    """Return the body of a column's page; a blank one says so in one of the ways that real ones do."""
    held = listing(items, f"{base}/{section.label}") if items else EMPTY[section.empty]
    return (
        f'<div class="crumb">当前位置：<a href="{base}/">首页</a> &gt; {section.group} &gt; {section.name}</div>'
        f'<div class="sheet"><h2>{section.name}</h2>{held}</div>'
    )


def portal(newest: Mapping[str, Sequence[Item]]) -> str:
    """Return the body of the open portal's home page; `newest` are the items to show, by column."""
    shown = [section for section in SECTIONS if newest.get(section.label) and section.level == 1]
    cards = "".join(
        f'<section class="card"><h2>{section.name}<a class="more" href="/portal/{section.label}/">更多</a></h2>'
        f"{listing(newest[section.label][:5], f'/portal/{section.label}')}</section>"
        for section in shown
    )
    groups = "".join(
        f"<div><h3>{group}</h3>" + "".join(f'<a href="/portal/{s.label}/">{s.name}</a>' for s in members) + "</div>"
        for group, members in groupby(SECTIONS, key=lambda section: section.group)
    )
    return (
        f'<div class="ticker"><span>欢迎访问{CITY}人民政府门户网站　政务公开看得见　办事服务更便捷</span></div>'
        f'<div class="grid">{cards}</div><div class="groups">{groups}</div><div class="float">政务<br>服务<br>一网<br>通办</div>'
    )


def bulletins(items: Sequence[Item]) -> str:
    """Return the body of the list of bulletins."""
    crumb = '<div class="crumb">当前位置：<a href="/portal/">首页</a> &gt; 检查通报</div>'
    return f'{crumb}<div class="sheet"><h2>检查通报</h2>{listing(items, "/bulletin")}</div>'


def article(title: str, published: date, source: str, base: str, inner: str = "") -> str:
    """Return the body of an article's page."""
    text = inner or (
        f'<p class="text">本页为演示文章，用来说明取证流程。文中的{CITY}及其部门、人员、事项均为虚构。</p>'
        f'<p class="text">{escape(title)}。有关单位要明确责任，细化措施，确保各项工作落到实处。</p>'
    )
    return (
        f'<div class="crumb">当前位置：<a href="{base}/">首页</a> &gt; 正文</div><div class="sheet"><h1>{escape(title)}</h1>'
        f'<p class="about">发布日期：{published.isoformat()}　来源：{source}</p>{text}</div>'
    )


def login(action: str, what: str, wrong: bool) -> str:
    """Return the body of a log-in page."""
    told = '<p class="wrong" id="wrong">用户名或密码错误，请重新输入</p>' if wrong else ""
    return f"""<form class="login" method="post" action="{action}"><h2>{escape(what)}</h2>{told}
<label for="username">用户名</label><input id="username" name="username" autocomplete="off">
<label for="password">密码</label><input id="password" name="password" type="password">
<button type="submit" id="submit">登录</button></form>"""


def back_office(items: Sequence[Item]) -> str:
    """Return the body of the account's back office: all that was ever published."""
    rows = "".join(
        f'<tr><td><a href="/backoffice/{item.n}.html">{escape(item.title)}</a></td><td>图文</td>'
        f"<td>已发布</td><td>{item.date.isoformat()} 09:{10 + item.n}</td></tr>"
        for item in items
    )
    return (
        '<div class="crumb" id="signed-in">内容管理 &gt; 发表记录 <a href="/backoffice/logout">退出</a></div><div class="sheet">'
        f"<h2>发表记录</h2>{_who()}<table class='posts'><thead><tr><th>标题</th><th>类型</th><th>状态</th><th>发表时间</th></tr></thead>"
        f"<tbody>{rows}</tbody></table><p class='about'>共 {len(items)} 条，第 1 页 / 共 1 页</p></div>"
    )


def account(items: Sequence[Item]) -> str:
    """Return the body of the account's public page: the platform shows strangers only some of it."""
    return (
        f'<div class="crumb">政务新媒体</div><div class="sheet"><h2>历史文章</h2>{_who()}'
        f'{listing(items, "/media/shifanfabu")}<p class="about">未登录用户仅可查看部分文章，登录后查看全部</p></div>'
    )


def annex_text(picture: str) -> str:
    """Return the text of the bulletin whose annex is only a picture."""
    return (
        f'<p class="text">按照工作安排，{CITY}政务公开办公室对全市政府网站进行了检查，现将发现的问题通报如下。'
        "请有关单位对照附件认真整改，并按时报送整改情况。</p>"
        f'<p>附件：问题网站整改情况表</p><p><img src="{picture}" alt=""></p>'
    )


def _who() -> str:
    return f'<div class="who"><i>{CITY[:1]}</i><div><strong>{CITY}发布</strong><p>账号主体：{CITY}人民政府办公室（虚构）</p></div></div>'
