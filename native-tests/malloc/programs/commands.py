# SPDX-License-Identifier: MIT
"""What each program is made to do. A run's output depends on nothing but what the program computes."""

import concurrent.futures
import os
import subprocess
import sys

import servers
from result import Result, run

BASH = r"""
declare -A counts
for i in {1..3000}; do word=$(( i * 7919 % 1009 )); counts[$word]=$(( ${counts[$word]:-0} + i )); done
for word in "${!counts[@]}"; do echo "$word ${counts[$word]}"; done | sort -n | md5sum
for i in {1..200}; do echo "$(echo $i | sed s/1/one/)"; done | md5sum
(trap 'echo caught' USR1; kill -USR1 $BASHPID; wait) & wait
printf '%s\n' {a..z}{a..z}{0..9} | md5sum
"""

GIT = r"""
git init -q -b main . && git config user.name n && git config user.email e@example.org && git config gc.auto 0
export GIT_AUTHOR_DATE='2020-01-01T00:00:00Z' GIT_COMMITTER_DATE='2020-01-01T00:00:00Z'
for i in $(seq 40); do seq $i 7 9000 > file$((i % 9)); git add . && git commit -q -m "commit $i"; done
git branch other HEAD~20 && git -c pack.threads=4 gc -q --aggressive && git fsck --full
git log --stat --format='%H %T %s' | md5sum
git blame file3 | md5sum; git diff HEAD~30 | md5sum; git rev-list --objects --all | sort | md5sum
"""

PERL = r"""
my %h; for my $i (1..60000) { push @{$h{$i % 1777}}, "x" x ($i % 300); }
my $s = 0; $s += length join ",", @{$h{$_}} for sort keys %h; print "$s\n";
my $t = join " ", map { $_ * 31 % 1000 } 1..50000; my $n = () = $t =~ /\b(\d)\1\b/g; print "$n\n";
for (1..20) { my $p = fork; if (!$p) { my @a = map { "$_" } 1..2000; exit(@a == 2000 ? 0 : 1) } waitpid $p, 0; print $?; }
print "\n";
"""

SQL = r"""
create table t(a integer primary key, b text, c blob);
with recursive n(x) as (select 1 union all select x + 1 from n where x < 60000)
  insert into t select x, printf('%08x', x * 2654435761 % 4294967296), zeroblob(x % 700) from n;
create index i on t(b); analyze;
select count(*), sum(length(c)), min(b), max(b) from t;
select substr(b, 1, 2) p, count(*), group_concat(a % 7) from t where a % 97 = 3 group by p order by p limit 40;
delete from t where a % 3 = 0; vacuum; pragma integrity_check; select count(*) from t;
"""

CMAKE = r"""
cmake_minimum_required(VERSION 3.20)
project(p LANGUAGES NONE)
foreach(i RANGE 3000)
  list(APPEND all "item_${i}")
  string(SHA256 h "${i}${h}")
  set_property(GLOBAL PROPERTY "p_${i}" "${h}")
endforeach()
list(SORT all ORDER DESCENDING)
string(MD5 sum "${all}")
file(WRITE "${CMAKE_BINARY_DIR}/sum.txt" "${sum} ${h}\n")
"""

JAVA = r"""
import java.util.*;
public class P {
    static int depth(int n) { return depth(n + 1); }
    public static void main(String[] arguments) throws Exception {
        long[] sums = new long[8];
        Thread[] threads = new Thread[8];
        for (int t = 0; t < 8; t++) {
            final int number = t;
            threads[t] = new Thread(() -> {
                Map<Integer, byte[]> map = new HashMap<>();
                for (int i = 0; i < 20000; i++) map.put(i % 300, new byte[i * 31 % 5000]);
                for (byte[] b : map.values()) sums[number] += b.length;
            });
            threads[t].start();
        }
        for (Thread thread : threads) thread.join();
        System.out.println(Arrays.toString(sums));
        try { ((String) null).length(); } catch (NullPointerException e) { System.out.println("null"); }
        try { depth(0); } catch (StackOverflowError e) { System.out.println("deep"); }
    }
}
"""

NODE = r"""
const zlib = require('zlib'), crypto = require('crypto');
let kept = [];
for (let i = 0; i < 3000; i++) { kept[i % 50] = Buffer.alloc(i * 37 % 90000, i); }
const packed = zlib.deflateSync(Buffer.concat(kept));
console.log(crypto.createHash('md5').update(zlib.inflateSync(packed)).digest('hex'));
"""


def c_source(functions):
    """A large source file of one kind, the same at each call."""
    lines = ["#include <stdio.h>"]
    for i in range(functions):
        lines.append(f"static int f{i}(int x, const char *s) {{ int t[{i % 9 + 2}] = {{ {i} }}; "
                     f"for (int k = 0; k < x; k++) t[k % {i % 9 + 2}] += s[k % 5] * {i * 7 + 1}; "
                     f"switch (x % 7) {{ case 1: return t[1]; case 3: return t[0] * {i}; default: return x; }} }}")
    calls = " + ".join(f"f{i}(argc, argv[0])" for i in range(functions))
    return "\n".join(lines + [f"int main(int argc, char **argv) {{ return {calls}; }}"])


CXX = r"""
#include <algorithm>
#include <functional>
#include <iostream>
#include <map>
#include <random>
#include <regex>
#include <string>
#include <vector>
template <int N> struct T { std::map<std::string, std::vector<T<N - 1>>> m; int f() { return int(m.size()) + T<N - 1>().f(); } };
template <> struct T<0> { int f() { return 0; } };
int main() { std::regex r("(a|b)*c"); std::cout << T<30>().f() << std::regex_match("aac", r); }
"""


def compile_with(compiler, name, text):
    def do(environment):
        with open(name, "w", encoding="utf-8") as file:
            file.write(text)
        here = f"-fdebug-prefix-map={os.getcwd()}=."
        result = run([compiler, "-O2", "-g", here, "-c", name, "-o", "o"], environment)
        return result + run(["md5sum", "o"], environment)
    return do


def shell(text):
    return lambda environment: run(["bash", "-c", text], environment)


def configure(environment):
    with open("CMakeLists.txt", "w", encoding="utf-8") as file:
        file.write(CMAKE)
    made = run(["cmake", "-S", ".", "-B", "b"], environment)
    return Result("", made.errors, made.status) + run(["cat", "b/sum.txt"], environment)


def with_file(name, text, command):
    def do(environment):
        with open(name, "w", encoding="utf-8") as file:
            file.write(text)
        return run(command, environment)
    return do


PYTHON_TESTS = ["test_threading", "test_subprocess", "test_signal"]


def passes_python_test(module, environment):
    """One that fails may try again: some do, on a busy machine."""
    command = [sys.executable, "-m", "test", module]
    results = [run(command, environment, seconds=400)]
    if results[0].status != 0:
        results.append(run(command, environment, seconds=400))
    return results[-1].status == 0, results[-1].errors


def python_tests(environment):
    """Which of Python's own test modules fail. They wait more than they run: all at once."""
    with concurrent.futures.ThreadPoolExecutor() as pool:
        results = list(pool.map(lambda module: passes_python_test(module, environment), PYTHON_TESTS))
    failed = [module for module, (passes, _) in zip(PYTHON_TESTS, results) if not passes]
    return Result(f"failed: {' '.join(failed)}\n", "".join(errors for _, errors in results), 0)


def no_python_tests():
    found = subprocess.run([sys.executable, "-c", "import test.test_threading"], capture_output=True, check=False)
    return [] if found.returncode == 0 else ["Python's package test"]


def dotnet_tool(environment, *command):
    return run(["dotnet", *command], environment)


class Program:
    def __init__(self, do, *tools, missing=lambda: []):
        self.run = do
        self.tools = tools
        self.missing = missing


ALL = {
    "bash": Program(shell(BASH), "bash"),
    "git": Program(shell(GIT), "git"),
    "python": Program(python_tests, missing=no_python_tests),
    "perl": Program(with_file("p.pl", PERL, ["perl", "p.pl"]), "perl"),
    "gcc": Program(compile_with("gcc", "p.c", c_source(120)), "gcc"),
    "g++": Program(compile_with("g++", "p.cc", CXX), "g++"),
    "cmake": Program(configure, "cmake"),
    "sqlite3": Program(with_file("p.sql", SQL, ["sqlite3", ":memory:", ".read p.sql"]), "sqlite3"),
    "java": Program(with_file("P.java", JAVA, ["java", "P.java"]), "java"),
    "node": Program(with_file("p.js", NODE, ["node", "p.js"]), "node"),
    "dotnet": Program(dotnet_tool, "dotnet"),
    "redis": Program(servers.redis, "redis-server", "redis-cli", "redis-benchmark"),
    "nginx": Program(servers.nginx, "nginx"),
}
