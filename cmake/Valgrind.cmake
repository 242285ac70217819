# SPDX-License-Identifier: MIT
# NOLOCKALLOC_VALGRIND: the entries in C in place of those in assembly, with the C# core's object renamed by
# native/valgrind.syms so that the functions there stand before its own.

include(CheckIncludeFile)

option(NOLOCKALLOC_VALGRIND "Tell valgrind's memcheck about objects, at some cost in each call" OFF)

# nla_entries(<entries> <managed> <target>): the C half's files with the direct entries, and the target
# whose property NLA_OBJECT is the C# core, made from <target>.
function(nla_entries entries managed target)
  if(NOT NOLOCKALLOC_VALGRIND)
    nla_add_entries(
      file ${target} native nla_kmalloc_nolock nla_kfree_nolock nla_kmalloc nla_kfree nla_kmem_cache_alloc
      nla_kmem_cache_free nla_kmem_cache_alloc_nolock nla_kmem_cache_free_nolock)
    set(${entries} ${file} PARENT_SCOPE)
    set(${managed} ${target} PARENT_SCOPE)
    return()
  endif()
  check_include_file(valgrind/memcheck.h NLA_HAS_MEMCHECK_H)
  if(NOT NLA_HAS_MEMCHECK_H)
    message(FATAL_ERROR "NOLOCKALLOC_VALGRIND needs the header and the tool of the package valgrind")
  endif()
  get_target_property(object ${target} NLA_OBJECT)
  set(names "${PROJECT_SOURCE_DIR}/native/valgrind.syms")
  set(renamed "${PROJECT_BINARY_DIR}/${target}_valgrind.o")
  add_custom_command(
    OUTPUT "${renamed}"
    COMMAND "${CMAKE_OBJCOPY}" "--redefine-syms=${names}" "${object}" "${renamed}"
    DEPENDS "${object}" "${names}" ${target}
    VERBATIM)
  add_custom_target(${target}_valgrind DEPENDS "${renamed}")
  set_target_properties(${target}_valgrind PROPERTIES NLA_OBJECT "${renamed}")
  set(${entries} native/entry_valgrind.c native/entry_valgrind_kmalloc.c PARENT_SCOPE)
  set(${managed} ${target}_valgrind PARENT_SCOPE)
endfunction()
