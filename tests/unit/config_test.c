/* Settings: precedence, files, ranges, and what a listing must not show. */
#include "base/config.h"
#include <string.h>
#include <unistd.h>
#include "base/cleanup.h"
#include "tests/unit/check.h"

static char folder[] = "/tmp/config_test_XXXXXX";

static const char *file_made(const char *name, const char *text)
{
	static char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (!(file = fopen(path, "w")))
		abort();
	fputs(text, file);
	fclose(file);
	return path;
}

static void environment_clear(void)
{
	unsetenv("CHAPERONE_PORT");
	unsetenv("CHAPERONE_PORT_FILE");
	unsetenv("CHAPERONE_SEALER");
	unsetenv("CHAPERONE_MASTER_KEY");
	unsetenv("CHAPERONE_MASTER_KEY_FILE");
	unsetenv("CHAPERONE_DATABASE");
	unsetenv("CHAPERONE_WALL_ONE_OFF");
}

static void sources_have_an_order(void)
{
	const char *file;

	environment_clear();
	CHECK(config_load(NULL) && config_number(CONFIG_PORT) == 8080);
	file = file_made("settings",
			 "# a comment\n\n port = 1001 \nissuer = https://a=b\n");
	CHECK(config_load(file) && config_number(CONFIG_PORT) == 1001);
	CHECK(!strcmp(config_text(CONFIG_ISSUER), "https://a=b"));
	setenv("CHAPERONE_PORT_FILE", file_made("port", "1002\n"), 1);
	file = file_made("settings", "port = 1001\n");
	CHECK(config_load(file) && config_number(CONFIG_PORT) == 1002);
	setenv("CHAPERONE_PORT", "1003", 1);
	CHECK(config_load(file) && config_number(CONFIG_PORT) == 1003);
	environment_clear();
	CHECK(config_load(NULL) && config_number(CONFIG_PORT) == 8080);
}

static void bad_settings_refuse(void)
{
	static const struct {
		const char *name, *value;
	} wrong[] = {
		{ "CHAPERONE_PORT", "0" },
		{ "CHAPERONE_PORT", "65536" },
		{ "CHAPERONE_PORT", "80x" },
		{ "CHAPERONE_PORT", "" },
		{ "CHAPERONE_PORT", " 80" },
		{ "CHAPERONE_PORT", "99999999999999999999" },
		{ "CHAPERONE_SEALER", "yes" },
		{ "CHAPERONE_SEALER", "" },
		{ "CHAPERONE_PORT_FILE", "/nowhere/port" },
	};
	static const char *const files[] = { "prt = 1\n", "port\n",
					     "port = 1\nport = 2\n", "port = x\n",
					     "= 4\n" };

	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		environment_clear();
		setenv(wrong[i].name, wrong[i].value, 1);
		CHECK(!config_load(NULL));
	}
	environment_clear();
	for (size_t i = 0; i < COUNT_OF(files); i++)
		CHECK(!config_load(file_made("settings", files[i])));
	CHECK(!config_load("/nowhere/settings"));
	CHECK(config_load(NULL));
}

static void secrets_come_from_files_and_stay_hidden(void)
{
	char *json;

	environment_clear();
	setenv("CHAPERONE_MASTER_KEY_FILE", file_made("key", "s3cr3t\r\n"), 1);
	setenv("CHAPERONE_DATABASE", "dbname=x password=hunter2", 1);
	CHECK(config_load(NULL));
	CHECK(!strcmp(config_text(CONFIG_MASTER_KEY), "s3cr3t"));
	config_forget(CONFIG_MASTER_KEY);
	CHECK(!*config_text(CONFIG_MASTER_KEY));
	json = config_json();
	CHECK(!strstr(json, "s3cr3t") && !strstr(json, "hunter2"));
	CHECK(strstr(
		json,
		"{\"name\":\"master_key\",\"type\":\"secret\",\"default\":\"not set\","
		"\"value\":\"set\",\"source\":\"environment file\""));
	CHECK(strstr(json, "{\"name\":\"port\",\"type\":\"number\",\"default\":8080,"
			   "\"value\":8080,\"source\":\"default\""));
	CHECK(strstr(json, "\"type\":\"flag\",\"default\":true,\"value\":true"));
	free(json);
}

static void wall_one_stays_up_where_it_is_shipped(void)
{
	environment_clear();
	setenv("CHAPERONE_WALL_ONE_OFF", "true", 1);
#ifdef CHAPERONE_TEST_BUILD
	CHECK(config_load(NULL) && config_flag(CONFIG_WALL_ONE_OFF));
#else
	CHECK(!config_load(NULL));
#endif
	environment_clear();
}

int main(void)
{
	static const char *const made[] = { "settings", "port", "key" };
	char path[256];

	if (!mkdtemp(folder))
		abort();
	sources_have_an_order();
	bad_settings_refuse();
	secrets_come_from_files_and_stay_hidden();
	wall_one_stays_up_where_it_is_shipped();
	for (size_t i = 0; i < COUNT_OF(made); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, made[i]);
		unlink(path);
	}
	rmdir(folder);
	return check_done();
}
