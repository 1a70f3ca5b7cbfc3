/* Settings: environment over CHAPERONE_<NAME>_FILE over the config file over defaults. */
#include "base/config.h"
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>
#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/file.h"

static const struct setting {
	const char *name;
	enum config_type type;
	const char *fallback;
	long min, max;
	const char *help;
} settings[CONFIG_COUNT] = {
#define X(id, name, type, fallback, min, max, help)                                      \
	{ name, type, fallback, min, max, help },
	CONFIG_SETTINGS(X)
#undef X
};

static struct {
	char *text;
	const char *source;
	bool set; /* not empty: still true once forgotten */
} values[CONFIG_COUNT];

/* Names in the environment that are ours without being settings. */
static const char *const other_names[] = { "DATA", "CONFIG", "BINARY", "TEST_DSN",
					   "TEST_CLUSTER" };

enum { NAME_SIZE = 64, FILE_LIMIT = 65536 };

static bool refuse(const char *where, const char *expected)
{
	fprintf(stderr, "chaperone: %s: %s\n", where, expected);
	return false;
}

static char *copy_text(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		abort();
	return copy;
}

void config_forget(enum config_id id)
{
	if (values[id].text)
		explicit_bzero(values[id].text, strlen(values[id].text));
}

static void value_set(enum config_id id, char *text, const char *source)
{
	config_forget(id);
	free(values[id].text);
	values[id].text = text;
	values[id].source = source;
	values[id].set = *text;
}

static void environment_name(enum config_id id, const char *end, char out[NAME_SIZE])
{
	snprintf(out, NAME_SIZE, "CHAPERONE_%s%s", settings[id].name, end);
	for (char *at = out; *at; at++)
		*at = (char)toupper((unsigned char)*at);
}

/* A file that holds one value; the newline that editors and echo add is cut. */
static char *file_value(const char *variable, const char *path)
{
	size_t length;
	char *text = file_text(path, FILE_LIMIT, &length);

	if (!text) {
		fprintf(stderr, "chaperone: %s: cannot read %s: %s\n", variable, path,
			strerror(errno));
		return NULL;
	}
	while (length && (text[length - 1] == '\n' || text[length - 1] == '\r'))
		text[--length] = '\0';
	return text;
}

static int setting_find(const char *name)
{
	for (int id = 0; id < CONFIG_COUNT; id++)
		if (!strcmp(settings[id].name, name))
			return id;
	return -1;
}

static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	return text + strspn(text, " \t");
}

static bool line_read(char *line, const char *where, bool seen[CONFIG_COUNT])
{
	char *equals, *name = trim(line);
	int id;

	if (!*name || *name == '#')
		return true;
	if (!(equals = strchr(name, '=')))
		return refuse(where, "expected name = value");
	*equals = '\0';
	name = trim(name);
	if ((id = setting_find(name)) < 0)
		return refuse(where, "there is no setting of this name");
	if (seen[id])
		return refuse(where, "this setting was given before");
	seen[id] = true;
	value_set((enum config_id)id, copy_text(trim(equals + 1)), "file");
	return true;
}

static bool file_read(const char *path)
{
	autofclose FILE *file = fopen(path, "re");
	autofree char *line = NULL;
	bool seen[CONFIG_COUNT] = { false }, good = true;
	size_t room = 0;
	char where[PATH_MAX + 32];

	if (!file)
		return refuse(path, strerror(errno));
	for (int number = 1; good && getline(&line, &room, file) >= 0; number++) {
		snprintf(where, sizeof(where), "%s:%d", path, number);
		good = line_read(line, where, seen);
		explicit_bzero(line, room);
	}
	return good && !ferror(file);
}

static bool environment_read(enum config_id id)
{
	char name[NAME_SIZE];
	const char *found;
	char *text;

	environment_name(id, "", name);
	if ((found = getenv(name))) {
		value_set(id, copy_text(found), "environment");
		return true;
	}
	environment_name(id, "_FILE", name);
	if (!(found = getenv(name)))
		return true;
	if (!(text = file_value(name, found)))
		return false;
	value_set(id, text, "environment file");
	return true;
}

static bool environment_known(const char *name)
{
	static const char *const ends[] = { "", "_FILE" };
	char known[NAME_SIZE];

	for (size_t i = 0; i < COUNT_OF(other_names); i++)
		if (!strcmp(name + strlen("CHAPERONE_"), other_names[i]))
			return true;
	for (int i = 0; i < CONFIG_COUNT * 2; i++) {
		environment_name((enum config_id)(i / 2), ends[i % 2], known);
		if (!strcmp(name, known))
			return true;
	}
	return false;
}

/* A misspelt name must not pass in silence; it may also be another program's. */
static void environment_warn(void)
{
	for (char **entry = environ; *entry; entry++) {
		autofree char *name = NULL;

		if (strncmp(*entry, "CHAPERONE_", strlen("CHAPERONE_")))
			continue;
		name = copy_text(*entry);
		name[strcspn(name, "=")] = '\0';
		if (!environment_known(name))
			fprintf(stderr, "chaperone: warning: %s is no setting\n", name);
	}
}

static bool number_read(const char *text, long *ret_number)
{
	char *end;

	if (!isdigit((unsigned char)*text) && *text != '-')
		return false;
	errno = 0;
	*ret_number = strtol(text, &end, 10);
	return !errno && !*end && end != text;
}

static bool value_check(enum config_id id)
{
	const struct setting *setting = &settings[id];
	const char *text = values[id].text;
	char name[NAME_SIZE], expected[128] = "expected true or false";
	bool good = true;
	long number;

	if (setting->type == CONFIG_NUMBER) {
		good = number_read(text, &number) && number >= setting->min &&
		       number <= setting->max;
		snprintf(expected, sizeof(expected), "expected a number from %ld to %ld",
			 setting->min, setting->max);
	} else if (setting->type == CONFIG_FLAG) {
		good = !strcmp(text, "true") || !strcmp(text, "false");
	}
	environment_name(id, "", name);
	return good || refuse(name, expected);
}

bool config_load(const char *file)
{
	bool good = true;

	for (int id = 0; id < CONFIG_COUNT; id++)
		value_set((enum config_id)id, copy_text(settings[id].fallback),
			  "default");
	if (file && !file_read(file))
		return false;
	for (int id = 0; id < CONFIG_COUNT; id++)
		good = environment_read((enum config_id)id) &&
		       value_check((enum config_id)id) && good;
	environment_warn();
#ifndef CHAPERONE_TEST_BUILD
	if (good && config_flag(CONFIG_WALL_ONE_OFF))
		return refuse("CHAPERONE_WALL_ONE_OFF", "only a test build knows this");
#endif
	return good;
}

const char *config_text(enum config_id id)
{
	return values[id].text;
}

long config_number(enum config_id id)
{
	return strtol(values[id].text, NULL, 10);
}

bool config_flag(enum config_id id)
{
	return !strcmp(values[id].text, "true");
}

/* A connection string may carry a password. */
static bool holds_secret(enum config_id id, const char *text)
{
	return settings[id].type == CONFIG_SECRET ||
	       (id == CONFIG_DATABASE && (strcasestr(text, "password") ||
					  (strstr(text, "://") && strchr(text, '@'))));
}

static void json_value(struct buffer *out, enum config_id id, const char *text, bool set)
{
	if (holds_secret(id, text))
		buffer_json(out, set ? "set" : "not set");
	else if (settings[id].type == CONFIG_NUMBER)
		buffer_printf(out, "%ld", strtol(text, NULL, 10));
	else if (settings[id].type == CONFIG_FLAG)
		buffer_text(out, text);
	else
		buffer_json(out, text);
}

char *config_json(void)
{
	static const char *const types[] = { "text", "secret", "number", "flag", "list" };
	autobuffer out = { 0 };

	for (int id = 0; id < CONFIG_COUNT; id++) {
		buffer_printf(&out, "%s{\"name\":\"%s\",\"type\":\"%s\",\"default\":",
			      id ? "," : "[", settings[id].name,
			      types[settings[id].type]);
		json_value(&out, (enum config_id)id, settings[id].fallback, false);
		buffer_text(&out, ",\"value\":");
		json_value(&out, (enum config_id)id, values[id].text, values[id].set);
		buffer_printf(&out, ",\"source\":\"%s\",\"help\":", values[id].source);
		buffer_json(&out, settings[id].help);
		buffer_char(&out, '}');
	}
	buffer_char(&out, ']');
	return buffer_take(&out);
}
