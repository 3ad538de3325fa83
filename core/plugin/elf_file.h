/* What a module's file says about itself, read without loading it.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CORE_PLUGIN_ELF_FILE_H
#define CORE_PLUGIN_ELF_FILE_H

#include <stdbool.h>

#include <orma/abi.h>

typedef struct elf_file elf_file;

typedef struct elf_symbol {
    const char *name;
    bool is_defined; /* else the module imports it */
    bool is_weak;
    uint64_t address;
} elf_symbol;

/* Maps a shared object of this machine's kind.
 * Errors: NOT_FOUND, INVALID (no ELF file, of another machine, damaged). */
orma_status elf_open(const char *path, elf_file **out, orma_error **err);
void elf_close(elf_file *file); /* accepts NULL */

/* Dynamic symbols by number; a local one has an empty name. false: there is no
 * i-th. */
bool elf_symbol_at(const elf_file *file, size_t i, elf_symbol *symbol);

/* true when it exports `name`. symbol may be NULL. */
bool elf_exports(const elf_file *file, const char *name, elf_symbol *symbol);

/* Copies n bytes of initial data at an address. false: there are none. */
bool elf_data(const elf_file *file, uint64_t address, void *out, size_t n);

/* Linked with -z now: a missing symbol is found when it is opened. */
bool elf_binds_now(const elf_file *file);
bool elf_has_text_relocations(const elf_file *file);

/* RPATH or RUNPATH, NULL for none. Valid until elf_close(). */
const char *elf_run_path(const elf_file *file);

#endif
