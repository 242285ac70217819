// SPDX-License-Identifier: MIT
// What a C# type is in C: null where only the programmer knows, and has to say so with [C99Type].

using System;
using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace NoLockAlloc.Declarations;

/// <summary>Words the types of a signature in C; also reads the arguments of attributes.</summary>
internal sealed class CTypes
    : ISignatureTypeProvider<string, object>, ICustomAttributeTypeProvider<string>
{
    private const string TypeOfTypes = "System.Type";

    public string GetPrimitiveType(PrimitiveTypeCode typeCode) => typeCode switch
    {
        PrimitiveTypeCode.Void => "void",
        PrimitiveTypeCode.SByte => "int8_t",
        PrimitiveTypeCode.Byte => "uint8_t",
        PrimitiveTypeCode.Int16 => "int16_t",
        PrimitiveTypeCode.UInt16 => "uint16_t",
        PrimitiveTypeCode.Int32 => "int32_t",
        PrimitiveTypeCode.UInt32 => "uint32_t",
        PrimitiveTypeCode.Int64 => "int64_t",
        PrimitiveTypeCode.UInt64 => "uint64_t",
        PrimitiveTypeCode.IntPtr => "intptr_t",
        PrimitiveTypeCode.UIntPtr => "uintptr_t",
        PrimitiveTypeCode.Single => "float",
        PrimitiveTypeCode.Double => "double",
        _ => null,
    };

    public string GetPointerType(string elementType) => elementType switch
    {
        null => null,
        _ when elementType.EndsWith('*') => elementType + "*",
        _ => elementType + " *",
    };

    public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) =>
        unmodifiedType;

    // The names of structs and enums in C are not their names in C#.
    public string GetTypeFromDefinition(
        MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
    {
        string name = NameOf(reader, handle);
        return name == TypeOfTypes ? name : null;
    }

    public string GetTypeFromReference(
        MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
    {
        string name = NameOf(reader, handle);
        return name == TypeOfTypes ? name : null;
    }

    public string GetTypeFromSpecification(
        MetadataReader reader,
        object genericContext,
        TypeSpecificationHandle handle,
        byte rawTypeKind) => null;

    public string GetSZArrayType(string elementType) => null;

    public string GetArrayType(string elementType, ArrayShape shape) => null;

    public string GetByReferenceType(string elementType) => null;

    public string GetFunctionPointerType(MethodSignature<string> signature) => null;

    public string GetGenericInstantiation(
        string genericType, ImmutableArray<string> typeArguments) => null;

    public string GetGenericMethodParameter(object genericContext, int index) => null;

    public string GetGenericTypeParameter(object genericContext, int index) => null;

    public string GetPinnedType(string elementType) => null;

    public string GetSystemType() => TypeOfTypes;

    public bool IsSystemType(string type) => type == TypeOfTypes;

    public string GetTypeFromSerializedName(string name) => name;

    public PrimitiveTypeCode GetUnderlyingEnumType(string type) =>
        throw new BadImageFormatException();

    internal static string NameOf(MetadataReader reader, TypeDefinitionHandle handle)
    {
        TypeDefinition type = reader.GetTypeDefinition(handle);
        return $"{reader.GetString(type.Namespace)}.{reader.GetString(type.Name)}";
    }

    internal static string NameOf(MetadataReader reader, TypeReferenceHandle handle)
    {
        TypeReference type = reader.GetTypeReference(handle);
        return $"{reader.GetString(type.Namespace)}.{reader.GetString(type.Name)}";
    }
}
