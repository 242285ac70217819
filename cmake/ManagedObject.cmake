# SPDX-License-Identifier: MIT
# C# in a CMake build. MSBuild does the work, in one `dotnet publish` or `dotnet build` a target,
# from the pinned SDK and packages; what it writes stays in the build directory of the preset.

find_program(NLA_DOTNET dotnet DOC "The dotnet command of the .NET SDK that global.json asks for")
if(NOT NLA_DOTNET)
  message(FATAL_ERROR "The dotnet command of the .NET SDK 10 is missing: see build.sh")
endif()
mark_as_advanced(NLA_DOTNET)

# Every call of dotnet: no telemetry, no banner, no compiler server left behind, no ICU needed.
set(NLA_DOTNET_COMMAND
    "${CMAKE_COMMAND}" -E env DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
    DOTNET_GENERATE_ASPNET_CERTIFICATE=false DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE=true
    DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 MSBUILDDISABLENODEREUSE=1
    DOTNET_CLI_USE_MSBUILD_SERVER=0 "${NLA_DOTNET}")
set(NLA_DOTNET_FLAGS -c Release --nologo -v:q -clp:NoSummary -p:UseSharedCompilation=false)

# .NET's word for the machine that is compiled for.
function(nla_runtime_identifier out)
  set(linux_x86_64 linux-x64)
  set(linux_aarch64 linux-arm64)
  string(TOLOWER "${CMAKE_SYSTEM_NAME}_${CMAKE_SYSTEM_PROCESSOR}" machine)
  if(NOT DEFINED ${machine})
    message(FATAL_ERROR "nolockalloc is not ported to ${machine} yet")
  endif()
  set(${out} ${${machine}} PARENT_SCOPE)
endfunction()

# Everything whose change means compiling again.
function(nla_managed_sources out project)
  list(TRANSFORM ARGN REPLACE "(.+)" "${PROJECT_SOURCE_DIR}/\\1/*.cs" OUTPUT_VARIABLE globs)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${globs})
  set(${out}
      ${sources}
      "${PROJECT_SOURCE_DIR}/${project}"
      "${PROJECT_SOURCE_DIR}/managed/NoLockAlloc/MethodOrder.txt"
      "${PROJECT_SOURCE_DIR}/managed/Directory.Build.props"
      "${PROJECT_SOURCE_DIR}/managed/Directory.Packages.props"
      "${PROJECT_SOURCE_DIR}/global.json"
      PARENT_SCOPE)
endfunction()

# nla_add_managed_object(<target> PROJECT <csproj> SOURCES <folder>...
#                        [PROPERTIES <name>=<value>...])
#
# Afterwards the target has the properties NLA_OBJECT, the object file, and NLA_ASSEMBLY, the IL
# that it was compiled from.
#
# The unwind tables are taken out. ILC's do not describe epilogues: an unwinder that trusts them (the
# one behind pthread_exit() in a handler) would crash at a method's `ret`. Without a table it stops.
# The code begins at a cache line, where the methods of MethodOrder.txt lie.
function(nla_add_managed_object target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "PROJECT" "SOURCES;PROPERTIES")
  nla_runtime_identifier(rid)
  nla_managed_sources(sources "${arg_PROJECT}" ${arg_SOURCES})
  cmake_path(GET arg_PROJECT STEM LAST_ONLY name)
  set(artifacts "${CMAKE_CURRENT_BINARY_DIR}/managed/${target}")
  set(archive "${artifacts}/publish/${name}/release_${rid}/${name}.a")
  set(assembly "${artifacts}/bin/${name}/release_${rid}/${name}.dll")
  set(object "${artifacts}/${name}.o")
  list(TRANSFORM arg_PROPERTIES PREPEND -p:)

  add_custom_command(
    OUTPUT "${object}"
    BYPRODUCTS "${archive}" "${assembly}"
    COMMAND ${NLA_DOTNET_COMMAND} publish "${arg_PROJECT}" ${NLA_DOTNET_FLAGS}
            "-p:ArtifactsPath=${artifacts}" -p:RuntimeIdentifier=${rid} -p:StripSymbols=false
            ${arg_PROPERTIES}
    COMMAND "${CMAKE_COMMAND}" -E chdir "${artifacts}" "${CMAKE_AR}" x "${archive}" ${name}.o
    COMMAND "${CMAKE_OBJCOPY}" --remove-section=.eh_frame
            --set-section-alignment __managedcode=64 "${object}"
    DEPENDS ${sources}
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
    COMMENT "Compiling C# to a native object: ${target}"
    VERBATIM)
  add_custom_target(${target} ALL DEPENDS "${object}")
  set_target_properties(${target} PROPERTIES NLA_OBJECT "${object}" NLA_ASSEMBLY "${assembly}")
endfunction()

# nla_add_managed_tool(<target> PROJECT <csproj> SOURCES <folder>...): an ordinary .NET program. Its
# property NLA_ASSEMBLY is what `dotnet` starts.
function(nla_add_managed_tool target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "PROJECT" "SOURCES")
  nla_managed_sources(sources "${arg_PROJECT}" ${arg_SOURCES})
  cmake_path(GET arg_PROJECT STEM LAST_ONLY name)
  set(artifacts "${CMAKE_CURRENT_BINARY_DIR}/managed/${target}")
  set(assembly "${artifacts}/bin/${name}/release/${name}.dll")
  set(stamp "${artifacts}/${name}.stamp")

  add_custom_command(
    OUTPUT "${stamp}"
    BYPRODUCTS "${assembly}"
    COMMAND ${NLA_DOTNET_COMMAND} build "${arg_PROJECT}" ${NLA_DOTNET_FLAGS}
            "-p:ArtifactsPath=${artifacts}"
    COMMAND "${CMAKE_COMMAND}" -E touch "${stamp}"
    DEPENDS ${sources}
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
    COMMENT "Compiling C#: ${target}"
    VERBATIM)
  add_custom_target(${target} ALL DEPENDS "${stamp}")
  set_target_properties(${target} PROPERTIES NLA_ASSEMBLY "${assembly}")
endfunction()

# nla_add_managed_test(<name> PROJECT <csproj>): a test that runs `dotnet test`, if there is such a
# project.
function(nla_add_managed_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "PROJECT" "")
  if(NOT EXISTS "${PROJECT_SOURCE_DIR}/${arg_PROJECT}")
    return()
  endif()
  add_test(
    NAME ${name}
    COMMAND ${NLA_DOTNET_COMMAND} test "${arg_PROJECT}" -c Release --nologo
            -p:UseSharedCompilation=false
            "-p:ArtifactsPath=${CMAKE_CURRENT_BINARY_DIR}/managed/${name}"
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
  # The explorer takes one turn less than by itself and in the proof, which is minutes more; and it is the
  # longest test, so it begins first.
  set_tests_properties(${name} PROPERTIES TIMEOUT 2400 COST 1000 ENVIRONMENT
                                          NOLOCKALLOC_PREEMPTIONS=1)
endfunction()
