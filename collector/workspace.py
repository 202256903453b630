"""The workspace: a folder with quzheng.yaml, the targets, the office's own flows and rules, and the store."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from collector import quiet, salting, sealing, targets, timesource, vault, yamlfile
from collector.errors import WorkspaceError
from collector.fleet_settings import FleetSettings
from collector.nightly_settings import NightlySettings
from collector.sealing import SealSettings
from collector.targets import Target
from collector.vault import KEY_FILE, KeyPlace, Vault
from evidence import plain
from evidence.casebook import CaseRules
from evidence.desk_settings import DeskSettings
from evidence.errors import ShapeError
from evidence.holdings import Holdings
from evidence.house import House, Papers
from evidence.office import Office

FILE = "quzheng.yaml"
MAY_BE_NONE = ("annexes", "settle_seconds", "challenge_seconds", "per_host_seconds", "retry_after_most")
"""Limits that may be 0."""
EGRESSES = ("direct", "proxy", "inspecting", "split-dns")
CONTEXTS = ("own", "theirs")
EXECUTORS = ("local", "fleet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long, how much, how high; times in seconds."""

    navigation_seconds: int = 30
    """Until a page must have answered."""
    settle_seconds: int = 3
    """That a page is given to become quiet after it has loaded."""
    challenge_seconds: int = 10
    """That a page which guards the page (验证页) is given to let us in by itself."""
    page_seconds: int = 120
    """For everything on one page together."""
    body_bytes: int = 50 * 1024 * 1024
    """Of one response that are kept."""
    page_height: int = 200_000
    """Pixels of one page that are pictured; more is recorded as cut."""
    annexes: int = 10
    """Files that a page names as its annexes (附件) which are fetched with it; 0: none."""
    per_host: int = 2
    """Visits to one host at once."""
    per_host_seconds: int = 0
    """At least between two page loads on one host; 0: none."""
    retry_after_most: int = 120
    """Seconds of a pause that a host asks for (429 or 503 with Retry-After) which are honoured; 0: none."""
    passes: int = 3
    """Tries in all of what failed for the moment; what does not answer is tried twice at most."""
    browser_captures: int = 500
    """After which the browser is replaced by a new one, between two visits."""
    browser_bytes: int = 2 * 1024 * 1024 * 1024
    """Of memory in the browser's processes above which it is replaced after the visit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeSettings:
    """How availability is watched (WV-2)."""

    minutes: int = 30
    """Between two attempts at one target; with the hours below there are 32 a day, and the clause wants 20."""
    from_hour: int = 7
    to_hour: int = 23
    """Hours of the day, in Asia/Shanghai, in which targets are asked: not at night, when sites are served."""
    seconds: int = 15
    """After which an attempt has failed, by the clause."""
    control: tuple[str, ...] = ()
    """Addresses that answer where our own network works; without one no failure can be laid to a site."""
    shared: int = 3
    """Targets of one address that fail in one round, from which the platform is down and not each of them."""
    ipv6: bool = field(default=False, metadata={plain.ADDED: True})
    """Whether each round also asks over IPv6 (WD-4.9); many offices have none."""
    control6: tuple[str, ...] = field(default=(), metadata={plain.ADDED: True})
    """Addresses, best by name, that answer over IPv6 where ours works; without one IPv6 is laid to no site."""
    links: int = field(default=0, metadata={plain.ADDED: True})
    """Links of a home page that `probe --links` asks at most (WD-4.3); 0: none."""
    links_pause: int = field(default=300, metadata={plain.ADDED: True})
    """Seconds until a link that failed is asked for the second time."""
    pages6: int = field(default=0, metadata={plain.ADDED: True})
    """Pages below a home page that `probe --pages` asks over IPv4 and IPv6 at most; 0: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordSettings:
    """Files of the office's own word lists, relative to the workspace, in place of the shipped ones; empty: the shipped."""

    bad_links: str = ""
    """Words that bad links (不良外链、暗链) are known by."""
    wording: str = ""
    """How fixed expressions are to be written (表述)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """quzheng.yaml."""

    store: str = "store"
    rules: str = "national-2019"
    browser: str | None = None
    """Path or name of the browser's program, or ws://… or cdp://… of one elsewhere; None: the first that is found."""
    attended_by: str | None = None
    """Who sits at a browser elsewhere that a person has open; its captures say so."""
    context: str = "own"
    """At a browser elsewhere: own (fresh for each visit), or theirs (with the log-ins of the person who has it open)."""
    jobs: int = 2
    executor: str = field(default="local", metadata={plain.ADDED: True})
    """Who visits: local (a browser of this machine), or fleet (workers elsewhere; extra [fleet])."""
    fleet: FleetSettings = field(default_factory=FleetSettings, metadata={plain.ADDED: True})
    """How the fleet is reached."""
    egress: str = "direct"
    """How this machine reaches the Internet, as the office declares it: direct, proxy, inspecting, split-dns."""
    time_source: tuple[str, ...] = ()
    """Servers that tell by how much our clock is off, as ntp://host or ntp://host:port."""
    second_agent: bool = True
    """Whether home pages of websites are asked for with a search engine's agent too (cloaking)."""
    replay_share: int = 50
    """Per mille of a run's pages that are shown once more from the store, to see how faithful it is; 0: none."""
    vault_key: str = KEY_FILE
    """File of the vault's key, relative to the workspace; better on another disk."""
    login_failures_a_day: int = 2
    """Failed tries to log in that an account is allowed a day; then it rests."""
    captcha_ocr: bool = False
    """Whether picture codes (验证码) of the office's own systems may be read by OCR."""
    limits: Limits = field(default_factory=Limits)
    probe: ProbeSettings = field(default_factory=ProbeSettings)
    seal: SealSettings = field(default_factory=SealSettings)
    cases: CaseRules = field(default_factory=CaseRules, metadata={plain.ADDED: True})
    """What is demanded of a case before it is published."""
    office: Office = field(default_factory=Office, metadata={plain.ADDED: True})
    """What the first sheets of bundles say of the office."""
    words: WordSettings = field(default_factory=WordSettings, metadata={plain.ADDED: True})
    nightly: NightlySettings = field(default_factory=NightlySettings, metadata={plain.ADDED: True})
    """How the nights go."""
    desk: DeskSettings = field(default_factory=DeskSettings, metadata={plain.ADDED: True})
    """How the desk is reached, and what it asks of those who log in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """An opened workspace."""

    root: Path
    settings: Settings

    @classmethod
    def open(cls, root: Path) -> Workspace:
        """Return the workspace at `root`; raises WorkspaceError where quzheng.yaml is missing or wrong."""
        path = root / FILE
        try:
            written = yamlfile.load(path)
        except FileNotFoundError as error:
            raise WorkspaceError(f"{root} is not a workspace: no {FILE} there\ntry: quzheng init {root}") from error
        except OSError as error:
            raise WorkspaceError(f"{path} cannot be read: {error.strerror}") from error
        except yamlfile.YamlFault as fault:
            raise WorkspaceError(f"{path}:{fault.line}: not YAML: {fault}") from fault
        settings = _settings(path, {} if written is None else written)
        for name, file in plain.dump(settings.words).items():
            if file and not (root / file).is_file():
                line = yamlfile.line_of(path, ("words", name))
                raise WorkspaceError(f"{path}:{line}: words.{name}: no file {root / file}")
        return cls(root=root, settings=settings)

    @property
    def store_path(self) -> Path:
        """The folder of the store."""
        return self.root / self.settings.store

    @property
    def flows_dir(self) -> Path:
        """The office's own flows."""
        return self.root / "flows"

    @property
    def indicators_dir(self) -> Path:
        """The office's own indicators."""
        return self.root / "indicators"

    @property
    def rules_dir(self) -> Path:
        """The office's own rule sets."""
        return self.root / "rules"

    @property
    def vault_path(self) -> Path:
        """The encrypted passwords."""
        return self.root / "vault.age"

    @property
    def sessions_path(self) -> Path:
        """The kept sessions, encrypted."""
        return self.root / "logins" / "sessions.age"

    @property
    def tries_path(self) -> Path:
        """The count of failed log-ins."""
        return self.root / "logins" / "tries.json"

    @property
    def fleet_mark_path(self) -> Path:
        """What proves to a worker that it shares the count of failed log-ins."""
        return self.root / "logins" / "fleet-mark"

    @property
    def key_place(self) -> KeyPlace:
        """Where the vault's key is."""
        return KeyPlace(file=self.root / self.settings.vault_key)

    @property
    def targets_path(self) -> Path:
        """The inspector's list of targets."""
        return self.root / "targets.yaml"

    @property
    def columns_dir(self) -> Path:
        """The column ledgers that have files of their own."""
        return self.root / "columns"

    def targets(self) -> tuple[Target, ...]:
        """Return the targets with their column ledgers; raises TargetsError."""
        return targets.load(self.targets_path, self.columns_dir)

    def holdings(self) -> Holdings:
        """Open the store as `House.holdings` does."""
        return self.house().holdings()

    def _file(self, named: str) -> Path | None:
        return self.root / named if named else None

    def house(self) -> House:
        """Return what the commands that need no browser work on."""
        return House(
            store=self.store_path,
            subjects=lambda: tuple(target.subject for target in self.targets()),
            rules=self.settings.rules,
            rules_dir=self.rules_dir,
            indicators_dir=self.indicators_dir,
            bad_links=self._file(self.settings.words.bad_links),
            wording=self._file(self.settings.words.wording),
            signing=lambda: sealing.signer(self.root, self.settings.seal),
            authority=sealing.authority(self.root, self.settings.seal.timestamp),
            second=sealing.second(self.root, self.settings.seal.sm2, self._vault),
            salting=lambda: salting.salts(Vault(path=self.vault_path, place=self.key_place)),
            jobs=self.settings.jobs,
            cases=self.settings.cases,
            office=self.settings.office,
            papers=self._papers(),
            locker=vault.locker(self.key_place),
            desk=self.settings.desk,
        )

    @property
    def _vault(self) -> Vault:
        return Vault(path=self.vault_path, place=self.key_place)

    def _papers(self) -> Papers:
        words = (self._file(named) for named in plain.dump(self.settings.words).values())
        seal = self.settings.seal
        return Papers(
            root=self.root,
            files=(
                self.root / FILE,
                self.targets_path,
                self.columns_dir,
                self.rules_dir,
                self.flows_dir,
                self.indicators_dir,
                self.vault_path,
                self.root / "desk",
                self.root / seal.certificate,
                *((self.root / seal.sm2.certificate,) if seal.sm2 else ()),
                *filter(None, words),
            ),
            keys=(
                self.root / (seal.pkcs12 or seal.key),
                self.key_place.file,
                *((self.root / seal.sm2.key,) if seal.sm2 and seal.sm2.key else ()),
            ),
        )


def _settings(path: Path, written: Any) -> Settings:
    try:
        settings = plain.load(Settings, written)
    except ShapeError as error:
        line = yamlfile.line_of(path, error.path)
        raise WorkspaceError(f"{path}:{line}: {error}") from error
    for name, got in plain.dump(settings.limits).items():
        least = 0 if name in MAY_BE_NONE else 1
        if got < least:
            line = yamlfile.line_of(path, ("limits", name))
            raise WorkspaceError(f"{path}:{line}: limits.{name}: expected at least {least}, got {got}")
    for name, got, known in (
        ("egress", settings.egress, EGRESSES),
        ("context", settings.context, CONTEXTS),
        ("executor", settings.executor, EXECUTORS),
    ):
        if got not in known:
            line = yamlfile.line_of(path, (name,))
            raise WorkspaceError(f"{path}:{line}: {name}: expected {', '.join(known)}, got {got!r:.60}")
    for n, address in enumerate(settings.time_source):
        if timesource.place_of(address) is None:
            line = yamlfile.line_of(path, ("time_source", n))
            raise WorkspaceError(
                f"{path}:{line}: time_source: expected ntp://host or ntp://host:port, got {address!r:.80}"
            )
    for name, got in plain.dump(settings.probe).items():
        if type(got) is int and not (0 if name in ("from_hour", "links", "pages6") else 1) <= got <= (
            24 if "hour" in name else 100_000
        ):
            line = yamlfile.line_of(path, ("probe", name))
            raise WorkspaceError(f"{path}:{line}: probe.{name}: expected a number from 1 up (hours to 24), got {got}")
    if (wrong := settings.seal.fault()) is not None:
        where, why = wrong
        line = yamlfile.line_of(path, ("seal", *where))
        raise WorkspaceError(f"{path}:{line}: {'.'.join(('seal', *where))}: {why}")
    if not 0 <= settings.replay_share <= 1000:
        line = yamlfile.line_of(path, ("replay_share",))
        raise WorkspaceError(f"{path}:{line}: replay_share: expected 0 to 1000 per mille, got {settings.replay_share}")
    _check_nightly(path, settings.nightly)
    if settings.login_failures_a_day < 1:
        line = yamlfile.line_of(path, ("login_failures_a_day",))
        raise WorkspaceError(
            f"{path}:{line}: login_failures_a_day: expected at least 1, got {settings.login_failures_a_day}"
        )
    if settings.jobs < 1:
        raise WorkspaceError(
            f"{path}:{yamlfile.line_of(path, ('jobs',))}: jobs: expected at least 1, got {settings.jobs}"
        )
    return settings


def _check_nightly(path: Path, nightly: NightlySettings) -> None:
    """Raise WorkspaceError for an hour, an instant, a span or a number of the nights that is none."""
    try:
        for name, hour in (("from", nightly.from_), ("to", nightly.to)):
            quiet.hour(name, hour)
        if nightly.next_t:
            quiet.instant("next_t", nightly.next_t)
        quiet.of(nightly)
    except WorkspaceError as error:
        parts = str(error).partition(":")[0].split(".")  # the setting it names: nightly.silent.0
        place = tuple(int(part) if part.isdigit() else part for part in parts)
        raise WorkspaceError(f"{path}:{yamlfile.line_of(path, place)}: {error}") from None
    numbers = plain.dump(nightly)
    for name, got in (*numbers.items(), *((f"every.{key}", value) for key, value in numbers["every"].items())):
        least = 0 if name in ("least_captured", "run_up") or name.startswith("every.") else 1
        if type(got) is int and got < least:
            line = yamlfile.line_of(path, ("nightly", *name.split(".")))
            raise WorkspaceError(f"{path}:{line}: nightly.{name}: expected at least {least}, got {got}")
    if nightly.alerts.when not in ("incomplete", "always"):
        line = yamlfile.line_of(path, ("nightly", "alerts", "when"))
        raise WorkspaceError(f"{path}:{line}: nightly.alerts.when: expected incomplete or always")
