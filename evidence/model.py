"""The nouns of evidence: blob, artifact, capture, record, reading, fact, finding, verdict.

Everything is frozen; moments are aware and in UTC; `evidence.plain` turns each into JSON and back. The JSON forms of
record/1, reading/1 and finding/1 are contracts: fields may be added, none renamed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from evidence import digest, plain
from evidence.errors import ShapeError

Box = tuple[int, int, int, int]
"""Left, top, width, height in CSS pixels of the whole page."""

Role = Literal["tile", "region", "dom", "layout", "body", "download", "certificate", "log", "human"]
Scope = Literal["document", "main", "page"]
Purpose = Literal["scheduled", "second_look", "recheck", "manual", "human", "demonstration"]
Coverage = Literal["complete", "partial"]
Fault = Literal["theirs", "ours", "unknown"]
Outcome = Literal[
    "captured",
    "unreachable",
    "http_error",
    "challenge",
    "blocked",
    "login_lost",
    "interstitial",
    "timeout",
    "crashed",
    "tls_unsupported_here",
    "flow_failed",
    "skipped",
]
PageKind = Literal["list", "article", "home", "error", "redirect", "other"]
ColumnKind = Literal["list", "parent", "tabbed", "search", "embedded", "jump", "static", "attachment", "media"]
"""列表, 父栏目 (shows only its children), 标签页, 检索 (empty until asked), 嵌入 (a frame of another host), 跳转 (leads to
another authority's platform), 静态, 附件, 音视频."""
State = Literal["hit", "clear", "undecided"]
Effect = Literal["veto", "points", "notice", "proposal"]
"""单项否决, 扣分, 通报提示, 提请人工核对."""
SecondLook = Literal["agrees", "disagrees", "missing", "not needed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """Bytes in the store, by their digests."""

    sha256: str
    sm3: str
    size: int
    """Bytes, uncompressed."""
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """One file of a capture: what the browser gave, secrets removed."""

    role: Role
    n: int
    """Counts the artifacts of one role in their order, from 0."""
    frame: int
    """0 is the page itself; the layout snapshot numbers the others."""
    url: str | None
    box: Box | None
    """The place of a tile or region on the page."""
    taken: datetime
    media_type: str
    size: int
    sha256: str
    sm3: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One question the completeness guard asked of a capture (law 5)."""

    name: str
    scope: Scope
    passed: bool | None
    """None: could not be checked."""
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRef:
    """The target as it stood when it was visited."""

    id: str
    name: str
    kind: str
    site_code: str | None
    unit: str | None
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRef:
    """The column as the column ledger (栏目台账) had it when it was visited."""

    name: str
    class_: str | None
    level: int | None
    duty: bool | None
    """None: the ledger does not say."""
    ledger: str | None
    """SHA-256 of the canonical column ledger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRef:
    """Which clock the moments of a capture come from (law 10)."""

    source: Literal["system", "simulated"]
    offset_ms: int | None = None
    """Measured offset of the system clock, where a time source is configured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vantage:
    """From where we looked."""

    egress: str
    address: str | None
    resolver: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRef:
    """Which flow drove the visit."""

    name: str
    sha256: str
    verified: date | None
    """The day an office ran it against the real system, if ever."""
    scripted: bool = field(default=False, metadata={plain.ADDED: True})
    """Whether it has steps of its own, so that until it is verified its records need a person."""
    private: tuple[str, ...] | None = field(default=None, metadata={plain.ADDED: True})
    """Selectors of citizens' personal data on its pages, which leave the house only masked, by rule as well; None: its
    pages show none."""
    helpers: tuple[str, ...] = field(default=(), metadata={plain.ADDED: True})
    """SHA-256 of the sources it uses besides its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """One secret that was removed before hashing; neither it nor a digest of it is kept (law 9)."""

    kind: str
    where: str
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One moment of one page, or the failed try at it (law 4); not yet in the ledger."""

    key: str
    """RUN/TARGET/LABEL/ATTEMPT; the same key is admitted once."""
    purpose: Purpose
    target: TargetRef
    label: str
    column: ColumnRef | None
    started: datetime
    ended: datetime
    clock: ClockRef
    vantage: Vantage
    requested_url: str
    final_url: str | None
    redirects: tuple[str, ...]
    outcome: Outcome
    reason: str | None
    """dns, refused, reset, timeout, tls, http_500 …; None where nothing failed."""
    fault: Fault
    coverage: Coverage
    checks: tuple[Check, ...]
    moving: tuple[Box, ...]
    artifacts: tuple[Artifact, ...]
    exchanges: str
    """SHA-256 of the exchange list."""
    times: str
    environment: str
    cleanliness: str | None
    flow: FlowRef
    redactions: tuple[Redaction, ...]

    @property
    def complete(self) -> bool | None:
        """Whether document and main are whole: False if a check failed, None if one could not be made."""
        if self.outcome != "captured":
            return False
        answers = [check.passed for check in self.checks if check.scope in ("document", "main")]
        if False in answers:
            return False
        return None if None in answers or not answers else True

    def of_role(self, role: Role) -> tuple[Artifact, ...]:
        """Return the artifacts of one role in their order."""
        return tuple(artifact for artifact in self.artifacts if artifact.role == role)

    @property
    def cited(self) -> tuple[str, ...]:
        """The SHA-256 of every blob this capture cites, each once, in order of mention."""
        digests = [artifact.sha256 for artifact in self.artifacts]
        digests += [self.exchanges, self.times, self.environment, self.flow.sha256, *self.flow.helpers]
        if self.cleanliness:
            digests.append(self.cleanliness)
        if self.column and self.column.ledger:
            digests.append(self.column.ledger)
        return tuple(dict.fromkeys(digests))


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A capture admitted to the ledger; its id is the digest of its canonical JSON (record/1)."""

    capture: Capture
    previous: str | None
    """Id of the record before it of the same target and label."""

    def plain(self) -> dict[str, Any]:
        """Return the record as plain JSON (schema record/1)."""
        return {"schema": "record/1", **plain.dump(self.capture), "previous": self.previous}

    @classmethod
    def load(cls, body: Mapping[str, Any]) -> Record:
        """Return the record whose plain JSON is `body`; raises ShapeError."""
        fields = _without_schema(body, "record/1")
        if "previous" not in fields:
            raise ShapeError(("previous",), "a record id or null", None)
        previous = fields.pop("previous")
        if previous is not None and not digest.is_sha256(previous):
            raise ShapeError(("previous",), "a record id or null", previous)
        return cls(capture=plain.load(Capture, fields), previous=previous)

    @property
    def id(self) -> str:
        """SHA-256 of the canonical JSON."""
        return digest.of_value(self.plain())


DateKind = Literal[
    "displayed", "document", "url", "meta", "last_modified", "script", "relative", "first_seen", "future"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class DateReading:
    """One date that a page shows or carries, and where it was read."""

    kind: DateKind
    date: date
    text: str
    """The characters it was read from."""
    certain: bool
    how: str = ""
    """How a missing year was resolved, or why it is uncertain."""
    box: Box | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One row of a list: title, link, date and place on the page."""

    title: str
    href: str | None
    """Absolute where the page's address is known."""
    date: date | None
    pinned: bool
    box: Box | None
    dated: DateReading | None = None
    cut: bool = field(default=False, metadata={plain.ADDED: True})
    """Whether the page shows only the beginning of the title, and nowhere the rest (…)."""


LinkScope = Literal["internal", "same_authority", "public", "external"]
"""To this host; to another of the same registered name; to another public body's (gov.cn …); to anybody else's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link of a page, where it leads and whether a visitor sees it."""

    href: str
    """Absolute where the page's address is known."""
    text: str
    """What a visitor reads; where there is no text, what the picture is called."""
    scope: LinkScope
    hidden: str
    """Why no visitor sees it as the page stands, folded menus among them; empty where it is seen."""
    box: Box | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenLink:
    """A link to another site that no visitor can see (暗链): a proposal for a person, never a finding by itself."""

    href: str
    text: str
    why: str
    word: str | None = field(default=None, metadata={plain.ADDED: True})
    """The word of the list that its text or address holds."""
    block: str | None = field(default=None, metadata={plain.ADDED: True})
    """The foreign script or the block of foreign links that it came with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadLink:
    """A sign of gambling or pornography put on a page (不良外链、标题劫持): a proposal for a person, as above."""

    href: str | None
    """None for words in the page's head."""
    text: str
    word: str
    """The word of the list; for a jump that only visitors from search engines make, the engine's name."""
    why: str
    block: str | None
    box: Box | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A place that is not written as it should be (表述错误): a proposal for two persons."""

    written: str
    right: str
    severity: Literal["严重", "不规范"]
    context: str
    """The words around it, as the page has them."""
    source: Literal["text", "picture"]
    """What only a picture shows may have been misread."""
    box: Box | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLine:
    """One line of text read in a picture."""

    text: str
    box: Box
    """In pixels of the picture."""
    confidence: int
    """Mean over its words, per mille."""


ImageState = Literal["read", "empty", "too_small", "too_large", "unreadable", "timeout", "no_engine"]
"""What came of a picture: text, no text found, or why it was not read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageText:
    """Text read out of one picture."""

    sha256: str
    """Of the picture's bytes."""
    url: str | None
    box: Box | None
    text: str
    confidence: int
    """Mean over the words, per mille."""
    engine: str
    in_main: bool = False
    """Whether the picture stands in the main region of the page."""
    state: ImageState = "read"
    lines: tuple[TextLine, ...] = field(default=(), metadata={plain.ADDED: True})
    repeated: int | None = field(default=None, metadata={plain.ADDED: True})
    """How much of it the page's visible text says too, per mille; what is little is text that only the picture has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankColumn:
    """A table column with a heading and no value in any row."""

    index: int
    heading: str
    box: Box | None = None
    """In pixels of the picture the table was read from, or of the page for an HTML table."""


TableSource = Literal["html", "picture", "csv", "xlsx", "xls", "docx", "pdf"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table as read: from HTML, or from a picture by its rulings and OCR."""

    source: TableSource
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    blank_columns: tuple[BlankColumn, ...]
    picture: str | None = None
    """SHA-256 of the picture, for a table read from one."""
    box: Box | None = None
    caption: str | None = None
    header_rows: int = 1
    """How many of the lines (header, then rows) are headings: 2 where headings stand in two levels."""
    file: str | None = field(default=None, metadata={plain.ADDED: True})
    """SHA-256 of the file, for a table read from a downloaded annex."""
    column_boxes: tuple[Box, ...] = field(default=(), metadata={plain.ADDED: True})
    row_boxes: tuple[Box, ...] = field(default=(), metadata={plain.ADDED: True})
    """In pixels of the picture it was read from: of its columns, and of its lines from the headings on; a cell stands
    where the two meet."""
    empty_shares: tuple[int, ...] = field(default=(), metadata={plain.ADDED: True})
    """Of each column: how many of its cells below the headings hold nothing, per mille; none where nothing is below
    them. A column of 1000 is a blank one only if it has a heading and every cell of it is certain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePage:
    """The text of one page of a PDF that stands in a page or was downloaded from it."""

    file: str
    """SHA-256 of the PDF."""
    n: int
    """From 1."""
    text: str
    source: Literal["text", "scan"]
    """Its own text, or what the engine read in a picture of it."""
    repeated: int | None
    """How much of it the page's visible text says too, per mille; None for a page without words."""
    state: ImageState = "read"
    confidence: int | None = None
    """Of a scan: mean over the words, per mille."""
    engine: str = ""
    lines: tuple[TextLine, ...] = ()
    """Of a scan, in pixels of the page at 200 dpi."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Annex:
    """An annex (附件) that a page names: by a link to its file, by a heading with its body below, or by its name alone."""

    label: str
    """附件, 附件1 …, as the page has it, white space left out."""
    title: str
    href: str | None
    """Address of its file; None where it stands on the page or is only named."""
    blank: bool | None
    """True: a heading with nothing below it; False: with a body; None for a link or a name, which tell nothing of it."""
    box: Box | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter to a public letter-box, or an entry of 我为政府网站找错, as a page shows it; its writer is left out."""

    number: str
    title: str
    unit: str
    """Who answers."""
    state: str
    """In the page's own words."""
    submitted: date | None
    accepted: date | None
    replied: date | None
    """None: no reply is shown, which is not that there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One of the ten elements of a service guide (办事指南), and how what stands there begins."""

    name: str
    """Such as conditions or fee."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """What an article says, as samples of its text, so that two articles can be compared and neither is kept."""

    length: int
    """Characters of its own text, signs and spaces apart: without lines that every article has, short quotations, and
    what stands below the heading of an annex or of a full text."""
    own: tuple[int, ...]
    """Samples of its own text, in order of size (see `evidence.reading.prose`)."""
    whole: tuple[int, ...]
    """Samples of all its text."""
    questions: int
    """Questions it asks."""
    shown: int
    """Pictures, frames, players, files and further pages that say something besides."""
    interprets: bool
    """Whether a long text stands below a heading that speaks of 解读: the page holds an interpretation itself."""


Way = Literal["form", "link", "mail", "telephone", "address", "app", "frame", "picture", "file", "page"]
"""表单, 链接, 邮箱, 电话, 地址, 扫码或应用; in a frame, a picture, a file or on the next page nobody here saw whether there
is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a page that asks the public (征集、调查、征求意见) shows of how to answer, of its end and of what came of it."""

    ways: tuple[Way, ...]
    until: date | None
    """The latest day its text names, where it speaks of an end: it ended no later. None where it names no end."""
    ended: bool
    """Whether it says that it is over."""
    results: bool
    """Whether it speaks of results, be it that they are to come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeDay:
    """What one day's light requests for a home page come to (WV-2)."""

    day: date
    visits: int
    """Attempts that count: all but those our own network spoiled."""
    failed: int
    """In a browser as well, with a control that answered."""
    shared: int
    """Failed together with other targets of one address."""
    guarded: int
    ours: int
    least_minutes: int | None
    """Between two attempts that count."""
    controlled: bool
    """Whether a control answered beside every failure."""
    reasons: tuple[str, ...]
    browser: tuple[str, ...]
    """Records of the browser's visits that failed too."""
    aaaa: bool | None = field(default=None, metadata={plain.ADDED: True})
    """Whether the name had AAAA records on any attempt; None where no answer could be believed, or nobody asked."""
    visits6: int = field(default=0, metadata={plain.ADDED: True})
    """Attempts over IPv6 that count: neither spoiled by our own network nor failed over IPv4 as well."""
    failed6: int = field(default=0, metadata={plain.ADDED: True})
    controlled6: bool = field(default=True, metadata={plain.ADDED: True})
    """Whether a control answered over IPv6 beside every failure over IPv6."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFault:
    """A link behind which nothing was found, for certain or not."""

    url: str
    text: str
    """What a visitor reads on it."""
    reasons: tuple[str, ...]
    """Why, each once: http_404, dns, refused, timeout …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkDay:
    """What one day's checks of a home page's links come to (WD-4.3)."""

    day: date
    home: str
    """The record of the home page whose links these are."""
    asked: int
    left: int
    """Links that were not asked, because there are too many."""
    dead: tuple[LinkFault, ...]
    """Failed twice for certain, a control answering beside each failure."""
    unsure: tuple[LinkFault, ...]
    """Open questions: a guard's answer, too slow, our own network, or failed once only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTwice:
    """One page below the home page (二、三级页面), asked over IPv4 and over IPv6 in one round."""

    url: str
    level: int
    """2: the home page leads there; 3: a column's page does."""
    state: Literal["open", "failed", "unsure"]
    """Opened over IPv6; failed over IPv6 only, a control answering; anything else, which counts for nothing."""
    reason: str | None = None
    """Why it did not open: http_404, refused, timeout …; None where it did."""
    differs: int | None = None
    """How much of the matter only one of the two showed, per mille; None where they could not be compared."""
    only4: tuple[str, ...] = ()
    only6: tuple[str, ...] = ()
    """Lines that only one of the two showed, the first of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PagesDay:
    """What one day's round over a site's pages below the home page comes to (IPv6)."""

    day: date
    home: str
    """The record of the home page that names the pages."""
    aaaa: bool | None
    """Whether the site's name has AAAA records; None where no answer could be believed."""
    held: bool
    """Whether the home page opened over IPv6 before the round and after it: else we may have been shut out."""
    left: int
    """Pages that were not asked, because there are too many."""
    pages: tuple[PageTwice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnReading:
    """What column (栏目) a page is, by its own account; a proposal, which the unit's ledger overrules."""

    kind: ColumnKind | None
    """None: cannot be told."""
    because: str
    """What the kind was told by."""
    name: str
    class_: str
    """As `evidence.columns.ColumnClass`."""
    trail: tuple[str, ...]
    """From 首页 down, by breadcrumb; empty where the page prints none."""
    level: int | None
    """1 for a first-level column (一级栏目); None without a trail."""
    tabs: int = 0
    """How many blocks of rows beside the list are not shown."""
    paged: bool = False
    """Whether a pager stands by the list: there is more of it than this page."""
    leads_to: str | None = None
    """Host of the other authority that an embedded column or a jump shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Which reader made a reading."""

    name: str
    version: str
    sha256: str
    """Over the reader's own source files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """What binds the office to the value of a field that a reading does not show, without telling it."""

    path: str
    """JSON Pointer (RFC 6901) into the reading as it is shown."""
    commitment: str
    """SHA-256 of a salt of 32 bytes and the canonical value behind it; the salt stays in the house."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was derived from one capture (reading/1); reproducible from its inputs."""

    inputs: tuple[str, ...]
    """SHA-256 of the artifacts it was read from."""
    reader: Reader
    page_kind: PageKind
    title: str
    items: tuple[Item, ...]
    newest: date | None
    """Newest date of the main list; None where nothing is dated."""
    blank: bool | None
    """True: a list region that holds nothing; None: cannot be told."""
    published: DateReading | None
    """For an article: its publication date."""
    hidden_links: tuple[HiddenLink, ...]
    images: tuple[ImageText, ...]
    tables: tuple[Table, ...]
    identity: Mapping[str, str]
    notes: tuple[str, ...]
    main_box: Box | None = None
    """The region that carries the list or the article."""
    dates: tuple[DateReading, ...] = ()
    letters: tuple[Letter, ...] = field(default=(), metadata={plain.ADDED: True})
    elements: tuple[Element, ...] = field(default=(), metadata={plain.ADDED: True})
    """Of a service guide (办事指南): which of the ten elements it gives."""
    annexes: tuple[Annex, ...] = field(default=(), metadata={plain.ADDED: True})
    file_pages: tuple[FilePage, ...] = field(default=(), metadata={plain.ADDED: True})
    """What the PDFs of the page say, page by page."""
    url: str = field(default="", metadata={plain.ADDED: True})
    """The address the page was read at, after redirects."""
    links: tuple[Link, ...] = field(default=(), metadata={plain.ADDED: True})
    bad_links: tuple[BadLink, ...] = field(default=(), metadata={plain.ADDED: True})
    column: ColumnReading | None = field(default=None, metadata={plain.ADDED: True})
    """What column the page is, by its own account; None for an article, an error or a home page."""
    missing_tags: tuple[str, ...] = field(default=(), metadata={plain.ADDED: True})
    """Names of required meta tags (网页标签) that the page lacks."""
    personal: Mapping[str, int] = field(default_factory=dict, metadata={plain.ADDED: True})
    """How many citizens' numbers it shows, by kind (identity, mobile); never the numbers."""
    entries: tuple[str, ...] = field(default=(), metadata={plain.ADDED: True})
    """Of a home page: of which kinds of entry (interaction, service) any word or address of it speaks."""
    wording: tuple[Wording, ...] = field(default=(), metadata={plain.ADDED: True})
    """Fixed expressions that are not written as they should be."""
    prose: Prose | None = field(default=None, metadata={plain.ADDED: True})
    """Of an article: its text, for comparing."""
    survey: Survey | None = field(default=None, metadata={plain.ADDED: True})
    """Of a page whose title asks the public: how it can be answered."""
    probes: ProbeDay | None = field(default=None, metadata={plain.ADDED: True})
    """For a day's attempts to open a home page."""
    checked: LinkDay | None = field(default=None, metadata={plain.ADDED: True})
    """For a day's checks of a home page's links."""
    twice: PagesDay | None = field(default=None, metadata={plain.ADDED: True})
    """For a day's round over the pages below the home page, over IPv4 and IPv6."""
    withheld: tuple[Commitment, ...] = field(default=(), metadata={plain.ADDED: True})
    """Of one in a bundle: the fields that are masked in it."""

    def plain(self) -> dict[str, Any]:
        """Return the reading as plain JSON (schema reading/1)."""
        return {"schema": "reading/1", **plain.dump(self)}

    @classmethod
    def load(cls, body: Mapping[str, Any]) -> Reading:
        """Return the reading whose plain JSON is `body`; raises ShapeError."""
        return plain.load(cls, _without_schema(body, "reading/1"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What is known of one label of a target at T: newest item, age, blank, duty (law 7). Facts do not accuse."""

    target: str
    label: str
    name: str
    class_: str | None
    level: int | None
    path: str
    """Where the column stands, as the ledger or the page says (栏目路径)."""
    url: str
    duty: bool | None
    exemption: str | None
    newest: date | None
    age_days: int | None
    """Whole days from the newest item to as_of, in Asia/Shanghai."""
    blank: bool | None
    stale: bool | None
    """Older than the limit of its class; None where it cannot be told; False for a column without a limit."""
    limit: str | None
    """The limit of its class and level, for example 14d or 6m."""
    as_of: datetime | None
    """When the last complete capture at or before T was taken."""
    coverage: Coverage | None
    complete: bool | None
    record: str | None
    missing: tuple[str, ...]
    """What would be needed to say more."""
    not_counted: str | None
    """Why the column counts for no finding, if it does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """An indicator's answer on a target (finding/1), with what it rests on."""

    id: str
    indicator: str
    clause: str
    scope: Literal["column", "site", "account"]
    target: str
    label: str | None
    at: datetime
    """T, the reference time (监测时间点)."""
    as_of: datetime | None
    state: State
    message: str
    numbers: Mapping[str, Any]
    missing: tuple[str, ...]
    for_the_unit: tuple[str, ...]
    """What speaks for the unit (对单位有利的事实)."""
    against: tuple[str, ...]
    """The facts counted, one sentence each."""
    exhibits: tuple[str, ...]
    """Record ids."""
    readings: tuple[str, ...]
    rules: str
    indicator_sha256: str
    reviewers: int
    second_look: SecondLook
    ledger: str | None = field(default=None, metadata={plain.ADDED: True})
    """SHA-256 of the column ledger that was in force at T."""
    effect: Effect = field(default="veto", metadata={plain.ADDED: True})
    """What its rule makes of a hit; a proposal (提示) is for a person to look at and says so wherever it is shown."""

    def plain(self) -> dict[str, Any]:
        """Return the finding as plain JSON (schema finding/1)."""
        return {"schema": "finding/1", **plain.dump(self)}

    @classmethod
    def load(cls, body: Mapping[str, Any]) -> Finding:
        """Return the finding whose plain JSON is `body`; raises ShapeError."""
        return plain.load(cls, _without_schema(body, "finding/1"))


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictCheck:
    """One named check of the verifier: true, false, or could not be checked (None)."""

    name: str
    passed: bool | None
    detail: str
    required: bool = True
    """Required checks must be true; the others must not be false, and must be true with --strict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the verifier says of a bundle."""

    checks: tuple[VerdictCheck, ...]
    notices: tuple[str, ...] = ()

    def holds(self, *, strict: bool = False) -> bool:
        """Tell whether every required check is true, none is false, and with `strict` none is open."""
        if not self.checks:
            return False
        return all(
            check.passed is True or (check.passed is None and not check.required and not strict)
            for check in self.checks
        )


def _without_schema(body: Mapping[str, Any], schema: str) -> dict[str, Any]:
    fields = dict(body)
    found = fields.pop("schema", None)
    if found != schema:
        raise ShapeError(("schema",), schema, found)
    return fields
