// SPDX-License-Identifier: MIT
//
// Every path through the library: the situations of the tests, and those that want a process of
// their own, other threads, bad arguments or a shortage.
#ifndef NOLOCKALLOC_PROOF_PATHS_H
#define NOLOCKALLOC_PROOF_PATHS_H

#include "interruption.h"

#include <vector>

namespace proof
{
std::vector<Situation> all_paths();
std::vector<Situation> paths_without(bool Situation::*property);

// Parts of it.
void add_bad_arguments(std::vector<Situation> &to);
void add_shortages(std::vector<Situation> &to);
void add_threads(std::vector<Situation> &to);
void add_processes(std::vector<Situation> &to);
void add_pages(std::vector<Situation> &to);
void add_caches(std::vector<Situation> &to);
void add_copies(std::vector<Situation> &to);
void add_texts(std::vector<Situation> &to);
void add_deferrals(std::vector<Situation> &to);
void add_recoveries(std::vector<Situation> &to);
void add_nodes(std::vector<Situation> &to);
void add_contexts(std::vector<Situation> &to);
void add_runs(std::vector<Situation> &to);
void add_lives(std::vector<Situation> &to);
void add_hooks(std::vector<Situation> &to);
void add_call_sites(std::vector<Situation> &to);
void add_refusals(std::vector<Situation> &to);
void add_reports(std::vector<Situation> &to);

// A call that is no plain operation, or one in a state that only set_up can bring about.
Situation own_path(const char *name, const char *function, Hook call, Hook set_up = nullptr);

// Appends one, for what else there is to be said of it.
struct Adding
{
    std::vector<Situation> &to;

    Situation &operator()(const char *name, const char *function, Hook call, Hook set_up = nullptr) const
    {
        to.push_back(own_path(name, function, call, set_up));
        return to.back();
    }
};

void complain_if(Interruption &on, bool wrong);
int nowhere(); // a descriptor of /dev/null

// The call of an allocation of the situation's size, and of a free of what the pointer says.
void allocate_plainly(Interruption &on);
void free_the_pointer(Interruption &on);
} // namespace proof

#endif
