// SPDX-License-Identifier: GPL-2.0
/*
 * The terminal of the live view.
 */
#include "top_term.h"
#include "top_view.h"
#include "common.h"

#include <errno.h>
#include <curses.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#undef columns	/* a macro of term.h */

#define ESCAPE_MS	100	/* what comes so soon after an Esc belongs to a key */

static SCREEN *terminal;
static attr_t attributes[TOP_STYLES];

/* For a program that crashes: what ncurses would write, without ncurses. */
static struct termios before;
static char farewell[256];
static size_t farewell_size;

static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP };

static void on_crash(int number)
{
	if (write(STDOUT_FILENO, farewell, farewell_size) < 0)
		farewell_size = 0;
	tcsetattr(STDIN_FILENO, TCSANOW, &before);
	/* the handler is gone: ends as it would have without */
	raise(number);
}

static void add_farewell(const char *name)
{
	const char *text = tigetstr((char *)name), *s;

	if (!text || text == (char *)-1)
		return;
	for (s = text; *s; s++) {
		/* without the time that terminals of old needed: $<100> */
		if (s[0] == '$' && s[1] == '<' && strchr(s, '>'))
			s = strchr(s, '>');
		else if (farewell_size < sizeof(farewell))
			farewell[farewell_size++] = *s;
	}
}

static void prepare_for_crashes(void)
{
	static const char *const names[] = { "sgr0", "rmcup", "cnorm", "rmkx" };
	struct sigaction action = { .sa_handler = on_crash, .sa_flags = SA_RESETHAND | SA_NODEFER };
	size_t i;

	farewell_size = 0;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		add_farewell(names[i]);
	for (i = 0; i < sizeof(crashes) / sizeof(*crashes); i++)
		sigaction(crashes[i], &action, NULL);
}

static void plain_attributes(void)
{
	int i;

	attributes[TOP_STRONG] = A_BOLD;
	attributes[TOP_TITLE] = A_REVERSE;
	attributes[TOP_SORTED] = A_REVERSE | A_BOLD | A_UNDERLINE;
	attributes[TOP_ALERT] = A_BOLD;
	for (i = TOP_FADED; i <= TOP_FAINTEST; i++)
		attributes[i] = A_DIM;
}

static void set_color(enum top_style style, short color, attr_t more)
{
	init_pair(style + 1, color, -1);
	attributes[style] = COLOR_PAIR(style + 1) | more;
}

/* NO_COLOR: see no-color.org; set and not empty. */
static void choose_attributes(void)
{
	static const short greys[] = { 246, 243, 240, 237 };
	const char *no_color = getenv("NO_COLOR");
	int i;

	plain_attributes();
	if ((no_color && *no_color) || !has_colors() || start_color() == ERR ||
	    use_default_colors() == ERR)
		return;
	set_color(TOP_SND, COLOR_GREEN, 0);
	set_color(TOP_RCV, COLOR_CYAN, 0);
	set_color(TOP_ALERT, COLOR_RED, A_BOLD);
	for (i = 0; COLORS >= 256 && i < TOP_FADE_LEVELS; i++)
		set_color(TOP_FADED + i, greys[i], 0);
}

/**
 * top_term_open() - take the terminal
 *
 * Return: DONE or FAILED, and it has been said why.
 */
int top_term_open(void)
{
	const char *cup;

	tcgetattr(STDIN_FILENO, &before);
	terminal = newterm(NULL, stdout, stdin);
	if (!terminal) {
		complain("the terminal %s is not known here; set TERM, or write to a pipe",
			 getenv("TERM") ?: "(TERM is not set)");
		return FAILED;
	}
	cup = tigetstr("cup");
	if (!cup || cup == (char *)-1) {
		top_term_close();
		complain("the terminal %s cannot move its cursor; write to a pipe: netatop | cat",
			 getenv("TERM") ?: "");
		return FAILED;
	}
	atexit(top_term_close);
	prepare_for_crashes();
	choose_attributes();
	cbreak();
	noecho();
	nonl();
	set_escdelay(ESCAPE_MS);
	intrflush(stdscr, FALSE);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	leaveok(stdscr, FALSE);
	curs_set(0);
	return DONE;
}

/* As it was before. */
void top_term_close(void)
{
	if (!terminal)
		return;
	curs_set(1);
	endwin();
	delscreen(terminal);
	terminal = NULL;
	tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

void top_term_size(int *rows, int *columns)
{
	getmaxyx(stdscr, *rows, *columns);
}

/* The window has another size now. */
void top_term_resize(void)
{
	struct winsize size;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row && size.ws_col)
		resizeterm(size.ws_row, size.ws_col);
	top_term_repaint();
}

/* All of it, whatever may have been written over it. */
void top_term_repaint(void)
{
	reset_prog_mode();
	clearok(curscr, TRUE);
}

/* Let the shell have the terminal, until it gives it back. */
void top_term_suspend(void)
{
	sigset_t stop, old;

	endwin();
	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	signal(SIGTSTP, SIG_DFL);
	raise(SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &stop, &old);	/* stands still here */
	sigprocmask(SIG_SETMASK, &old, NULL);
	top_term_resize();
}

static void draw_line(const struct top_line *line, int row, int columns)
{
	int i;

	if (line->selected) {
		/* to the edge */
		attrset(A_REVERSE);
		mvhline(row, 0, ' ' | A_REVERSE, columns);
	}
	move(row, 0);
	for (i = 0; i < line->pieces; i++) {
		size_t end = i + 1 < line->pieces ? line->piece[i + 1].at : line->used;

		attrset(attributes[line->piece[i].style] | (line->selected ? A_REVERSE : 0));
		addnstr(line->text + line->piece[i].at, end - line->piece[i].at);
	}
	attrset(A_NORMAL);
}

/**
 * top_term_draw() - show a screen
 * @screen: of the size of the terminal
 */
void top_term_draw(const struct top_screen *screen)
{
	int i;

	erase();
	for (i = 0; i < screen->rows; i++)
		draw_line(&screen->line[i], i, screen->columns);
	curs_set(screen->cursor >= 0);
	if (screen->cursor >= 0)
		move(screen->rows - 1, screen->cursor < screen->columns ? screen->cursor :
		     screen->columns - 1);
	refresh();
}

/**
 * top_term_key() - what has been pressed
 *
 * Does not wait.
 *
 * Return: a byte of text or a control character, enum top_special, 0 for what
 * is of no use, -1 if there is nothing.
 */
int top_term_key(void)
{
	static const struct { int curses, key; } keys[] = {
		{ KEY_UP, TOP_KEY_UP }, { KEY_DOWN, TOP_KEY_DOWN },
		{ KEY_LEFT, TOP_KEY_LEFT }, { KEY_RIGHT, TOP_KEY_RIGHT },
		{ KEY_PPAGE, TOP_KEY_PAGE_UP }, { KEY_NPAGE, TOP_KEY_PAGE_DOWN },
		{ KEY_HOME, TOP_KEY_HOME }, { KEY_END, TOP_KEY_END },
		{ KEY_BACKSPACE, TOP_KEY_BACKSPACE }, { KEY_ENTER, '\n' },
		{ KEY_RESIZE, TOP_KEY_REDRAW },
	};
	int key = getch();
	size_t i;

	if (key == ERR)
		return -1;
	if (key < KEY_MIN)
		return key;
	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (keys[i].curses == key)
			return keys[i].key;
	return 0;
}
