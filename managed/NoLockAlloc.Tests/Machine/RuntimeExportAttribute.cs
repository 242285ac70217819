// SPDX-License-Identifier: MIT
// ILC's attribute, which ordinary .NET does not show: with it Exports.cs compiles here too.

namespace System.Runtime;

internal sealed class RuntimeExportAttribute : Attribute
{
    public RuntimeExportAttribute(string entry) { }
}
