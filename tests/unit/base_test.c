/* Arena, buffer, problem, id, encoding and file. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include "base/arena.h"
#include "base/buffer.h"
#include "base/encoding.h"
#include "base/file.h"
#include "base/id.h"
#include "base/log.h"
#include "base/network.h"
#include "base/problem.h"
#include "tests/unit/check.h"

static void arena_gives_zeroed_aligned_memory(void)
{
	struct arena *arena = arena_new();
	bool zeroed = true, aligned = true;

	for (int round = 0; round < 3; round++) {
		for (size_t size = 1; size < 60000; size = size * 3 / 2 + 1) {
			char *at = arena_alloc(arena, size);

			aligned = aligned && (uintptr_t)at % 16 == 0;
			for (size_t i = 0; i < size; i++)
				zeroed = zeroed && !at[i];
			memset(at, 0xff, size);
		}
		arena_reset(arena);
	}
	CHECK(zeroed);
	CHECK(aligned);
	CHECK(!arena_copy(arena, NULL));
	CHECK(!strcmp(arena_copy_n(arena, "abcdef", 3), "abc"));
	CHECK(!strcmp(arena_printf(arena, "%s-%d", "a", 7), "a-7"));
	arena_free(arena);
}

static void buffer_escapes_json(void)
{
	static const struct {
		const char *text, *json;
	} cases[] = {
		{ NULL, "null" },
		{ "", "\"\"" },
		{ "plain", "\"plain\"" },
		{ "a\"b\\c", "\"a\\\"b\\\\c\"" },
		{ "\n\t\r\b\f\x01\x7f", "\"\\n\\t\\r\\b\\f\\u0001\\u007f\"" },
		{ "caf\xc3\xa9 </script>", "\"caf\xc3\xa9 </script>\"" },
	};
	autobuffer out = { 0 };
	char *taken;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		buffer_free(&out);
		buffer_json(&out, cases[i].text);
		CHECK(!strcmp(out.data, cases[i].json));
	}
	buffer_free(&out);
	for (int i = 0; i < 5000; i++)
		buffer_printf(&out, "%d,", i % 10);
	CHECK(out.length == 10000 && strlen(out.data) == 10000);
	free(buffer_take(&out));
	taken = buffer_take(&out);
	CHECK(!strcmp(taken, "") && !out.data);
	free(taken);
}

static void problem_collects_faults_in_order(void)
{
	struct arena *arena = arena_new();
	const struct fault *faults = NULL;
	const struct problem *err;

	CHECK(!problem_of_faults(arena, faults));
	fault_add(arena, &faults, "/a", "first %d", 1);
	fault_add(arena, &faults, "/b", "second");
	fault_add(arena, &faults, "/c", "third");
	err = problem_of_faults(arena, faults);
	CHECK(err->kind == PROBLEM_INVALID);
	CHECK(!strcmp(err->errors->detail, "first 1"));
	CHECK(!strcmp(err->errors->next->pointer, "/b"));
	CHECK(!strcmp(err->errors->next->next->pointer, "/c"));
	CHECK(!err->errors->next->next->next);
	err = problem_field(arena, "/email", "is %s", "odd");
	CHECK(!strcmp(err->errors->detail, "is odd") && !err->errors->next);
	CHECK(problem_texts[PROBLEM_UNAVAILABLE].status == 503);
	arena_free(arena);
}

static void ids_are_valid_and_sorted(void)
{
	char before[ID_SIZE], now[ID_SIZE];
	bool valid = true, sorted = true;

	id_new(before);
	for (int i = 0; i < 1000; i++) {
		id_new(now);
		valid = valid && id_valid(now) && now[14] == '7' &&
			strchr("89ab", now[19]) && strcmp(now, before) != 0;
		/* by the clock: the first 16 digits, 12 bits of them below the ms */
		sorted = sorted && strncmp(before, now, 18) <= 0;
		memcpy(before, now, sizeof(before));
	}
	CHECK(valid);
	CHECK(sorted);
	CHECK(id_valid("018F0000-0000-7000-8000-00000000000A"));
	CHECK(!id_valid("018f0000-0000-7000-8000-00000000000"));
	CHECK(!id_valid("018f0000-0000-7000-8000-00000000000g"));
	CHECK(!id_valid("018f0000-0000-7000-8000-00000000000a "));
	CHECK(!id_valid("018f000000000-7000-8000-00000000000a"));
	CHECK(!id_valid("{18f0000-0000-7000-8000-00000000000}"));
	CHECK(!id_valid("") && !id_valid(NULL));
}

static void base64url_is_strict(void)
{
	static const struct {
		const char *plain, *coded;
	} cases[] = { { "", "" },
		      { "f", "Zg" },
		      { "fo", "Zm8" },
		      { "foo", "Zm9v" },
		      { "foob", "Zm9vYg" },
		      { "fooba", "Zm9vYmE" },
		      { "\xff\xfe\xfb", "__77" } };
	static const char *const wrong[] = { "Zg==", "Zh",   "Zm9",  "Zm9vY", "Z",
					     "Zm 8", "Zm+v", "Zm/v", "Zm8\n", "Z.8" };
	struct arena *arena = arena_new();
	unsigned char *out;
	size_t length;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const char *plain = cases[i].plain, *coded = cases[i].coded;

		CHECK(!strcmp(base64url_encode(arena, plain, strlen(plain)), coded));
		CHECK(base64url_decode(arena, coded, strlen(coded), &out, &length));
		CHECK(length == strlen(plain) && !memcmp(out, plain, length));
	}
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		CHECK(!base64url_decode(arena, wrong[i], strlen(wrong[i]), &out,
					&length));
	arena_free(arena);
}

static void hex_is_strict(void)
{
	struct arena *arena = arena_new();
	unsigned char out[3];

	CHECK(!strcmp(hex_encode(arena, "\x00\xab\x7f", 3), "00ab7f"));
	CHECK(hex_decode("00aB7F", out, 3) && out[1] == 0xab && out[2] == 0x7f);
	CHECK(!hex_decode("00ab7", out, 3));
	CHECK(!hex_decode("00ab7f00", out, 3));
	CHECK(!hex_decode("00ab7g", out, 3));
	arena_free(arena);
}

static void utf8_follows_the_rfc(void)
{
	static const char *const good[] = { "",
					    "ascii",
					    "\xc3\xa9",
					    "\xe2\x82\xac",
					    "\xf0\x9f\x98\x80",
					    "\xf4\x8f\xbf\xbf",
					    "\xed\x9f\xbf",
					    "\xee\x80\x80" };
	static const char *const bad[] = { "\x80",
					   "\xc0\x80",
					   "\xc1\xbf",
					   "\xe0\x80\x80",
					   "\xed\xa0\x80",
					   "\xf0\x80\x80\x80",
					   "\xf4\x90\x80\x80",
					   "\xf5\x80\x80\x80",
					   "\xc3",
					   "\xe2\x82",
					   "a\xff",
					   "\xe2\x28\xa1" };

	for (size_t i = 0; i < COUNT_OF(good); i++)
		CHECK(utf8_valid(good[i], strlen(good[i])));
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		CHECK(!utf8_valid(bad[i], strlen(bad[i])));
	CHECK(!utf8_valid("a\0b", 3));
	CHECK(utf8_length("caf\xc3\xa9 \xf0\x9f\x98\x80") == 6);
}

static void networks_are_ipv4_addresses_and_ipv6_64s(void)
{
	struct arena *arena = arena_new();

	CHECK(!strcmp(network_text(arena, "192.0.2.1"), "192.0.2.1"));
	CHECK(!strcmp(network_text(arena, "2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::"));
	CHECK(!strcmp(network_text(arena, "2001:db8:1:2::9"), "2001:db8:1:2::"));
	CHECK(!strcmp(network_text(arena, "2001:db8:1:3::9"), "2001:db8:1:3::"));
	CHECK(!strcmp(network_text(arena, ""), "::"));
	arena_free(arena);
}

static void files_are_read_whole_or_not_at_all(void)
{
	char path[] = "/tmp/base_test_XXXXXX";
	int fd = mkstemp(path);
	size_t length;
	char *text;

	for (int i = 0; i < 1000; i++)
		CHECK(write(fd, "0123456789", 10) == 10);
	text = file_text(path, 10000, &length);
	CHECK(text && length == 10000 && strlen(text) == 10000);
	free(text);
	CHECK(!file_text(path, 9999, &length) && errno == EFBIG);
	CHECK(write(fd, "\0", 1) == 1);
	CHECK(!file_text(path, 20000, &length) && errno == EILSEQ);
	CHECK(!ftruncate(fd, 0));
	text = file_text(path, 10, &length);
	CHECK(text && length == 0 && !*text);
	free(text);
	close(fd);
	unlink(path);
	CHECK(!file_text(path, 10, &length) && errno == ENOENT);
}

/* What log_line writes, caught where it writes it. */
static void log_lines_are_one_line_of_json(void)
{
	char path[] = "/tmp/base_test_XXXXXX", wide[3000];
	int fd = mkstemp(path), kept = dup(STDERR_FILENO);
	size_t length;
	char *text;

	memset(wide, 'x', sizeof(wide) - 1);
	wide[sizeof(wide) - 1] = '\0';
	dup2(fd, STDERR_FILENO);
	log_line(LOG_WARNING, "an_event", "a \"quote\"\nand \xff");
	log_line(LOG_ERROR, "wide", "%s", wide);
	dup2(kept, STDERR_FILENO);
	text = file_text(path, 10000, &length);
	CHECK(text &&
	      strstr(text, "\"level\":\"warning\",\"event\":\"an_event\","
			   "\"message\":\"a \\u0022quote\\u0022\\u000aand ?\"}\n"));
	CHECK(text && !strncmp(text, "{\"time\":\"20", 11) && text[32] == 'Z');
	CHECK(text && length < 1500 && !strcmp(text + length - 4, "x\"}\n"));
	free(text);
	close(fd);
	close(kept);
	unlink(path);
}

int main(void)
{
	arena_gives_zeroed_aligned_memory();
	buffer_escapes_json();
	problem_collects_faults_in_order();
	ids_are_valid_and_sorted();
	base64url_is_strict();
	hex_is_strict();
	utf8_follows_the_rfc();
	networks_are_ipv4_addresses_and_ipv6_64s();
	files_are_read_whole_or_not_at_all();
	log_lines_are_one_line_of_json();
	return check_done();
}
