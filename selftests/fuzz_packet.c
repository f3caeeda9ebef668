// SPDX-License-Identifier: GPL-2.0
/*
 * fuzz_packet COUNT SEED DEVICE ADDR4 PEER4 ADDR6 PEER6 PORT - packets that nobody should send
 *
 * COUNT of them are written to the tap device DEVICE (02:00:00:00:00:09), as if PEER had sent them to ADDR
 * and PORT, where somebody listens, with headers for offloads that need not fit (GSO_DODGY); and half as
 * many are sent from ADDR to PEER by a raw socket. fuzz_frame.h makes them. Says "tap=N of N offloads=N raw=N of
 * N": how many of them the kernel took.
 */
#define _GNU_SOURCE
#include <unistd.h>
#include "fuzz_frame.h"
#include "limit.h"

static long offloads;	/* were taken */

static int to_tap(int fd)
{
	static struct { struct virtio_net_hdr hdr; unsigned char data[sizeof(frame)]; } __attribute__((packed)) all;

	all.hdr = make_frame();
	memcpy(all.data, frame, ETH + ip_len);
	if (write(fd, &all, sizeof(all.hdr) + ETH + ip_len) < 0)
		return 0;
	offloads += all.hdr.gso_type != VIRTIO_NET_HDR_GSO_NONE;
	return 1;
}

int main(int argc, char **argv)
{
	long count, i, taken = 0, sent = 0;
	int tap;

	if (argc != 9)
		return 2;
	alarm(time_limit());
	count = atol(argv[1]);
	fuzz_seed(argv[2]);
	tap = open_ways(argv + 3);
	if (tap < 0) {
		perror("fuzz_packet");
		return 1;
	}
	for (i = 0; i < count; i++)
		taken += to_tap(tap);
	for (i = 0; i < count / 2; i++) {
		make(1);
		sent += to_raw(ip, ip_len);
	}
	printf("tap=%ld of %ld offloads=%ld raw=%ld of %ld\n", taken, count, offloads, sent, count / 2);
	return !taken || !offloads || !sent;
}
