/* How the options of a computer's set-up are stored.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_API_COMPUTER_KEYS_H
#define CORE_API_COMPUTER_KEYS_H

/* AiiDA's key in the computer's metadata for an option. */
typedef struct computer_key {
    const char *option, *key;
} computer_key;

/* Ended by NULL. */
extern const computer_key computer_keys[];

#endif
