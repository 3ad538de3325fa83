/* Reading ELF files of this machine's class, with every offset checked.
 *
 * SPDX-License-Identifier: MIT */
#include <plugin/elf_file.h>

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <base/cleanup.h>
#include <base/error.h>

#if __ELF_NATIVE_CLASS == 64
#define NATIVE_CLASS ELFCLASS64
#define SYMBOL_BIND(info) ELF64_ST_BIND(info)
#else
#define NATIVE_CLASS ELFCLASS32
#define SYMBOL_BIND(info) ELF32_ST_BIND(info)
#endif

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define NATIVE_DATA ELFDATA2MSB
#else
#define NATIVE_DATA ELFDATA2LSB
#endif

enum { LOADS_MAX = 32, DYNAMIC_MAX = 1024 };

struct elf_file {
    const unsigned char *bytes;
    size_t len;
    ElfW(Phdr) loads[LOADS_MAX];
    size_t load_count;
    size_t symbols, symbol_count; /* offset in the file, number */
    const char *names;            /* string table, ends with a NUL */
    size_t names_len;
    const char *run_path;
    bool binds_now, has_text_relocations;
};

/* Copies a struct out of the file; false when it is not all there. */
static bool copy_at(const elf_file *f, uint64_t offset, void *out, size_t n)
{
    if (offset > f->len || n > f->len - offset)
        return false;
    memcpy(out, f->bytes + offset, n);
    return true;
}

/* Where n bytes of an address are in the file. */
static bool offset_of(const elf_file *f, uint64_t address, size_t n,
                      uint64_t *offset)
{
    for (size_t i = 0; i < f->load_count; i++) {
        const ElfW(Phdr) *p = &f->loads[i];
        if (address < p->p_vaddr || address - p->p_vaddr > p->p_filesz ||
            n > p->p_filesz - (address - p->p_vaddr))
            continue;
        *offset = p->p_offset + (address - p->p_vaddr);
        return *offset <= f->len && n <= f->len - *offset;
    }
    return false;
}

bool elf_data(const elf_file *file, uint64_t address, void *out, size_t n)
{
    uint64_t offset = 0;

    return offset_of(file, address, n, &offset) &&
           copy_at(file, offset, out, n);
}

static const char *name_at(const elf_file *f, uint64_t index)
{
    return index < f->names_len ? f->names + index : "";
}

/* ---- the dynamic section ----------------------------------------- */

/* The values that matter, by tag; 0 when absent. */
typedef struct dynamic_values {
    uint64_t strings, strings_len, rpath, runpath;
    bool has_rpath, has_runpath;
} dynamic_values;

static void take_dynamic(elf_file *f, const ElfW(Dyn) *d, dynamic_values *v)
{
    switch (d->d_tag) {
    case DT_STRTAB:
        v->strings = d->d_un.d_ptr;
        break;
    case DT_STRSZ:
        v->strings_len = d->d_un.d_val;
        break;
    case DT_RPATH:
        v->rpath = d->d_un.d_val;
        v->has_rpath = true;
        break;
    case DT_RUNPATH:
        v->runpath = d->d_un.d_val;
        v->has_runpath = true;
        break;
    case DT_BIND_NOW:
        f->binds_now = true;
        break;
    case DT_TEXTREL:
        f->has_text_relocations = true;
        break;
    case DT_FLAGS:
        f->binds_now = f->binds_now || (d->d_un.d_val & DF_BIND_NOW) != 0;
        f->has_text_relocations =
            f->has_text_relocations || (d->d_un.d_val & DF_TEXTREL) != 0;
        break;
    case DT_FLAGS_1:
        f->binds_now = f->binds_now || (d->d_un.d_val & DF_1_NOW) != 0;
        break;
    default:
        break;
    }
}

static bool read_dynamic(elf_file *f, const ElfW(Phdr) *segment)
{
    dynamic_values v = {0};
    uint64_t offset = 0;

    for (size_t i = 0; i < DYNAMIC_MAX; i++) {
        ElfW(Dyn) d;
        if (!copy_at(f, segment->p_offset + i * sizeof d, &d, sizeof d))
            return false;
        if (d.d_tag == DT_NULL)
            break;
        take_dynamic(f, &d, &v);
    }
    if (v.strings_len == 0 ||
        !offset_of(f, v.strings, (size_t)v.strings_len, &offset) ||
        f->bytes[offset + v.strings_len - 1] != '\0')
        return false;
    f->names = (const char *)f->bytes + offset;
    f->names_len = (size_t)v.strings_len;
    if (v.has_runpath || v.has_rpath)
        f->run_path = name_at(f, v.has_runpath ? v.runpath : v.rpath);
    return true;
}

/* ---- the whole --------------------------------------------------- */

static const char *read_segments(elf_file *f, const ElfW(Ehdr) *header)
{
    ElfW(Phdr) dynamic = {0};

    for (size_t i = 0; i < header->e_phnum; i++) {
        ElfW(Phdr) p;
        if (!copy_at(f, header->e_phoff + i * sizeof p, &p, sizeof p))
            return "is damaged";
        if (p.p_type == PT_LOAD && f->load_count < LOADS_MAX)
            f->loads[f->load_count++] = p;
        else if (p.p_type == PT_DYNAMIC)
            dynamic = p;
    }
    if (dynamic.p_type != PT_DYNAMIC || !read_dynamic(f, &dynamic))
        return "has no dynamic section";
    return NULL;
}

static const char *read_symbol_table(elf_file *f, const ElfW(Ehdr) *header)
{
    for (size_t i = 0; i < header->e_shnum; i++) {
        ElfW(Shdr) s;
        if (!copy_at(f, header->e_shoff + i * sizeof s, &s, sizeof s))
            return "is damaged";
        if (s.sh_type != SHT_DYNSYM)
            continue;
        if (s.sh_offset > f->len || s.sh_size > f->len - s.sh_offset)
            return "is damaged";
        f->symbols = (size_t)s.sh_offset;
        f->symbol_count = (size_t)(s.sh_size / sizeof(ElfW(Sym)));
        return NULL;
    }
    return "has no table of symbols";
}

/* The machine of this very program: modules must be of the same. */
static uint16_t own_machine(void)
{
    static const char self[] = "/proc/self/exe";
    AUTO_CLOSE int fd = open(self, O_RDONLY | O_CLOEXEC);
    ElfW(Ehdr) header = {.e_machine = EM_NONE};

    if (fd >= 0 && pread(fd, &header, sizeof header, 0) != sizeof header)
        header.e_machine = EM_NONE;
    return header.e_machine;
}

/* NULL when it is a shared object of this machine. */
static const char *read_file(elf_file *f)
{
    ElfW(Ehdr) header;

    if (!copy_at(f, 0, &header, sizeof header) ||
        memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
        return "is not a shared object";
    if (header.e_ident[EI_CLASS] != NATIVE_CLASS ||
        header.e_ident[EI_DATA] != NATIVE_DATA ||
        (own_machine() != EM_NONE && header.e_machine != own_machine()))
        return "is for another kind of machine";
    if (header.e_type != ET_DYN ||
        header.e_phentsize != sizeof(ElfW(Phdr)) ||
        (header.e_shnum > 0 && header.e_shentsize != sizeof(ElfW(Shdr))))
        return "is not a shared object";
    const char *reason = read_segments(f, &header);
    return reason != NULL ? reason : read_symbol_table(f, &header);
}

static orma_status map_file(const char *path, elf_file *f, orma_error **err)
{
    AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat info;

    if (fd < 0 || fstat(fd, &info) != 0)
        return error_errno(err, errno, "plugin", "%s", path);
    if (!S_ISREG(info.st_mode) || info.st_size == 0)
        return error_set(err, ORMA_E_INVALID, "plugin", 0,
                         "\"%s\" is not a shared object", path);
    f->len = (size_t)info.st_size;
    void *bytes = mmap(NULL, f->len, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        return error_errno(err, errno, "plugin", "%s", path);
    f->bytes = bytes;
    return ORMA_OK;
}

orma_status elf_open(const char *path, elf_file **out, orma_error **err)
{
    elf_file *f = calloc(1, sizeof *f);

    if (f == NULL)
        return error_no_memory(err);
    orma_status st = map_file(path, f, err);
    const char *reason = st == ORMA_OK ? read_file(f) : NULL;
    if (reason != NULL)
        st = error_set(err, ORMA_E_INVALID, "plugin", 0, "\"%s\" %s", path,
                       reason);
    if (st == ORMA_OK)
        *out = f;
    else
        elf_close(f);
    return st;
}

void elf_close(elf_file *file)
{
    if (file == NULL)
        return;
    if (file->bytes != NULL)
        munmap((void *)file->bytes, file->len);
    free(file);
}

bool elf_symbol_at(const elf_file *file, size_t i, elf_symbol *symbol)
{
    ElfW(Sym) s;

    if (i >= file->symbol_count ||
        !copy_at(file, file->symbols + i * sizeof s, &s, sizeof s))
        return false;
    const bool is_local = SYMBOL_BIND(s.st_info) == STB_LOCAL;
    *symbol = (elf_symbol){
        .name = is_local ? "" : name_at(file, s.st_name),
        .is_defined = s.st_shndx != SHN_UNDEF,
        .is_weak = SYMBOL_BIND(s.st_info) == STB_WEAK,
        .address = s.st_value,
    };
    return true;
}

bool elf_exports(const elf_file *file, const char *name, elf_symbol *symbol)
{
    elf_symbol s;

    for (size_t i = 0; elf_symbol_at(file, i, &s); i++)
        if (s.is_defined && strcmp(s.name, name) == 0) {
            if (symbol != NULL)
                *symbol = s;
            return true;
        }
    return false;
}

bool elf_binds_now(const elf_file *file)
{
    return file->binds_now;
}

bool elf_has_text_relocations(const elf_file *file)
{
    return file->has_text_relocations;
}

const char *elf_run_path(const elf_file *file)
{
    return file->run_path;
}
