/* Texts to acknowledge, redirect and answer with. */
#pragma once
#include "models/resource.h"

/* Of what a step says: :reply becomes the text of :template_id filled in for the message
 * :id; without one it stays. 422 for both, for neither where one is `needed`, and for a
 * template of another purpose or school; 409 where the school lacks what the text wants.
 */
const struct problem *reply_read(struct call *call, const char *purpose, bool needed);
#define REPLY_PROVIDES "message_id", "purpose"
