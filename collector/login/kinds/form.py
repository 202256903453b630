"""A form with user name and password, on one page or two, with or without codes besides."""

from __future__ import annotations

from collector.login.attempt import Attempt
from collector.login.codes import Code
from collector.login.kind import Kind

kind = Kind(__name__, needs=("username", "password", "submit"), secrets=("username", "password"))


@kind.enter
async def enter(attempt: Attempt) -> None:
    """Fill the form in, send it, and answer what it asks for next, each code once."""
    login, username, password = attempt.login, attempt.secret("username"), attempt.secret("password")
    await attempt.open()
    if await attempt.is_let_in():
        return
    await attempt.type(login.username, username)
    if login.next:
        await attempt.click(login.next)
    await attempt.type(login.password, password)
    later = []
    for code in login.codes:
        if code.when == "after" or (code.when == "perhaps" and not await attempt.find(code.field)):
            later.append(code)
        else:
            await _fill(attempt, code)
    await attempt.send(login.submit)
    while asked := await attempt.answer(tuple(later)):
        later.remove(asked)
        await _fill(attempt, asked)
        await attempt.send(asked.confirm or login.submit)


async def _fill(attempt: Attempt, code: Code) -> None:
    await attempt.type(code.field, await code.value(attempt))
