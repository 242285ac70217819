// SPDX-License-Identifier: MIT
#include "stepper/machine.h"

#include "stepper/stepper.h"

#include <csignal>
#include <dlfcn.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/syscall.h>

asm(R"(
    .text
    .globl nla_step_thunk
    .type nla_step_thunk, @function
nla_step_thunk:
    pushq %rbp
    movq  %rsp, %rbp
    movq  %rdi, %rax
    movq  %rsi, %rdi
    pushfq
    orq   $0x100, (%rsp)
    popfq
    callq *%rax
nla_step_thunk_back:
    nop
    popq  %rbp
    ret
nla_step_thunk_end:
    .size nla_step_thunk, . - nla_step_thunk
)");

extern "C" const char nla_step_thunk_back[] __attribute__((visibility("hidden")));
extern "C" const char nla_step_thunk_end[] __attribute__((visibility("hidden")));

namespace stepper
{
namespace
{
struct Code
{
    uintptr_t inside; // an address in the object that is wanted
    uintptr_t base;
    uintptr_t start;
    uintptr_t end;
};
Code g_code;

int find_object(struct dl_phdr_info *object, size_t, void *wanted)
{
    auto *code = static_cast<Code *>(wanted);
    for (int i = 0; i < object->dlpi_phnum; i++)
    {
        const ElfW(Phdr) &segment = object->dlpi_phdr[i];
        uintptr_t start = object->dlpi_addr + segment.p_vaddr;
        if (segment.p_type != PT_LOAD || !(segment.p_flags & PF_X) || code->inside < start ||
            code->inside >= start + segment.p_memsz)
            continue;
        code->base = object->dlpi_addr;
        code->start = start;
        code->end = start + segment.p_memsz;
        return 1;
    }
    return 0;
}

// Before any handler runs, and before what the program itself initialises: dl_iterate_phdr takes a lock.
[[gnu::constructor(200)]] void find_library()
{
    watch_code_of(nullptr);
}
} // namespace

void watch_code_of(const void *function)
{
    g_code = {uintptr_t(function ? function : machine::function_under_test()), 0, 0, 0};
    dl_iterate_phdr(find_object, &g_code);
}

bool in_library(uintptr_t pc)
{
    return pc >= g_code.start && pc < g_code.end;
}

uintptr_t library_base()
{
    return g_code.base;
}
} // namespace stepper

namespace stepper::machine
{
bool is_thunk(uintptr_t pc)
{
    return pc >= uintptr_t(nla_step_thunk_back) && pc < uintptr_t(nla_step_thunk_end);
}

static long raw_syscall(const greg_t *regs)
{
    long result = regs[REG_RAX];
    register long r10 asm("r10") = regs[REG_R10];
    register long r8 asm("r8") = regs[REG_R8];
    register long r9 asm("r9") = regs[REG_R9];
    asm volatile("syscall"
                 : "+a"(result)
                 : "D"(regs[REG_RDI]), "S"(regs[REG_RSI]), "d"(regs[REG_RDX]), "r"(r10), "r"(r8),
                   "r"(r9)
                 : "rcx", "r11", "memory");
    return result;
}

// A blocked SIGTRAP under the trap flag ends the process, so the mask is changed here without it.
static bool is_mask_change(const greg_t *regs)
{
    return regs[REG_RAX] == SYS_rt_sigprocmask && regs[REG_RDI] >= SIG_BLOCK &&
           regs[REG_RDI] <= SIG_SETMASK;
}

static long change_mask(ucontext_t *interrupted)
{
    const greg_t *regs = interrupted->uc_mcontext.gregs;
    auto *mask = reinterpret_cast<uint64_t *>(&interrupted->uc_sigmask);
    uint64_t before = *mask;
    const auto *set = reinterpret_cast<const uint64_t *>(regs[REG_RSI]);
    if (set != nullptr)
    {
        uint64_t after = regs[REG_RDI] == SIG_BLOCK     ? before | *set
                         : regs[REG_RDI] == SIG_UNBLOCK ? before & ~*set
                                                        : *set;
        *mask = after & ~(uint64_t(1) << (SIGTRAP - 1));
    }
    if (regs[REG_RDX] != 0)
        *reinterpret_cast<uint64_t *>(regs[REG_RDX]) = before;
    return 0;
}

bool perform_syscall(ucontext_t *interrupted)
{
    greg_t *regs = interrupted->uc_mcontext.gregs;
    switch (regs[REG_RAX])
    {
    case SYS_rt_sigreturn:
    case SYS_clone:
    case SYS_clone3:
    case SYS_fork:
    case SYS_vfork:
    case SYS_execve:
    case SYS_exit:
    case SYS_exit_group:
        return false;
    default:
        regs[REG_RAX] = is_mask_change(regs) ? change_mask(interrupted) : raw_syscall(regs);
        break;
    }
    regs[REG_RIP] += 2;
    regs[REG_RCX] = regs[REG_RIP];
    regs[REG_R11] = regs[REG_EFL];
    return true;
}

void make_writable(uintptr_t pc)
{
    uintptr_t page = pc & ~uintptr_t(4095);
    mprotect(reinterpret_cast<void *>(page), 4096, PROT_READ | PROT_WRITE | PROT_EXEC);
}

void make_executable(bool executable)
{
    mprotect(reinterpret_cast<void *>(g_code.start & ~uintptr_t(4095)), g_code.end - g_code.start,
             PROT_READ | PROT_WRITE | (executable ? PROT_EXEC : 0));
}
} // namespace stepper::machine
