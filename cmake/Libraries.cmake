# SPDX-License-Identifier: MIT
# The C half (an object library) and the C# half (nla_add_managed_object) become libnolockalloc.so
# and libnolockalloc.a.

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)

set(NLA_EXPORT_MAP "${PROJECT_SOURCE_DIR}/native/libnolockalloc.map")

# What both libraries are to those who link them.
function(nla_describe_library target name managed)
  get_target_property(object ${managed} NLA_OBJECT)
  set_source_files_properties("${object}" PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
  add_dependencies(${target} ${managed})
  target_link_libraries(${target} PRIVATE Threads::Threads)
  target_include_directories(
    ${target} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                     $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  set_target_properties(
    ${target} PROPERTIES LINKER_LANGUAGE C OUTPUT_NAME nolockalloc EXPORT_NAME ${name})
endfunction()

# nla_link_complete(<target> <version script>): how a shared library of ours is linked.
#
# Resolved as it is loaded, never inside a handler (now); complete (defs); never unloaded, since a
# handler may be inside it (nodelete). Without the compiler's start files, whose weak symbols would
# stand among the imports: the constructor runs by .init_array.
function(nla_link_complete target map)
  set_target_properties(${target} PROPERTIES LINK_DEPENDS "${map}")
  target_link_options(
    ${target}
    PRIVATE
      -nostartfiles
      "LINKER:--version-script=${map},--exclude-libs,ALL,--build-id=sha1,--as-needed"
      "LINKER:-z,now,-z,relro,-z,defs,-z,noexecstack,-z,nodelete")
endfunction()

function(nla_add_shared_library target native managed)
  get_target_property(object ${managed} NLA_OBJECT)
  add_library(${target} SHARED $<TARGET_OBJECTS:${native}> "${object}")
  nla_describe_library(${target} shared ${managed})
  set_target_properties(
    ${target} PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
  nla_link_complete(${target} "${NLA_EXPORT_MAP}")
endfunction()

# One object with everything in it, of whose symbols only the exported ones are global: no name of
# the C# core or of native/ can clash with the program's.
function(nla_add_static_library target native managed)
  get_target_property(object ${managed} NLA_OBJECT)
  set(merged "${PROJECT_BINARY_DIR}/nolockalloc.o")
  set(exports "${PROJECT_BINARY_DIR}/exports.txt")
  file(STRINGS "${NLA_EXPORT_MAP}" names REGEX "^ +[a-z0-9_]+;$")
  list(TRANSFORM names REPLACE "[ ;]" "")
  list(JOIN names "\n" names)
  file(CONFIGURE OUTPUT "${exports}" CONTENT "${names}\n")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${NLA_EXPORT_MAP}")

  add_custom_command(
    OUTPUT "${merged}"
    COMMAND "${CMAKE_LINKER}" -r -o "${merged}" $<TARGET_OBJECTS:${native}> "${object}"
    COMMAND "${CMAKE_OBJCOPY}" "--keep-global-symbols=${exports}" "${merged}"
    DEPENDS $<TARGET_OBJECTS:${native}> "${object}" "${exports}"
    COMMENT "Merging both halves into one object"
    COMMAND_EXPAND_LISTS VERBATIM)
  set_source_files_properties("${merged}" PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
  add_library(${target} STATIC "${merged}")
  nla_describe_library(${target} static ${managed})
endfunction()
