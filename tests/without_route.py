"""Run by test_lookup.py where there is no route but to loopback."""

from harness import Reply, Reset


def test_family_goes_and_comes_back(home, serve):
    four = serve(Reply("203.0.113.7"))
    six = serve(Reply("2001:db8::7"), host="::1")
    home.configure([four.url], [six.url])
    assert home.run().status == 0
    six.reply = Reset()
    gone, still = home.run(), home.run()
    assert (gone.status, gone.stderr.count("\n")) == (0, 1)
    assert "IPv6" in gone.stderr
    assert (still.status, still.stderr) == (0, "")
    six.reply = Reply("2001:db8::7")
    back, quiet = home.run(), home.run()
    assert (back.status, back.stderr.count("\n")) == (0, 1)
    assert "IPv6" in back.stderr
    assert (quiet.status, quiet.stderr) == (0, "")
    assert sorted(home.asked) == ["2001:db8::7", "203.0.113.7"]


def test_no_family_is_left(home, serve):
    """Then it is a failed lookup like any other."""
    four = serve(Reply("203.0.113.7"))
    six = serve(Reply("2001:db8::7"), host="::1")
    home.configure([four.url], [six.url])
    home.run()
    four.reply = six.reply = Reset()
    assert home.run().status == 4
