// SPDX-License-Identifier: MIT
// Finds the exports in the metadata of an assembly and words each as a C declaration.

using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection.Metadata;

namespace NoLockAlloc.Declarations;

/// <summary>Reads every method with [UnmanagedCallersOnly], in the order of the source.</summary>
internal sealed class ExportReader
{
    private const string ExportMark =
        "System.Runtime.InteropServices.UnmanagedCallersOnlyAttribute";
    private const string TypeMark = "DNNE.C99TypeAttribute";
    private const string CodeMark = "DNNE.C99DeclCodeAttribute";

    private readonly MetadataReader _metadata;
    private readonly CTypes _types = new();

    private ExportReader(MetadataReader metadata) => _metadata = metadata;

    internal static List<Export> Read(MetadataReader metadata)
    {
        ExportReader reader = new(metadata);
        List<Export> exports = [];
        foreach (MethodDefinitionHandle handle in metadata.MethodDefinitions)
        {
            MethodDefinition method = metadata.GetMethodDefinition(handle);
            foreach (CustomAttributeValue<string> mark in
                reader.Marks(method.GetCustomAttributes(), ExportMark))
            {
                exports.Add(reader.ExportOf(method, mark));
            }
        }

        return exports;
    }

    private Export ExportOf(MethodDefinition method, CustomAttributeValue<string> mark)
    {
        string methodName = _metadata.GetString(method.Name);
        string name = mark.NamedArguments
            .Where(argument => argument.Name == "EntryPoint")
            .Select(argument => (string)argument.Value)
            .FirstOrDefault(methodName);
        MethodSignature<string> signature = method.DecodeSignature(_types, null);
        string[] types = [signature.ReturnType, .. signature.ParameterTypes];
        string[] names = new string[types.Length];
        List<string> code = [.. Texts(method.GetCustomAttributes(), CodeMark)];

        // Number 0 is the return value.
        foreach (ParameterHandle handle in method.GetParameters())
        {
            Parameter parameter = _metadata.GetParameter(handle);
            int number = parameter.SequenceNumber;
            names[number] = _metadata.GetString(parameter.Name);
            types[number] = Texts(parameter.GetCustomAttributes(), TypeMark)
                .FirstOrDefault(types[number]);
            code.AddRange(Texts(parameter.GetCustomAttributes(), CodeMark));
        }

        for (int number = 0; number < types.Length; number++)
        {
            if (types[number] is null)
            {
                string what = number == 0 ? "return value" : names[number];
                throw new InvalidDataException($"{methodName}: {what} needs [C99Type]");
            }
        }

        IEnumerable<string> parameters =
            Enumerable.Range(1, types.Length - 1).Select(i => Declare(types[i], names[i]));
        string list = types.Length == 1 ? "void" : string.Join(", ", parameters);
        return new Export($"{Declare(types[0], name)}({list});", code);
    }

    private static string Declare(string type, string name) =>
        type.EndsWith('*') ? type + name : $"{type} {name}";

    private IEnumerable<string> Texts(CustomAttributeHandleCollection attributes, string mark) =>
        Marks(attributes, mark).Select(value => (string)value.FixedArguments[0].Value);

    private IEnumerable<CustomAttributeValue<string>> Marks(
        CustomAttributeHandleCollection attributes, string mark) =>
        from handle in attributes
        let attribute = _metadata.GetCustomAttribute(handle)
        where TypeNameOf(attribute) == mark
        select attribute.DecodeValue(_types);

    // The attribute's class is in this assembly, as its core library is, or in another one.
    private string TypeNameOf(CustomAttribute attribute)
    {
        if (attribute.Constructor.Kind == HandleKind.MethodDefinition)
        {
            MethodDefinition own =
                _metadata.GetMethodDefinition((MethodDefinitionHandle)attribute.Constructor);
            return CTypes.NameOf(_metadata, own.GetDeclaringType());
        }

        EntityHandle parent =
            _metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent;
        return parent.Kind == HandleKind.TypeReference
            ? CTypes.NameOf(_metadata, (TypeReferenceHandle)parent)
            : null;
    }
}
