dnl ORMA_CHECK_LIBRARIES: what liborma needs, and what optional parts need.
AC_DEFUN([ORMA_CHECK_LIBRARIES], [
  PKG_CHECK_MODULES([JSONC], [json-c >= 0.15])
  PKG_CHECK_MODULES([YAML], [yaml-0.1 >= 0.2])
  PKG_CHECK_MODULES([SQLITE], [sqlite3 >= 3.35])
  PKG_CHECK_MODULES([UV], [libuv >= 1.30])
  PKG_CHECK_MODULES([CRYPTO], [libcrypto >= 3.0])
  PKG_CHECK_MODULES([B2], [libb2 >= 0.98])
  PKG_CHECK_MODULES([ZLIB], [zlib])
  PKG_CHECK_MODULES([ZIP], [libzip >= 1.7])
  AC_CHECK_HEADER([ltdl.h], [],
    [AC_MSG_ERROR([ltdl.h not found: install libltdl (Debian: libltdl-dev)])])
  AC_CHECK_LIB([ltdl], [lt_dladvise_init], [LTDL_LIBS=-lltdl],
    [AC_MSG_ERROR([libltdl not found: install libltdl (Debian: libltdl-dev)])])
  AC_SUBST([LTDL_LIBS])

  AC_ARG_WITH([quantumespresso],
    [AS_HELP_STRING([--without-quantumespresso], [leave out the Quantum ESPRESSO plugins (they need libxml2)])],
    [], [with_quantumespresso=auto])
  AS_IF([test "x$with_quantumespresso" = xno],
    [have_qe=no orma_qe_word="left out (--without-quantumespresso)"],
    [PKG_CHECK_MODULES([LIBXML], [libxml-2.0 >= 2.9],
      [have_qe=yes orma_qe_word=yes],
      [AS_IF([test "x$with_quantumespresso" = xyes],
        [AC_MSG_ERROR([libxml2 not found: install libxml2-dev])])
       have_qe=no orma_qe_word="left out: libxml2 not found"])])
  AM_CONDITIONAL([HAVE_QE], [test "x$have_qe" = xyes])

  AC_ARG_WITH([postgresql],
    [AS_HELP_STRING([--without-postgresql], [leave out the core.psql_dos storage (it needs libpq)])],
    [], [with_postgresql=auto])
  AS_IF([test "x$with_postgresql" = xno],
    [have_pq=no orma_pq_word="left out (--without-postgresql)"],
    [PKG_CHECK_MODULES([PQ], [libpq >= 14],
      [have_pq=yes orma_pq_word=yes],
      [AS_IF([test "x$with_postgresql" = xyes],
        [AC_MSG_ERROR([libpq not found: install libpq-dev])])
       have_pq=no orma_pq_word="left out: libpq not found"])])
  AM_CONDITIONAL([HAVE_PQ], [test "x$have_pq" = xyes])

  PKG_CHECK_MODULES([CUNIT], [cunit >= 2.1],
    [have_cunit=yes orma_cunit_word=yes],
    [have_cunit=no orma_cunit_word="left out: CUnit not found"])
  AM_CONDITIONAL([HAVE_CUNIT], [test "x$have_cunit" = xyes])
])
