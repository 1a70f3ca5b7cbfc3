/* Starts clocks: which kinds a message starts, and when each is due. */
#pragma once
#include "models/calendar_read.h"

/* The kinds of clock that a message of this kind starts, beside those of its triage. */
const char *const *clocks_of_message(const char *message_kind);
/* The kinds of clock that what a message is said to be starts: an array of PostgreSQL in,
 * the words of words_clock_kind out. */
const char *const *clocks_of_triage(struct call *call, const char *triage);
/* Those that triage may start and this one does not, as an array of PostgreSQL. */
const char *clocks_not_of_triage(struct call *call, const char *triage);
/* Those that a policy promises and the law does not know, as an array of PostgreSQL. */
const char *clocks_courtesy(struct arena *arena);
/* Reckons these kinds for the message :id from `received`, by the calendar of :school_id:
 * sets :clocks, for message_clocks_start. Of what nobody promises only the first answer
 * is kept, to say so. 404 when the school is out of reach. */
const struct problem *clocks_reckon(struct call *call, const char *const *kinds,
				    const char *received);
/* Of a row of message_clock_paused: what makes it go on, by the settings of when it began
 * and the present calendar, for message_clock_resume. */
const struct problem *clock_resume_reckon(struct call *call, const PGresult *clock);
extern const char *const clock_resume_gives[]; /* for the boot check */
/* The same for many messages of one place: its calendar is read once, for all that came
 * in between these days; then each adds its clocks; then :clocks is set, and `clocks` is
 * taken. */
const struct problem *clocks_place(struct call *call, int from, int to,
				   struct place *ret_place);
void clocks_add(struct call *call, json_t *clocks, const struct place *place,
		const char *const *kinds, const char *message, const char *received);
void clocks_set(struct call *call, json_t *clocks);
/* The names that clocks_reckon sets, for the boot check: with calendar_read_provides. */
#define CLOCKS_PROVIDE "clocks", "from_on", "to_on", "clock_settings"
