// SPDX-License-Identifier: GPL-2.0
/*
 * What the subcommands share: errors, arguments, names, figures.
 */
#include "common.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LOADED "/sys/module/netatop"

void complain(const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fputs("netatop: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

/**
 * usage_error() - say that a command was not understood
 * @command: its name
 * @format:  why
 *
 * Return: USAGE.
 */
int usage_error(const char *command, const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fprintf(stderr, "netatop %s: ", command);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\nTry: netatop %s --help\n", command);
	return USAGE;
}

bool starts(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

bool ends(const char *text, const char *with)
{
	size_t n = strlen(text), m = strlen(with);

	return n >= m && !strcmp(text + n - m, with);
}

/**
 * option_error() - say what getopt did not like
 * @command: name of the command
 * @c:	     what it returned: '?' or ':'
 * @argv:    what it was given
 *
 * Return: USAGE.
 */
int option_error(const char *command, int c, char **argv)
{
	if (c == ':')
		return usage_error(command, "%s needs a value", argv[optind - 1]);
	if (!starts(argv[optind - 1], "--") && isprint(optopt))
		return usage_error(command, "there is no option -%c", optopt);
	if (optopt)
		return usage_error(command, "%s: there is no value to it", argv[optind - 1]);
	return usage_error(command, "there is no option %s", argv[optind - 1]);
}

/**
 * explain() - say what an error of the library means, and what to do
 * @err:     the error number, negative
 * @text:    what the library said
 * @version: of the netlink family of the module
 * @what:    what was to be done
 *
 * Return: FAILED.
 */
int explain(int err, const char *text, unsigned int version, const char *what)
{
	switch (err) {
	case -ENODEV:
		if (access(LOADED, F_OK))
			complain("the module is not loaded; load it with: modprobe netatop");
		else
			complain("the module that is loaded has no generic netlink, it is too old or another one; replace it with: rmmod netatop && modprobe netatop");
		break;
	case -EPERM:
		complain("%s: not permitted; it needs CAP_NET_ADMIN in the initial user namespace, as root has it",
			 what);
		break;
	case -EPROTONOSUPPORT:
		complain("the module speaks version %u of its protocol, and this program version %u; install %s of the same release",
			 version, NETATOP_FAMILY_VERSION,
			 version > NETATOP_FAMILY_VERSION ? "a program" : "a module");
		break;
	default:
		complain("%s: %s%s%s", what, strerror(-err), text && *text ? ": " : "",
			 text ? text : "");
	}
	return FAILED;
}

/**
 * version_of_module() - of the protocol that it speaks
 *
 * For when the library does not like it and opens no handle that could be asked.
 *
 * Return: the version, or 0.
 */
unsigned int version_of_module(void)
{
	struct netatop_books books;
	unsigned int version = 0;
	struct netatop *nta;

	if (!netatop_open(&nta, NETATOP_OPEN_UNLOADED)) {
		netatop_get_books(nta, &books);
		version = netatop_family_version(nta);
		netatop_close(nta);
	}
	return version;
}

/**
 * open_module() - open the library's handle
 *
 * Return: the handle, or NULL, and it has been said why.
 */
struct netatop *open_module(void)
{
	struct netatop *nta;
	int err = netatop_open(&nta, 0);

	if (!err)
		return nta;
	explain(err, NULL, err == -EPROTONOSUPPORT ? version_of_module() : 0, "open");
	return NULL;
}

/**
 * flush_output() - see to it that all has been written
 * @status: how the command ended
 *
 * Return: @status, or FAILED if stdout could not be written.
 */
int flush_output(int status)
{
	static bool said;

	if (fflush(stdout) || ferror(stdout)) {
		if (errno != EPIPE && !said)
			complain("write: %s", strerror(errno));
		said = true;
		return FAILED;
	}
	return status;
}

bool parse_number(const char *text, uint64_t least, uint64_t most, uint64_t *value)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*value = strtoull(text, &end, 10);
	return !errno && !*end && *value >= least && *value <= most;
}

/* More than nothing, a day at most. */
bool parse_seconds(const char *text, double *value)
{
	char *end;

	if (!isdigit((unsigned char)*text) && *text != '.')
		return false;
	errno = 0;
	*value = strtod(text, &end);
	return !errno && !*end && isfinite(*value) && *value >= 0.01 && *value <= 86400;
}

bool parse_user(const char *text, uid_t *uid)
{
	const struct passwd *pw = getpwnam(text);
	uint64_t number;

	if (pw) {
		*uid = pw->pw_uid;
		return true;
	}
	if (!parse_number(text, 0, UINT32_MAX - 1, &number))
		return false;
	*uid = number;
	return true;
}

/* Length of the UTF-8 @character at @s, 0 if there is none. */
static size_t utf8_length(const unsigned char *s, uint32_t *character)
{
	size_t n, i;
	uint32_t code;

	*character = *s;
	if (*s < 0x80)
		return 1;
	if (*s >= 0xc2 && *s <= 0xdf)
		n = 2;
	else if ((*s & 0xf0) == 0xe0)
		n = 3;
	else if (*s >= 0xf0 && *s <= 0xf4)
		n = 4;
	else
		return 0;
	code = *s & (0x7f >> n);
	for (i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (s[i] & 0x3f);
	}
	/* too long a form, half a pair, beyond the end, and C1 controls */
	if ((n == 3 && code < 0x800) || (n == 4 && (code < 0x10000 || code > 0x10ffff)) ||
	    (code >= 0xd800 && code <= 0xdfff) || code < 0xa0)
		return 0;
	*character = code;
	return n;
}

/* Does it move the cursor, end the line or change the order of the characters around it? */
static bool moves_text(uint32_t code)
{
	return code < 0x20 || code == 0x7f || code == 0x61c || code == 0x200e || code == 0x200f ||
	       (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

static char *replace(const char *text, char *buf, size_t size, bool controls)
{
	static const char replacement[] = "\xef\xbf\xbd";
	const unsigned char *s = (const unsigned char *)text;
	size_t used = 0, n;

	while (*s) {
		const char *from = (const char *)s;
		uint32_t character;
		size_t len;

		n = utf8_length(s, &character);
		len = n;
		if (!n || (!controls && moves_text(character))) {
			from = replacement;
			len = sizeof(replacement) - 1;
			n = n ? n : 1;
		}
		if (used + len >= size)
			break;
		memcpy(buf + used, from, len);
		used += len;
		s += n;
	}
	buf[used] = 0;
	return buf;
}

/**
 * clean_text() - make any text fit to be shown
 * @text: any bytes
 * @buf:  where to put it
 * @size: of @buf; CLEAN_SIZE of the length is enough, else it is cut
 *
 * Control characters, those that end a line or change the order of others, and
 * bytes that are not UTF-8 become U+FFFD.
 *
 * Return: @buf.
 */
char *clean_text(const char *text, char *buf, size_t size)
{
	return replace(text, buf, size, false);
}

/**
 * valid_text() - make any text fit for JSON
 * @text: any bytes
 * @buf:  where to put it
 * @size: of @buf, as for clean_text()
 *
 * Only C1 controls and bytes that are not UTF-8 become U+FFFD: JSON can say the rest.
 *
 * Return: @buf.
 */
char *valid_text(const char *text, char *buf, size_t size)
{
	return replace(text, buf, size, true);
}

/**
 * user_name() - the name of a user
 * @uid: the user
 *
 * Return: the name, or the number as text; valid until the next call.
 */
const char *user_name(uid_t uid)
{
	static struct { uid_t uid; char name[64]; bool known; } cache[64];
	size_t i = uid % (sizeof(cache) / sizeof(*cache));
	const struct passwd *pw;

	if (cache[i].known && cache[i].uid == uid)
		return cache[i].name;
	pw = getpwuid(uid);
	if (pw)
		clean_text(pw->pw_name, cache[i].name, sizeof(cache[i].name));
	else
		snprintf(cache[i].name, sizeof(cache[i].name), "%u", uid);
	cache[i].uid = uid;
	cache[i].known = true;
	return cache[i].name;
}

uint64_t counter_bytes(const struct netatop_counters *c)
{
	return c->tcp_snd_bytes + c->tcp_rcv_bytes + c->udp_snd_bytes + c->udp_rcv_bytes;
}

uint64_t counter_packets(const struct netatop_counters *c)
{
	return c->tcp_snd_packets + c->tcp_rcv_packets + c->udp_snd_packets +
	       c->udp_rcv_packets;
}

void counters_sub(struct netatop_counters *from, const struct netatop_counters *what)
{
	uint64_t *a = (uint64_t *)from;
	const uint64_t *b = (const uint64_t *)what;
	size_t i;

	for (i = 0; i < sizeof(*from) / sizeof(*a); i++)
		a[i] -= b[i];
}

/**
 * format_bytes() - a number of bytes, for people
 * @bytes: the number
 * @buf:   where to put it
 * @size:  of @buf, 8 is enough
 *
 * Return: @buf: at most three digits and a unit of 1000.
 */
char *format_bytes(uint64_t bytes, char *buf, size_t size)
{
	static const char units[] = "BkMGTPE";
	double value = bytes;
	size_t unit = 0;

	while (value >= (unit ? 999.5 : 1000)) {
		value /= 1000;
		unit++;
	}
	if (!unit || value >= 99.95)
		snprintf(buf, size, "%.0f%c", value, units[unit]);
	else if (value >= 9.995)
		snprintf(buf, size, "%.1f%c", value, units[unit]);
	else
		snprintf(buf, size, "%.2f%c", value, units[unit]);
	return buf;
}

/* Of a clock that is not set; for intervals. */
double now_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}
