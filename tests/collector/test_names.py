"""Names: what the name service itself answers is kept beside what the system says, whatever it answers."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from collector import names
from collector.clock import SystemClock
from collector.names import Alias, Answer, Names, Told

ZONE = {
    "www.shifan.test. A": [
        "www.shifan.test. 60 IN CNAME cdn.shield.test.",
        "cdn.shield.test. 30 IN CNAME edge7.shield.test.",
    ]
    + ["edge7.shield.test. 5 IN A 203.0.113.7", "edge7.shield.test. 5 IN A 203.0.113.6"],
    "six.shifan.test. AAAA": ["six.shifan.test. 300 IN AAAA 2001:db8::6"],
    "gone.shifan.test. A": ["gone.shifan.test. 60 IN CNAME nowhere.shifan.test."],
    "loop.shifan.test. A": [f"n{i}.test. 1 IN CNAME n{i + 1}.test." for i in range(40)],
}
CODES = {"broken.shifan.test.": dns.rcode.SERVFAIL, "closed.shifan.test.": dns.rcode.REFUSED}


def reply(question: bytes) -> bytes | None:
    asked = dns.message.from_wire(question)
    name, kind = asked.question[0].name.to_text(), dns.rdatatype.to_text(asked.question[0].rdtype)
    if name.startswith("silent."):
        return None
    answer = dns.message.make_response(asked)
    answer.flags |= dns.flags.RA
    known = [key for key in ZONE if key.startswith(name + " ")]
    answer.set_rcode(CODES.get(name, dns.rcode.NOERROR if known else dns.rcode.NXDOMAIN))
    if name.startswith("gone."):
        answer.set_rcode(dns.rcode.NXDOMAIN)
    for line in ZONE.get(f"{name} {kind}", ()):
        owner, ttl, *rest = line.split()
        answer.find_rrset(
            answer.answer, dns.name.from_text(owner), 1, dns.rdatatype.from_text(rest[1]), create=True
        ).add(dns.rdata.from_text("IN", rest[1], rest[2]), int(ttl))
    return answer.to_wire()


@contextmanager
def name_service() -> Iterator[dns.resolver.Resolver]:
    """A name service on 127.0.0.1, and a resolver that asks it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as served:
        served.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                question, place = served.recvfrom(4096)
                if question == b"end":
                    return
                if said := reply(question):
                    served.sendto(said, place)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], served.getsockname()[1]
        resolver.lifetime, resolver.timeout = 0.3, 0.2
        yield resolver
        served.sendto(b"end", served.getsockname())
        thread.join()


def asked(*hosts: str) -> dict[str, Answer]:
    async def ask(resolver: dns.resolver.Resolver) -> tuple[Answer, ...]:
        found = Names(resolver)
        found.ask(hosts, SystemClock())
        await asyncio.wait([one for _, one in found._asked.values()])
        return await found.answers(hosts, SystemClock())

    with name_service() as resolver:
        return {answer.host: answer for answer in asyncio.run(ask(resolver))}


@pytest.fixture(scope="module")
def known() -> dict[str, Answer]:
    return asked(*(f"{n}.shifan.test" for n in ("www", "six", "gone", "loop", "broken", "closed", "silent", "none")))


def test_the_chain_of_aliases_is_kept_with_how_long_each_may_be_kept_and_who_said_so(known: dict[str, Answer]) -> None:
    a, aaaa = known["www.shifan.test"].told
    assert a.chain == (
        Alias(name="www.shifan.test", target="cdn.shield.test", ttl=60),
        Alias(name="cdn.shield.test", target="edge7.shield.test", ttl=30),
    )
    assert (a.question, a.addresses, a.ttl, a.fault) == ("A", ("203.0.113.6", "203.0.113.7"), 5, None)
    assert (a.resolver or "").startswith("127.0.0.1:")
    assert (aaaa.question, aaaa.addresses, aaaa.fault) == ("AAAA", (), None)


def test_a_host_that_only_has_an_ipv6_address_is_told_so(known: dict[str, Answer]) -> None:
    a, aaaa = known["six.shifan.test"].told
    assert (a.addresses, a.fault) == ((), None)
    assert (aaaa.addresses, aaaa.ttl) == (("2001:db8::6",), 300)


@pytest.mark.parametrize(
    ("host", "fault"),
    [("none", "NXDOMAIN"), ("broken", "SERVFAIL"), ("closed", "REFUSED"), ("silent", names.LATE)],
)
def test_what_the_name_service_says_in_place_of_an_answer_is_named(
    known: dict[str, Answer], host: str, fault: str
) -> None:
    assert {told.fault for told in known[f"{host}.shifan.test"].told} == {fault}


def test_an_alias_that_leads_nowhere_is_kept_with_the_refusal(known: dict[str, Answer]) -> None:
    a = known["gone.shifan.test"].told[0]
    assert (a.fault, [step.target for step in a.chain]) == ("NXDOMAIN", ["nowhere.shifan.test"])


def test_a_zone_that_names_aliases_without_end_is_cut(known: dict[str, Answer]) -> None:
    assert len(known["loop.shifan.test"].told[0].chain) <= 16


@pytest.mark.parametrize("host", ["a" * 300, "a..b", "xn--\udcff", "-", "*.test", "名.test", "a\x00b.test", "." * 5])
def test_hostile_names_are_answered_with_a_fault(host: str) -> None:
    (answer,) = asked(host).values()
    assert answer.addresses == ()
    assert answer.fault
    assert all(told.fault for told in answer.told)


def test_a_machine_that_names_no_resolver_still_has_the_systems_answer(tmp_path: Path) -> None:
    (tmp_path / "resolv.conf").write_text("# nothing\n")
    assert names.resolver_of(tmp_path / "none") is None
    assert names.resolver_of(tmp_path / "resolv.conf") is None
    answer = names._resolve("localhost", SystemClock(), None)
    assert answer.told == ()
    assert {"127.0.0.1", "::1"} & set(answer.addresses)


def test_answers_are_evidence_json(known: dict[str, Answer]) -> None:
    told = known["www.shifan.test"].plain()["told"][0]
    assert told["chain"][0] == {"name": "www.shifan.test", "target": "cdn.shield.test", "ttl": 60}
    assert Told(question="A").fault is None
