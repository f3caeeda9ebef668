// SPDX-License-Identifier: GPL-2.0
/*
 * Which flows are meant: the words of netatop scope add.
 */
#include "scope.h"
#include "common.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

struct why {
	char *text;
	size_t size;
};

static bool refuse(const struct why *why, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static bool refuse(const struct why *why, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why->text, why->size, format, args);
	va_end(args);
	return false;
}

/* As the kernel has it, and * at the end for any that begins so. */
static bool parse_interface(const char *text, struct scope_match *match, const struct why *why)
{
	size_t n = strlen(text);
	const char *c;

	match->length = n + 1;
	if (n && text[n - 1] == '*') {
		n--;
		match->length = n;
		if (!n)
			return refuse(why, "'*' is every interface; name one, or the beginning of its name");
	}
	if (!n || n >= IFNAMSIZ)
		return refuse(why, "the name of an interface has 1 to %d characters, not as '%s'",
			      IFNAMSIZ - 1, text);
	for (c = text; c < text + n; c++)
		if (isspace((unsigned char)*c) || *c == '/' || *c == ':' || *c == '*' ||
		    *c == '"')
			return refuse(why, "'%s' cannot be the name of an interface", text);
	if (!strcmp(text, ".") || !strcmp(text, ".."))
		return refuse(why, "'%s' cannot be the name of an interface", text);
	memcpy(match->name, text, n);
	return true;
}

/* Bits behind the prefix are more likely a slip than meant. */
static bool bits_beyond(const uint8_t *address, unsigned int prefix, size_t size)
{
	size_t i;

	for (i = prefix / 8; i < size; i++) {
		uint8_t mask = i == prefix / 8 ? 0xff >> prefix % 8 : 0xff;

		if (address[i] & mask)
			return true;
	}
	return false;
}

static bool parse_address(const char *text, struct scope_match *match, const struct why *why)
{
	char copy[INET6_ADDRSTRLEN + 4], *slash;
	uint64_t prefix;
	size_t size;

	snprintf(copy, sizeof(copy), "%s", text);
	slash = strchr(copy, '/');
	if (slash)
		*slash++ = 0;
	if (inet_pton(AF_INET, copy, match->address) == 1)
		match->family = AF_INET;
	else if (inet_pton(AF_INET6, copy, match->address) == 1)
		match->family = AF_INET6;
	else
		return refuse(why, "'%s' is no address; names are not looked up, write it as 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32",
			      text);
	size = match->family == AF_INET ? 4 : 16;
	prefix = size * 8;
	if (slash && (strlen(text) >= sizeof(copy) ||
		      !parse_number(slash, 0, size * 8, &prefix)))
		return refuse(why, "the prefix of '%s' is not from 1 to %zu", text, size * 8);
	if (!prefix)
		return refuse(why, "'%s' is every address; leave it away", text);
	if (bits_beyond(match->address, prefix, size))
		return refuse(why, "'%s' has bits behind the first %u; write the first address of the network, or no prefix",
			      text, (unsigned int)prefix);
	match->prefix = prefix;
	return true;
}

static bool parse_port(const char *text, struct scope_match *match, const struct why *why)
{
	char copy[16], *dash;
	uint64_t low, high;

	snprintf(copy, sizeof(copy), "%s", text);
	dash = strchr(copy, '-');
	if (dash)
		*dash++ = 0;
	if (strlen(text) >= sizeof(copy) || !parse_number(copy, 1, 65535, &low) ||
	    !parse_number(dash ? dash : copy, 1, 65535, &high))
		return refuse(why, "'%s' is no port; it is a number from 1 to 65535, or two of them as 8000-8080",
			      text);
	if (low > high)
		return refuse(why, "the ports '%s' end before they begin", text);
	if (low == 1 && high == 65535)
		return refuse(why, "'%s' is every port; leave it away", text);
	match->low = low;
	match->high = high;
	return true;
}

static bool parse_protocol(const char *text, struct scope_match *match, const struct why *why)
{
	if (!strcmp(text, "tcp"))
		match->protocol = IPPROTO_TCP;
	else if (!strcmp(text, "udp"))
		match->protocol = IPPROTO_UDP;
	else
		return refuse(why, "the protocol is tcp or udp, not '%s'", text);
	return true;
}

static bool parse_direction(const char *text, struct scope_match *match, const struct why *why)
{
	if (!strcmp(text, "in"))
		match->incoming = true;
	else if (strcmp(text, "out"))
		return refuse(why, "the direction is in or out, not '%s'", text);
	return true;
}

static bool parse_owner(const char *text, struct scope_match *match, const struct why *why)
{
	return parse_user(text, &match->uid) ||
	       refuse(why, "there is no user '%s'", text);
}

static bool is_cgroup(int fd)
{
	struct statfs fs;

	return !fstatfs(fd, &fs) && fs.f_type == CGROUP2_SUPER_MAGIC;
}

/* How many directories one is below the root of its tree. Closes it. */
static uint32_t depth(int fd)
{
	uint32_t level = 0;
	int parent;

	for (;;) {
		parent = openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
		close(fd);
		if (parent < 0)
			return level;
		if (!is_cgroup(parent)) {
			close(parent);
			return level;
		}
		level++;
		fd = parent;
	}
}

/*
 * A path as /proc/PID/cgroup has it, or as the file system has it. ip netns exec
 * hides what is mounted below /sys; process 1 still sees it.
 */
static int open_cgroup(const char *text)
{
	static const char *const roots[] = {
		"", "/sys/fs/cgroup/", "/sys/fs/cgroup/unified/", "/proc/1/root/",
		"/proc/1/root/sys/fs/cgroup/", "/proc/1/root/sys/fs/cgroup/unified/",
	};
	char path[PATH_MAX];
	size_t i;
	int fd;

	for (i = 0; i < sizeof(roots) / sizeof(*roots); i++) {
		if (!*roots[i] && *text != '/')
			continue;
		if ((size_t)snprintf(path, sizeof(path), "%s%s", roots[i], text) >= sizeof(path))
			continue;
		fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (is_cgroup(fd))
			return fd;
		close(fd);
	}
	return -1;
}

static bool parse_cgroup(const char *text, struct scope_match *match, const struct why *why)
{
	int fd = open_cgroup(text);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return refuse(why, "there is no cgroup (version 2) '%s'; it is a directory below /sys/fs/cgroup",
			      text);
	match->cgroup = st.st_ino;
	match->level = depth(fd);
	if (!match->level)
		return refuse(why, "'%s' is the root of all cgroups; leave it away", text);
	return true;
}

static const struct {
	const char *word;
	bool (*parse)(const char *text, struct scope_match *match, const struct why *why);
} keys[SCOPE_KEYS] = {
	[SCOPE_INTERFACE]	 = { "interface", parse_interface },
	[SCOPE_ADDRESS]		 = { "address", parse_address },
	[SCOPE_SOURCE]		 = { "source", parse_address },
	[SCOPE_DESTINATION]	 = { "destination", parse_address },
	[SCOPE_PORT]		 = { "port", parse_port },
	[SCOPE_SOURCE_PORT]	 = { "source-port", parse_port },
	[SCOPE_DESTINATION_PORT] = { "destination-port", parse_port },
	[SCOPE_PROTOCOL]	 = { "protocol", parse_protocol },
	[SCOPE_USER]		 = { "user", parse_owner },
	[SCOPE_CGROUP]		 = { "cgroup", parse_cgroup },
	[SCOPE_DIRECTION]	 = { "direction", parse_direction },
};

static const struct scope_match *find(const struct scope_expression *expression,
				      enum scope_key key)
{
	size_t i;

	for (i = 0; i < expression->count; i++)
		if (expression->match[i].key == key && !expression->match[i].inverted)
			return &expression->match[i];
	return NULL;
}

/* What has been said so far and can never hold together with the last one. */
static bool check_together(const struct scope_expression *expression, const struct why *why)
{
	const struct scope_match *last = &expression->match[expression->count - 1];
	const struct scope_match *other;
	const char *word = keys[last->key].word;
	size_t i;

	if (last->inverted && (last->key == SCOPE_PROTOCOL || last->key == SCOPE_DIRECTION))
		return refuse(why, "'not %s' has two ways to be said; name the other one", word);
	if (last->inverted && last->key == SCOPE_CGROUP)
		return refuse(why, "nftables cannot tell what is not in a cgroup");
	if (last->inverted)
		return true;
	other = find(expression, last->key);
	if (other != last)
		return refuse(why, "%s is said twice; all must hold, so add a rule for each", word);
	for (i = 0; i < expression->count; i++) {
		other = &expression->match[i];
		if (other == last || other->inverted || last->key < SCOPE_ADDRESS ||
		    last->key > SCOPE_DESTINATION || other->key < SCOPE_ADDRESS ||
		    other->key > SCOPE_DESTINATION)
			continue;
		if (other->family != last->family)
			return refuse(why, "no flow has both an IPv4 and an IPv6 address");
	}
	return true;
}

static bool append(struct scope_expression *expression, const char *word)
{
	size_t used = strlen(expression->text);
	int n = snprintf(expression->text + used, sizeof(expression->text) - used, "%s%s",
			 used ? " " : "", word);

	return (size_t)n < sizeof(expression->text) - used;
}

/* Names of users and cgroups can have any bytes; they are shown as they are. */
static bool fit_to_show(const char *word)
{
	for (; *word; word++)
		if (iscntrl((unsigned char)*word))
			return false;
	return true;
}

static bool parse_one(int *i, int argc, char **argv, struct scope_expression *expression,
		      const struct why *why)
{
	struct scope_match *match = &expression->match[expression->count];
	size_t key;

	memset(match, 0, sizeof(*match));
	if (!strcmp(argv[*i], "not")) {
		match->inverted = true;
		append(expression, argv[(*i)++]);
		if (*i == argc)
			return refuse(why, "'not' what?");
	}
	for (key = 0; key < SCOPE_KEYS; key++)
		if (!strcmp(argv[*i], keys[key].word))
			break;
	if (key == SCOPE_KEYS)
		return refuse(why, "there is no '%s' to choose by", argv[*i]);
	match->key = key;
	append(expression, argv[(*i)++]);
	if (*i == argc)
		return refuse(why, "'%s' needs a value", keys[key].word);
	if (!keys[key].parse(argv[*i], match, why))
		return false;
	if (!fit_to_show(argv[*i]))
		return refuse(why, "a value has control characters");
	if (!append(expression, argv[(*i)++]))
		return refuse(why, "the rule has more than %d bytes", SCOPE_TEXT_MAX);
	expression->count++;
	return check_together(expression, why);
}

/**
 * scope_parse() - which flows are meant
 * @argc:	how many words
 * @argv:	words: [not] KEY VALUE, again and again
 * @expression: where it is put
 * @why:	if they make no sense: what is wrong with them
 * @size:	of @why
 *
 * Return: whether they make sense.
 */
bool scope_parse(int argc, char **argv, struct scope_expression *expression,
		 char *why, size_t size)
{
	const struct why reason = { why, size };
	const struct scope_match *direction;
	bool user = false;
	size_t k;
	int i = 0;

	memset(expression, 0, sizeof(*expression));
	if (!argc)
		return refuse(&reason, "which flows?");
	while (i < argc) {
		if (expression->count == SCOPE_MATCHES)
			return refuse(&reason, "more than %d conditions", SCOPE_MATCHES);
		if (!parse_one(&i, argc, argv, expression, &reason))
			return false;
	}
	for (k = 0; k < expression->count; k++)
		user |= expression->match[k].key == SCOPE_USER;
	direction = find(expression, SCOPE_DIRECTION);
	if (user && direction && direction->incoming)
		return refuse(&reason, "the user of a flow that begins elsewhere is not known when it begins");
	return true;
}
