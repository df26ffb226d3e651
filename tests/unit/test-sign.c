/* SPDX-License-Identifier: ISC */
/*
 * Known answers: "published" ones are from the vendors' documents and the
 * tests of public clients, the others were computed apart from this program.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "buf.h"
#include "escape.h"
#include "fail.h"
#include "json/json.h"
#include "sign/internal.h"

#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SAMPLE_2026 1767323045 /* 2026-01-02T03:04:05Z */
#define NONCE "0123456789abcdef"

/* A request: its fields are lines "name:value". */
struct sample {
	const char *method;
	const char *url;
	const char *fields;
	const char *body;
};

static struct field *
read_fields(struct mem *mem, const char *lines)
{
	struct field *first = NULL;
	struct field **end = &first;
	size_t name;
	size_t len;

	for (; *lines; lines += len + 1) {
		name = strcspn(lines, ":");
		len = strcspn(lines, "\n");
		assert_int_equal(lines[len], '\n');
		*end = mem_take(mem, sizeof **end);
		(*end)->name = mem_textn(mem, lines, name);
		(*end)->value =
			mem_textn(mem, lines + name + 1, len - name - 1);
		end = &(*end)->next;
	}
	return first;
}

static struct sign_request
read_sample(struct mem *mem, const struct sample *sample)
{
	struct sign_request request = { sample->method, sample->url,
		read_fields(mem, sample->fields), sample->body,
		sample->body ? strlen(sample->body) : 0 };

	return request;
}

static void
expect(const char *name, const char *what, struct buf *got, const char *want)
{
	if (want && strcmp(buf_text(got), want) != 0)
		fail_msg("%s: %s: %s, not %s", name, what, buf_text(got), want);
	buf_free(got);
}

/* A step-by-step answer; fields are exactly those that are signed. */
struct step {
	const char *name;
	const char *scheme;
	const char *words[4];
	int64_t now;
	struct sample sample;
	const char *body_hash; /* NULL: not known, as below */
	const char *canonical; /* its SHA-256 */
	const char *key;
	const char *signature;
};

#define AWS_SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define AWS_SUITE \
	{ \
		"AKIDEXAMPLE", AWS_SECRET, "us-east-1", "service" \
	}
#define AWS_HOST "host:example.amazonaws.com\n"
#define AWS_DATE "x-amz-date:20150830T123600Z\n"
#define AWS_TOKEN \
	"AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWL" \
	"WsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQr" \
	"mGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HF" \
	"vlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scq" \
	"Kmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="
#define ROUTE53 "https://route53.amazonaws.com/2013-04-01/"
#define ROUTE53_BODY \
	"<ChangeResourceRecordSetsRequest xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\"><ChangeBatch><Changes><Change><Action>UPSERT</Action><ResourceRecordSet><Name>www.example.com.</Name><Type>A</Type><TTL>300</TTL><ResourceRecords><ResourceRecord><Value>192.0.2.1</Value></ResourceRecord></ResourceRecords></ResourceRecordSet></Change></Changes></ChangeBatch></ChangeResourceRecordSetsRequest>"

#define TC3_TYPE "content-type:application/json; charset=utf-8\n"
#define TC3_CVM \
	"{\"Limit\": 1, \"Filters\": [{\"Values\": [\"\\u672a\\u547d\\u540d\"], \"Name\": \"instance-name\"}]}"
#define TC3_MODIFY \
	"{\"Domain\":\"example.com\",\"SubDomain\":\"@\",\"RecordType\":\"A\",\"RecordLine\":\"默认\",\"RecordId\":162,\"Value\":\"192.0.2.1\",\"TTL\":600}"

#define ACS3_QUERY \
	"RR=%40&RecordId=9999985&TTL=600&Type=AAAA&Value=2001%3Adb8%3A%3A1"

#define VOLC_SECRET \
	"WkRZeE1EQmxPVGhsWWpWak5HVmtNbUUxTXpZeU9UVXlOMlE1TmpZeVlqTQ=="
#define VOLC_OLD_SECRET \
	"TnpCak5XWXpZV1U0WkRaaE5ERmxaR0ZpTmpjeVkyUXlZek0wTWpJMU1qWQ=="
#define VOLC_BILLING \
	{ \
		"AKIDEXAMPLE", VOLC_SECRET, "cn-beijing", "billing" \
	}
#define VOLC_UPDATE \
	"{\"RecordID\":\"123\",\"Host\":\"@\",\"Type\":\"A\",\"Value\":\"192.0.2.1\",\"TTL\":600,\"Line\":\"default\"}"

#define HUAWEI_VPCS \
	"https://service.region.example.com/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs/?limit=2&marker=13551d6b-755d-4757-b956-536f674975c0"
#define HUAWEI_PUT \
	"{\"name\":\"www.example.com.\",\"type\":\"A\",\"records\":[\"192.0.2.1\"],\"ttl\":300}"

static const struct step steps[] = {
	{ "aws get-vanilla (published)", "AWS4-HMAC-SHA256", AWS_SUITE,
		1440938160,
		{ "GET", "https://example.amazonaws.com/", AWS_HOST AWS_DATE,
			NULL },
		EMPTY,
		"bb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63",
		NULL,
		"5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31" },
	{ "aws get-vanilla-query-order-key-case (published)",
		"AWS4-HMAC-SHA256", AWS_SUITE, 1440938160,
		{ "GET",
			"https://example.amazonaws.com/?Param2=value2&Param1=value1",
			AWS_HOST AWS_DATE, NULL },
		EMPTY, NULL, NULL,
		"b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500" },
	{ "aws post-x-www-form-urlencoded (published)", "AWS4-HMAC-SHA256",
		AWS_SUITE, 1440938160,
		{ "POST", "https://example.amazonaws.com/",
			"content-length:13\n"
			"content-type:application/x-www-form-urlencoded\n" AWS_HOST
			"x-amz-content-sha256:9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e\n" AWS_DATE,
			"Param1=value1" },
		"9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e",
		NULL, NULL,
		"d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b" },
	{ "aws post-sts-header-before (published)", "AWS4-HMAC-SHA256",
		AWS_SUITE, 1440938160,
		{ "POST", "https://example.amazonaws.com/",
			AWS_HOST AWS_DATE "x-amz-security-token:" AWS_TOKEN
					  "\n",
			NULL },
		EMPTY, NULL, NULL,
		"85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead" },
	{ "aws key for iam (published)", "AWS4-HMAC-SHA256",
		{ "AKIDEXAMPLE", AWS_SECRET, "us-east-1", "iam" }, 1440938160,
		{ "GET", "https://iam.amazonaws.com/", "", NULL }, NULL, NULL,
		"c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9",
		NULL },
	{ "aws route53 signer test (published)", "AWS4-HMAC-SHA256",
		{ "AKIDEXAMPLE", AWS_SECRET, "us-east-1", "route53" },
		1609459200,
		{ "POST", ROUTE53 "hostedzone/Z148QEXAMPLE8V/rrset",
			"content-type:application/xml\n"
			"host:route53.amazonaws.com\n",
			"\x01\x02\x03\x04\x05" },
		NULL, NULL,
		"a4139793359d0fa6e6dc895dfb837085694a70e0b5f0cd9545b54a70e62c9ef7",
		"441038f6dd576fcb8c6426efd92615b705d8bd14394809aca9daf059256c61be" },
	{ "aws route53 write", "AWS4-HMAC-SHA256",
		{ "AKIDEXAMPLE", AWS_SECRET, "us-east-1", "route53" },
		SAMPLE_2026,
		{ "POST", ROUTE53 "hostedzone/Z148QEXAMPLE8V/rrset/",
			"host:route53.amazonaws.com\n"
			"x-amz-date:20260102T030405Z\n",
			ROUTE53_BODY },
		"4486c69af9ee134cf46a2f91efad281dd6af49ab880f60e242cace03b84d32cb",
		NULL, NULL,
		"92262fd115176a4ad1ce42dfabdef5eed62685c663a9ba8b28ef0cbac4ffa7cc" },
	{ "aws route53 list", "AWS4-HMAC-SHA256",
		{ "AKIDEXAMPLE", AWS_SECRET, "us-east-1", "route53" },
		SAMPLE_2026,
		{ "GET",
			ROUTE53
			"hostedzonesbyname?dnsname=example.com&maxitems=1",
			"host:route53.amazonaws.com\n"
			"x-amz-date:20260102T030405Z\n",
			NULL },
		EMPTY, NULL, NULL,
		"b58441dca9506b6c1b71aeb6ccbea400dd3328516cd93966b206a25b68cbef47" },
	{ "aws path that is encoded twice", "AWS4-HMAC-SHA256",
		{ "AKIDEXAMPLE", AWS_SECRET, "us-east-1", "route53" },
		SAMPLE_2026,
		{ "GET", ROUTE53 "a%20b/@",
			"host:route53.amazonaws.com\n"
			"x-amz-date:20260102T030405Z\n",
			NULL },
		EMPTY,
		"51839ef2acfd5ecaba4eec919e07b8fd87b49ff4fee789591892c0b602983f7b",
		NULL,
		"59f0ce1eec8c2ce8b349138738d4d08a14af008f634ee60e455388bd05e8849e" },

	{ "tc3 document, older edition (published)", "TC3-HMAC-SHA256",
		{ "AKIDEXAMPLE", "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE", "cvm",
			NULL },
		1551113065,
		{ "POST", "https://cvm.tencentcloudapi.com/",
			TC3_TYPE "host:cvm.tencentcloudapi.com\n", TC3_CVM },
		"35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064",
		"5ffe6a04c0664d6b969fab9a13bdab201d63ee709638e2749d62a09ca18d7031",
		"ac658d5dde49e9bfdd14e04e062f66b05d9f637d44b8a8d845327d4a77f666b1",
		"72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168" },
	{ "tc3 document, current edition (published)", "TC3-HMAC-SHA256",
		{ "AKIDEXAMPLE", "", "cvm", NULL }, 1551113065,
		{ "POST", "https://cvm.tencentcloudapi.com/",
			TC3_TYPE "host:cvm.tencentcloudapi.com\n"
				 "x-tc-action:describeinstances\n",
			TC3_CVM },
		NULL,
		"7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84",
		NULL, NULL },
	{ "tc3 dnspod", "TC3-HMAC-SHA256",
		{ "AKIDEXAMPLE", "SECRETEXAMPLE", "dnspod", NULL }, SAMPLE_2026,
		{ "POST", "https://dnspod.tencentcloudapi.com/",
			TC3_TYPE "host:dnspod.tencentcloudapi.com\n",
			TC3_MODIFY },
		"3ce38156be7a7913494e490ea76bd0f17eb3bd53a53f4b5afcfb9def6f0a061e",
		NULL,
		"7f66fa86460d092ab0510396f311f65eb16f3d8a49dc179b2f8fbfe6f19344d9",
		"d2508ee3c28752e6b1d94a71e4ac282385fe6443361fd13c96848cf194c79a5d" },
	{ "tc3 dnspod with action", "TC3-HMAC-SHA256",
		{ "AKIDEXAMPLE", "SECRETEXAMPLE", "dnspod", NULL }, SAMPLE_2026,
		{ "POST", "https://dnspod.tencentcloudapi.com/",
			TC3_TYPE "host:dnspod.tencentcloudapi.com\n"
				 "x-tc-action:modifyrecord\n",
			TC3_MODIFY },
		NULL, NULL, NULL,
		"c1a6fe2a2ff70f89a6ebc538f9bfbd56f374e00b94dfe20cf31dff2afba7b8ed" },

	{ "acs3 document (published)", "ACS3-HMAC-SHA256",
		{ "AKIDEXAMPLE", "YourAccessKeySecret", NULL, NULL },
		1698315752,
		{ "POST",
			"https://ecs.cn-shanghai.aliyuncs.com/?RegionId=cn-shanghai&ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
			"host:ecs.cn-shanghai.aliyuncs.com\n"
			"x-acs-action:RunInstances\n"
			"x-acs-content-sha256:" EMPTY "\n"
			"x-acs-date:2023-10-26T10:22:32Z\n"
			"x-acs-signature-nonce:3156853299f313e23d1673dc12e1703d\n"
			"x-acs-version:2014-05-26\n",
			NULL },
		EMPTY,
		"7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259",
		NULL,
		"06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0" },
	{ "acs3 form", "ACS3-HMAC-SHA256",
		{ "AKIDEXAMPLE", "SECRETEXAMPLE", NULL, NULL }, SAMPLE_2026,
		{ "POST", "https://alidns.aliyuncs.com/",
			"content-type:application/x-www-form-urlencoded\n"
			"host:alidns.aliyuncs.com\n"
			"x-acs-action:UpdateDomainRecord\n"
			"x-acs-content-sha256:d1aa3c82453374d7aa614c130e20109c8d5b14402de40cdf5714a66476e2d184\n"
			"x-acs-date:2026-01-02T03:04:05Z\n"
			"x-acs-signature-nonce:" NONCE "\n"
			"x-acs-version:2015-01-09\n",
			ACS3_QUERY },
		"d1aa3c82453374d7aa614c130e20109c8d5b14402de40cdf5714a66476e2d184",
		"0943213066be9111309a776b4437e07156e28b275b00d05e6448397586652288",
		NULL,
		"7ef439920b17aaeda75123360c6d4eab75f5590c503f3c3a7ca6c7eaf1f7630e" },
	{ "acs3 query", "ACS3-HMAC-SHA256",
		{ "AKIDEXAMPLE", "SECRETEXAMPLE", NULL, NULL }, SAMPLE_2026,
		{ "POST", "https://alidns.aliyuncs.com/?" ACS3_QUERY,
			"host:alidns.aliyuncs.com\n"
			"x-acs-action:UpdateDomainRecord\n"
			"x-acs-content-sha256:" EMPTY "\n"
			"x-acs-date:2026-01-02T03:04:05Z\n"
			"x-acs-signature-nonce:" NONCE "\n"
			"x-acs-version:2015-01-09\n",
			NULL },
		EMPTY,
		"24a5b3aa3d800bc241ccab2c478a6539939b0804e0d29aed1d309f1ba2eb1597",
		NULL,
		"e9bc82ec668ebc0d40e2922fa3205a7020a04a306947f1c51e6febde2af878ac" },

	{ "huawei document (published)", "SDK-HMAC-SHA256",
		{ "AKIDEXAMPLE", "your_secret_access_key", NULL, NULL },
		1573789015,
		{ "GET", HUAWEI_VPCS,
			"content-type:application/json\n"
			"host:service.region.example.com\n"
			"x-sdk-date:20191115T033655Z\n",
			NULL },
		EMPTY,
		"b25362e603ee30f4f25e7858e8a7160fd36e803bb2dfe206278659d71a9bcd7a",
		NULL,
		"8037a231336d8904f667c082dd84fc06d7e6c7c278c2d8599db31d14e8ee19f9" },
	{ "huawei go sdk, get (published)", "SDK-HMAC-SHA256",
		{ "AKIDEXAMPLE", "SecretKey", NULL, NULL }, 1136214245,
		{ "GET", "https://example.com/path?limit=1",
			"x-sdk-date:20060102T150405Z\n", NULL },
		EMPTY, NULL, NULL,
		"5a2ce64c865e0e6046321c6f3d5a77ba8413eeaf355c3166c03d58d02ac79624" },
	{ "huawei go sdk, post (published)", "SDK-HMAC-SHA256",
		{ "AKIDEXAMPLE", "SecretKey", NULL, NULL }, 1136214245,
		{ "POST", "https://example.com/path?key=value",
			"x-sdk-date:20060102T150405Z\n",
			"{\"Name\":\"test\",\"Id\":1}\n" },
		NULL, NULL, NULL,
		"cecc2af119b18ab70b4d094c0750f3b42c02f254903179a0fc2cc72fc9db4f59" },
	{ "huawei go sdk, post without LF", "SDK-HMAC-SHA256",
		{ "AKIDEXAMPLE", "SecretKey", NULL, NULL }, 1136214245,
		{ "POST", "https://example.com/path?key=value",
			"x-sdk-date:20060102T150405Z\n",
			"{\"Name\":\"test\",\"Id\":1}" },
		NULL, NULL, NULL,
		"83599e5230b5b31fb58837c5760b4c2d407542df1f9493834ead538696e17a35" },
	{ "huawei zones", "SDK-HMAC-SHA256",
		{ "AKIDEXAMPLE", "SECRETEXAMPLE", NULL, NULL }, SAMPLE_2026,
		{ "GET",
			"https://dns.myhuaweicloud.com/v2/zones?name=example.com.&search_mode=equal",
			"content-type:application/json\n"
			"host:dns.myhuaweicloud.com\n"
			"x-sdk-date:20260102T030405Z\n",
			NULL },
		EMPTY, NULL, NULL,
		"46bac5a3428da9293725e9f109f844b3097fd133320e7d5717bade40c25bdcc2" },
	{ "huawei update", "SDK-HMAC-SHA256",
		{ "AKIDEXAMPLE", "SECRETEXAMPLE", NULL, NULL }, SAMPLE_2026,
		{ "PUT",
			"https://dns.myhuaweicloud.com/v2.1/zones/Z1/recordsets/R1",
			"content-type:application/json\n"
			"host:dns.myhuaweicloud.com\n"
			"x-sdk-date:20260102T030405Z\n",
			HUAWEI_PUT },
		"b425a4c848f2eb772e9e5e426b35547e0b83ed316164604ac7463f324bb67bcf",
		NULL, NULL,
		"5411de2727e096f672cc69e0fc0bb67ddc02cc5a7d4a326ccc8d0b422cac4bd2" },

	{ "volcengine list users (published)", "HMAC-SHA256",
		{ "AKIDEXAMPLE", VOLC_SECRET, "cn-beijing", "iam" }, 1718781186,
		{ "GET",
			"https://iam.volcengineapi.com/?Action=ListUsers&Limit=10&Offset=0&Version=2018-01-01",
			"host:iam.volcengineapi.com\nx-date:20240619T071306Z\n",
			NULL },
		EMPTY,
		"5ed5bca3905e1fcbf789abb56a17c2d819674a3bcfa468ae476bd1ea80d135cb",
		"abee62e533a58934c49954459a3c3237d2fccea517c9a7c8a2651d8ea7779826",
		"e31c4558bcfe08a286001f59cedbf0791ffd0b2362f10e55ee2627467bcdde93" },
	{ "volcengine list bill (published)", "HMAC-SHA256", VOLC_BILLING,
		1743271777,
		{ "POST",
			"https://billing.volcengineapi.com/?Action=ListBill&Version=2022-01-01",
			"host:billing.volcengineapi.com\n"
			"x-date:20250329T180937Z\n",
			"{\"Limit\":10,\"BillPeriod\":\"2023-08\"}" },
		"e8cc56e129d9759d56c936e679a345d001a4235b58bee8e935ccad97f23ed663",
		"27383e3b56d03850f5634483527fbddcbf06cf98de1bc8a6679ef2300bff3b15",
		NULL,
		"5e8480ceea12d0000a23c054151c50dd02c1a7dec835004057d19f13d53a7658" },
	{ "volcengine balance (published)", "HMAC-SHA256", VOLC_BILLING,
		1743271777,
		{ "GET",
			"https://billing.volcengineapi.com/?Action=QueryBalanceAcct&Version=2022-01-01",
			"host:billing.volcengineapi.com\n"
			"x-date:20250329T180937Z\n",
			NULL },
		EMPTY,
		"43171c1658c64b5db55c58d54988a4598d2d09a5613136beaa5eef40eae6e2c1",
		NULL,
		"1eda9e7e6b1728151a8e8791fdaf67cfbd28bd5c80d0fce2eb208746cf483105" },
	{ "volcengine older edition (published)", "HMAC-SHA256",
		{ "AKIDEXAMPLE", VOLC_OLD_SECRET, "cn-north-1", "iam" },
		1609316285,
		{ "GET",
			"https://iam.volcengineapi.com/?Action=ListUsers&Limit=10&Offset=0&Version=2018-01-01",
			"content-type:application/x-www-form-urlencoded; charset=utf-8\n"
			"host:iam.volcengineapi.com\n"
			"x-content-sha256:" EMPTY "\n"
			"x-date:20201230T081805Z\n",
			NULL },
		EMPTY,
		"3a4d4dee07c3308a52da01bc12d7a83c3705bfa543f51648f46de880bb2a7447",
		NULL,
		"28eeabbbd726b87002e0fe58ad8c1c768e619b06e2646f35b6ad7ed029a6d8a7" },
	{ "volcengine update", "HMAC-SHA256",
		{ "AKIDEXAMPLE", "SECRETEXAMPLE", "cn-north-1", "DNS" },
		SAMPLE_2026,
		{ "POST",
			"https://open.volcengineapi.com/?Action=UpdateRecord&Version=2018-08-01",
			"content-type:application/json\n"
			"host:open.volcengineapi.com\n"
			"x-content-sha256:98616ed61b46a3095b7cd02dd34c0e9558903c598950e167414b8046acbf0f2f\n"
			"x-date:20260102T030405Z\n",
			VOLC_UPDATE },
		"98616ed61b46a3095b7cd02dd34c0e9558903c598950e167414b8046acbf0f2f",
		NULL,
		"ec0a7ad769cd12b331dfc609d634274959565d208301527da9a22a13b21bb8ee",
		"3ef26e96c2223dc2ac9e0c87a8d03bb6fcb2e8852d136497a656ca6cb0e00d2c" },
};

/* Copies the words, which are handed over as char *. */
static char **
read_words(struct mem *mem, const char *const words[4])
{
	char **copies = mem_take(mem, 4 * sizeof *copies);
	size_t i;

	for (i = 0; i < 4 && words[i]; i++)
		copies[i] = mem_text(mem, words[i]);
	return copies;
}

static void
check_step(const struct step *step)
{
	struct mem *mem = mem_new();
	struct sign_request request = read_sample(mem, &step->sample);
	const struct sign_moment moment = { step->now, NONCE };
	const struct sign_task task = { sign_form(step->scheme),
		read_words(mem, step->words), &request, &moment,
		read_fields(mem, step->sample.fields), NULL };
	struct buf out = { 0 };
	struct buf key = { 0 };
	struct buf canonical = { 0 };

	assert_non_null(task.form);
	sign_sha256(&out, request.body ? request.body : "", request.body_len);
	expect(step->name, "body", &out, step->body_hash);
	sign_canonical(&canonical, &task);
	sign_sha256(&out, canonical.at, canonical.len);
	expect(step->name, "canonical", &out, step->canonical);
	sign_key(&key, &task);
	escape_hex(&out, key.at, key.len);
	expect(step->name, "key", &out, step->key);
	sign_signature(&out, &task);
	expect(step->name, "signature", &out, step->signature);
	buf_free(&key);
	buf_free(&canonical);
	mem_free(mem);
}

static void
test_steps(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof steps / sizeof *steps; i++)
		check_step(&steps[i]);
}

/* The document gives the key, but not the secret that it comes from. */
static void
test_tc3_given_key(void **state)
{
	static const unsigned char key[32] = { 0xb5, 0x96, 0xb9, 0x23, 0xaa,
		0xd8, 0x51, 0x85, 0xe2, 0xd1, 0xf6, 0x65, 0x9d, 0x2a, 0x06,
		0x2e, 0x0a, 0x86, 0x73, 0x12, 0x26, 0xe0, 0x21, 0xe6, 0x1b,
		0xfe, 0x06, 0xf7, 0xed, 0x05, 0xf5, 0xaf };
	const struct step *step = steps;
	struct mem *mem = mem_new();
	const struct sign_moment moment = { 1551113065, NONCE };
	struct sign_request request;
	struct sign_task task = { NULL, NULL, &request, &moment, NULL, NULL };
	unsigned char mac[32];
	struct buf out = { 0 };
	struct buf text = { 0 };

	(void)state;
	while (strcmp(step->name, "tc3 document, current edition (published)"))
		step++;
	request = read_sample(mem, &step->sample);
	task.form = sign_form(step->scheme);
	task.words = read_words(mem, step->words);
	task.fields = read_fields(mem, step->sample.fields);
	sign_text(&text, &task);
	sign_hmac_sha256(mac, key, sizeof key, text.at, text.len);
	escape_hex(&out, mac, sizeof mac);
	expect(step->name, "signature", &out,
		"10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f");
	buf_free(&text);
	mem_free(mem);
}

#define BCE_KEY "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define BCE_SECRET "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define BCE_PATH "https://bj.bcebos.com/v1/test/myfolder/readme.txt"
#define BCE_QUERY "partNumber=9&uploadId=a44cc9bab11cbd156984767aad637851"
#define BCE_LINES \
	"content-length:8\ncontent-md5:NFzcPqhviddjRNnSOGo4rw%3D%3D\ncontent-type:text%2Fplain\nhost:bj.bcebos.com\nx-bce-date:2015-04-27T08%3A23%3A49Z"
#define BCE_FIELDS \
	"content-length:8\ncontent-md5:NFzcPqhviddjRNnSOGo4rw==\ncontent-type:text/plain\nhost:bj.bcebos.com\nx-bce-date:2015-04-27T08:23:49Z\n"

/* Here canonical is the text itself. */
static const struct step bce[] = {
	{ "bce document (published)", "bce-auth-v1",
		{ BCE_KEY, BCE_SECRET, NULL, NULL }, 1430123029,
		{ "PUT", BCE_PATH "?" BCE_QUERY, BCE_FIELDS, NULL },
		"bce-auth-v1/" BCE_KEY "/2015-04-27T08:23:49Z/1800",
		"PUT\n/v1/test/myfolder/readme.txt\n" BCE_QUERY "\n" BCE_LINES,
		"1d5ce5f464064cbee060330d973218821825ac6952368a482a592e6615aef479",
		"d74a04362e6a848f5b39b15421cb449427f419c95a480fd6b8cf9fc783e2999e" },
	{ "bce without a query (published)", "bce-auth-v1",
		{ BCE_KEY, BCE_SECRET, NULL, NULL }, 1430123029,
		{ "PUT", BCE_PATH, BCE_FIELDS, NULL }, NULL,
		"PUT\n/v1/test/myfolder/readme.txt\n\n" BCE_LINES, NULL,
		"0558aac491bbef484d3aaa30ac1e65d4ff10daccd351f15c91e922ee4ce72690" },
	{ "bce host only", "bce-auth-v1",
		{ "AKIDEXAMPLE", "SECRETEXAMPLE", NULL, NULL }, SAMPLE_2026,
		{ "POST", "https://bcd.baidubce.com/v1/domain/resolve/edit",
			"host:bcd.baidubce.com\n", "{}" },
		NULL, NULL,
		"7db59559bf499cbf18bb25d520dacbb360b2dc22abdd2041e1350f7659e43d27",
		"e909900ade1069743275c274d516b39cf527d2149617d8bbfe262bf10fd41688" },
	{ "bce three fields", "bce-auth-v1",
		{ "AKIDEXAMPLE", "SECRETEXAMPLE", NULL, NULL }, SAMPLE_2026,
		{ "POST", "https://bcd.baidubce.com/v1/domain/resolve/edit",
			"content-type:application/json; charset=utf-8\n"
			"host:bcd.baidubce.com\n"
			"x-bce-date:2026-01-02T03:04:05Z\n",
			"{}" },
		NULL, NULL, NULL,
		"6b27ea84c8ddda6bfbe122dcef2dd52e55ef971cf75fab960a1ae0efc8566d12" },
};

static void
test_bce(void **state)
{
	struct sign_moment moment = { 0, NONCE };
	struct sign_request request;
	struct sign_task task = { NULL, NULL, &request, &moment, NULL, NULL };
	struct buf canonical = { 0 };
	struct buf out = { 0 };
	struct buf key = { 0 };
	unsigned char mac[32];
	struct mem *mem = mem_new();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bce / sizeof *bce; i++) {
		moment.now = bce[i].now;
		request = read_sample(mem, &bce[i].sample);
		task.words = read_words(mem, bce[i].words);
		task.fields = read_fields(mem, bce[i].sample.fields);
		sign_bce_prefix(&out, &task);
		expect(bce[i].name, "prefix", &out, bce[i].body_hash);
		sign_bce_canonical(&canonical, &task);
		sign_bce_key(&key, &task);
		/* The key of the second step is the text, not its bytes. */
		sign_hmac_sha256(mac, key.at, 64, canonical.at, canonical.len);
		expect(bce[i].name, "canonical", &canonical, bce[i].canonical);
		expect(bce[i].name, "key", &key, bce[i].key);
		escape_hex(&out, mac, sizeof mac);
		expect(bce[i].name, "signature", &out, bce[i].signature);
	}
	mem_free(mem);
}

struct whole {
	const char *scheme;
	const char *words[4];
	int64_t now;
	struct sample sample;
	const char *lines;
};

#define JSON_TYPE "Content-Type: application/json\n"

/* What goes out, from fields as a row writes them. */
static const struct whole wholes[] = {
	{ "Basic", { "Aladdin:open sesame", NULL, NULL, NULL }, 0,
		{ "GET", "https://example.com/", "", NULL },
		"Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\n" },
	{ "AWS4-HMAC-SHA256",
		{ "AKIDEXAMPLE", AWS_SECRET, "us-east-1", "route53" },
		SAMPLE_2026,
		{ "POST", ROUTE53 "hostedzone/Z148QEXAMPLE8V/rrset/",
			"Content-Type: application/xml\nUser-Agent: ddns\n",
			ROUTE53_BODY },
		"x-amz-date: 20260102T030405Z\n"
		"Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/us-east-1/route53/aws4_request, SignedHeaders=host;x-amz-date, Signature=92262fd115176a4ad1ce42dfabdef5eed62685c663a9ba8b28ef0cbac4ffa7cc\n" },
	{ "AWS4-HMAC-SHA256", AWS_SUITE, 1440938160,
		{ "POST", "https://example.amazonaws.com:443",
			"X-Amz-Security-Token: " AWS_TOKEN " \n", NULL },
		"x-amz-date: 20150830T123600Z\n"
		"Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead\n" },
	{ "TC3-HMAC-SHA256", { "AKIDEXAMPLE", "SECRETEXAMPLE", "dnspod", NULL },
		SAMPLE_2026,
		{ "POST", "https://dnspod.tencentcloudapi.com/",
			"X-TC-Version: 2021-03-23\nX-TC-Action: ModifyRecord\n"
			"Content-Type: application/json; charset=utf-8\n",
			TC3_MODIFY },
		"X-TC-Timestamp: 1767323045\n"
		"Authorization: TC3-HMAC-SHA256 Credential=AKIDEXAMPLE/2026-01-02/dnspod/tc3_request, SignedHeaders=content-type;host;x-tc-action, Signature=c1a6fe2a2ff70f89a6ebc538f9bfbd56f374e00b94dfe20cf31dff2afba7b8ed\n" },
	{ "ACS3-HMAC-SHA256", { "AKIDEXAMPLE", "SECRETEXAMPLE", NULL, NULL },
		SAMPLE_2026,
		{ "POST", "https://alidns.aliyuncs.com/",
			"x-acs-version: 2015-01-09\n"
			"x-acs-action: UpdateDomainRecord\n"
			"Content-Type: application/x-www-form-urlencoded\n",
			ACS3_QUERY },
		"x-acs-date: 2026-01-02T03:04:05Z\n"
		"x-acs-signature-nonce: " NONCE "\n"
		"x-acs-content-sha256: d1aa3c82453374d7aa614c130e20109c8d5b14402de40cdf5714a66476e2d184\n"
		"Authorization: ACS3-HMAC-SHA256 Credential=AKIDEXAMPLE,SignedHeaders=content-type;host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=7ef439920b17aaeda75123360c6d4eab75f5590c503f3c3a7ca6c7eaf1f7630e\n" },
	/* parameters as a row may write them: bare `@`, unsorted */
	{ "ACS3-HMAC-SHA256", { "AKIDEXAMPLE", "SECRETEXAMPLE", NULL, NULL },
		SAMPLE_2026,
		{ "POST",
			"https://alidns.aliyuncs.com/?RecordId=9999985&RR=@&Type=AAAA&Value=2001%3adb8%3a%3a1&TTL=600",
			"x-acs-version: 2015-01-09\n"
			"x-acs-action: UpdateDomainRecord\n",
			NULL },
		"x-acs-date: 2026-01-02T03:04:05Z\n"
		"x-acs-signature-nonce: " NONCE "\n"
		"x-acs-content-sha256: " EMPTY "\n"
		"Authorization: ACS3-HMAC-SHA256 Credential=AKIDEXAMPLE,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=e9bc82ec668ebc0d40e2922fa3205a7020a04a306947f1c51e6febde2af878ac\n" },
	{ "HMAC-SHA256",
		{ "AKIDEXAMPLE", "SECRETEXAMPLE", "cn-north-1", "DNS" },
		SAMPLE_2026,
		{ "POST",
			"https://open.volcengineapi.com/?Version=2018-08-01&Action=UpdateRecord",
			JSON_TYPE, VOLC_UPDATE },
		"X-Date: 20260102T030405Z\n"
		"X-Content-Sha256: 98616ed61b46a3095b7cd02dd34c0e9558903c598950e167414b8046acbf0f2f\n"
		"Authorization: HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/cn-north-1/DNS/request, SignedHeaders=content-type;host;x-content-sha256;x-date, Signature=3ef26e96c2223dc2ac9e0c87a8d03bb6fcb2e8852d136497a656ca6cb0e00d2c\n" },
	{ "SDK-HMAC-SHA256", { "AKIDEXAMPLE", "SECRETEXAMPLE", NULL, NULL },
		SAMPLE_2026,
		{ "PUT",
			"https://dns.myhuaweicloud.com/v2.1/zones/Z1/recordsets/R1",
			JSON_TYPE, HUAWEI_PUT },
		"X-Sdk-Date: 20260102T030405Z\n"
		"Authorization: SDK-HMAC-SHA256 Access=AKIDEXAMPLE, SignedHeaders=content-type;host;x-sdk-date, Signature=5411de2727e096f672cc69e0fc0bb67ddc02cc5a7d4a326ccc8d0b422cac4bd2\n" },
	{ "bce-auth-v1", { "AKIDEXAMPLE", "SECRETEXAMPLE", NULL, NULL },
		SAMPLE_2026,
		{ "POST", "https://bcd.baidubce.com/v1/domain/resolve/edit",
			JSON_TYPE, "{}" },
		"Authorization: bce-auth-v1/AKIDEXAMPLE/2026-01-02T03:04:05Z/1800/host/e909900ade1069743275c274d516b39cf527d2149617d8bbfe262bf10fd41688\n" },
};

static void
test_wholes(void **state)
{
	struct sign_request request;
	struct sign_moment moment = { 0, NONCE };
	struct sign_auth auth;
	struct mem *mem = mem_new();
	struct buf out = { 0 };
	struct fail fail;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof wholes / sizeof *wholes; i++) {
		request = read_sample(mem, &wholes[i].sample);
		moment.now = wholes[i].now;
		auth.scheme = wholes[i].scheme;
		auth.words = read_words(mem, wholes[i].words);
		assert_true(
			sign_request(&out, &auth, &request, &moment, &fail));
		assert_string_equal(buf_text(&out), wholes[i].lines);
		buf_free(&out);
	}
	mem_free(mem);
}

static void
test_refused(void **state)
{
	static const struct sign_request request = { "GET",
		"https://example.com/", NULL, NULL, 0 };
	static const struct sign_moment moment = { SAMPLE_2026, NONCE };
	char evil[] = "id\r\nX-Evil: 1";
	char fine[] = "word";
	char *words[4] = { evil, fine, fine, fine };
	struct sign_auth auth = { "SDK-HMAC-SHA256", words };
	struct buf out = { 0 };
	struct fail fail;
	(void)state;
	assert_false(sign_request(&out, &auth, &request, &moment, &fail));
	assert_string_equal(
		fail.text, "a word of SDK-HMAC-SHA256 holds a control byte");
	auth.scheme = "Bearer";
	assert_false(sign_request(&out, &auth, &request, &moment, &fail));
	assert_string_equal(fail.text, "Bearer is not known");
	assert_int_equal(out.len, 0);
}

static void
test_table(void **state)
{
	(void)state;
	assert_string_equal(
		sign_words("AWS4-HMAC-SHA256"), "id secret region service");
	assert_int_equal(sign_word_count("AWS4-HMAC-SHA256"), 4);
	assert_string_equal(sign_words("TC3-HMAC-SHA256"), "id secret service");
	assert_int_equal(sign_word_count("Basic"), 1);
	assert_null(sign_words("Bearer"));
	assert_null(sign_words("basic"));
	assert_int_equal(sign_word_count("Bearer"), 0);
}

struct pair {
	const char *in;
	const char *out;
};

static void
test_query(void **state)
{
	static const struct pair by_name[] = {
		{ "https://x/", "" },
		{ "https://x/?", "" },
		{ "https://x/?b&a=1&&=3#d=4", "=3&a=1&b=" },
		{ "https://x?a=2&a=1&a1=0&a-=1", "a=1&a=2&a-=1&a1=0" },
		{ "https://x/?a=%2f%zz+b%4", "a=%2F%25zz%2Bb%254" },
		{ "https://x/?enable=true&path=%2Ftmp%2F123&limit=1&test=%E4%B8%80%20(%26=?!%23%25.*)",
			"enable=true&limit=1&path=%2Ftmp%2F123&test=%E4%B8%80%20%28%26%3D%3F%21%23%25.%2A%29" },
	};
	static const char pairs[] = "https://x/?text&text1=测试&text10=test";
	struct buf out = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof by_name / sizeof *by_name; i++) {
		sign_query(&out, by_name[i].in, false);
		expect(by_name[i].in, "query", &out, by_name[i].out);
	}
	sign_query(&out, pairs, true);
	expect(pairs, "query", &out,
		"text10=test&text1=%E6%B5%8B%E8%AF%95&text=");
}

static void
test_path(void **state)
{
	static const struct pair once[] = {
		{ "https://x", "/" },
		{ "https://x?a/b", "/" },
		{ "https://x/", "/" },
		{ "https://x/a//b/?c/d", "/a//b/" },
		{ "https://x/@/*/%2f/%e4b:", "/%40/%2A/%2F/%E4b%3A" },
	};
	struct buf out = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof once / sizeof *once; i++) {
		sign_path(&out, once[i].in, false);
		expect(once[i].in, "path", &out, once[i].out);
	}
	sign_path(&out, "https://x/a%20b/c?d", true);
	expect("twice", "path", &out, "/a%2520b/c");
}

static void
test_primitives(void **state)
{
	static const struct pair base64[] = {
		/* RFC 4648, section 10 */
		{ "", "" },
		{ "f", "Zg==" },
		{ "fo", "Zm8=" },
		{ "foo", "Zm9v" },
		{ "foobar", "Zm9vYmFy" },
		{ "0123456789012345678901234567890123456789012345678",
			"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3OA==" },
	};
	unsigned char mac[32];
	struct buf out = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof base64 / sizeof *base64; i++) {
		escape_base64(&out, base64[i].in, strlen(base64[i].in));
		expect(base64[i].in, "base64", &out, base64[i].out);
	}
	/* RFC 4231, section 4.3 */
	sign_hmac_sha256(mac, "Jefe", 4, "what do ya want for nothing?", 28);
	escape_hex(&out, mac, sizeof mac);
	expect("RFC 4231", "hmac", &out,
		"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	/* the first steps of two published key chains */
	sign_hmac_sha256(mac, "TC3Gu5t9xGARNpq86cd98joQYCN3EXAMPLE", 35,
		"2019-02-25", 10);
	escape_hex(&out, mac, sizeof mac);
	expect("tc3", "date key", &out,
		"d1308c81fe71cfd4e06437bbc067b2b8a3d2d8c0e375d547f15c41d5214b395a");
	sign_hmac_sha256(mac, mac, sizeof mac, "cvm", 3);
	escape_hex(&out, mac, sizeof mac);
	expect("tc3", "service key", &out,
		"3c7cb7c7795393edc14fd2e0e6434a518564b4504b88e94f5d11bf59ba3e7050");
	sign_hmac_sha256(mac, VOLC_SECRET, strlen(VOLC_SECRET), "20250329", 8);
	escape_hex(&out, mac, sizeof mac);
	expect("volcengine", "date key", &out,
		"069b1da2ba9c0ecbd8e8aaf2a5742696ebc22f3fe95a649983d31b433ba94ff3");
	sign_sha256(&out, "", 0);
	expect("empty", "hash", &out, EMPTY);
}

/* The key of RFC 7515, appendix A.2.1. */
#define A2_KEY \
	"-----BEGIN " \
	"PRIVATE KEY-----\n" \
	"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCh+BYK4uPJtGXO\n" \
	"jS1lYmM2K5J9vinh8CR3/BYlzJChNuOL2TSXxbbqY913EeZ8dCn5VrD7io8ImtxL\n" \
	"aYk8wTM/U+3QGbh3hCUv7JFP5IV3aVlL6kKA0ywPVb9ilE8TA5a8bpvfbr3SvaNn\n" \
	"juygxmj3AbONv/s4yDQs4v5tJ/reSlpIdJed1LnPmt7Ex1sFhSwsD174pcF1A5L5\n" \
	"ROjtZMEQxrZHYJqkeDrrnGya11UxMFBji4NmXG9veoKjlnAqH2QbgtPr8jkiGUkf\n" \
	"toaHLFcW9Qr4NY2ai50Xw0Byj3+H2JoY2PyrZ62EWQwuz3WTOTY8BwNNb2BvniHg\n" \
	"VFbK5emhAgMBAAECggEAEq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyW\n" \
	"PEAeP88vLNO97IjlA7/GQ5sLKMgvfTeXZx9SE+7YwVol2NXOoAJe46sui395IW/G\n" \
	"O+pWJ1O0BkTGoVEn2bKVRUCgu+GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzj\n" \
	"kn439X0M/V51gfpRLI9JYanrC4D4qAdGcopV/0ZHHzQlBjudU2QvXt4ehNYTCBr6\n" \
	"XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl/x/jTj3ccPDVZFD9pIuhLhBOneufuBiB\n" \
	"4cS98l2SR/RQyGWSeWjnczT0QU91p1DhOVRuOopznQKBgQDgHMQQ60imZV1URk0K\n" \
	"pLttoLhyt3SmqdEf/kgHePDdtzEafpAu+cS191R2JiuoF2yzWXnwFDcqGigp5BNr\n" \
	"0AHQfD8/Lk8l1Mk09jxxCfui5nYooNyac8YFjm3vItzVCVDnEd3BbVWG8qf6deqE\n" \
	"lMGAg+C2V0L4oNXnP7LZcPAZRwKBgQC5A8R+CZW2MvRTLLHzwZkUXV866cff7tx6\n" \
	"kqa0finGG0KgeqlaZPxgCZnFp7AeAcCMtiynVlJ7vMVgePsLq6XtON4tB5kP9jAP\n" \
	"rq3rbAOal78eUH5OcED6eNuCV8ixEu1eWcPNCS/l1OW1EnXUEoEHKl54Xrrz2uNw\n" \
	"kgMTP1FZ1wKBgAcCn1dwJKufzBWQxWQp1vsM5fggqPN1qGb5y0MAk3g7/Ls5bkUp\n" \
	"5u9SN0Ai3Ya6hNnvWJMb7sXQX6U/zyO2M/hTip7tUeh7CXgwo59dkpN75gJLVds2\n" \
	"9+DAncu3KXU4f2Fa+7bLNrur53k8KwPOq2bbuTG69QtV7Jr5MR0AHWKNAoGBAIf/\n" \
	"evpitUf+4JYbLpvNXWcY052Mpz22aR84mY3nh3F2LF2mjMJDpTg7FmuyPcVw6EcG\n" \
	"yoAe9fa65iNqCq+jdw6PVNGo2hxfjSiZ8IIzHdsPXI89//pMjZcQK9r+CCoRjaZj\n" \
	"OYiIDktVWZzmevJuv6WywUqd57LE3Zar3dLSIkx1AoGAIYd7DHOhrWvxkwPQsRM2\n" \
	"tOgrjbcrfvtQJipd+DlcxyVuuM9sQLdgjVk2oy26F0EmpScGLq2MowX7fhd/QJQ3\n" \
	"ydy5cY7YIBi87w93IKLEdfnbJtoOPLUW0ITrJReOgo1cq9SbsxYawBgfp/gh6A56\n" \
	"03k2+ZQwVK0JKSHuLFkuQ3U=\n" \
	"-----END " \
	"PRIVATE KEY-----\n"

static void
test_rs256(void **state)
{
	struct buf text = { 0 }, out = { 0 };
	struct fail fail;

	(void)state;
	buf_str(&text,
		"eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkz"
		"ODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ");
	assert_true(sign_rs256(&out, A2_KEY, &text, &fail));
	expect("RFC 7515", "A.2", &out,
		"cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZ"
		"mh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjb"
		"KBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHl"
		"b1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZES"
		"c6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AX"
		"LIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw");
	buf_free(&text);
}

/* RFC 4648, section 10, and the letters that differ. */
static void
test_base64url(void **state)
{
	static const struct {
		const char *bytes;
		const char *text;
	} rows[] = {
		{ "", "" },
		{ "f", "Zg" },
		{ "fo", "Zm8" },
		{ "foo", "Zm9v" },
		{ "foobar", "Zm9vYmFy" },
		{ "\xfb\xff\xfe", "-__-" },
	};
	struct buf out = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		escape_base64url(&out, rows[i].bytes, strlen(rows[i].bytes));
		expect(rows[i].text, "base64url", &out, rows[i].text);
	}
}

/* The key file as Google writes it, in parts. */
static void
test_jwt(void **state)
{
	static const char email[] = "\"client_email\":\"ddns@p.example\"";
	static const char uri[] =
		"\"token_uri\":\"https:\\/\\/oauth2.example\\/token\"";
	static const struct {
		const char *key;
		const char *said;
	} rows[] = {
		{ "x", "the key is not the JSON file of an account" },
		{ "{}", "the key has no client_email" },
		{ "{\"client_email\":\"a\"}", "the key has no token_uri" },
		{ "{\"client_email\":\"a\",\"token_uri\":\"b\"}",
			"the key has no private_key" },
		{ "{\"client_email\":\"a\",\"token_uri\":\"b\","
		  "\"private_key\":\"c\"}",
			"private_key is not an RSA key in PEM" },
	};
	struct buf key = { 0 }, out = { 0 }, wanted = { 0 }, text = { 0 };
	struct sign_claim claim = { NULL, "https://scope.example",
		SAMPLE_2026 };
	struct fail fail;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		claim.key = rows[i].key;
		assert_false(sign_jwt(&out, &claim, &fail));
		assert_string_equal(fail.text, rows[i].said);
		assert_int_equal(out.len, 0);
	}
	buf_printf(&key, "{%s,%s,\"private_key\":\"", email, uri);
	json_escape(&key, A2_KEY, strlen(A2_KEY));
	buf_str(&key, "\"}");
	claim.key = buf_text(&key);
	assert_true(sign_jwt(&out, &claim, &fail));
	buf_str(&text,
		"{\"iss\":\"ddns@p.example\",\"scope\":\"https://scope.example\","
		"\"aud\":\"https://oauth2.example/token\",\"iat\":1767323045,"
		"\"exp\":1767326645}");
	buf_str(&wanted, "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.");
	escape_base64url(&wanted, text.at, text.len);
	buf_cut(&text, 0);
	buf_str(&text, buf_text(&wanted));
	buf_char(&wanted, '.');
	assert_true(sign_rs256(&wanted, A2_KEY, &text, &fail));
	assert_string_equal(buf_text(&out), buf_text(&wanted));
	buf_free(&key);
	buf_free(&out);
	buf_free(&wanted);
	buf_free(&text);
}

#define RPC_DOCUMENT \
	"https://ecs.aliyuncs.com/?Timestamp=2016-02-23T12%3A46%3A24Z&Format=XML&AccessKeyId=testid&Action=DescribeRegions&SignatureMethod=HMAC-SHA1&SignatureNonce=3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf&Version=2014-05-26&SignatureVersion=1.0"
#define RPC_UPDATE \
	"https://alidns.aliyuncs.com/?AccessKeyId=AKIDEXAMPLE&Action=UpdateDomainRecord&Format=JSON&RecordId=9999985&RR=@&TTL=600&Type=AAAA&Value=2001%3Adb8%3A%3A1&Version=2015-01-09&SignatureVersion=1.0"
#define RPC_ADDED \
	"SignatureMethod=HMAC-SHA1&SignatureNonce=" NONCE \
	"&Timestamp=2026-01-02T03%3A04%3A05Z"

static void
test_rpc_steps(void **state)
{
	static const struct {
		const char *name, *method, *url, *secret, *text, *signature;
	} rows[] = {
		{ "document, GET (published)", "GET", RPC_DOCUMENT,
			"testsecret",
			"GET&%2F&AccessKeyId%3Dtestid%26Action%3DDescribeRegions%26Format%3DXML%26SignatureMethod%3DHMAC-SHA1%26SignatureNonce%3D3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf%26SignatureVersion%3D1.0%26Timestamp%3D2016-02-23T12%253A46%253A24Z%26Version%3D2014-05-26",
			"OLeaidS1JvxuMvnyHOwuJ+uX5qY=" },
		{ "document, POST (published)", "POST", RPC_DOCUMENT,
			"testsecret", NULL, "MxbnVAM4w6sft9xjVpe/GCKueuk=" },
		{ "encoded twice (published)", "GET",
			"https://x/?q=http://domain/?q=value%26q2=value2&key=value",
			"",
			"GET&%2F&key%3Dvalue%26q%3Dhttp%253A%252F%252Fdomain%252F%253Fq%253Dvalue%2526q2%253Dvalue2",
			NULL },
		{ "update, GET", "GET", RPC_UPDATE "&" RPC_ADDED,
			"SECRETEXAMPLE", NULL, "S1F+uDupWvTWcoccQNGzelhppB0=" },
		{ "update, POST", "POST", RPC_UPDATE "&" RPC_ADDED,
			"SECRETEXAMPLE", NULL, "DKL6PfFaKXmmMScc80O/gFB1ChQ=" },
	};
	struct buf text = { 0 }, out = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		sign_rpc_text(&text, rows[i].method, rows[i].url);
		sign_rpc_signature(&out, rows[i].secret, &text);
		expect(rows[i].name, "text", &text, rows[i].text);
		expect(rows[i].name, "signature", &out, rows[i].signature);
	}
}

/* aliyun/alibaba-cloud-sdk-go, sdk/auth (published): the HMAC alone, under
 * a key without `&`. */
static void
test_rpc_hmac(void **state)
{
	static const struct {
		const char *text, *mac;
	} rows[] = {
		{ "source", "Jv4yi8SobFhg5t1C7nWLbhBSFZQ=" },
		{ "中文", "CqCYIa39h9SSWuXnTz8F5hh9UPA=" },
	};
	struct buf out = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		sign_rpc_hmac(
			&out, "secret", rows[i].text, strlen(rows[i].text));
		expect(rows[i].text, "HMAC", &out, rows[i].mac);
	}
}

static void
test_rpc(void **state)
{
	static const struct {
		const char *method, *url, *line;
	} rows[] = {
		{ "GET", RPC_UPDATE,
			"?" RPC_ADDED
			"&Signature=S1F%2BuDupWvTWcoccQNGzelhppB0%3D\n" },
		{ "POST", RPC_UPDATE,
			"?" RPC_ADDED
			"&Signature=DKL6PfFaKXmmMScc80O%2FgFB1ChQ%3D\n" },
		{ "GET", "https://api.example/any/path",
			"?" RPC_ADDED
			"&Signature=UD%2FpDqpTvmCiti7I07Vj4smYM%2F0%3D\n" },
	};
	char secret[] = "SECRETEXAMPLE";
	char *words[] = { secret };
	const struct sign_auth auth = { "RPC-HMAC-SHA1", words };
	const struct sign_moment moment = { SAMPLE_2026, NONCE };
	struct sign_request request = { NULL, NULL, NULL, NULL, 0 };
	struct buf out = { 0 };
	struct fail fail;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		request.method = rows[i].method;
		request.url = rows[i].url;
		assert_true(
			sign_request(&out, &auth, &request, &moment, &fail));
		expect(rows[i].url, "line", &out, rows[i].line);
	}
}

/* go-acme/lego, providers/dns/nearlyfreespeech, of its signer (published). */
static void
test_nfsn(void **state)
{
	static const struct {
		const char *path;
		int64_t now;
		const char *nonce;
		const char *header;
	} rows[] = {
		{ "/path", 1692475113, "0123456789ABCDEF",
			"user;1692475113;0123456789ABCDEF;417a9988c7ad7919b297884dd120b5808d8a1e6f" },
		{ "/path?a=b", 1692567766, "0123456789ABCDEF",
			"user;1692567766;0123456789ABCDEF;b5c28286fd2e1a45a7c576dc2a6430116f721502" },
		{ "/path", 1692475113, "FEDCBA98765432101234",
			"user;1692475113;FEDCBA9876543210;0f766822bda4fdc09829be4e1ea5e27ae3ae334e" },
		{ "", 1692475113, "0123456789ABCDEF",
			"user;1692475113;0123456789ABCDEF;c7c241a4d15d04d92805631d58d4d72ac1c339a1" },
	};
	char user[] = "user", secret[] = "secret", url[64];
	char *words[] = { user, secret };
	const struct sign_auth auth = { "NFSN", words };
	struct sign_request request = { "POST", url, NULL, "data", 4 };
	struct sign_moment moment;
	struct buf out = { 0 };
	struct fail fail;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		snprintf(
			url, sizeof url, "https://api.example%s", rows[i].path);
		moment.now = rows[i].now;
		moment.nonce = rows[i].nonce;
		assert_true(
			sign_request(&out, &auth, &request, &moment, &fail));
		assert_memory_equal(
			buf_text(&out), "X-NFSN-Authentication: ", 23);
		assert_memory_equal(
			out.at + 23, rows[i].header, strlen(rows[i].header));
		assert_string_equal(out.at + 23 + strlen(rows[i].header), "\n");
		buf_cut(&out, 0);
	}
	buf_free(&out);
}

/* ovh/go-ovh, ovh/ovh_test.go (published). */
static void
test_ovh(void **state)
{
#define API "https://eu.api.ovh.com/"
	static const struct {
		const char *method;
		const char *url;
		const char *body;
		const char *signature;
	} rows[] = {
		{ "GET", API "1.0/auth", NULL,
			"e9556054b6309771395efa467c22e627407461ad" },
		{ "POST", API "1.0/auth", "{\"a\":\"b\",\"c\":\"d\"}",
			"ec2fb5c7a81f64723c77d2e5b609ae6f58a84fc1" },
		{ "PUT", API "1.0/auth", "{\"a\":\"b\",\"c\":\"d\"}",
			"8a75a9e7c8e7296c9dbeda6a2a735eb6bd58ec4b" },
		{ "DELETE", API "1.0/auth", NULL,
			"a1eecd00b3b02b6cf5708b84b9ff42059a950d85" },
		{ "GET", API "1.0/call", NULL,
			"7f2db49253edfc41891023fcd1a54cf61db05fbb" },
		{ "GET", API "v1/call", NULL,
			"e6e7906d385eb28adcbfbe6b66c1528a42d741ad" },
	};
	char key[] = "TDPKJdwZwAQPwKX2";
	char secret[] = "9ufkBmLaTQ9nz5yMUlg79taH0GNnzDjk";
	char consumer[] = "5mBuy6SUQcRw2ZUxg0cG68BoDKpED4KY";
	char *words[] = { key, secret, consumer };
	const struct sign_auth auth = { "OVH", words };
	const struct sign_moment moment = { 1457018875, "" };
	struct buf out = { 0 };
	struct fail fail;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct sign_request request = { rows[i].method,
			rows[i].url, NULL, rows[i].body,
			rows[i].body ? strlen(rows[i].body) : 0 };
		char wanted[256];

		snprintf(wanted, sizeof wanted,
			"X-Ovh-Application: %s\nX-Ovh-Consumer: %s\n"
			"X-Ovh-Timestamp: 1457018875\n"
			"X-Ovh-Signature: $1$%s\n",
			key, consumer, rows[i].signature);
		assert_true(
			sign_request(&out, &auth, &request, &moment, &fail));
		expect(rows[i].url, rows[i].method, &out, wanted);
	}
}

/* The first and the second from go-acme/lego, providers/dns/dns51 (published),
 * what is signed of the third from the vendor's page. */
static void
test_51dns(void **state)
{
	static const struct {
		const char *key;
		const char *secret;
		const char *body;
		int64_t now;
		const char *hash;
	} rows[] = {
		{ "key", "secret",
			"domainID=123&type=TXT&viewID=456&host=_acme-challenge"
			"&value=ADw2sEd82DUgXcQ9hNBZThJs7zVJkR5v9JeSbAb9mZY"
			"&ttl=120&remark=Created%20by%20go-acme%2Flego",
			1767225600, "060f732994e973b20e120314cb5202b4" },
		{ "key", "secret", "domainID=123&recordID=456", 1767225600,
			"14fe8fd92e001bf232d9a322df5c0080" },
		{ "c7722149110b7492a2e5cf1d8f3f966b",
			"ecb4ff0e877a83292b9f35067e9ae673", "domain=dns.com",
			1521005892, "0eb4933a634000ce215370683d6f1338" },
	};
	struct buf out = { 0 };
	struct fail fail;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		char key[64], secret[64], wanted[256];
		char *words[] = { key, secret };
		const struct sign_auth auth = { "51DNS", words };
		const struct sign_moment moment = { rows[i].now, "" };
		const struct sign_request request = { "POST",
			"https://www.51dns.com/api/x", NULL, rows[i].body,
			strlen(rows[i].body) };

		snprintf(key, sizeof key, "%s", rows[i].key);
		snprintf(secret, sizeof secret, "%s", rows[i].secret);
		snprintf(wanted, sizeof wanted,
			"&apiKey=%s&timestamp=%lld&hash=%s\n", key,
			(long long)rows[i].now, rows[i].hash);
		assert_true(
			sign_request(&out, &auth, &request, &moment, &fail));
		expect(rows[i].body, "line", &out, wanted);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_primitives),
		cmocka_unit_test(test_query),
		cmocka_unit_test(test_path),
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_tc3_given_key),
		cmocka_unit_test(test_bce),
		cmocka_unit_test(test_wholes),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_base64url),
		cmocka_unit_test(test_rs256),
		cmocka_unit_test(test_jwt),
		cmocka_unit_test(test_nfsn),
		cmocka_unit_test(test_ovh),
		cmocka_unit_test(test_51dns),
		cmocka_unit_test(test_rpc_steps),
		cmocka_unit_test(test_rpc_hmac),
		cmocka_unit_test(test_rpc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
