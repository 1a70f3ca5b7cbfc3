/* Signatures over a text by the key that signs tokens: ES256, checked by anyone who has
 * the public key (openssl dgst -sha256 -verify). */
#pragma once
#include <stdbool.h>
#include "base/arena.h"
#include "base/id.h"

/* base64url of the DER signature; NULL when no key signs. */
char *signature_make(struct arena *arena, const char *text, char ret_kid[ID_SIZE]);
/* `pems`: one public key or several, one after the other; any of them may have signed. */
bool signature_holds(struct arena *arena, const char *text, const char *signature,
		     const char *pems);
