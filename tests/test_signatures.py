# SPDX-License-Identifier: ISC
"""signatures.py against the vendors' published examples."""

import calendar

import pytest

import signatures
from harness import Request

# scheme, words, method, target, fields, body, signature
VECTORS = {
    # help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature
    "acs3": (
        "ACS3-HMAC-SHA256", ["YourAccessKeyId", "YourAccessKeySecret"],
        "POST", "/?ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"
        "&RegionId=cn-shanghai", {
            "host": "ecs.cn-shanghai.aliyuncs.com",
            "x-acs-action": "RunInstances",
            "x-acs-content-sha256": signatures.sha256(b""),
            "x-acs-date": "2023-10-26T10:22:32Z",
            "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
            "x-acs-version": "2014-05-26",
            "Authorization": "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,"
            "SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;"
            "x-acs-signature-nonce;x-acs-version,Signature="
            "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
        }, b"", (2023, 10, 26, 10, 22, 32)),
    # cloud.tencent.com/document/api/1427/56189
    "tc3": (
        "TC3-HMAC-SHA256", ["id", "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE", "cvm"],
        "POST", "/", {
            "Host": "cvm.tencentcloudapi.com",
            "Content-Type": "application/json; charset=utf-8",
            "X-TC-Timestamp": "1551113065",
            "Authorization": "TC3-HMAC-SHA256 Credential=id/2019-02-25/cvm/"
            "tc3_request, SignedHeaders=content-type;host, Signature="
            "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168",
        }, b'{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], '
        b'"Name": "instance-name"}]}', (2019, 2, 25, 16, 44, 25)),
    # support.huaweicloud.com/intl/en-us/devg-apisign
    "huawei": (
        "SDK-HMAC-SHA256", ["id", "your_secret_access_key"],
        "GET", "/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs/?limit=2"
        "&marker=13551d6b-755d-4757-b956-536f674975c0", {
            "Host": "service.region.example.com",
            "Content-Type": "application/json",
            "X-Sdk-Date": "20191115T033655Z",
            "Authorization": "SDK-HMAC-SHA256 Access=id, SignedHeaders="
            "content-type;host;x-sdk-date, Signature="
            "8037a231336d8904f667c082dd84fc06d7e6c7c278c2d8599db31d14e8ee19f9",
        }, b"", (2019, 11, 15, 3, 36, 55)),
    # www.volcengine.com/docs/6369/67269, an older edition
    "volcengine": (
        "HMAC-SHA256", [
            "id", "TnpCak5XWXpZV1U0WkRaaE5ERmxaR0ZpTmpjeVkyUXlZek0wTWpJMU1qWQ=="
            , "cn-north-1", "iam"],
        "GET", "/?Action=ListUsers&Limit=10&Offset=0&Version=2018-01-01", {
            "Host": "iam.volcengineapi.com",
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
            "X-Date": "20201230T081805Z",
            "X-Content-Sha256": signatures.sha256(b""),
            "Authorization": "HMAC-SHA256 Credential=id/20201230/cn-north-1/iam/"
            "request, SignedHeaders=content-type;host;x-content-sha256;x-date, "
            "Signature="
            "28eeabbbd726b87002e0fe58ad8c1c768e619b06e2646f35b6ad7ed029a6d8a7",
        }, b"", (2020, 12, 30, 8, 18, 5)),
    # help.aliyun.com/zh/sdk/product-overview/rpc-mechanism
    "rpc": (
        "RPC-HMAC-SHA1", ["testsecret"],
        "GET", "/?Timestamp=2016-02-23T12%3A46%3A24Z&Format=XML"
        "&AccessKeyId=testid&Action=DescribeRegions&SignatureMethod=HMAC-SHA1"
        "&SignatureNonce=3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf"
        "&Version=2014-05-26&SignatureVersion=1.0"
        "&Signature=OLeaidS1JvxuMvnyHOwuJ%2BuX5qY%3D", {}, b"",
        (2016, 2, 23, 12, 46, 24)),
    # awslabs/aws-c-auth, get-vanilla-query-order-key-case
    "aws": (
        "AWS4-HMAC-SHA256", [
            "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            "us-east-1", "service"],
        "GET", "/?Param2=value2&Param1=value1", {
            "Host": "example.amazonaws.com",
            "X-Amz-Date": "20150830T123600Z",
            "Authorization": "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/"
            "us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, "
            "Signature="
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        }, b"", (2015, 8, 30, 12, 36, 0)),
    # cloud.baidu.com/doc/Reference/s/njwvz1yfu
    "baidu": (
        "bce-auth-v1", ["a" * 32, "b" * 32],
        "PUT", "/v1/test/myfolder/readme.txt?partNumber=9"
        "&uploadId=a44cc9bab11cbd156984767aad637851", {
            "Host": "bj.bcebos.com",
            "Content-Type": "text/plain",
            "Content-Length": "8",
            "Content-Md5": "NFzcPqhviddjRNnSOGo4rw==",
            "x-bce-date": "2015-04-27T08:23:49Z",
            "Authorization": f"bce-auth-v1/{'a' * 32}/2015-04-27T08:23:49Z/1800"
            "/content-length;content-md5;content-type;host;x-bce-date/"
            "d74a04362e6a848f5b39b15421cb449427f419c95a480fd6b8cf9fc783e2999e",
        }, b"Example1", (2015, 4, 27, 8, 23, 49)),
}


def arguments(name):
    scheme, words, method, target, fields, body, when = VECTORS[name]
    request = Request(method, target, list(fields.items()), body, 0)
    return scheme, words, request, calendar.timegm(when)


@pytest.mark.parametrize("name", VECTORS)
def test_published(name):
    signatures.verify(*arguments(name))


@pytest.mark.parametrize("name", VECTORS)
def test_another_secret(name):
    scheme, words, request, now = arguments(name)
    words = list(words)
    words[min(1, len(words) - 1)] += "x"
    with pytest.raises(AssertionError):
        signatures.verify(scheme, words, request, now)


@pytest.mark.parametrize("name", VECTORS)
def test_another_time(name):
    scheme, words, request, now = arguments(name)
    with pytest.raises(AssertionError):
        signatures.verify(scheme, words, request, now + 3600)


@pytest.mark.parametrize("name", VECTORS)
def test_another_request(name):
    scheme, words, request, now = arguments(name)
    request.target += "&x=1" if "?" in request.target else "?x=1"
    with pytest.raises(AssertionError):
        signatures.verify(scheme, words, request, now)
