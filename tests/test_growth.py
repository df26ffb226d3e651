# SPDX-License-Identifier: ISC
"""What a run costs grows with its names, and not faster."""

import importlib.machinery
import importlib.util
import pathlib
import ssl
import statistics

import pytest

import harness

GROWTH = pathlib.Path(__file__).parent / "tools" / "growth"
PEAK = pathlib.Path(__file__).parent / "torture" / "peak.py"
SLACK = 1.25

pytestmark = pytest.mark.skipif(
    bool(harness.UNDER), reason="another program is measured with it")


@pytest.fixture(scope="module")
def growth():
    loader = importlib.machinery.SourceFileLoader("growth", str(GROWTH))
    module = importlib.util.module_from_spec(
        importlib.util.spec_from_loader("growth", loader))
    loader.exec_module(module)
    return module


@pytest.mark.parametrize("kind", ["dyndns2", "accounts", "cloudflare",
                                  "desec", "linode"])
def test_changed_names_cost_the_same_each(growth, kind, tmp_path):
    """Processor time: what was quadratic took thirty times as much."""
    def cost(count):
        folder = tmp_path / str(count)
        folder.mkdir()
        with growth.Trial(kind, count, folder) as trial:
            times = []
            for _ in range(3):
                trial.address()
                figures = trial.run()
                assert figures[-1] == count
                times.append(figures[0])
        return statistics.median(times)

    few, many = cost(400), cost(3200)
    assert many / few < 8 * SLACK, f"{few:.0f} ms, {many:.0f} ms"


UNCHANGED = (["update"], ["status"], ["check"])
CHANGED = (["-n"], ["fail"])


@pytest.mark.parametrize("arguments", [*UNCHANGED, *CHANGED], ids=" ".join)
@pytest.mark.parametrize("kind", ["dyndns2", "accounts"])
def test_instructions(growth, kind, arguments, tmp_path):
    """Of 10, 200 and 1,600 names: what is added for each is compared."""
    if not harness.tool("valgrind"):
        pytest.skip("valgrind is not here")

    def cost(count):
        folder = tmp_path / str(count)
        folder.mkdir()
        with growth.Trial(kind, count, folder) as trial:
            trial.address()
            trial.run()
            if arguments in CHANGED:
                trial.address()
            if arguments == ["fail"]:
                trial.fail()
                return trial.instructions()
            return trial.instructions(*arguments)

    least, few, many = cost(10), cost(200), cost(1600)
    each = (few - least) / 190, (many - few) / 1400
    assert each[1] < each[0] * SLACK, each


def many(ca, count):
    """As many authorities as there are in a bundle, each with its own name."""
    der = ssl.PEM_cert_to_DER_cert(ca.read_text())
    return "".join(ssl.DER_cert_to_PEM_cert(der.replace(
        b"ddns test CA", b"authority%03d" % n)) for n in range(count))


def test_a_ca_file_is_parsed_once(ddns, serve, certificates):
    """Documented in ddns(1): less than 32 MiB. 16 connections had 60."""
    bundle = ddns.folder / "bundle.pem"
    bundle.write_text(certificates.ca.read_text() + many(certificates.ca, 800))
    source = ddns.folder / "address"
    source.write_text("203.0.113.7")
    gate = harness.Gate("good 203.0.113.7", count=16)
    text = f"[ipv4]\nurl = file://{source}\nallow = 203.0.113.0/24\n"
    for n in range(16):
        server = serve(gate, tls=certificates.server())
        text += (f"[dyndns2 a{n}]\nserver = {server.url}\nuser = me\n"
                 f"password = pa55word\nnames = n{n}.example.com\n")
    ddns.config(text, f"timeout = 60\nca_file = {bundle}")
    ddns.under = ["/usr/bin/python3", "-S", "-I", PEAK, ddns.folder / "peak"]
    result = ddns.run()
    assert (result.status, len(result.stdout.splitlines())) == (0, 16), result
    assert int((ddns.folder / "peak").read_text()) < 28 * 1024
