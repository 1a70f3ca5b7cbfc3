/* Every setting of the service: one table, read from environment
 * over file over default. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum config_type { CONFIG_TEXT, CONFIG_SECRET, CONFIG_NUMBER, CONFIG_FLAG, CONFIG_LIST };

/* X(ID, name, type, default, min, max, help). The environment's name is
 * CHAPERONE_ and the name in capitals; CHAPERONE_<NAME>_FILE names a file that holds it.
 */
#define CONFIG_SETTINGS(X)                                                               \
	X(DATABASE, "database", CONFIG_TEXT, "dbname=chaperone", 0, 0,                   \
	  "libpq connection string, without user: each role signs in for itself")        \
	X(DATABASE_PASSWORD, "database_password", CONFIG_SECRET, "", 0, 0,               \
	  "of every role that signs in, where the connection string has none")           \
	X(LISTEN, "listen", CONFIG_TEXT, "127.0.0.1", 0, 0, "address to listen on")      \
	X(PORT, "port", CONFIG_NUMBER, "8080", 1, 65535, "port to listen on")            \
	X(ISSUER, "issuer", CONFIG_TEXT, "http://127.0.0.1:8080", 0, 0,                  \
	  "our own public URL: iss of tokens, base of links")                            \
	X(AUDIENCE, "audience", CONFIG_TEXT, "chaperone", 0, 0, "aud of tokens")         \
	X(MASTER_KEY, "master_key", CONFIG_SECRET, "", 0, 0,                             \
	  "64 hex digits that seal private keys and other secrets at rest")              \
	X(POOL_SIZE, "pool_size", CONFIG_NUMBER, "0", 0, 256,                            \
	  "database connections for requests; 0: four for each processor, 8 to 32")      \
	X(POOL_WAIT_MS, "pool_wait_ms", CONFIG_NUMBER, "2000", 1, 60000,                 \
	  "longest wait for a database connection before 503")                           \
	X(STATEMENT_TIMEOUT_MS, "statement_timeout_ms", CONFIG_NUMBER, "10000", 100,     \
	  600000, "longest a statement may run")                                         \
	X(MAX_CONNECTIONS, "max_connections", CONFIG_NUMBER, "2048", 1, 16384,           \
	  "HTTP connections at one time")                                                \
	X(IDLE_TIMEOUT_S, "idle_timeout_s", CONFIG_NUMBER, "75", 1, 3600,                \
	  "seconds an idle HTTP connection is kept")                                     \
	X(MAX_BODY, "max_body", CONFIG_NUMBER, "1048576", 1024, 16777216,                \
	  "bytes of a request body")                                                     \
	X(ACCESS_TOKEN_S, "access_token_s", CONFIG_NUMBER, "600", 30, 3600,              \
	  "seconds an access token is valid")                                            \
	X(REFRESH_TOKEN_S, "refresh_token_s", CONFIG_NUMBER, "43200", 300, 2592000,      \
	  "seconds a refresh token is valid")                                            \
	X(HASHING_SLOTS, "hashing_slots", CONFIG_NUMBER, "2", 1, 64,                     \
	  "password hashes at one time")                                                 \
	X(PUBLIC_RATE, "public_rate", CONFIG_NUMBER, "60", 1, 1000000,                   \
	  "requests a minute on sign-in routes from one address")                        \
	X(VERIFY_RATE, "verify_rate", CONFIG_NUMBER, "120", 1, 1000000,                  \
	  "requests a minute on the public answer about an account, from one address")   \
	X(CORS_ORIGINS, "cors_origins", CONFIG_LIST, "", 0, 0,                           \
	  "origins of front ends that may call from a browser, separated by spaces")     \
	X(TRUSTED_PROXY, "trusted_proxy", CONFIG_TEXT, "", 0, 0,                         \
	  "address of the proxy whose X-Forwarded-For is believed")                      \
	X(DRAIN_S, "drain_s", CONFIG_NUMBER, "20", 0, 600,                               \
	  "seconds to finish requests on a stop")                                        \
	X(SEALER, "sealer", CONFIG_FLAG, "true", 0, 0,                                   \
	  "seal the audit trail once a second")                                          \
	X(AUDIT_HEADS_FILE, "audit_heads_file", CONFIG_TEXT, "", 0, 0,                   \
	  "file that signed heads of audit trails are added to, beside the log")         \
	X(AUDIT_HEADS_S, "audit_heads_s", CONFIG_NUMBER, "60", 1, 86400,                 \
	  "seconds between signed heads of audit trails that have moved")                \
	X(CLAMD, "clamd", CONFIG_TEXT, "", 0, 0,                                         \
	  "where clamd scans files: its socket's path or host:port; empty: not scanned") \
	X(CLAMD_WAIT_S, "clamd_wait_s", CONFIG_NUMBER, "30", 1, 600,                     \
	  "longest wait for clamd before 503")                                           \
	X(WALL_ONE_OFF, "wall_one_off", CONFIG_FLAG, "false", 0, 0,                      \
	  "test builds only: the permission matrix answers SCOPE to everything")

enum config_id {
#define X(id, ...) CONFIG_##id,
	CONFIG_SETTINGS(X)
#undef X
		CONFIG_COUNT
};

/* Reads all settings. `file` is NULL or the path of a file of `name = value` lines.
 * On a bad setting prints its name and what was expected to stderr and returns false. */
bool config_load(const char *file);
const char *config_text(enum config_id id);
long config_number(enum config_id id);
bool config_flag(enum config_id id);
/* Every setting as a JSON array of {name, type, default, value, source, help};
 * a secret's value shows as "set" or "not set". The caller frees it. */
char *config_json(void);
/* Overwrites a secret in memory once its user has taken it. */
void config_forget(enum config_id id);
