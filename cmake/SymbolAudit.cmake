# SPDX-License-Identifier: MIT
# What the ELF files must be, one check at a time:
#
#   cmake -D CHECK=<name> -D FILE=<library or object> [-D CC= -D HEADER= -D IMPORTS= -D LIMIT=] \
#         [-D EXPORT_MAP= -D SONAME= -D CORE=] -P cmake/SymbolAudit.cmake
#
# IMPORTS may be several files. NOT_NEEDED: what the compiler does without on this machine. EXPORT_MAP takes HEADER's place for a library whose functions other people's
# headers declare.
#
# A violation is a fatal error that begins with "audit: ". native-tests/abi/ runs every check on the
# product, and on a planted bug that it must catch.

cmake_minimum_required(VERSION 3.25)

if(NOT SONAME)
  set(SONAME libnolockalloc.so.0)
endif()
if(NOT CORE)
  set(CORE kmalloc_nolock)
endif()

# ---- Asking the tools ---------------------------------------------------------------------------

# The lines that a command prints, as a list. The characters that CMake's lists give a meaning go.
function(nla_lines_of out)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX REPLACE "[][;]" " " text "${text}")
  string(REPLACE "\n" ";" lines "${text}")
  set(${out} "${lines}" PARENT_SCOPE)
endfunction()

# nla_symbols_of(<out> <options of nm>...): names without versions, sorted; no file names, no
# symbols that stand for a version.
function(nla_symbols_of out)
  nla_lines_of(lines nm -P ${ARGN})
  list(FILTER lines INCLUDE REGEX "^[^ ]+ [^A]( |$)")
  list(TRANSFORM lines REPLACE "[@ ].*$" "")
  list(REMOVE_DUPLICATES lines)
  list(SORT lines)
  set(${out} "${lines}" PARENT_SCOPE)
endfunction()

# The functions that a header declares, as the C preprocessor sees them.
function(nla_functions_of out header)
  execute_process(
    COMMAND "${CC}" -x c -std=c11 -E -P "-D__attribute__(x)=" "-D__extension__=" "${header}"
    OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX REPLACE "[][]|\n" " " text "${text}")
  string(REGEX REPLACE "static inline[^{};]*{[^{}]*}" "" text "${text}")
  string(REGEX REPLACE "{[^{}]*}" ";" text "${text}")
  set(names "")
  foreach(statement IN LISTS text)
    if(NOT statement MATCHES "^ *(typedef|static) "
       AND statement MATCHES "^[^(=]*[ *]([A-Za-z_][A-Za-z0-9_]*) *\\(.*\\) *$")
      list(APPEND names "${CMAKE_MATCH_1}")
    endif()
  endforeach()
  list(REMOVE_DUPLICATES names)
  list(SORT names)
  set(${out} "${names}" PARENT_SCOPE)
endfunction()

# ---- Answering ----------------------------------------------------------------------------------

function(nla_violation)
  message(FATAL_ERROR "audit: ${FILE}: " ${ARGN})
endfunction()

function(nla_expect_same what found expected)
  set(extra ${found})
  list(REMOVE_ITEM extra ${expected})
  set(missing ${expected})
  list(REMOVE_ITEM missing ${found})
  list(LENGTH found count)
  if(extra OR missing OR count EQUAL 0)
    list(JOIN extra " " extra)
    list(JOIN missing " " missing)
    nla_violation("${what} differ. Not expected: '${extra}'. Missing: '${missing}'.")
  endif()
  list(JOIN found " " found)
  message(STATUS "${count} ${what}, as expected: ${found}")
endfunction()

# nla_expect(<YES|NO> <regex> <message> <command>...): whether a line of the output matches.
function(nla_expect wanted regex message)
  nla_lines_of(lines ${ARGN})
  list(FILTER lines INCLUDE REGEX "${regex}")
  if(wanted AND NOT lines)
    nla_violation("${message}")
  elseif(NOT wanted AND lines)
    list(JOIN lines "\n" lines)
    nla_violation("${message}:\n${lines}")
  endif()
endfunction()

function(nla_named_imports out)
  set(lines "")
  foreach(file IN LISTS IMPORTS)
    file(STRINGS "${file}" more REGEX "^[A-Za-z_]")
    list(APPEND lines ${more})
  endforeach()
  list(TRANSFORM lines REPLACE " .*$" "")
  list(SORT lines)
  set(${out} "${lines}" PARENT_SCOPE)
endfunction()

# ---- The checks ---------------------------------------------------------------------------------

# The shared library exports the functions of the header, no more and no less.
function(nla_check_exports)
  if(EXPORT_MAP)
    file(STRINGS "${EXPORT_MAP}" declared REGEX "^ +[A-Za-z0-9_]+;$")
    list(TRANSFORM declared REPLACE "[ ;]" "")
  else()
    nla_functions_of(declared "${HEADER}")
  endif()
  nla_symbols_of(exported -D --defined-only "${FILE}")
  nla_expect_same("exported symbols" "${exported}" "${declared}")
endfunction()

# So does the archive: everything else in it is local, and cannot clash with the program's names.
function(nla_check_archive_exports)
  nla_functions_of(declared "${HEADER}")
  nla_symbols_of(global -g --defined-only "${FILE}")
  nla_expect_same("global symbols" "${global}" "${declared}")
endfunction()

# What it needs from others is the named list. (The linker adds the second name of glibc's environ.)
function(nla_check_imports)
  nla_named_imports(named)
  list(REMOVE_ITEM named ${NOT_NEEDED} "")
  nla_symbols_of(imported -D --undefined-only "${FILE}")
  list(REMOVE_ITEM imported __environ)
  nla_expect_same("imported symbols" "${imported}" "${named}")
endfunction()

function(nla_check_archive_imports)
  nla_named_imports(named)
  nla_symbols_of(undefined -u "${FILE}")
  list(REMOVE_ITEM undefined _GLOBAL_OFFSET_TABLE_ _DYNAMIC)
  nla_expect_same("imported symbols" "${undefined}" "${named}")
endfunction()

# A static constructor that ILC cannot evaluate is compiled and never run: the field stays 0.
function(nla_check_cctor)
  nla_expect(YES " T ${CORE}$" "this is not the C# core" nm "${FILE}")
  nla_expect(NO "_cctor$" "static constructors, which nobody would run" nm "${FILE}")
endfunction()

# Dynamic TLS calls malloc on a thread's first touch. In objects the models show as TLSGD and TLSLD.
function(nla_check_tls)
  nla_expect(NO "DTPMOD|TLSDESC|TLSGD|TLSLD" "dynamic TLS relocations" readelf -rW "${FILE}")
  nla_expect(NO " __tls_get_addr" "dynamic TLS" nm -u "${FILE}")
endfunction()

function(nla_check_stack)
  nla_expect(YES "GNU_STACK .* RW +0x" "the stack would be executable" readelf -lW "${FILE}")
endfunction()

# Nothing is resolved inside a handler, nothing resolved can be overwritten, nothing is unloaded.
function(nla_check_dynamic)
  nla_expect(YES "FLAGS_1.* NOW" "symbols would be bound lazily" readelf -dW "${FILE}")
  nla_expect(YES "FLAGS_1.* NODELETE" "dlclose would unload it" readelf -dW "${FILE}")
  nla_expect(YES "GNU_RELRO" "relocations stay writable" readelf -lW "${FILE}")
  nla_expect(NO "TEXTREL" "relocations in the code" readelf -dW "${FILE}")
  nla_expect(YES "SONAME.*${SONAME} *$" "wrong soname" readelf -dW "${FILE}")
  nla_expect(YES "Build ID: [0-9a-f]+" "no build id" readelf -nW "${FILE}")
endfunction()

# LIMIT bytes, stripped.
function(nla_check_size)
  cmake_path(GET FILE FILENAME name)
  set(stripped "${CMAKE_CURRENT_BINARY_DIR}/${name}.stripped")
  execute_process(COMMAND "${STRIP}" -o "${stripped}" "${FILE}" COMMAND_ERROR_IS_FATAL ANY)
  file(SIZE "${stripped}" size)
  file(REMOVE "${stripped}")
  if(NOT size LESS LIMIT)
    nla_violation("${size} bytes stripped, which is not below ${LIMIT}")
  endif()
  message(STATUS "${size} bytes stripped, below ${LIMIT}")
endfunction()

if(CHECK)
  cmake_language(CALL nla_check_${CHECK})
endif()
