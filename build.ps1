# SPDX-License-Identifier: MIT
# ./build.ps1 WORD: checks the tools, then lets CMake do it. build.sh is the twin for POSIX shells;
# the test `twins` compares the two tables of words. What a word does stands in CMakePresets.json.
param([string]$Word = '', [string]$Prefix = '/usr/local')
$ErrorActionPreference = 'Stop'
Set-Location $PSScriptRoot

$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'
$env:DOTNET_NOLOGO = '1'
$env:DOTNET_SYSTEM_GLOBALIZATION_INVARIANT = '1'

# ---- The tools ----------------------------------------------------------------------------------

function Test-Tools {
    foreach ($tool in 'cmake', 'ninja', 'g++', 'objcopy', 'pkg-config', 'dotnet') {
        if (-not (Get-Command $tool -ErrorAction SilentlyContinue)) {
            Write-Host "build.ps1: $tool is missing. On Debian, ./build.sh installs what it can."
            exit 1
        }
    }
}

# ---- The words ----------------------------------------------------------------------------------

function Show-Usage {
    Write-Host @'
usage: ./build.ps1 WORD
  demo              build, then profile a real program from inside its signal handlers
  bench             build, then compare the cost of a call with other allocators; NLA_BENCH says more
  test              build, then run every test
  proof             build, then interrupt, abandon, fork and stop calls at every instruction
  soak              build, then run everything at once for 20 minutes, or NLA_SOAK_MINUTES
  release           build build/release/libnolockalloc.so and libnolockalloc.a
  install [PREFIX]  build and install, into /usr/local if no PREFIX is given
  clean             remove everything that was built
  dev, hardened, lockdep, asan-ubsan, valgrind, arm64   build and test in that way: see CMakePresets.json
'@
}

function Invoke-CMake {
    & cmake @args
    if ($LASTEXITCODE -ne 0) {
        exit $LASTEXITCODE
    }
}

function Use-Preset([string]$Name) {
    Test-Tools
    Invoke-CMake --workflow --preset $Name
}

function Install-To([string]$Folder) {
    Invoke-CMake --install build/release --prefix $Folder
}

function Remove-Build {
    foreach ($folder in 'build', 'artifacts') {
        if (Test-Path $folder) {
            Remove-Item -Recurse -Force $folder
        }
    }
}

# One line a word, the same in build.sh.
switch ($Word) {
    'demo' { Use-Preset demo }
    'bench' { Use-Preset bench }
    'test' { Use-Preset test }
    'proof' { Use-Preset proof }
    'soak' { Use-Preset soak }
    'release' { Use-Preset release }
    'dev' { Use-Preset dev }
    'hardened' { Use-Preset hardened }
    'lockdep' { Use-Preset lockdep }
    'asan-ubsan' { Use-Preset asan-ubsan }
    'valgrind' { Use-Preset valgrind }
    'arm64' { Use-Preset arm64 }
    'install' { Use-Preset release; Install-To $Prefix }
    'clean' { Remove-Build }
    default { Show-Usage; exit 2 }
}
