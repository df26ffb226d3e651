# SPDX-License-Identifier: ISC
"""Many names at a service: how many requests are sent at once, and that those
which wait for their turn are none the worse for it."""

import re

import pytest

from fake import Fake
from harness import LATE, TRIES, Reply, until

GOOD = "good 203.0.113.7\n"


@pytest.fixture
def fake(certificates):
    """Starts services; `secure` in place of a certificate makes one."""
    started = []

    def start(*, secure=False, **options):
        if secure:
            options["certificate"] = certificates.pair()
        started.append(Fake(GOOD, **options))
        return started[-1]

    yield start
    for service in started:
        service.__exit__()


@pytest.fixture
def configure(ddns, certificates, serve):
    """Writes an account a service, each given with its count of names."""
    source = serve(Reply("203.0.113.7"))

    def write(services, general=""):
        accounts = "".join(
            f"[dyndns2 {number}]\nserver = {service.url}\nuser = me\n"
            "password = pa55word\nnames = "
            + " ".join(f"h{i}-{number}.example.com" for i in range(count))
            + "\n" for number, (service, count) in enumerate(services))
        ddns.config(f"[ipv4]\nurl = {source.url}\nallow = 203.0.113.0/24\n"
                    + accounts, f"ca_file = {certificates.ca}\n{general}")

    return write


@pytest.mark.parametrize("options, connections, most", [
    ({}, 4, 4),
    ({"secure": True}, 4, 4),
    ({"secure": True, "http2": True}, 1, 8),
], ids=["http", "https", "http2"])
def test_requests_at_once(
        ddns, configure, fake, options, connections, most):
    """The service answers none before so many have come."""
    service = fake(hold=most, **options)
    configure([(service, 40)])
    result = ddns.run()
    assert (result.status, result.stderr) == (0, "")
    seen = service.close()
    assert (seen["requests"], seen["connections"], seen["most"]) == (
        40, connections, most)


def test_the_time_of_a_request_begins_when_it_is_sent(ddns, configure, fake):
    """Four of nine are answered late, but in time; connecting may take half
    of a second. A machine that is too busy is asked again."""
    for _ in range(TRIES):
        service = fake(delay=700)
        configure([(service, 9)], "timeout = 1")
        ddns.state.unlink(missing_ok=True)
        result = ddns.run()
        if result.status == 0:
            break
    assert (result.status, result.stderr) == (0, "")
    assert service.close()["most"] == 4


def test_a_slow_service_keeps_no_other_waiting(ddns, configure, fake):
    """Nine that answer nothing could take more than all places there are."""
    slow = [(fake(hold=1000), 9) for _ in range(9)]
    configure([*slow, (fake(), 60)], "timeout = 80")
    run = ddns.start()
    try:
        until(lambda: ddns.state.exists() and len(re.findall(
            r"^name\th\d+-9\.example\.com\tA\tdyndns2 9\t203",
            ddns.state.read_text(), re.M)) == 60, "what the fast one answered")
    finally:
        run.terminate()
        run.communicate(timeout=LATE)
