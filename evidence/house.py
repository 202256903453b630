"""What the commands that need no browser work on: the holdings, who is inspected, the rules, the seal.

The composition root fills it from a workspace; without one, a bare store still opens.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evidence.casebook import CaseRules
from evidence.columns import Subject
from evidence.desk_settings import DeskSettings
from evidence.holdings import Holdings
from evidence.masking.committing import Salting, unsalted
from evidence.model import Record
from evidence.office import Office
from evidence.reading import wordlists
from evidence.reading.wordlists import WordLists
from evidence.seal import Signer
from evidence.sm2 import SecondSigner
from evidence.timestamp import Authority

Recapturer = Callable[[Holdings, str, Sequence[str]], str]
"""Looks again at labels of a target, for purpose `recheck`, and admits what it sees; returns why it could not, else ""."""
Replayer = Callable[[Holdings, Sequence[Record]], object]
"""Sees to it that each record that can be replayed has a replay in `derived`; raises nothing for what it cannot do."""
Readers = Callable[[Holdings, Sequence[Record]], object]
"""Has records read elsewhere and their readings kept; what it does not bring is read here."""

Printer = Callable[[Path], bytes]
"""Prints an HTML file, with the pictures beside it, as A4 in PDF, with no network and no script, page numbers at the foot and
a bookmark for each heading; raises what starting a browser raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """The office's own files beside its store; none need be there."""

    root: Path | None = None
    """The folder they lie in; None: there are none."""
    files: tuple[Path, ...] = ()
    """Files, and folders with all in them."""
    keys: tuple[Path, ...] = ()
    """Files of keys, wherever they lie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Locker:
    """Makes small secrets unreadable on the disk, by a key that lies elsewhere."""

    lock: Callable[[bytes], bytes]
    unlock: Callable[[bytes], bytes]
    """Gives back what was locked; raises what the key's keeper raises where the key is missing or another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """An office's evidence and what it is judged and sealed by."""

    store: Path
    subjects: Callable[[], tuple[Subject, ...]] = tuple
    """Reads who is inspected, when asked: a fault in the list stops no command that does not need it."""
    rules: str = "national-2019"
    rules_dir: Path | None = None
    """The office's own rule sets."""
    indicators_dir: Path | None = None
    """The office's own indicators."""
    bad_links: Path | None = None
    wording: Path | None = None
    """The office's own word lists, in place of the shipped ones."""
    signing: Callable[[], Signer | None] = lambda: None
    """Gives the office's signer, None where it has no key; raises SealError for one that is there but cannot be used."""
    authority: Authority | None = None
    """Who gives time-stamps; None: nobody."""
    second: SecondSigner | None = None
    """Who signs bundles with SM2 beside the seal; None: nobody."""
    salting: Salting = unsalted
    """Gives the salts by which masked fields of readings are committed to; raises for a vault that cannot be opened."""
    jobs: int = 1
    cases: CaseRules = field(default_factory=CaseRules)
    """What the office demands of a case before it is published."""
    office: Office = field(default_factory=Office)
    """What its first sheets say of it."""
    papers: Papers = field(default_factory=Papers)
    """What a backup holds besides the store."""
    replay: Replayer | None = None
    """None: there is no browser; replays that are not there yet are not measured."""
    recapture: Recapturer | None = None
    """None: there is no browser; what a page shows now is not looked up."""
    locker: Locker | None = None
    """None: there is no key; secrets that would lie on the disk are not taken."""
    desk: DeskSettings = field(default_factory=DeskSettings)
    """How the desk is reached, and what it asks of those who log in."""
    printer: Printer | None = None
    """None: there is no browser; bulletins have no 证据图册."""
    readers: Readers | None = None
    """Reads records beforehand on other machines; None: all are read here."""

    @property
    def root(self) -> Path:
        """The folder in which the office's own files lie."""
        return self.papers.root or self.store.parent

    def holdings(self) -> Holdings:
        """Open the store, repairing the catalog from the ledger's tail where a kill left it behind; raises ReadingError for
        word lists of the office that cannot be read."""
        return Holdings.open(self.store, self.words())

    def words(self) -> WordLists:
        """Return the word lists that pages are read with; raises ReadingError for those of the office that cannot be read."""
        return wordlists.load(bad_links=self.bad_links, wording_rules=self.wording)


HouseOpener = Callable[[Path], House]


def bare(root: Path) -> House:
    """Return the house of a folder that has a store and nothing else."""
    return House(store=root / "store")
