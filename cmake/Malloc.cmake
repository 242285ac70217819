# SPDX-License-Identifier: MIT
# libnolockalloc-malloc.so: malloc, free and operator new, to be preloaded or linked. The same sources as
# libnolockalloc with other files in place of a few: see managed/Malloc and native/malloc.

if(NOLOCKALLOC_VALGRIND)
  return() # memcheck brings a malloc of its own
endif()

nla_add_managed_object(
  nolockalloc_malloc_managed
  PROJECT managed/NoLockAlloc/NoLockAlloc.csproj
  SOURCES managed/CoreLib managed/Dnne managed/Hardened managed/Arm64 managed/NoLockAlloc managed/Malloc
  PROPERTIES NolockallocProduct=malloc
             NolockallocHardened=$<IF:$<BOOL:${NOLOCKALLOC_HARDENED}>,true,false>
             NolockallocChecks=$<IF:$<BOOL:${NOLOCKALLOC_CHECKS}>,true,false>)
get_target_property(object nolockalloc_malloc_managed NLA_OBJECT)
set_source_files_properties("${object}" PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)

# Sizes.ThreadBlockBytes of managed/Malloc/Pages/Sizes.cs; the library refuses to run with another.
set(NLA_MALLOC_THREAD_BLOCK_BYTES 61952)

nla_add_entries(entries nolockalloc_malloc_managed native/malloc nla_malloc nla_free)
set(NLA_MALLOC_EXPORT_MAP "${PROJECT_SOURCE_DIR}/native/malloc/libnolockalloc-malloc.map")
add_library(
  nolockalloc_malloc SHARED
  "${entries}"
  native/malloc/new.c
  native/malloc/os_posix.c
  native/thread.c
  native/os_posix.c
  "${object}")
add_dependencies(nolockalloc_malloc nolockalloc_malloc_managed)
target_include_directories(nolockalloc_malloc PRIVATE native)
target_compile_definitions(
  nolockalloc_malloc PRIVATE NLA_THREAD_BLOCK_BYTES=${NLA_MALLOC_THREAD_BLOCK_BYTES})
target_compile_options(
  nolockalloc_malloc PRIVATE -ftls-model=initial-exec $<$<COMPILE_LANGUAGE:C>:-fno-builtin>)
target_link_libraries(nolockalloc_malloc PRIVATE Threads::Threads ${CMAKE_DL_LIBS})
set_target_properties(
  nolockalloc_malloc
  PROPERTIES C_STANDARD 11 C_VISIBILITY_PRESET hidden LINKER_LANGUAGE C EXPORT_NAME malloc
             OUTPUT_NAME nolockalloc-malloc VERSION ${PROJECT_VERSION}
             SOVERSION ${PROJECT_VERSION_MAJOR})
nla_link_complete(nolockalloc_malloc "${NLA_MALLOC_EXPORT_MAP}")
nla_warn(nolockalloc_malloc)
add_library(nolockalloc::malloc ALIAS nolockalloc_malloc)
