"""HTTP Basic: user name and password in a header field, sent to the one origin of the declared address."""

from __future__ import annotations

from collector.errors import LoginError
from collector.login.attempt import Attempt
from collector.login.kind import Kind
from collector.passport import Passport, origin_of
from collector.secrets import Of

kind = Kind(__name__, secrets=("username", "password"), keeps=False)


@kind.issues
def issue(address: str, of: Of) -> Passport:
    """Return a passport with the password, for one origin."""
    return Passport(credentials={"username": of("username"), "password": of("password"), "origin": origin_of(address)})


@kind.enter
async def enter(attempt: Attempt) -> None:
    """Open the page, at first alone: each file of it that is refused would count as one more try."""
    username, password = attempt.secret("username"), attempt.secret("password")
    attempt.redactor.learn(f"{username}:{password}", "typed")
    attempt.count_it()
    async with attempt.document_alone():
        status = await attempt.open()
    if status == 401:
        raise LoginError("wrong_credentials")
    await attempt.open()
    await attempt.answer()
