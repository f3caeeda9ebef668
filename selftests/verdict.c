// SPDX-License-Identifier: GPL-2.0
/*
 * verdict - a queue daemon that accepts every packet of an NFQUEUE
 *
 *	verdict QUEUE
 *
 * Prints "ready" when the queue is bound, and how many packets it has let pass when it is told to
 * end (SIGTERM); ends by itself after 900 seconds.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include <linux/netfilter.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "limit.h"

static unsigned long passed;
static volatile sig_atomic_t over;

static void on_term(int sig)
{
	over = sig;
}

static int accept_packet(struct nfq_q_handle *queue, struct nfgenmsg *msg, struct nfq_data *data,
			 void *arg)
{
	struct nfqnl_msg_packet_hdr *hdr = nfq_get_msg_packet_hdr(data);

	(void)msg;
	(void)arg;
	if (!hdr)
		return -1;
	passed++;
	return nfq_set_verdict(queue, ntohl(hdr->packet_id), NF_ACCEPT, 0, NULL);
}

int main(int argc, char **argv)
{
	struct sigaction term = { .sa_handler = on_term };
	struct nfq_handle *handle = nfq_open();
	struct nfq_q_handle *queue;
	char buf[65536];
	ssize_t len;

	alarm(time_limit());
	sigaction(SIGTERM, &term, NULL);
	queue = handle && argc == 2 ?
		nfq_create_queue(handle, atoi(argv[1]), accept_packet, NULL) : NULL;
	if (!queue || nfq_set_mode(queue, NFQNL_COPY_PACKET, 64) < 0) {
		perror("verdict: queue");
		return 1;
	}
	puts("ready");
	fflush(stdout);
	while (!over) {
		len = recv(nfq_fd(handle), buf, sizeof(buf), 0);
		if (len > 0)
			nfq_handle_packet(handle, buf, len);
		else if (len < 0 && errno != EINTR) {
			perror("verdict: recv");
			return 1;
		}
	}
	printf("passed=%lu\n", passed);
	nfq_destroy_queue(queue);
	nfq_close(handle);
	return 0;
}
