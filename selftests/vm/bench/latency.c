// SPDX-License-Identifier: GPL-2.0
/*
 * For how long interrupts and softirqs are off, and who has them off: for a
 * machine with one CPU where an instruction takes a nanosecond, and which has
 * no irqsoff tracer.
 *
 * A timer interrupts every PERIOD of the time that is not its own.
 *
 * - It comes late if interrupts are off: by how much, less a PERIOD at most, is
 *   for how long they were.  Whoever switches them on again is interrupted.
 * - If it meets softirqs that a task has switched off, it raises one of its
 *   own, which runs as soon as they are on.
 * - In a softirq the whole is the kernel's, and what is told is for how many
 *   interrupts in a row netatop was found in it.
 *
 * A section is netatop's, or of this module itself, if one of them is on the
 * stack.  What is told can be up to a PERIOD too little.
 *
 * /sys/kernel/debug/latency: "start" or "stop" is written to it, and "irqs",
 * "bh" or "softirq" with a number to hold them off for so many microseconds.
 */
#include <linux/debugfs.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/kallsyms.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <asm/irq_regs.h>
#include <asm/unwind.h>

#define PERIOD		(5 * NSEC_PER_USEC)
#define DEPTH		48	/* functions that are looked for netatop */
#define SHOWN		4	/* of a place */
#define CALIBRATIONS	32

enum kind { IRQS, BH, SOFTIRQ, KINDS };

static const char *const kind_names[KINDS] = { "irqs", "bh", "softirq" };

/* A place in the kernel: where, who called that; whether netatop is on the stack. */
struct place {
	unsigned long	ip[SHOWN];
	unsigned long	ours;
};

struct longest {
	u64	ns;
	char	where[160];
};

/* Of all; ours; ours, but in the kernel's allocator of pages. */
enum whose { ALL, OURS, PAGES, WHOSE };

static const char *const whose_names[WHOSE] = { "all", "netatop", "pages" };

static struct longest longest[KINDS][WHOSE];
static u64 ticks, ticks_ours, unwinds_failed;

static struct hrtimer timer;
static struct dentry *file;
static bool running;
static struct module *netatop;

/* What an interrupt takes before the handler; and before and after it. */
static u64 entry_cost = U64_MAX, around_cost;
static u64 handlers;			/* the time that was spent in all of them */
static u64 loops_per_ms;

/* Of the softirq that has been raised. */
static struct {
	bool		raised;
	u64		since, handlers, ticks;
	struct place	place;
} section;
static u64 in_a_row;			/* in a softirq, with ours on the stack */

static bool is_ours(unsigned long addr)
{
	return within_module(addr, THIS_MODULE) ||
	       (netatop && within_module(addr, netatop));
}

static void add(struct place *place, unsigned int i, unsigned long addr)
{
	if (i < SHOWN)
		place->ip[i] = addr;
	if (!place->ours && is_ours(addr))
		place->ours = addr;
}

/* Not below a softirq: it has interrupted somebody who has no part in it. */
static void look(struct pt_regs *regs, struct place *place)
{
	struct unwind_state state;
	enum stack_type type;
	unsigned long addr;
	unsigned int i = 0;

	memset(place, 0, sizeof(*place));
	if (!regs || user_mode(regs))
		return;
	add(place, i++, regs->ip);
	unwind_start(&state, current, regs, NULL);
	type = state.stack_info.type;
	for (; i < DEPTH && !unwind_done(&state); unwind_next_frame(&state)) {
		addr = unwind_get_return_address(&state);
		if (!addr || state.stack_info.type != type)
			break;
		add(place, i++, addr);
	}
	unwinds_failed += unwind_error(&state);
}

static void note_one(struct longest *max, u64 ns, const struct place *place)
{
	int i, n = 0;

	if (ns <= max->ns)
		return;
	max->ns = ns;
	max->where[0] = '\0';
	for (i = 0; i < SHOWN && place->ip[i]; i++)
		n += scnprintf(max->where + n, sizeof(max->where) - n, "%s%ps",
			       i ? " < " : "", (void *)place->ip[i]);
	for (i = 0; i < SHOWN && place->ours; i++)
		if (place->ip[i] == place->ours)
			return;
	if (place->ours)
		scnprintf(max->where + n, sizeof(max->where) - n, " < .. %ps",
			  (void *)place->ours);
}

/*
 * Which moves some thousand of them at once, with interrupts off, for whoever
 * needs or frees one.
 */
static bool is_of_pages(const struct place *place)
{
	char name[KSYM_SYMBOL_LEN];
	int i;

	for (i = 0; i < SHOWN && place->ip[i] != place->ours; i++) {
		sprint_symbol_no_offset(name, place->ip[i]);
		if (!strcmp(name, "get_page_from_freelist") ||
		    strstarts(name, "free_unref_page"))
			return true;
	}
	return false;
}

static void note(enum kind kind, u64 ns, const struct place *place)
{
	enum whose whose = OURS;

	note_one(&longest[kind][ALL], ns, place);
	if (!place->ours || ns <= longest[kind][OURS].ns)
		return;
	if (kind == IRQS && is_of_pages(place))
		whose = PAGES;
	note_one(&longest[kind][whose], ns, place);
}

/* Softirqs are on again. */
static void section_end(struct tasklet_struct *unused)
{
	u64 now = ktime_get_ns();
	u64 own = handlers - section.handlers +
		  (ticks - section.ticks) * around_cost;

	if (now - section.since > own)
		note(BH, now - section.since - own, &section.place);
	section.raised = false;
}

static DECLARE_TASKLET(section_tasklet, section_end);

static void section_look(const struct place *place)
{
	if (!section.raised) {
		section.raised = true;
		section.place = *place;
		section.since = 0;
		tasklet_hi_schedule(&section_tasklet);
	} else if (place->ours && !section.place.ours) {
		section.place = *place;
	}
}

static enum hrtimer_restart tick(struct hrtimer *unused)
{
	u64 begin = ktime_get_ns(), end;
	u64 late = begin - ktime_to_ns(hrtimer_get_expires(&timer));
	struct place place;

	ticks++;
	entry_cost = min(entry_cost, late);
	late -= entry_cost;
	/* nobody else's clock stands still while nothing runs */
	if (is_idle_task(current))
		late = 0;
	if (softirq_count() || late > longest[IRQS][OURS].ns) {
		look(get_irq_regs(), &place);
		ticks_ours += !!place.ours;
		note(IRQS, late, &place);
	}
	if (in_serving_softirq() && place.ours && !section.raised)
		note(SOFTIRQ, ++in_a_row * (PERIOD - around_cost / 2), &place);
	else
		in_a_row = 0;
	if (softirq_count() && !in_serving_softirq())
		section_look(&place);

	end = ktime_get_ns();
	handlers += end - begin;
	if (section.raised && !section.since) {
		section.since = end;
		section.handlers = handlers;
		section.ticks = ticks;
	}
	hrtimer_set_expires(&timer, ns_to_ktime(end + PERIOD));
	return HRTIMER_RESTART;
}

static void ticks_start(void)
{
	if (running)
		return;
	running = true;
	in_a_row = 0;
	hrtimer_start(&timer, ktime_add_ns(ktime_get(), PERIOD),
		      HRTIMER_MODE_ABS_PINNED_HARD);
}

static void ticks_stop(void)
{
	hrtimer_cancel(&timer);
	tasklet_kill(&section_tasklet);
	running = false;
}

static noinline void spin(u64 loops)
{
	while (loops--)
		barrier();
}

static u64 held_loops;

static void hold_here(struct tasklet_struct *unused)
{
	spin(held_loops);
}

static DECLARE_TASKLET(hold_tasklet, hold_here);

static void hold(enum kind kind, u64 us)
{
	held_loops = div_u64(us * loops_per_ms, USEC_PER_MSEC);
	switch (kind) {
	case IRQS:
		local_irq_disable();
		hold_here(NULL);
		local_irq_enable();
		spin(1);
		break;
	case BH:
		local_bh_disable();
		hold_here(NULL);
		local_bh_enable();
		break;
	default:
		local_bh_disable();
		tasklet_schedule(&hold_tasklet);
		local_bh_enable();
	}
}

static void calibrate_loops(void)
{
	const u64 loops = 100000;
	u64 begin, took;

	local_irq_disable();
	begin = ktime_get_ns();
	spin(loops);
	took = ktime_get_ns() - begin;
	local_irq_enable();
	loops_per_ms = div64_u64(loops * NSEC_PER_MSEC, took);
}

/* The least of some, as interrupts of others come in between. */
static void calibrate_interrupts(void)
{
	u64 took, n, own, least = U64_MAX;
	int i;

	for (i = 0; i < CALIBRATIONS; i++) {
		took = ktime_get_ns();
		n = ticks;
		own = handlers;
		spin(loops_per_ms);
		took = ktime_get_ns() - took;
		n = ticks - n;
		own = handlers - own + NSEC_PER_MSEC;
		if (n && took > own)
			least = min(least, div64_u64(took - own, n));
	}
	around_cost = least == U64_MAX ? 0 : least;
}

static int show(struct seq_file *m, void *unused)
{
	unsigned int i, j;

	for (i = 0; i < KINDS; i++)
		for (j = 0; j < WHOSE; j++)
			if (longest[i][j].ns)
				seq_printf(m, "%s %s %llu %s\n", kind_names[i],
					   whose_names[j],
					   longest[i][j].ns + PERIOD,
					   longest[i][j].where);
	seq_printf(m, "ticks %llu\nticks-netatop %llu\nunwinds-failed %llu\ncost %llu\n",
		   ticks, ticks_ours, unwinds_failed, around_cost);
	return 0;
}

static int open(struct inode *inode, struct file *filp)
{
	return single_open(filp, show, NULL);
}

static void start(void)
{
	ticks_stop();
	memset(longest, 0, sizeof(longest));
	ticks = 0;
	ticks_ours = 0;
	ticks_start();
}

static ssize_t store(struct file *filp, const char __user *buf, size_t count,
		     loff_t *pos)
{
	char line[32] = "", word[16];
	unsigned int i, us;

	if (count >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, buf, count))
		return -EFAULT;
	if (sscanf(line, "%15s %u", word, &us) == 2) {
		for (i = 0; i < KINDS; i++)
			if (!strcmp(word, kind_names[i]))
				hold(i, us);
	} else if (!strcmp(word, "start")) {
		start();
	} else {
		ticks_stop();
	}
	return count;
}

static const struct file_operations latency_fops = {
	.owner		= THIS_MODULE,
	.open		= open,
	.read		= seq_read,
	.write		= store,
	.llseek		= seq_lseek,
	.release	= single_release,
};

/* It is told of the end when the exit function has run. */
static int module_changes(struct notifier_block *nb, unsigned long state,
			  void *data)
{
	struct module *mod = data;

	if (strcmp(mod->name, "netatop"))
		return NOTIFY_DONE;
	if (state == MODULE_STATE_COMING)
		WRITE_ONCE(netatop, mod);
	else if (state == MODULE_STATE_GOING)
		WRITE_ONCE(netatop, NULL);
	return NOTIFY_DONE;
}

static struct notifier_block module_nb = { .notifier_call = module_changes };

static int __init latency_init(void)
{
	int err = register_module_notifier(&module_nb);

	if (err)
		return err;
	hrtimer_init(&timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_PINNED_HARD);
	timer.function = tick;
	calibrate_loops();
	ticks_start();
	calibrate_interrupts();
	ticks_stop();
	file = debugfs_create_file("latency", 0600, NULL, NULL, &latency_fops);
	return 0;
}

static void __exit latency_exit(void)
{
	debugfs_remove(file);
	ticks_stop();
	unregister_module_notifier(&module_nb);
}

module_init(latency_init);
module_exit(latency_exit);
MODULE_DESCRIPTION("how long interrupts and softirqs are off");
MODULE_LICENSE("GPL");
