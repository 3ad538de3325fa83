dnl ORMA_CHECK_COMPILER: C11, warnings, --enable-werror, --enable-sanitizers.
dnl Sets WARN_CFLAGS, SAN_CFLAGS and ORMA_NO_UNDEFINED.
AC_DEFUN([ORMA_CHECK_COMPILER], [
  AC_ARG_ENABLE([werror],
    [AS_HELP_STRING([--enable-werror], [treat warnings as errors])],
    [], [enable_werror=no])
  AC_ARG_ENABLE([sanitizers],
    [AS_HELP_STRING([--enable-sanitizers], [build with AddressSanitizer and UndefinedBehaviorSanitizer])],
    [], [enable_sanitizers=no])
  WARN_CFLAGS="-std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 -Wswitch -Wundef"
  AS_IF([test "x$enable_werror" = xyes], [WARN_CFLAGS="$WARN_CFLAGS -Werror"])
  SAN_CFLAGS=
  dnl -z defs refuses a module that leaves a symbol open; clang's sanitizer
  dnl runtime lives in the program, so there it cannot be asked for.
  ORMA_NO_UNDEFINED="-Wl,-z,defs"
  AS_IF([test "x$enable_sanitizers" = xyes], [
    SAN_CFLAGS="-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer"
    ORMA_NO_UNDEFINED=
  ])
  AC_SUBST([WARN_CFLAGS])
  AC_SUBST([SAN_CFLAGS])
  AC_SUBST([ORMA_NO_UNDEFINED])
])
