# orma.m4: for packages that build plugins of orma.
#
# ORMA_PLUGIN(PACKAGE, MIN-ABI)
#   Looks for the headers of plugin ABI MIN-ABI or newer and sets
#     ORMA_CFLAGS           where the headers are
#     ORMA_PLUGIN_LDFLAGS   how a module is linked, after -module
#     ormaplugindir         where the bundle PACKAGE is installed
#   --with-plugindir=DIR installs elsewhere: a folder of ORMA_PLUGIN_PATH, or
#   ~/.local/share/orma/plugins. Call LT_INIT before it.
#
# A module exports orma_plugin_entry and nothing else (-export-symbols-regex),
# and a symbol that it lacks is found when it is linked (-z defs) and when it is
# loaded (-z now), not when it is called. Clang's sanitizers cannot do with
# -z defs: `make ORMA_PLUGIN_LDFLAGS=-avoid-version` then.
#
# SPDX-License-Identifier: MIT
AC_DEFUN([ORMA_PLUGIN], [
  AC_REQUIRE([PKG_PROG_PKG_CONFIG])
  PKG_CHECK_MODULES([ORMA], [orma-plugin >= $2])
  PKG_CHECK_VAR([orma_plugindir], [orma-plugin], [plugindir])
  AC_ARG_WITH([plugindir],
    [AS_HELP_STRING([--with-plugindir=DIR],
      [install the bundle below DIR @<:@orma's own plugindir@:>@])],
    [orma_plugindir=$withval])
  AS_IF([test "x$orma_plugindir" = x],
    [AC_MSG_ERROR([orma-plugin.pc names no plugindir; give --with-plugindir=DIR])])
  AC_SUBST([ormaplugindir], ["$orma_plugindir/$1"])
  AC_SUBST([ORMA_PLUGIN_LDFLAGS],
    ["-avoid-version -shared -export-symbols-regex '^orma_plugin_entry\$\$' -Wl,-z,defs,-z,now"])
])
