/* Identifiers: UUIDv7 (RFC 9562), made here so that an insert need not return them. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#define ID_SIZE 37 /* 36 characters and the NUL */

void id_new(char out[ID_SIZE]);	 /* ends the process if the kernel gives no randomness */
bool id_valid(const char *text); /* lower- or upper-case hex with dashes, 36 characters */
void random_bytes(void *out, size_t length);
