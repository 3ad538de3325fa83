/* AiiDA's daemon, which may run beside orma on the same profile.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_CONFIG_DAEMON_H
#define CORE_CONFIG_DAEMON_H

/* Process id of the daemon that AiiDA runs for the profile, by its pid files;
 * 0: there is none. */
long daemon_pid(const char *config_folder, const char *profile);

#endif
