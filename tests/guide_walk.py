"""Walks the Chinese guide as an inspector would: every command it shows, in order, over the demonstration city.

What the guide leaves open (FINDING, RECORD, days, files that come by post) is filled in from what the commands before it said
and from the city; commands that stay until they are stopped are stopped. Nothing else is changed, and nothing is mocked.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from flows.demo.city import BEIJING, City, secrets, targets
from tests import guide
from tests.evidence import sheets

UNIT = "示范市人民政府办公室"
ACCOUNT = "gh_0123456789ab"
UNSEEN = "gh_ba9876543210"
"""An account that only people can look at, so that one member of the period is left to be decided."""
PASSWORD = "lin-shi-mi-ma-1"
NOT_HERE: Mapping[str, str] = {
    "make demo": "sets up the machine; `quzheng demo` plays the same city through the same commands",
    "make test": "would begin the tests that this is one of",
    "make lint": "is about the program, not about an inspection",
    "make fix": "is about the program, not about an inspection",
    "make image": "needs a container builder: tests/test_deploy.py runs it where there is one",
    "make pictures": "is about the READMEs, not about an inspection",
    ". .venv/bin/activate": "the tests run in that environment already",
    "quzheng login -w office shifan": "needs a person before a window: tests/collector/login plays that person",
    "openssl ts -verify": "this bundle has no time-stamp: tests/evidence/test_stamped_bundle.py makes some",
    "openssl x509 -in seal/sm2-signer.pem": "this bundle has no SM2 signature: tests/evidence/test_sm2.py makes some",
    "openssl dgst -sm3": "this bundle has no SM2 signature: tests/evidence/test_sm2.py makes some",
}
"""Beginnings of the lines that are not run here, and why."""
RECORDED = """from playwright.async_api import Playwright, async_playwright


async def run(playwright: Playwright) -> None:
    browser = await playwright.chromium.launch(headless=False)
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto("{url}")
    await page.get_by_role("link", name="通知公告").first.click()
    await page.close()
"""
"""As `playwright codegen --target python-async` writes it on a machine with a window."""


@dataclass(frozen=True, slots=True)
class Act:
    """One call: its words, what it may end with, what is typed into it, and after how many seconds it is stopped."""

    words: Sequence[str]
    codes: Sequence[int] = (0,)
    typed: str = ""
    stopped_after: float | None = None


@dataclass(slots=True)
class Ended:
    """A line of the guide and what came of it; `wrong` is empty where it did what it should."""

    line: str
    ran: list[str] = field(default_factory=list)
    skipped: str = ""
    wrong: str = ""


class Walk:
    """An inspector with the guide, in a folder of their own."""

    def __init__(self, folder: Path, city: City) -> None:
        self.folder, self.here, self.city = folder, folder, city
        self.office = folder / "office"
        self.now = datetime.now(BEIJING)
        self.at = ""
        self.finding = ""
        """The finding that the guide follows from its bundle to its objection."""
        self.inside_period = False
        self.cases_before: list[str] = []
        """Findings with a case when the period was frozen."""
        self.said = ""
        """What the command before printed."""
        path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
        self.env = {**os.environ, **secrets(), "PATH": path, "PYTHONPATH": str(guide.ROOT)}

    def walk(self) -> Iterator[Ended]:
        """Yield what came of each line of the guide, in order."""
        for line in guide.shown(guide.GUIDE):
            ended = Ended(line)
            why = [why for beginning, why in NOT_HERE.items() if line.startswith(beginning)]
            if why:
                ended.skipped = why[0]
            elif line.startswith("cd "):
                (self.here,) = self.folder.glob(line.removeprefix("cd "))
            else:
                self._run(line, ended)
            yield ended

    def _run(self, line: str, ended: Ended) -> None:
        acts = self._acts(line)
        if not acts:
            ended.wrong = f"{line}\nstands for nothing here"
        for act in acts:
            code, self.said = self._do(act)
            ended.ran.append(shlex.join(act.words))
            if code not in act.codes:
                ended.wrong = f"{ended.ran[-1]}\nended with {code}, expected {act.codes}:\n{self.said}"
                return

    def _do(self, act: Act) -> tuple[int, str]:
        process = subprocess.Popen(
            list(act.words), cwd=self.here, env=self.env, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            said, _ = process.communicate(act.typed, timeout=act.stopped_after or 300)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGTERM)
            said, _ = process.communicate(timeout=60)
            if act.stopped_after is None:
                return 124, f"{said}\nnot done after 300 s"
        else:
            if act.stopped_after is not None:
                return 125, f"{said}\nended by itself, but was to stay"
        return process.returncode, said

    def _acts(self, line: str) -> list[Act]:
        """Return the calls that a line stands for, after laying out what it needs."""
        for beginning, special in self._special():
            if line.startswith(beginning):
                return special(self._words(line))
        return [Act(self._words(line))]

    def _words(self, line: str, **more: str) -> list[str]:
        """Return the words of a line with its placeholders filled in."""
        day = self.now.date()
        fill = {
            "FINDING": self.finding[:12],
            "2021-06-29T10:00": self.at,
            "2021-06-29T09:00": f"{self.now - timedelta(minutes=4):%Y-%m-%dT%H:%M}",
            "2021-06-29T09:04": f"{self.now:%Y-%m-%dT%H:%M}",
            "2021-06-28": f"{day}",
            "2021-06-15": f"{day - timedelta(days=14)}",
            "2021-06-29": f"{day}",
            "2021-07-02": f"{day}",
            "message=unanswered@2021-06-17": f"message=unanswered@{day - timedelta(days=12)}",
            "https://www.example.gov.cn/": f"{self.city.url}/portal/",
            "/mnt/disk/quzheng": str(self.folder / "disk" / "quzheng"),
            "/mnt/disk/keys": str(self.folder / "disk" / "keys"),
            "D-2021-001": f"D-{day.year}-001",
            "FILE.zip": "evidence.zip",
            **more,
        }  # fmt: skip
        words = [fill.get(word, word) for word in shlex.split(line)]
        return [
            one
            for word in words
            for one in (
                sorted(str(path.relative_to(self.here)) for path in self.here.glob(word)) if "*" in word else [word]
            )
        ]

    def _special(self) -> list[tuple[str, Callable[[list[str]], list[Act]]]]:
        """Return the beginnings of the lines that need more than their words."""
        return [
            ("quzheng targets check", self._lay_out_targets),
            ("quzheng findings show", self._follow),
            ("quzheng bundle", self._follow),
            ("quzheng targets import", self._lay_out_registers),
            ("quzheng nightly -w office --at", lambda words: [Act(words, codes=(0, 5), stopped_after=20)]),
            ("quzheng compare", self._compare),
            ("quzheng export", self._export),
            ("quzheng exhibit add", self._exhibit),
            ("quzheng case step -w office FINDING notified", self._post),
            ("quzheng case step -w office FINDING answered", self._each),
            ("quzheng case step -w office FINDING rectified", self._post),
            ("quzheng findings confirm", self._each),
            ("quzheng findings withdraw", self._withdraw),
            ("quzheng judge -w office --at", self._judge_at),
            ("quzheng period freeze", self._freeze),
            ("quzheng period decide", self._decide),
            ("quzheng bulletin -w office --period 2021Q2 -o bulletin", self._fill_blanks),
            ("quzheng dispute open", self._object),
            ("quzheng columns import", self._take_back),
            ("quzheng flows check", self._use_the_flow),
            ("quzheng flows record", self._record),
            ("quzheng vault set", lambda words: [Act(words, typed=PASSWORD + "\n")]),
            # no database is named in the guide's workspace: they say so (tests/collector/fleet/ has them work)
            ("quzheng worker", lambda words: [Act(words, codes=(1,))]),
            ("quzheng fleet", lambda words: [Act(words, codes=(1,))]),
            ("quzheng desk user add", lambda words: [Act([*words, "--stdin"], typed=PASSWORD + "\n")]),
            ("quzheng desk -w", lambda words: [Act([*words, "--port", _free()], codes=(0, -15), stopped_after=8)]),
        ]  # fmt: skip

    def _lay_out_targets(self, words: list[str]) -> list[Act]:
        """The guide's own target, shifan, is the city's portal."""
        named = {"sf-portal": {"id": "shifan"}, "sf-fabu": {"platform": "wechat", "platform_id": ACCOUNT}}
        known = [{**one, **named.get(one["id"], {})} for one in targets(self.city)]
        self._write_targets(known)
        return [Act(words)]

    def _write_targets(self, known: list[dict[str, Any]]) -> None:
        with (self.office / "targets.yaml").open("w", encoding="utf-8") as file:
            YAML().dump(known, file)

    def _lay_out_registers(self, words: list[str]) -> list[Act]:
        own = [one for one in targets(self.city) if one.get("site_code")]
        rows = [(one["name"], one["site_code"], one["url"], one["unit"], "正常运行") for one in own]
        (self.here / "sites.xlsx").write_bytes(sheets.xlsx(sheets.SITES, *rows))
        (self.here / "national.xlsx").write_bytes(sheets.xlsx(sheets.SITES, *rows))
        (self.here / "provincial.xls").write_bytes(sheets.xls(sheets.SITES, *rows[1:]))
        (self.here / "accounts.csv").write_bytes(
            sheets.csv(
                sheets.ACCOUNTS,
                ("示范市发布", "微信", ACCOUNT, UNIT, UNIT, "正常"),
                ("示范市文旅", "微信", UNSEEN, UNIT, UNIT, "正常"),
            )
        )
        return [Act(words)]

    def _hits(self) -> dict[tuple[str, str], str]:
        """Return the findings of the last judgement that hit, by target and indicator."""
        _, said = self._do(Act(shlex.split("quzheng findings list -w office --state hit --json")))
        return {(one["target"], one["indicator"]): one["id"] for one in json.loads(said)["findings"]}

    def _follow(self, words: list[str]) -> list[Act]:
        """Until it is bundled, the finding is that of the last judgement."""
        if not (self.folder / "evidence.zip").exists():
            old, self.finding = self.finding[:12], self._hits()["shifan", "columns_not_updated"]
            words = [self.finding[:12] if word in ("", old) else word for word in words]
        return [Act(words)]

    def _exhibits(self) -> list[str]:
        _, said = self._do(Act(["quzheng", "findings", "show", "-w", "office", self.finding[:12], "--json"]))
        return [str(one)[:12] for one in json.loads(said)["exhibits"]]

    def _compare(self, words: list[str]) -> list[Act]:
        first, second = self._exhibits()[:2]
        at = words.index("RECORD")
        return [Act([*words[:at], first, second, *words[at + 2 :]])]

    def _export(self, words: list[str]) -> list[Act]:
        return [Act([self._exhibits()[0] if word == "RECORD" else word for word in words])]

    def _exhibit(self, words: list[str]) -> list[Act]:
        (self.here / "video.mp4").write_bytes(b"\x00\x00\x00\x18ftypmp42" + bytes(64))
        if "--tried" not in words:
            return [Act(words)]
        _, said = self._do(Act(shlex.split("quzheng findings list -w office --state undecided --json")))
        asked = ("sf-fabu", "account_interaction_missing")
        (tried,) = (one["id"] for one in json.loads(said)["findings"] if (one["target"], one["indicator"]) == asked)
        return [Act([tried[:12] if word == self.finding[:12] else word for word in words])]

    def _post(self, words: list[str]) -> list[Act]:
        """A letter came by post."""
        (self.here / words[-1]).write_bytes(b"%PDF-1.4\n%%EOF\n")
        return [Act(words)]

    def _each(self, words: list[str]) -> list[Act]:
        """What is done with one finding is, within a period, done with each that a letter was sent for."""
        if words[-1].endswith(".pdf"):
            self._post(words)
        if not self.inside_period:
            return [Act(words)]
        found = [one for one in self._cases() if one not in self.cases_before]
        return [Act([one[:12] if word == self.finding[:12] else word for word in words]) for one in found]

    def _cases(self) -> list[str]:
        _, said = self._do(Act(shlex.split("quzheng case list -w office --json")))
        return [str(json.loads(line)["finding"]) for line in said.splitlines()]

    def _withdraw(self, words: list[str]) -> list[Act]:
        other = self._hits()["shifan", "blank_columns"]
        return [Act([other[:12] if word == self.finding[:12] else word for word in words])]

    def _judge_at(self, words: list[str]) -> list[Act]:
        before, self.at = self.at, f"{datetime.now(BEIJING):%Y-%m-%dT%H:%M:%S}"
        return [Act([self.at if word == before else word for word in words])]

    def _freeze(self, words: list[str]) -> list[Act]:
        self.cases_before = self._cases()
        self.inside_period = True
        return [Act(words)]

    def _decide(self, words: list[str]) -> list[Act]:
        _, said = self._do(Act(shlex.split("quzheng period show -w office 2021Q2 --json")))
        open_ = [one["id"] for one in json.loads(said)["members"] if one["result"] == "open"]
        return [Act([one if word == "TARGET" else word for word in words]) for one in open_]

    def _fill_blanks(self, words: list[str]) -> list[Act]:
        """The draft, the command before, named the blanks."""
        blanks = re.findall(r"^待填　(\w+)：", self.said, re.MULTILINE)
        (self.here / "blanks.yaml").write_text("".join(f"{name}: 已填写\n" for name in blanks), "utf-8")
        return [Act(words)]

    def _object(self, words: list[str]) -> list[Act]:
        """The unit fills in the form in the bundle that it was sent, and encloses a file."""
        with zipfile.ZipFile(self.folder / "evidence.zip") as bundle:
            (form,) = (name for name in bundle.namelist() if name.endswith("data/objection-zh.txt"))
            text = bundle.read(form).decode("utf-8")
        text = text.replace("【异议单位】", f"【异议单位】\n{UNIT}").replace("【异议内容】", "【异议内容】\n已经更新。")
        (self.here / "objection-zh.txt").write_text(text, "utf-8")
        (self.here / "log.pdf").write_bytes(b"%PDF-1.4\n%%EOF\n")
        return [Act(words)]

    def _take_back(self, words: list[str]) -> list[Act]:
        """As the guide says, the columns leave targets.yaml first; the unit sends the sheet back as it is."""
        known = YAML(typ="safe").load(self.office / "targets.yaml")
        self._write_targets(
            [{key: one[key] for key in one if one["id"] != "shifan" or key != "columns"} for one in known]
        )
        return [Act(words)]

    def _use_the_flow(self, words: list[str]) -> list[Act]:
        known = YAML(typ="safe").load(self.office / "targets.yaml")
        self._write_targets([{**one, "flow": "my_portal"} if one["id"] == "shifan" else one for one in known])
        return [Act(words)]

    def _record(self, words: list[str]) -> list[Act]:
        """There is no window here: what was recorded elsewhere is read."""
        (self.here / "recorded.py").write_text(RECORDED.format(url=f"{self.city.url}/portal/"), "utf-8")
        return [Act([*words, "--from", "recorded.py"])]


def _free() -> str:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return str(one.getsockname()[1])
