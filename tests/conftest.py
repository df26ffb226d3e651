"""Fixtures of the whole-program tests."""

import pytest

import harness


@pytest.fixture
def ddns(tmp_path):
    return harness.Ddns(tmp_path)


@pytest.fixture
def serve():
    """Starts servers that end with the test: serve(reply, host=, tls=)."""
    servers = []

    def start(reply, **options):
        server = harness.Server(reply, **options)
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.close()
    for server in servers:
        assert getattr(server.reply, "wrong", []) == []


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    return harness.Certificates(tmp_path_factory.mktemp("certificates"))
