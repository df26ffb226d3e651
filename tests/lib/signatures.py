# SPDX-License-Identifier: ISC
"""Verifies signed requests, from the vendors' documents alone.

verify(scheme, words, request) takes what a server received, and returns the
names of the fields that the scheme adds, parameters as "?name", those of a
form as "&name". It shares nothing with the program.
"""

import base64
import calendar
import functools
import hashlib
import hmac
import json
import pathlib
import subprocess
import tempfile
import re
import time
import urllib.parse

LATE = 120  # seconds between the signature's time and ours


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def mac(key, text):
    key = key if isinstance(key, bytes) else key.encode()
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def want(condition, what):
    if not condition:
        raise AssertionError(f"signature: {what}")


def same(have, wanted, text):
    want(hmac.compare_digest(have, wanted),
         f"{have}, but {wanted} belongs to {text!r}")


def encode(text):
    """RFC 3986, section 2.3: all but unreserved."""
    return urllib.parse.quote(text, safe="-_.~")


def path(request):
    parts = request.path.split("/")
    return "/".join(encode(urllib.parse.unquote(part)) for part in parts)


def query(request):
    pairs = [(encode(name), encode(value)) for name, value in request.query]
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def field(request, name):
    value = request.header(name)
    want(value is not None, f"field {name} is missing or there twice")
    return value


def canonical(request, uri, names, lower=False):
    """The form that AWS, Tencent, Alibaba, Huawei and Volcengine share."""
    names = names.split(";")
    want(names == sorted(names), f"signed fields {names}")
    want("host" in names, "host is not signed")
    lines = []
    for name in names:
        value = " ".join(field(request, name).split())
        lines.append(f"{name}:{value.lower() if lower else value}\n")
    return "\n".join([
        request.method, uri, query(request), "".join(lines), ";".join(names),
        sha256(request.body)])


def authorization(request, pattern):
    value = field(request, "Authorization")
    match = re.fullmatch(pattern, value)
    want(match, f"Authorization: {value}")
    return match


def signs_all(request, names, begin):
    have = {name.lower() for name, _ in request.headers
            if name.lower().startswith(begin)}
    want(have <= set(names.split(";")), f"{have} are not all signed")


def on_time(text, form, now):
    moment = calendar.timegm(time.strptime(text, form))
    want(abs(now - moment) <= LATE, f"time {text}")
    return moment


def day(moment, form="%Y%m%d"):
    return time.strftime(form, time.gmtime(moment))


def chained(scheme, texts, words, prefix=""):
    """HMAC over "ALGORITHM, date, scope, hash" with a key made of the scope.

    texts: date as it stands in the text, the scope, the canonical request."""
    date, scope, form = texts
    text = "\n".join([scheme, date, scope, sha256(form.encode())])
    key = (prefix + words[1]).encode()
    for part in scope.split("/"):
        key = mac(key, part)
    return mac(key, text).hex(), form


def aws(request, words, now):
    # docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
    ident, _, region, service = words
    date = field(request, "x-amz-date")
    moment = on_time(date, "%Y%m%dT%H%M%SZ", now)
    scope = f"{day(moment)}/{region}/{service}/aws4_request"
    match = authorization(
        request, f"AWS4-HMAC-SHA256 Credential={re.escape(ident)}/{scope}, "
        r"SignedHeaders=(\S+), Signature=(\w+)")
    signs_all(request, match[1], "x-amz-")
    uri = "/".join(encode(part) for part in path(request).split("/"))
    made, form = chained(
        "AWS4-HMAC-SHA256",
        (date, scope, canonical(request, uri, match[1])), words, "AWS4")
    same(match[2], made, form)
    return {"authorization", "x-amz-date"}


def tc3(request, words, now):
    # cloud.tencent.com/document/api/1427/56189
    ident, _, service = words
    date = field(request, "X-TC-Timestamp")
    moment = int(date)
    want(abs(now - moment) <= LATE, f"time {date}")
    scope = f"{day(moment, '%Y-%m-%d')}/{service}/tc3_request"
    match = authorization(
        request, f"TC3-HMAC-SHA256 Credential={re.escape(ident)}/{scope}, "
        r"SignedHeaders=(\S+), Signature=(\w+)")
    want("content-type" in match[1].split(";"), "Content-Type is not signed")
    made, form = chained(
        "TC3-HMAC-SHA256",
        (date, scope, canonical(request, "/", match[1], True)), words, "TC3")
    same(match[2], made, form)
    return {"authorization", "x-tc-timestamp"}


def acs3(request, words, now):
    # help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature
    ident, secret = words
    on_time(field(request, "x-acs-date"), "%Y-%m-%dT%H:%M:%SZ", now)
    want(len(field(request, "x-acs-signature-nonce")) >= 16, "nonce")
    want(field(request, "x-acs-content-sha256") == sha256(request.body),
         "x-acs-content-sha256")
    match = authorization(
        request, f"ACS3-HMAC-SHA256 Credential={re.escape(ident)},"
        r"SignedHeaders=([^,\s]+),Signature=(\w+)")
    signs_all(request, match[1], "x-acs-")
    form = canonical(request, path(request), match[1])
    text = f"ACS3-HMAC-SHA256\n{sha256(form.encode())}"
    same(match[2], mac(secret, text).hex(), form)
    return {"authorization", "x-acs-date", "x-acs-signature-nonce",
            "x-acs-content-sha256"}


def volcengine(request, words, now):
    # www.volcengine.com/docs/6369/67269
    ident, _, region, service = words
    date = field(request, "X-Date")
    moment = on_time(date, "%Y%m%dT%H%M%SZ", now)
    want(field(request, "X-Content-Sha256") == sha256(request.body),
         "X-Content-Sha256")
    scope = f"{day(moment)}/{region}/{service}/request"
    match = authorization(
        request, f"HMAC-SHA256 Credential={re.escape(ident)}/{scope}, "
        r"SignedHeaders=(\S+), Signature=(\w+)")
    want("x-date" in match[1].split(";"), "X-Date is not signed")
    made, form = chained(
        "HMAC-SHA256",
        (date, scope, canonical(request, path(request), match[1])), words)
    same(match[2], made, form)
    return {"authorization", "x-date", "x-content-sha256"}


def huawei(request, words, now):
    # support.huaweicloud.com/intl/en-us/devg-apisign/api-sign-algorithm.html
    ident, secret = words
    date = field(request, "X-Sdk-Date")
    on_time(date, "%Y%m%dT%H%M%SZ", now)
    match = authorization(
        request, f"SDK-HMAC-SHA256 Access={re.escape(ident)}, "
        r"SignedHeaders=(\S+), Signature=(\w+)")
    want("x-sdk-date" in match[1].split(";"), "X-Sdk-Date is not signed")
    uri = path(request)
    form = canonical(request, uri if uri.endswith("/") else uri + "/", match[1])
    text = f"SDK-HMAC-SHA256\n{date}\n{sha256(form.encode())}"
    same(match[2], mac(secret, text).hex(), form)
    return {"authorization", "x-sdk-date"}


def baidu(request, words, now):
    # cloud.baidu.com/doc/Reference/s/njwvz1yfu
    ident, secret = words
    match = authorization(
        request, f"(bce-auth-v1/{re.escape(ident)}/([^/]+)/[0-9]+)"
        r"/([a-z0-9;-]*)/(\w+)")
    on_time(match[2], "%Y-%m-%dT%H:%M:%SZ", now)
    names = match[3].split(";") if match[3] else ["host"]
    want("host" in names, "host is not signed")
    lines = sorted(f"{encode(name)}:{encode(field(request, name).strip())}"
                   for name in names)
    pairs = sorted(f"{encode(name)}={encode(value)}"
                   for name, value in request.query)
    form = "\n".join([request.method, path(request), "&".join(pairs), *lines])
    key = mac(secret, match[1]).hex()
    same(match[4], mac(key, form).hex(), form)
    return {"authorization"}


def nfsn(request, words, now):
    # members.nearlyfreespeech.net/wiki/API/Introduction
    have = field(request, "X-NFSN-Authentication")
    login, moment, salt, made = have.split(";")
    want(login == words[0], f"login {login}")
    want(abs(now - int(moment)) <= LATE, f"time {moment}")
    want(len(salt) == 16 and salt.isalnum(), f"salt {salt}")
    body = hashlib.sha1(request.body).hexdigest()
    text = ";".join([login, moment, salt, words[1], request.path, body])
    same(made, hashlib.sha1(text.encode()).hexdigest(), text)
    return {"x-nfsn-authentication"}


def ovh(request, words, now):
    # help.ovhcloud.com/csm/en-gb-api-getting-started-ovhcloud-api
    key, secret, consumer = words
    want(field(request, "X-Ovh-Application") == key, "application")
    want(field(request, "X-Ovh-Consumer") == consumer, "consumer")
    moment = field(request, "X-Ovh-Timestamp")
    want(abs(now - int(moment)) <= LATE, f"time {moment}")
    url = f"{request.scheme}://{field(request, 'Host')}{request.target}"
    text = "+".join([secret, consumer, request.method, url,
                     request.body.decode(), moment])
    same(field(request, "X-Ovh-Signature"),
         "$1$" + hashlib.sha1(text.encode()).hexdigest(), text)
    return {"x-ovh-application", "x-ovh-consumer", "x-ovh-timestamp",
            "x-ovh-signature"}


def dns51(request, words, now):
    # www.51dns.com/document/api/70/72.html
    pairs = urllib.parse.parse_qsl(request.body.decode(),
                                   keep_blank_values=True)
    values = dict(pairs)
    want(len(values) == len(pairs), "a parameter is there twice")
    made = values.pop("hash")
    want(values["apiKey"] == words[0], "apiKey")
    want(abs(now - int(values["timestamp"])) <= LATE, "timestamp")
    text = "&".join(f"{name}={values[name]}" for name in sorted(values))
    same(made, hashlib.md5((text + words[1]).encode()).hexdigest(), text)
    return {"&apiKey", "&timestamp", "&hash"}


def rpc(request, words, now):
    # help.aliyun.com/zh/sdk/product-overview/rpc-mechanism
    pairs = dict(request.query)
    want(len(pairs) == len(request.query), "a parameter is there twice")
    made = pairs.pop("Signature")
    want(pairs["SignatureMethod"] == "HMAC-SHA1", "SignatureMethod")
    want(len(pairs["SignatureNonce"]) >= 16, "SignatureNonce")
    on_time(pairs["Timestamp"], "%Y-%m-%dT%H:%M:%SZ", now)
    form = "&".join(f"{encode(name)}={encode(pairs[name])}"
                    for name in sorted(pairs))
    text = f"{request.method}&%2F&{encode(form)}"
    digest = hmac.new(f"{words[0]}&".encode(), text.encode(), hashlib.sha1)
    same(made, base64.b64encode(digest.digest()).decode(), text)
    return {"?SignatureMethod", "?SignatureNonce", "?Timestamp", "?Signature"}


def basic(request, words, now):
    # RFC 7617
    text = base64.b64encode(":".join(words).encode()).decode()
    want(field(request, "Authorization") == f"Basic {text}",
         f"Authorization is not Basic {words}")
    return {"authorization"}


@functools.cache
def service_account():
    """A folder with a key, made by openssl, and a file as Google makes it."""
    folder = tempfile.TemporaryDirectory()
    path = pathlib.Path(folder.name)
    for command in ("genpkey -algorithm RSA -out key.pem",
                    "pkey -in key.pem -pubout -out public.pem"):
        subprocess.run(["openssl", *command.split()], cwd=path, check=True,
                       stderr=subprocess.DEVNULL)
    key = {"type": "service_account", "project_id": "p-1",
           "private_key_id": "2021",
           "private_key": (path / "key.pem").read_text(),
           "client_email": "ddns@p-1.iam.gserviceaccount.com",
           "token_uri": "https://oauth2.googleapis.com/token"}
    (path / "key.json").touch(0o600)
    (path / "key.json").write_text(json.dumps(key, indent=2) + "\n")
    return folder


def account_file():
    return str(pathlib.Path(service_account().name) / "key.json")


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def claims(token, now=None):
    """What a JWT that is signed with the key above claims (RFC 7515, 7523)."""
    # developers.google.com/identity/protocols/oauth2/service-account
    now = time.time() if now is None else now
    folder = pathlib.Path(service_account().name)
    signed, _, signature = token.rpartition(".")
    head, body = (json.loads(decode(part)) for part in signed.split("."))
    want("=" not in token, "padding")
    want(head == {"alg": "RS256", "typ": "JWT"}, f"header {head}")
    (folder / "signature").write_bytes(decode(signature))
    checked = subprocess.run(
        ["openssl", "dgst", "-sha256", "-verify", "public.pem", "-signature",
         "signature"], input=signed.encode(), cwd=folder,
        stdout=subprocess.PIPE)
    want(checked.stdout.strip() == b"Verified OK", f"{token}")
    issued = body.pop("iat")
    want(abs(now - issued) <= LATE, f"iat {issued}")
    want(body.pop("exp") == issued + 3600, "exp")
    return body


SCHEMES = {"AWS4-HMAC-SHA256": aws, "TC3-HMAC-SHA256": tc3,
           "ACS3-HMAC-SHA256": acs3, "HMAC-SHA256": volcengine,
           "NFSN": nfsn, "OVH": ovh, "51DNS": dns51, "RPC-HMAC-SHA1": rpc,
           "SDK-HMAC-SHA256": huawei, "bce-auth-v1": baidu, "Basic": basic}


def verify(scheme, words, request, now=None):
    return SCHEMES[scheme](request, words, time.time() if now is None else now)
