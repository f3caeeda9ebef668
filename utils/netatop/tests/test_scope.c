// SPDX-License-Identifier: GPL-2.0
/*
 * The words of netatop scope add, the rules that are made of them, and what is
 * read back from rules.
 */
#include "scope.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libnftnl/common.h>

#define MUTATIONS	100000

/* What @words say, split at spaces. */
static bool parse(const char *words, struct scope_expression *expression, char *why, size_t size)
{
	char copy[1024], *argv[64], *save, *word;
	int argc = 0;

	snprintf(copy, sizeof(copy), "%s", words);
	for (word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	*why = 0;
	return scope_parse(argc, argv, expression, why, size);
}

static void accepts(const char *words, struct scope_expression *expression)
{
	char why[512];

	if (!parse(words, expression, why, sizeof(why)))
		fail_msg("'%s' is refused: %s", words, why);
	assert_string_equal(expression->text, words);
}

static void refuses(const char *words, const char *reason)
{
	struct scope_expression expression;
	char why[512];

	if (parse(words, &expression, why, sizeof(why)))
		fail_msg("'%s' is accepted", words);
	assert_string_equal(why, reason);
}

static void test_accepted(void **state)
{
	struct scope_expression e;

	(void)state;
	accepts("port 1", &e);
	assert_int_equal(e.count, 1);
	assert_int_equal(e.match[0].key, SCOPE_PORT);
	assert_int_equal(e.match[0].low, 1);
	assert_int_equal(e.match[0].high, 1);
	assert_false(e.match[0].inverted);
	accepts("not source-port 65535 destination-port 2-65535", &e);
	assert_int_equal(e.count, 2);
	assert_true(e.match[0].inverted);
	assert_int_equal(e.match[0].low, 65535);
	assert_int_equal(e.match[1].low, 2);
	assert_int_equal(e.match[1].high, 65535);
	accepts("address 192.0.2.128/25", &e);
	assert_int_equal(e.match[0].prefix, 25);
	assert_int_equal(e.match[0].family, AF_INET);
	assert_memory_equal(e.match[0].address, "\xc0\x00\x02\x80", 4);
	accepts("source ::1 destination fd00:9::/64", &e);
	assert_int_equal(e.match[0].prefix, 128);
	assert_int_equal(e.match[1].prefix, 64);
	accepts("interface abcdefghijklmno", &e);
	assert_int_equal(e.match[0].length, 16);
	accepts("interface abcdefghijklmno*", &e);
	assert_int_equal(e.match[0].length, 15);
	accepts("user 4294967294", &e);
	assert_int_equal(e.match[0].uid, 4294967294U);
	accepts("user root direction out", &e);
	assert_int_equal(e.match[0].uid, 0);
	/* what must not be can be said more than once */
	accepts("not port 1 not port 2 port 3-9", &e);
	assert_int_equal(e.count, 3);
}

static void test_refused_values(void **state)
{
	(void)state;
	refuses("", "which flows?");
	refuses("not", "'not' what?");
	refuses("not not port 1", "there is no 'not' to choose by");
	refuses("colour red", "there is no 'colour' to choose by");
	refuses("port", "'port' needs a value");
	refuses("port 0", "'0' is no port; it is a number from 1 to 65535, or two of them as 8000-8080");
	refuses("port 65536", "'65536' is no port; it is a number from 1 to 65535, or two of them as 8000-8080");
	refuses("port -5", "'-5' is no port; it is a number from 1 to 65535, or two of them as 8000-8080");
	refuses("port 5-", "'5-' is no port; it is a number from 1 to 65535, or two of them as 8000-8080");
	refuses("port 80x", "'80x' is no port; it is a number from 1 to 65535, or two of them as 8000-8080");
	refuses("port 1-2-3", "'1-2-3' is no port; it is a number from 1 to 65535, or two of them as 8000-8080");
	refuses("port 99999999999999999999",
		"'99999999999999999999' is no port; it is a number from 1 to 65535, or two of them as 8000-8080");
	refuses("port 9-8", "the ports '9-8' end before they begin");
	refuses("port 1-65535", "'1-65535' is every port; leave it away");
	refuses("protocol icmp", "the protocol is tcp or udp, not 'icmp'");
	refuses("direction up", "the direction is in or out, not 'up'");
	refuses("user nobody-of-this-name", "there is no user 'nobody-of-this-name'");
	refuses("user 4294967295", "there is no user '4294967295'");
	refuses("user -1", "there is no user '-1'");
	refuses("cgroup /no/such/cgroup",
		"there is no cgroup (version 2) '/no/such/cgroup'; it is a directory below /sys/fs/cgroup");
	refuses("cgroup /etc", "there is no cgroup (version 2) '/etc'; it is a directory below /sys/fs/cgroup");
}

static void test_refused_addresses(void **state)
{
	(void)state;
	refuses("address example.org",
		"'example.org' is no address; names are not looked up, write it as 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32");
	refuses("address 10.0.0", "'10.0.0' is no address; names are not looked up, write it as 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32");
	refuses("address 10.0.0.0/33", "the prefix of '10.0.0.0/33' is not from 1 to 32");
	refuses("address fd00::/129", "the prefix of 'fd00::/129' is not from 1 to 128");
	refuses("address 10.0.0.0/", "the prefix of '10.0.0.0/' is not from 1 to 32");
	refuses("address 10.0.0.0/+8", "the prefix of '10.0.0.0/+8' is not from 1 to 32");
	refuses("address 0.0.0.0/0", "'0.0.0.0/0' is every address; leave it away");
	refuses("address 10.0.0.1/24",
		"'10.0.0.1/24' has bits behind the first 24; write the first address of the network, or no prefix");
	refuses("address 10.0.0.128/24",
		"'10.0.0.128/24' has bits behind the first 24; write the first address of the network, or no prefix");
	refuses("address 10.0.3.0/23",
		"'10.0.3.0/23' has bits behind the first 23; write the first address of the network, or no prefix");
	refuses("source fd00::1 destination 10.0.0.1", "no flow has both an IPv4 and an IPv6 address");
	refuses("interface abcdefghijklmnop",
		"the name of an interface has 1 to 15 characters, not as 'abcdefghijklmnop'");
	refuses("interface *", "'*' is every interface; name one, or the beginning of its name");
	refuses("interface a*b", "'a*b' cannot be the name of an interface");
	refuses("interface ..", "'..' cannot be the name of an interface");
	refuses("interface eth0:1", "'eth0:1' cannot be the name of an interface");
}

static void test_refused_together(void **state)
{
	char words[2048] = "";
	int i;

	(void)state;
	refuses("port 1 port 2", "port is said twice; all must hold, so add a rule for each");
	refuses("port 1 protocol tcp port 2", "port is said twice; all must hold, so add a rule for each");
	refuses("not protocol tcp", "'not protocol' has two ways to be said; name the other one");
	refuses("not direction in", "'not direction' has two ways to be said; name the other one");
	refuses("direction in user root", "the user of a flow that begins elsewhere is not known when it begins");
	refuses("not user root direction in",
		"the user of a flow that begins elsewhere is not known when it begins");
	for (i = 1; i <= 17; i++)
		sprintf(words + strlen(words), "not port %d ", i);
	refuses(words, "more than 16 conditions");
	*words = 0;
	for (i = 0; i < 8; i++)
		strcat(words, "not source 1111:2222:3333:4444:5555:6666:7777:8888 ");
	refuses(words, "the rule has more than 220 bytes");
}

/* A rule as libnftnl shows it, in one line, without what all have in common. */
static void render(const struct nftnl_rule *rule, char *buf, size_t size)
{
	static const char tail[] = "[ counter pkts 0 bytes 0 ] [ immediate reg 1 0x00000000 0x00000000 0x00000000 0x80000000 ] [ ct set label with reg 1 ] [ immediate reg 0 return ]";
	char text[8192], *from, *to, *end;

	nftnl_rule_snprintf(text, sizeof(text), rule, NFTNL_OUTPUT_DEFAULT, 0);
	for (from = to = text; *from; from++) {
		char c = *from == '\n' ? ' ' : *from;

		if (c != ' ' || (to > text && to[-1] != ' '))
			*to++ = c;
	}
	*to = 0;
	end = strstr(text, tail);
	assert_non_null(end);
	*end = 0;
	assert_int_equal(strncmp(text, "inet netatop ", 13), 0);
	snprintf(buf, size, "%s", text + 13);
}

static void makes(const char *words, const char *const *wanted)
{
	struct scope_expression expression;
	struct nftnl_rule *rules[SCOPE_RULES_MAX];
	char text[8192], found[SCOPE_TEXT_MAX + 1];
	const void *userdata;
	uint32_t length, id;
	int count, i;

	accepts(words, &expression);
	count = scope_build(&expression, 127, 42, rules);
	for (i = 0; i < count; i++) {
		assert_non_null(wanted[i]);
		render(rules[i], text, sizeof(text));
		assert_string_equal(text, wanted[i]);
		userdata = nftnl_rule_get_data(rules[i], NFTNL_RULE_USERDATA, &length);
		assert_true(scope_userdata_get(userdata, length, &id, found));
		assert_int_equal(id, 42);
		assert_string_equal(found, words);
		nftnl_rule_free(rules[i]);
	}
	assert_null(wanted[count]);
}

#define TCP	"[ meta load l4proto => reg 1 ] [ cmp eq reg 1 0x00000006 ] "
#define INET	"[ meta load nfproto => reg 1 ] [ cmp eq reg 1 0x00000002 ] "
#define INET6	"[ meta load nfproto => reg 1 ] [ cmp eq reg 1 0x0000000a ] "
#define SPORT	"[ payload load 2b @ transport header + 0 => reg 1 ] "
#define DPORT	"[ payload load 2b @ transport header + 2 => reg 1 ] "
#define SADDR	"[ payload load 4b @ network header + 12 => reg 1 ] "
#define DADDR	"[ payload load 4b @ network header + 16 => reg 1 ] "
#define DADDR6	"[ payload load 16b @ network header + 24 => reg 1 ] "
#define RULES(...)	((const char *const[]){ __VA_ARGS__, NULL })

static void test_rules(void **state)
{
	(void)state;
	makes("destination-port 9100 protocol tcp",
	      RULES("sent " DPORT "[ cmp eq reg 1 0x00008c23 ] " TCP,
		    "received " DPORT "[ cmp eq reg 1 0x00008c23 ] " TCP));
	makes("not source-port 1-1023 direction in",
	      RULES("received " SPORT "[ range neq reg 1 0x00000100 0x0000ff03 ] "));
	makes("interface eth*",
	      RULES("sent [ meta load oifname => reg 1 ] [ cmp eq reg 1 0x00687465 ] ",
		    "received [ meta load iifname => reg 1 ] [ cmp eq reg 1 0x00687465 ] "));
	makes("not interface lo direction out",
	      RULES("sent [ meta load oifname => reg 1 ] [ cmp neq reg 1 0x00006f6c 0x00000000 0x00000000 0x00000000 ] "));
	makes("user 65534",
	      RULES("sent [ meta load skuid => reg 1 ] [ cmp eq reg 1 0x0000fffe ] "));
	makes("source 10.128.0.0/9 direction out",
	      RULES("sent " INET SADDR "[ bitwise reg 1 = ( reg 1 & 0x000080ff ) ^ 0x00000000 ] [ cmp eq reg 1 0x0000800a ] "));
	makes("destination fd00:9::1 direction out",
	      RULES("sent " INET6 DADDR6 "[ cmp eq reg 1 0x090000fd 0x00000000 0x00000000 0x01000000 ] "));
}

/* Either end: one rule for each way in which it can hold; neither: one rule. */
static void test_either_end(void **state)
{
	(void)state;
	makes("port 80 address 10.0.0.1 direction out",
	      RULES("sent " INET DPORT "[ cmp eq reg 1 0x00005000 ] " DADDR "[ cmp eq reg 1 0x0100000a ] ",
		    "sent " INET SPORT "[ cmp eq reg 1 0x00005000 ] " DADDR "[ cmp eq reg 1 0x0100000a ] ",
		    "sent " INET DPORT "[ cmp eq reg 1 0x00005000 ] " SADDR "[ cmp eq reg 1 0x0100000a ] ",
		    "sent " INET SPORT "[ cmp eq reg 1 0x00005000 ] " SADDR "[ cmp eq reg 1 0x0100000a ] "));
	makes("not port 80 direction in",
	      RULES("received " SPORT "[ cmp neq reg 1 0x00005000 ] " DPORT "[ cmp neq reg 1 0x00005000 ] "));
	/* an IPv6 packet has no such address */
	makes("not address 10.0.0.1 direction in",
	      RULES("received " INET SADDR "[ cmp neq reg 1 0x0100000a ] " DADDR "[ cmp neq reg 1 0x0100000a ] ",
		    "received " INET6));
	makes("not source 10.0.0.1 destination fd00:9::1 direction in",
	      RULES("received " INET6 DADDR6 "[ cmp eq reg 1 0x090000fd 0x00000000 0x00000000 0x01000000 ] "));
}

static void test_most_rules(void **state)
{
	struct scope_expression expression;
	struct nftnl_rule *rules[SCOPE_RULES_MAX];
	int count;

	(void)state;
	accepts("port 80 address 10.0.0.1", &expression);
	count = scope_build(&expression, 0, 1, rules);
	assert_int_equal(count, 8);
	while (count)
		nftnl_rule_free(rules[--count]);
	accepts("port 80 not address 10.0.0.1 not address ::1", &expression);
	count = scope_build(&expression, 0, 1, rules);
	assert_int_equal(count, 8);
	while (count)
		nftnl_rule_free(rules[--count]);
}

static void label_is(unsigned int label, const char *wanted)
{
	struct scope_expression expression;
	struct nftnl_rule *rules[SCOPE_RULES_MAX];
	char text[8192];

	accepts("port 80 direction in protocol udp", &expression);
	assert_int_equal(scope_build(&expression, label, 1, rules), 2);
	nftnl_rule_snprintf(text, sizeof(text), rules[0], NFTNL_OUTPUT_DEFAULT, 0);
	assert_non_null(strstr(text, wanted));
	nftnl_rule_free(rules[0]);
	nftnl_rule_free(rules[1]);
}

static void test_labels(void **state)
{
	(void)state;
	label_is(0, "[ immediate reg 1 0x00000001 0x00000000 0x00000000 0x00000000 ]");
	label_is(33, "[ immediate reg 1 0x00000000 0x00000002 0x00000000 0x00000000 ]");
	label_is(101, "[ immediate reg 1 0x00000000 0x00000000 0x00000000 0x00000020 ]");
}

static void test_entrance(void **state)
{
	struct nftnl_rule *rule = scope_build_entrance(true, IPPROTO_TCP);
	char text[SCOPE_TEXT_MAX + 1];
	const void *userdata;
	uint32_t length, id;

	(void)state;
	assert_non_null(rule);
	assert_string_equal(nftnl_rule_get_str(rule, NFTNL_RULE_CHAIN), "in");
	userdata = nftnl_rule_get_data(rule, NFTNL_RULE_USERDATA, &length);
	assert_true(scope_userdata_get(userdata, length, &id, text));
	assert_int_equal(id, 0);
	nftnl_rule_free(rule);
}

/* Text that has no room in a comment is whole all the same. */
static void test_long_text(void **state)
{
	static const char words[] = "not source 1111:2222:3333:4444:5555:6666:7777:8888 "
		"not source 1111:2222:3333:4444:5555:6666:7777:8889 "
		"not source 1111:2222:3333:4444:5555:6666:7777:888a "
		"not source 1111:2222:3333:4444:5555:6666:7777:888b port 1234567";
	struct scope_expression expression;
	struct nftnl_rule *rules[SCOPE_RULES_MAX];
	char shorter[sizeof(words)], text[SCOPE_TEXT_MAX + 1];
	const void *userdata;
	uint32_t length, id;
	int count;

	(void)state;
	snprintf(shorter, sizeof(shorter), "%.*s", (int)strlen(words) - 2, words);
	assert_int_equal(strlen(shorter), 214);
	accepts(shorter, &expression);
	count = scope_build(&expression, 1, UINT32_MAX, rules);
	assert_true(count > 0);
	while (count--) {
		userdata = nftnl_rule_get_data(rules[count], NFTNL_RULE_USERDATA, &length);
		assert_true(length <= 256);
		assert_true(scope_userdata_get(userdata, length, &id, text));
		assert_int_equal(id, UINT32_MAX);
		assert_string_equal(text, shorter);
		nftnl_rule_free(rules[count]);
	}
}

static bool is_ours(const char *comment, uint32_t *id, char *text)
{
	uint8_t data[256] = { 0, strlen(comment) + 1 };

	strcpy((char *)data + 2, comment);
	return scope_userdata_get(data, 2 + data[1], id, text);
}

static void test_comments(void **state)
{
	char text[SCOPE_TEXT_MAX + 1];
	uint32_t id;

	(void)state;
	assert_true(is_ours("netatop 7: port 80", &id, text));
	assert_int_equal(id, 7);
	assert_string_equal(text, "port 80");
	assert_true(is_ours("netatop 8", &id, text));
	assert_string_equal(text, "");
	assert_false(is_ours("", &id, text));
	assert_false(is_ours("my own rule", &id, text));
	assert_false(is_ours("netatop 0: port 80", &id, text));
	assert_false(is_ours("netatop -1: port 80", &id, text));
	assert_false(is_ours("netatop  1: port 80", &id, text));
	assert_false(is_ours("netatop 4294967296: port 80", &id, text));
	assert_false(is_ours("netatop 1 port 80", &id, text));
	assert_false(is_ours("netatopper", &id, text));
}

/* Other programs write userdata, too. On the heap, so that a byte too far is seen. */
static void test_any_userdata(void **state)
{
	static const char begin[] = "\x00\x11netatop 12: port\x00" "\x64\x08port 80";
	char text[SCOPE_TEXT_MAX + 1], comment[16];
	uint32_t id;
	int i;

	(void)state;
	srandom(1);
	for (i = 0; i < MUTATIONS; i++) {
		size_t length = random() % (sizeof(begin) + 1), k;
		uint8_t *data = malloc(length ? length : 1);

		assert_non_null(data);
		memcpy(data, begin, length);
		for (k = random() % 4; k && length; k--)
			data[random() % length] = random();
		scope_userdata_get(data, length, &id, text);
		assert_true(strlen(text) <= SCOPE_TEXT_MAX);
		if (scope_comment(data, length, comment, sizeof(comment)))
			assert_true(strlen(comment) < sizeof(comment));
		free(data);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_refused_values),
		cmocka_unit_test(test_refused_addresses),
		cmocka_unit_test(test_refused_together),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_either_end),
		cmocka_unit_test(test_most_rules),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_entrance),
		cmocka_unit_test(test_long_text),
		cmocka_unit_test(test_comments),
		cmocka_unit_test(test_any_userdata),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
