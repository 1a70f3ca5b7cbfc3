/* The commands of the one binary; each gets its own arguments and returns the exit
 * status. */
#pragma once

int command_serve(int argc, char **argv);
int command_migrate(int argc, char **argv);
int command_demo(int argc, char **argv);
int command_tenant(int argc, char **argv);
int command_identity(int argc, char **argv);
int command_tenant_export(const char *tenant, const char *folder);
int command_claims(int argc, char **argv);
int command_import(int argc, char **argv);
int command_audit(int argc, char **argv);
int command_keys(int argc, char **argv);
int command_healthcheck(int argc, char **argv);
int command_describe(int argc, char **argv);
int command_config(int argc, char **argv);
