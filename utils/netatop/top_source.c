// SPDX-License-Identifier: GPL-2.0
/*
 * What the live view shows comes from here.
 */
#include "top_source.h"
#include "common.h"

#include <errno.h>
#include <string.h>

#define LOST_SAMPLES	10

/**
 * top_source_open() - begin
 * @source: the source
 *
 * Return: DONE or FAILED, and it has been said why.
 */
int top_source_open(struct top_source *source)
{
	int err;

	memset(source, 0, sizeof(*source));
	source->nta = open_module();
	if (!source->nta)
		return FAILED;
	err = netatop_events_open(&source->events, 0);
	if (!err)
		return DONE;
	explain(err, NULL, netatop_family_version(source->nta), "listen to ends of processes");
	top_source_close(source);
	return FAILED;
}

void top_source_close(struct top_source *source)
{
	netatop_events_close(source->events);
	netatop_close(source->nta);
	source->events = NULL;
	source->nta = NULL;
}

int top_source_fd(const struct top_source *source)
{
	return netatop_events_fd(source->events);
}

static void set_alert(struct top_view *view, int err, const char *text)
{
	if (!err)
		*view->alert = 0;
	else if (err == -ENODEV)
		snprintf(view->alert, sizeof(view->alert),
			 "the module is not loaded (modprobe netatop); waiting for it");
	else if (err == -EPERM)
		snprintf(view->alert, sizeof(view->alert),
			 "not permitted any more: CAP_NET_ADMIN is missing");
	else if (err == -EPROTONOSUPPORT)
		snprintf(view->alert, sizeof(view->alert),
			 "the module that was loaded is of another version than this program");
	else
		snprintf(view->alert, sizeof(view->alert), "the module says: %s%s%s",
			 strerror(-err), *text ? ": " : "", text);
}

struct walk {
	struct netatop *nta;
	struct top_view *view;
};

static int on_process(const struct netatop_task *task, void *data)
{
	struct walk *walk = data;

	return top_model_task(&walk->view->processes, task, netatop_load_cookie(walk->nta));
}

/* Another process can have the number by now. */
static int on_thread(const struct netatop_task *task, void *data)
{
	struct walk *walk = data;

	if (task->start != walk->view->of.start)
		return 0;
	return top_model_task(&walk->view->threads, task, netatop_load_cookie(walk->nta));
}

static bool is_owner(const struct netatop_owner *owner, const struct netatop_task *task)
{
	return owner->kind == NETATOP_OWNER_THREAD && owner->tgid == task->tgid &&
	       owner->start == task->start;
}

static int on_flow(const struct netatop_flow *flow, void *data)
{
	struct walk *walk = data;
	const struct netatop_task *of = &walk->view->of;

	if (!is_owner(&flow->owner_orig, of) && !is_owner(&flow->owner_reply, of) &&
	    !is_owner(&flow->owner_sock, of))
		return 0;
	return top_flows_add(&walk->view->flows, flow);
}

/* All tasks that a filter lets through; again if the module was loaded anew meanwhile. */
static int take_tasks(struct walk *walk, struct top_model *model,
		      const struct netatop_filter *filter, netatop_task_cb cb)
{
	int err, tries = 3;

	do {
		top_model_begin(model);
		err = netatop_walk_tasks(walk->nta, filter, cb, walk);
	} while (err == -ESTALE && --tries);
	if (!err)
		top_model_end(model, netatop_load_cookie(walk->nta), netatop_walk_time(walk->nta));
	return err;
}

/* Not so often that the walks over a large table take more than a tenth of the time. */
static int take_flows(struct top_source *source, struct walk *walk)
{
	struct netatop_filter filter = {
		.match = NETATOP_MATCH_TGID,
		.tgid = walk->view->of.tgid,
	};
	double begin = now_seconds();
	int err, tries = 3;

	if (begin < source->flows_next)
		return 0;
	do {
		top_flows_begin(&walk->view->flows);
		err = netatop_walk_flows(walk->nta, &filter, on_flow, walk);
	} while ((err == -ESTALE || err == -EINTR) && --tries);
	top_flows_end(&walk->view->flows);
	source->flows_next = now_seconds() + 9 * (now_seconds() - begin);
	/* entries moved each time: those that there are, are shown */
	return err == -EINTR ? 0 : err;
}

static int take_page(struct top_source *source, struct walk *walk)
{
	struct netatop_filter filter = {
		.match = NETATOP_MATCH_TGID | NETATOP_MATCH_THREADS,
		.tgid = walk->view->of.tgid,
	};
	struct top_view *view = walk->view;
	enum top_page page = view->page == TOP_HELP ? view->back : view->page;

	if (page == TOP_THREADS)
		return take_tasks(walk, &view->threads, &filter, on_thread);
	if (page == TOP_FLOWS)
		return take_flows(source, walk);
	return 0;
}

/**
 * top_source_page() - ask for what just the page shows, threads or flows
 * @source: the source
 * @view:   gets it, or what is wrong
 *
 * Return: 0 or a negative error number.
 */
int top_source_page(struct top_source *source, struct top_view *view)
{
	struct walk walk = { source->nta, view };
	int err;

	/* a page that is new is not to wait */
	source->flows_next = 0;
	err = take_page(source, &walk);
	set_alert(view, err, netatop_error_text(source->nta));
	return err;
}

/**
 * top_source_sample() - take a sample of all that is shown
 * @source: the source
 * @view:   gets it, or what is wrong
 *
 * Return: 0 or a negative error number.
 */
int top_source_sample(struct top_source *source, struct top_view *view)
{
	struct walk walk = { source->nta, view };
	struct netatop_books books;
	int err;

	err = take_tasks(&walk, &view->processes, NULL, on_process);
	if (!err)
		err = netatop_get_books(source->nta, &books);
	if (!err) {
		top_model_books(&view->processes, &books, netatop_load_cookie(source->nta));
		err = take_page(source, &walk);
	}
	set_alert(view, err, netatop_error_text(source->nta));
	view->lost = source->lost && source->lost--;
	return err;
}

struct reading {
	struct top_source *source;
	struct top_view *view;
	bool changed;
};

static int on_event(const struct netatop_event *event, void *data)
{
	struct reading *reading = data;
	struct top_view *view = reading->view;

	switch (event->type) {
	case NETATOP_EVENT_EXIT:
		/* nothing changes in a pause, nor is it kept for after it */
		return view->paused ? 0 :
		       top_model_exit(&view->processes, &event->task, event->cookie);
	case NETATOP_EVENT_UNLOADED:
		set_alert(view, -ENODEV, "");
		reading->changed = true;
		break;
	case NETATOP_EVENT_LOADED:
		set_alert(view, 0, "");
		reading->changed = true;
		break;
	case NETATOP_EVENT_LOST:
		reading->source->lost = LOST_SAMPLES;
	}
	return 0;
}

/**
 * top_source_events() - read what the module tells by itself
 * @source: the source
 * @view:   gets it
 *
 * Return: whether the module has come or gone.
 */
bool top_source_events(struct top_source *source, struct top_view *view)
{
	struct reading reading = { source, view, false };
	int err = netatop_events_read(source->events, on_event, &reading);

	if (err && err != -EBADMSG) {
		set_alert(view, err, netatop_events_error_text(source->events));
		reading.changed = true;
	}
	return reading.changed;
}
