// SPDX-License-Identifier: MIT
// The product has one static word, so that tests run one after the other.

using System.Runtime.CompilerServices;
using Xunit;

[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: DisableRuntimeMarshalling]
