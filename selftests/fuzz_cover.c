// SPDX-License-Identifier: GPL-2.0
/*
 * fuzz_cover netlink|sockopt|packet COUNT SEED FILE DEVICE ADDR4 PEER4 ADDR6 PEER6 PORT - fuzzing that is guided
 * by coverage
 *
 * KCOV tells which blocks of the module an input has reached: of the process that hands it in, so what softirqs
 * and workers do later is not seen. It begins with good inputs; one that goes a way that none before has gone is
 * kept, and what comes then is made of those that were kept. The last arguments are as those of fuzz_packet. FILE
 * gets the addresses of the blocks, one a line. Says "good=N tries=N kept=N deep=N ways=N blocks=N
 * first=N": how many were made of one that was kept, not of a good one; how many blocks were reached, and by the good
 * ones alone.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/kcov.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "fuzz_frame.h"
#include "fuzz_sockets.h"
#include "limit.h"
#include "netatop.h"
#include "netatop_netlink.h"

#define LONGEST 2048	/* bytes of an input */
#define MOST 8192	/* inputs that are kept */
#define TRACE (1 << 18)	/* places that one input passes; what is beyond is not seen */
#define TABLE 65536

__attribute__((noreturn))
static void die(const char *what)
{
	fprintf(stderr, "fuzz_cover: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* --- what has been reached */

static unsigned long *trace;		/* how many, and then each */
static unsigned long blocks[TABLE];	/* by hash; 0: empty */
static unsigned char ways[TABLE];	/* from one block to the next, by hash */
static long block_count, way_count;

static void open_kcov(void)
{
	int fd = open("/sys/kernel/debug/kcov", O_RDWR);

	if (fd < 0 || ioctl(fd, KCOV_INIT_TRACE, TRACE))
		die("/sys/kernel/debug/kcov");
	trace = mmap(NULL, TRACE * sizeof(*trace), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (trace == MAP_FAILED || ioctl(fd, KCOV_ENABLE, KCOV_TRACE_PC))
		die("KCOV_ENABLE");
}

static unsigned int hash(unsigned long a, unsigned long b)
{
	return (a * 0x9e3779b97f4a7c15ul ^ b * 0xc2b2ae3d27d4eb4ful) >> 48;
}

static void note_block(unsigned long pc)
{
	unsigned int at = hash(pc, 0);

	while (blocks[at] && blocks[at] != pc)
		at = (at + 1) % TABLE;
	if (blocks[at])
		return;
	if (block_count == TABLE / 2) {
		fputs("fuzz_cover: more blocks than a module can have\n", stderr);
		exit(1);
	}
	blocks[at] = pc;
	block_count++;
}

/* Whether it has gone where nothing has gone before. */
static bool look_at_trace(void)
{
	unsigned long n = trace[0], before = 0, i;
	bool found = false;

	for (i = 1; i <= n && i < TRACE; i++) {
		unsigned int way = hash(trace[i], before);

		before = trace[i];
		note_block(before);
		if (!ways[way]) {
			ways[way] = 1;
			way_count++;
			found = true;
		}
	}
	return found;
}

/* --- inputs */

struct input {
	size_t len;
	unsigned char data[LONGEST];
};

static struct input *kept[MOST], now;
static int kept_count, good_count, deep_count;

static void (*hand_in)(const unsigned char *data, size_t len);

static void keep(void)
{
	if (kept_count == MOST) {
		fputs("fuzz_cover: too many inputs to keep\n", stderr);
		exit(1);
	}
	kept[kept_count] = malloc(sizeof(now));
	if (!kept[kept_count])
		die("malloc");
	*kept[kept_count++] = now;
}

/* One that is known to be good */
static void good(const void *data, size_t len)
{
	if (len > LONGEST)
		return;
	memcpy(now.data, data, len);
	now.len = len;
	keep();
}

static void try(void)
{
	__atomic_store_n(&trace[0], 0, __ATOMIC_RELAXED);
	hand_in(now.data, now.len);
}

/* Of the good ones, those stay that are needed to go where all of them go: or the few would be lost among the many. */
static void try_good(void)
{
	int i, count = kept_count;

	kept_count = 0;
	for (i = 0; i < count; i++) {
		now = *kept[i];
		free(kept[i]);
		try();
		if (look_at_trace())
			keep();
	}
	good_count = kept_count;
	if (!good_count) {
		fputs("fuzz_cover: nothing of the module was reached\n", stderr);
		exit(1);
	}
}

/* The newest are what the others are least tried around. */
static int any_kept(void)
{
	int newest = kept_count < 64 ? kept_count : 64;

	return fuzz_below(2) ? fuzz_below(kept_count) : kept_count - 1 - fuzz_below(newest);
}

static void change(void)
{
	static const unsigned int odd[] = {
		0, 1, 2, 3, 4, 5, 8, 16, 20, 64, 100, 127, 128, 255, 256, 1280, 32767, 32768, 65535, 65536,
		0x400000, 0x400001, 0x7fffffff, 0x80000000, 0xffffffff,
	};
	size_t at = fuzz_below(now.len + 1), n = 1 + fuzz_below(16), width = 1 << fuzz_below(4);
	struct input *other;
	unsigned long value;

	switch (fuzz_below(8)) {
	case 0:
		if (at < now.len)
			now.data[at] ^= 1 << fuzz_below(8);
		break;
	case 1:
		if (at < now.len)
			now.data[at] = fuzz_next();
		break;
	case 2:
		if (at < now.len)
			now.data[at] += fuzz_below(2) ? 1 : -1;
		break;
	case 3:		/* a number, in either order of bytes */
		value = fuzz_one_of(odd);
		if (fuzz_below(2) && width <= 4)
			value = __builtin_bswap32(value) >> (32 - 8 * width);
		if (at + width <= now.len)
			memcpy(now.data + at, &value, width);
		break;
	case 4:		/* once more what is there */
		if (at + n > now.len || now.len + n > LONGEST)
			break;
		memmove(now.data + at + n, now.data + at, now.len - at);
		now.len += n;
		break;
	case 5:
		if (at + n > now.len)
			break;
		memmove(now.data + at, now.data + at + n, now.len - at - n);
		now.len -= n;
		break;
	case 6:		/* the end of another */
		other = kept[any_kept()];
		if (at >= other->len)
			break;
		memcpy(now.data + at, other->data + at, other->len - at);
		now.len = other->len;
		break;
	default:	/* all of another behind it */
		other = kept[any_kept()];
		n = fuzz_below(4) ? 2 : 0;
		if (other->len <= n || now.len + other->len - n > LONGEST)
			break;
		memcpy(now.data + now.len, other->data + n, other->len - n);
		now.len += other->len - n;
		break;
	}
}

/* A process that is there to be told of when it has gone */
static void have_an_exit(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	pid_t pid = fork();
	int fd;

	if (pid < 0)
		die("fork");
	if (!pid) {
		to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		fd = socket(AF_INET, SOCK_DGRAM, 0);
		_exit(sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof(to)) != 1);
	}
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* --- netlink: a byte of flags, the command, and then attributes */

static struct mnl_socket *sock;
static unsigned char cursor[NETATOP_CURSOR_SIZE], cookie[8];
static size_t cursor_len;
static unsigned short family;

enum { F_DUMP = 1, F_ANY_FLAGS = 2, F_SHORT = 4, F_NO_ACK = 8 };

static void open_netlink(void)
{
	if (sock)
		mnl_socket_close(sock);
	sock = mnl_socket_open(NETLINK_GENERIC);
	if (!sock || mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) < 0)
		die("netlink");
}

/* What the module has said is asked for again: only so an input gets past the check of what cannot be guessed. */
static int note_attr(const struct nlattr *attr, void *data)
{
	(void)data;
	if (mnl_attr_get_type(attr) == NETATOP_A_CURSOR && mnl_attr_get_payload_len(attr) <= sizeof(cursor)) {
		cursor_len = mnl_attr_get_payload_len(attr);
		memcpy(cursor, mnl_attr_get_payload(attr), cursor_len);
	} else if (mnl_attr_get_type(attr) == NETATOP_A_COOKIE && mnl_attr_get_payload_len(attr) == sizeof(cookie)) {
		memcpy(cookie, mnl_attr_get_payload(attr), sizeof(cookie));
	}
	return MNL_CB_OK;
}

/* Whether there may be more: all there is was made while it was sent, or will be by recv() */
static bool receive(void)
{
	static unsigned char buf[NETATOP_PAGE_SIZE];
	int len = recv(mnl_socket_get_fd(sock), buf, sizeof(buf), MSG_DONTWAIT);
	struct nlmsghdr *nlh;

	if (len <= 0)
		return len < 0 && errno == ENOBUFS;
	for (nlh = (void *)buf; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
		if (nlh->nlmsg_type == family)
			mnl_attr_parse(nlh, sizeof(struct genlmsghdr), note_attr, NULL);
	return true;
}

/* A cursor or a cookie of the input is how far it is from the right one. */
static void from_right(unsigned char *data, size_t len)
{
	while (len >= sizeof(struct nlattr)) {
		struct nlattr *attr = (void *)data;
		size_t size = attr->nla_len, i;

		if (size < sizeof(*attr) || size > len)
			return;
		data += sizeof(*attr);
		if (attr->nla_type == NETATOP_A_CURSOR)
			for (i = 0; i < size - sizeof(*attr) && i < cursor_len; i++)
				data[i] ^= cursor[i];
		else if (attr->nla_type == NETATOP_A_COOKIE)
			for (i = 0; i < size - sizeof(*attr) && i < sizeof(cookie); i++)
				data[i] ^= cookie[i];
		size = MNL_ALIGN(size);
		if (size > len)
			return;
		data += size - sizeof(*attr);
		len -= size;
	}
}

static void to_netlink(const unsigned char *data, size_t len)
{
	static unsigned char out[NLMSG_HDRLEN + GENL_HDRLEN + LONGEST] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = (void *)out;
	struct genlmsghdr *genl = (void *)(out + NLMSG_HDRLEN);
	static unsigned int seq;
	int i;

	if (len < 2)
		return;
	memset(nlh, 0, sizeof(*nlh));
	nlh->nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN + len - 2;
	nlh->nlmsg_type = family;
	nlh->nlmsg_seq = ++seq;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	if (data[0] & F_DUMP)
		nlh->nlmsg_flags |= NLM_F_DUMP;
	else if (!(data[0] & F_NO_ACK))
		nlh->nlmsg_flags |= NLM_F_ACK;
	if (data[0] & F_ANY_FLAGS)
		nlh->nlmsg_flags ^= data[0] << 4;
	if (data[0] & F_SHORT)
		nlh->nlmsg_len -= (data[0] >> 4) % (len + 2);
	genl->cmd = data[1];
	genl->version = NETATOP_FAMILY_VERSION;
	memcpy(out + NLMSG_HDRLEN + GENL_HDRLEN, data + 2, len - 2);
	from_right(out + NLMSG_HDRLEN + GENL_HDRLEN, len - 2);
	if (send(mnl_socket_get_fd(sock), out, NLMSG_HDRLEN + GENL_HDRLEN + len - 2, MSG_DONTWAIT) < 0) {
		open_netlink();
		return;
	}
	for (i = 0; i < 64 && receive(); i++)
		;
	/* a dump that was not read to its end keeps a socket from beginning another */
	if (i == 64)
		open_netlink();
}

static int find_id(const struct nlmsghdr *nlh, void *data)
{
	struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			*(unsigned short *)data = mnl_attr_get_u16(attr);
	return MNL_CB_OK;
}

static void find_family(void)
{
	char buf[PAGE];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;
	int len;

	nlh->nlmsg_type = GENL_ID_CTRL;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = CTRL_CMD_GETFAMILY;
	genl->version = 1;
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, NETATOP_FAMILY_NAME);
	if (mnl_socket_sendto(sock, nlh, nlh->nlmsg_len) < 0)
		die("CTRL_CMD_GETFAMILY");
	len = mnl_socket_recvfrom(sock, buf, sizeof(buf));
	if (len < 0 || mnl_cb_run(buf, len, 0, 0, find_id, &family) < 0 || !family)
		die("CTRL_CMD_GETFAMILY");
}

/* Each command in either form: plain, and what is a request with each attribute in each of the common sizes. */
static void good_netlink(void)
{
	static const unsigned char sizes[] = { 0, 4, 8, 56 };	/* 56: a CURSOR */
	unsigned char data[2 + NLA_HDRLEN + 64];
	struct nlattr *attr = (void *)(data + 2);
	int cmd, type, size;
	pid_t self = getpid();

	for (cmd = 0; cmd <= 2 * NETATOP_CMD_MAX + 3; cmd++) {
		memset(data, 0, sizeof(data));
		data[0] = cmd & 1 ? F_DUMP : 0;
		data[1] = cmd / 2;
		good(data, 2);
		if (cmd / 2 < NETATOP_CMD_TASK_GET || cmd / 2 > NETATOP_CMD_EXIT_READ)
			continue;
		for (type = 1; type <= NETATOP_A_MAX + 1; type++) {
			for (size = 0; size < (int)sizeof(sizes); size++) {
				memset(data + 2, 0, sizeof(data) - 2);
				attr->nla_type = type;
				attr->nla_len = NLA_HDRLEN + sizes[size];
				if (sizes[size])
					memcpy(data + 2 + NLA_HDRLEN, &self, sizeof(self));
				if (type == NETATOP_A_CURSOR || type == NETATOP_A_COOKIE)
					memset(data + 2 + NLA_HDRLEN, 0, sizeof(self));
				good(data, 2 + NLA_HDRLEN + sizes[size]);
			}
		}
	}
}

/* --- getsockopt: which socket, the command, where, four bytes of length, and then what is there */

static void to_sockopt(const unsigned char *data, size_t len)
{
	socklen_t size, *sizep = &size;
	unsigned char *where, kind;
	int cmd, fd;

	if (len < 7)
		return;
	fd = fds[data[0] % 5];
	cmd = NETATOP_BASE_CTL - 1 + data[1] % 8;
	kind = data[2];
	memcpy(&size, data + 3, sizeof(size));
	data += 7;
	len -= 7;
	memset(page, 0, PAGE);
	if (kind & 1)
		where = kind & 2 ? NULL : fixed;
	else
		memcpy(where = kind & 2 ? page : page + PAGE - len, data, len);
	if (kind & 4)
		sizep = (void *)fixed;
	if (kind & 8)
		setsockopt(fd, SOL_IP, cmd, where, size);
	else
		getsockopt(fd, SOL_IP, cmd, where, sizep);
}

static void good_sockopt(void)
{
	static const int lengths[] = { 0, 3, 4, 95, 96, 97, 103, 104, 105, 4096, -1 };
	unsigned char data[7 + 104] = { 0 };
	size_t cmd, i;
	pid_t self = getpid();

	memcpy(data + 7, &self, sizeof(self));
	for (cmd = 0; cmd < 8; cmd++) {
		for (i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
			data[1] = cmd;
			memcpy(data + 3, &lengths[i], 4);
			good(data, sizeof(data));
		}
	}
}

static void open_sockopt(void)
{
	if (open_sockets())
		die("set-up");
	/* a length that is right, and cannot be written */
	*(socklen_t *)fixed = sizeof(struct netpertask);
	if (mprotect(fixed, 2 * PAGE, PROT_READ))
		die("set-up");
	interrupt_each(20000);
}

/* --- packets: a byte of ways, the header for offloads, and then the frame */

enum { P_RAW = 1, P_SUM4 = 2, P_SUM = 4 };

#define HEAD (1 + sizeof(struct virtio_net_hdr))

static int tap = -1;

static void to_packet(const unsigned char *data, size_t len)
{
	static unsigned char out[HEAD + LONGEST];
	struct virtio_net_hdr hdr;
	size_t size, header;
	int proto;

	if (len < HEAD + ETH + 20)
		return;
	memcpy(out, data, len);
	size = len - HEAD - ETH;
	memcpy(ip, data + HEAD + ETH, size);
	/* or all that is changed would be no more than a wrong sum */
	if (!(data[0] & P_SUM4) && ip[0] >> 4 == 4 && size >= (ip[0] & 15) * 4u) {
		sum_ip4();
		memcpy(out + HEAD + ETH, ip, 20);
	}
	memcpy(&hdr, data + 1, sizeof(hdr));
	header = ip[0] >> 4 == 4 ? (ip[0] & 15) * 4u : 40;
	proto = ip[0] >> 4 == 4 ? ip[9] : ip[6];
	if (!(data[0] & P_SUM) && size >= header + 20 && (proto == IPPROTO_TCP || proto == IPPROTO_UDP)) {
		hdr.flags |= VIRTIO_NET_HDR_F_NEEDS_CSUM;
		hdr.csum_start = ETH + header;
		hdr.csum_offset = proto == IPPROTO_TCP ? 16 : 6;
	}
	memcpy(out + 1, &hdr, sizeof(hdr));
	if (data[0] & P_RAW)
		to_raw(out + HEAD + ETH, size);
	else if (write(tap, out + 1, len - 1) < 0 && errno != EINVAL && errno != ENOMEM && errno != EFAULT)
		die("write to the tap device");
}

static void good_packet(void)
{
	unsigned char data[HEAD + LONGEST];
	int i;

	for (i = 0; i < 400; i++) {
		struct virtio_net_hdr hdr = make_frame();

		data[0] = 0;
		if (i & 1) {
			make(1);
			data[0] = P_RAW;
		}
		if (HEAD + ETH + ip_len > LONGEST)
			continue;
		memcpy(data + 1, &hdr, sizeof(hdr));
		memcpy(data + HEAD, frame, ETH + ip_len);
		good(data, HEAD + ETH + ip_len);
	}
}

static void choose_door(const char *name, char **ways_of_packets)
{
	if (!strcmp(name, "netlink")) {
		hand_in = to_netlink;
		open_netlink();
		find_family();
		good_netlink();
	} else if (!strcmp(name, "sockopt")) {
		hand_in = to_sockopt;
		open_sockopt();
		good_sockopt();
	} else {
		hand_in = to_packet;
		tap = open_ways(ways_of_packets);
		if (tap < 0)
			die("tap device");
		good_packet();
	}
}

int main(int argc, char **argv)
{
	long tries, first, i;
	int from;
	FILE *file;

	if (argc != 11)
		return 2;
	fuzz_seed(argv[3]);
	if (strcmp(argv[1], "sockopt"))
		alarm(time_limit());
	file = fopen(argv[4], "w");
	if (!file)
		die(argv[4]);
	have_an_exit();
	choose_door(argv[1], argv + 5);
	open_kcov();
	try_good();
	first = block_count;
	for (tries = 0; tries < atol(argv[2]); tries++) {
		if (tries % 512 == 0)
			have_an_exit();
		from = any_kept();
		now = *kept[from];
		for (i = 1 << fuzz_below(4); i; i--)
			change();
		try();
		if (look_at_trace()) {
			keep();
			deep_count += from >= good_count;
		}
	}
	for (i = 0; i < TABLE; i++)
		if (blocks[i])
			fprintf(file, "%lx\n", blocks[i]);
	if (fclose(file))
		die(argv[4]);
	printf("good=%d tries=%ld kept=%d deep=%d ways=%ld blocks=%ld first=%ld\n", good_count, tries,
	       kept_count - good_count, deep_count, way_count, block_count, first);
	return 0;
}
