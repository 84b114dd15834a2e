using System.Buffers;
using System.IO.Compression;
using System.Text;

namespace FhirBridge.Fhir;

/// <summary>A file of a package that cannot be read further, and why.</summary>
internal sealed class PackageException(ProblemKind kind, string message) : Exception(message)
{
    internal ProblemKind Kind { get; } = kind;
}

/// <summary>Reads the files of a <c>.tgz</c> package one after the other. Spec: https://confluence.hl7.org/display/FHIR/NPM+Package+Specification.</summary>
/// <remarks>
/// NOTE: the tar format is read here because the platform's reader makes room for whatever size a header claims; a package comes from a stranger.
/// Names are only compared, nothing is ever written to disk.
/// </remarks>
internal sealed class PackageReader(Stream tgz, PackageLimits limits) : IDisposable
{
    private const int BlockSize = 512;

    // A path in an extended header; longer ones are no names of files in a package.
    private const int MaxPath = 65_536;

    private readonly GZipStream unpacked = new(tgz, CompressionMode.Decompress, leaveOpen: true);
    private readonly byte[] header = new byte[BlockSize];
    private long total;
    private int files;

    public void Dispose() => unpacked.Dispose();

    /// <summary>The next regular file; its bytes are null when it is not <paramref name="wanted"/> or too large. Null at the end of the package.</summary>
    /// <exception cref="PackageException">The package is damaged or beyond its limits.</exception>
    internal (string Name, byte[]? Bytes, long Size)? Next(Func<string, bool> wanted)
    {
        string? longName = null;
        while (Header())
        {
            var size = Size();
            var kind = (char)header[156];
            if (kind is 'x' or 'L' && size <= MaxPath)
            {
                longName = LongName(kind, Content((int)size)) ?? longName;
                continue;
            }

            if (kind is not ('0' or '\0'))
            {
                Skip(size);
                continue;
            }

            if (++files > limits.MaxFiles) throw new PackageException(Problems.TooLarge, $"the package has more than {limits.MaxFiles} files");
            var name = longName ?? Name();
            if (wanted(name) && size <= limits.MaxFileBytes) return (name, Content((int)size), size);
            Skip(size);
            return (name, null, size);
        }

        return null;
    }

    private bool Header()
    {
        var n = unpacked.ReadAtLeast(header, BlockSize, throwOnEndOfStream: false);
        if (n == 0 || (n == BlockSize && header.AsSpan().IndexOfAnyExcept((byte)0) < 0)) return false;
        Count(BlockSize);

        // The checksum is made with blanks in its own place.
        var sum = 8 * ' ';
        for (var i = 0; i < n; i++) sum += i is >= 148 and < 156 ? 0 : header[i];
        if (n < BlockSize || Octal(header.AsSpan(148, 8)) != sum) throw new PackageException(Problems.InvalidValue, "the package is no tar archive, or it is damaged");
        return true;
    }

    private string Name()
    {
        var name = Text(header.AsSpan(0, 100));
        var isUstar = header.AsSpan(257, 5).SequenceEqual("ustar"u8);
        var prefix = isUstar && header[262] == 0 ? Text(header.AsSpan(345, 155)) : "";
        return prefix.Length == 0 ? name : $"{prefix}/{name}";
    }

    private static string? LongName(char kind, byte[] content)
    {
        if (kind == 'L') return Text(content);

        // Records of an extended header: "length key=value\n", the length counting all of it.
        for (ReadOnlySpan<byte> rest = content; rest.IndexOf((byte)' ') is > 0 and var blank;)
        {
            var length = Decimal(rest[..blank]);
            if (length <= blank + 1 || length > rest.Length) return null;
            var record = rest[(blank + 1)..(length - 1)];
            if (record.StartsWith("path="u8)) return Text(record[5..]);
            rest = rest[length..];
        }

        return null;
    }

    private long Size()
    {
        var size = Octal(header.AsSpan(124, 12));
        return size >= 0 ? size : throw new PackageException(Problems.TooLarge, "a file in the package is larger than any package may be");
    }

    /// <summary>Text up to the first zero.</summary>
    private static string Text(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    /// <summary>Octal digits; -1 for anything else (sizes above 8 GB are written in another way).</summary>
    private static long Octal(ReadOnlySpan<byte> digits)
    {
        long n = 0;
        foreach (var d in digits.Trim(" \0"u8))
        {
            if (d is < (byte)'0' or > (byte)'7') return -1;
            n = (n * 8) + (d - '0');
        }

        return n;
    }

    private static int Decimal(ReadOnlySpan<byte> digits)
    {
        var n = 0;
        foreach (var d in digits)
        {
            if (d is < (byte)'0' or > (byte)'9' || n > MaxPath) return -1;
            n = (n * 10) + (d - '0');
        }

        return n;
    }

    private byte[] Content(int size)
    {
        var content = new byte[size];
        Count(Padded(size));
        unpacked.ReadExactly(content);
        Drop(Padded(size) - size);
        return content;
    }

    private void Skip(long size)
    {
        Count(Padded(size));
        Drop(Padded(size));
    }

    private void Drop(long count)
    {
        if (count == 0) return;
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
        while (count > 0)
        {
            var n = unpacked.Read(buffer, 0, (int)Math.Min(buffer.Length, count));
            if (n == 0) throw new EndOfStreamException();
            count -= n;
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }

    private static long Padded(long size) => (size + BlockSize - 1) / BlockSize * BlockSize;

    private void Count(long bytes)
    {
        if ((total += bytes) > limits.MaxPackageBytes) throw new PackageException(Problems.TooLarge, $"the package unpacks to more than {limits.MaxPackageBytes} bytes");
    }
}
