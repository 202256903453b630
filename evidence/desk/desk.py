"""What every page works on: the house, the users, the sessions, the access log, the time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from evidence.desk.access_log import AccessLog
from evidence.desk.docket import Docket
from evidence.desk.lockout import Lockout
from evidence.desk.passwords import Passwords
from evidence.desk.proposals import Proposals
from evidence.desk.review import Reviews
from evidence.desk.roles import ROLES, Role
from evidence.desk.roll import Roll
from evidence.desk.sessions import Session, Sessions
from evidence.desk.shelf import Shelf
from evidence.desk.standing import Standings
from evidence.desk.thumbnails import Thumbnails
from evidence.desk.titles import Titles
from evidence.desk.users import User, UserFile
from evidence.desk.workroom import Workroom
from evidence.errors import DeskError
from evidence.house import House
from evidence.proof import ACCESS

FOLDER = "desk"
LEAST_PASSWORD = 8
"""Below which no setting goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who asks."""

    address: str
    token: str
    """What the browser keeps; of one who is not logged in, only what its forms answer to."""
    form_token: str
    user: User | None = None
    session: Session | None = None

    @property
    def name(self) -> str:
        """The user's name, which stands in events; empty for one who is not logged in."""
        return self.user.name if self.user else ""

    @property
    def role(self) -> Role | None:
        """The user's role."""
        return self.user.role if self.user else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One desk."""

    house: House
    now: Callable[[], datetime]
    users: UserFile
    sessions: Sessions
    lockout: Lockout
    log: AccessLog
    shelf: Shelf
    roll: Roll
    standings: Standings
    docket: Docket
    workroom: Workroom
    thumbnails: Thumbnails
    proposals: Proposals
    titles: Titles
    reviews: Reviews

    @classmethod
    def of(cls, house: House, now: Callable[[], datetime], hashes: Passwords | None = None) -> Desk:
        """Return the desk of a house; raises DeskError for settings that cannot be."""
        settings = house.desk
        wrong = [role for role in settings.second_factor if role not in ROLES]
        if wrong:
            raise DeskError(f"quzheng.yaml 的 desk.second_factor：没有角色 {'、'.join(wrong)}；应为 {'、'.join(ROLES)}")
        for name, least in (
            ("idle_minutes", 1),
            ("longest_hours", 1),
            ("failures", 1),
            ("password_length", LEAST_PASSWORD),
        ):
            if (got := getattr(settings, name)) < least:
                raise DeskError(f"quzheng.yaml 的 desk.{name} 至少为 {least}，实为 {got}")
        shelf = Shelf(house)
        roll = Roll(house.subjects, [path for path in house.papers.files if path != folder(house)])
        standings, docket = Standings(shelf), Docket(shelf)
        return cls(
            house=house,
            now=now,
            users=user_file(house, hashes),
            sessions=Sessions(timedelta(minutes=settings.idle_minutes), timedelta(hours=settings.longest_hours)),
            lockout=Lockout(settings.failures),
            log=access_log(house, shelf),
            shelf=shelf,
            roll=roll,
            standings=standings,
            docket=docket,
            workroom=Workroom(),
            thumbnails=Thumbnails(),
            proposals=Proposals(folder(house)),
            titles=Titles(shelf.stacks, house.store),
            reviews=Reviews(standings, roll, docket),
        )

    def stage(self, visitor: Visitor) -> str:
        """Return what a logged-in user must do before anything else: "code", "password" or "enrol"; "open": nothing."""
        user, session = visitor.user, visitor.session
        if user is None or session is None:
            return "out"
        if user.secret is not None and not session.proved:
            return "code"
        if user.must_change:
            return "password"
        if user.secret is None and user.role in self.house.desk.second_factor:
            return "enrol"
        return "open"


def folder(house: House) -> Path:
    """Return where users and access log lie."""
    return house.root / FOLDER


def access_log(house: House, shelf: Shelf) -> AccessLog:
    """Return the access log of a house, which is anchored in its ledger."""
    return AccessLog(folder(house), lambda key, digest: shelf.anchor(ACCESS, key, digest))


def user_file(house: House, hashes: Passwords | None = None) -> UserFile:
    """Return the users of a house."""
    return UserFile(folder(house), house.locker, hashes or Passwords(), house.desk.password_length)
