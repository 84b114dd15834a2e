using System.Formats.Tar;
using System.IO.Compression;
using static FhirBridge.Fhir.Tests.DefinitionsBuilderTests;

namespace FhirBridge.Fhir.Tests;

public class PackageTests
{
    private static readonly string LongName = "package/ValueSet-" + new string('x', 200) + ".json";

    [Theory]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.Pax)]
    [InlineData(TarEntryFormat.Gnu)]
    [InlineData(TarEntryFormat.V7)]
    public void AddPackage_AnyFormatOfTar_IsRead(TarEntryFormat format)
    {
        var builder = Add(Package(format, ("package/package.json", """{"name":"p"}"""u8.ToArray()), ("package/ValueSet-a.json", ValueSet("urn:a", "1", "A").ToArray())));

        Assert.Empty(builder.Problems);
        Assert.True(builder.Build().FindResource("ValueSet", "urn:a").Exists);
    }

    [Theory]
    [InlineData(TarEntryFormat.Pax)]
    [InlineData(TarEntryFormat.Gnu)]
    public void AddPackage_LongName_IsRead(TarEntryFormat format)
    {
        var builder = Add(Package(format, (LongName, ValueSet("urn:a", "1", "A").ToArray()), ("package/ValueSet-b.json", "x"u8.ToArray())));

        Assert.True(builder.Build().FindResource("ValueSet", "urn:a").Exists);
        Assert.StartsWith("package:package/ValueSet-b.json: ", Assert.Single(builder.Problems).Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void AddPackage_SubFoldersAndOtherFiles_AreLeftOut()
    {
        var builder = Add(Package(
            TarEntryFormat.Ustar,
            ("package/example/ValueSet-a.json", ValueSet("urn:a", "1", "A").ToArray()),
            ("package/.index.json", "x"u8.ToArray()),
            ("package/notes.md", "x"u8.ToArray()),
            ("../../package/x.json", "x"u8.ToArray())));

        Assert.Empty(builder.Problems);
        Assert.Equal(1311, builder.Build().Resources("ValueSet").Count);
    }

    [Fact]
    public void AddPackage_Damaged_IsAProblem()
    {
        var good = Package(TarEntryFormat.Ustar, ("package/ValueSet-a.json", new byte[10_000]));
        var tar = new MemoryStream();
        using (var gzip = new GZipStream(new MemoryStream(good), CompressionMode.Decompress)) gzip.CopyTo(tar);
        var raw = tar.ToArray();
        raw[3] ^= 1;

        Assert.Equal("invalid-value", Assert.Single(Add([1, 2, 3]).Problems).Kind.Code);
        Assert.Equal("invalid-value", Assert.Single(Add(good[..40]).Problems).Kind.Code);
        Assert.Equal("invalid-value", Assert.Single(Add(Gzip(raw)).Problems).Kind.Code);
        Assert.Equal("invalid-value", Assert.Single(Add(Gzip(tar.ToArray()[..4000])).Problems).Kind.Code);
        Assert.Equal("invalid-value", Assert.Single(Add(Gzip(tar.ToArray()[..300])).Problems).Kind.Code);
        Assert.Empty(Add([]).Problems);
    }

    [Fact]
    public void AddPackage_FileLargerThanTheLimit_IsPassedOverWithAProblem()
    {
        var package = Package(TarEntryFormat.Ustar, ("package/ValueSet-a.json", new byte[2000]), ("package/notes.md", new byte[2000]), ("package/ValueSet-b.json", ValueSet("urn:b", "1", "B").ToArray()));
        var builder = Add(package, new PackageLimits(MaxFileBytes: 1000));

        Assert.Equal("too-large", Assert.Single(builder.Problems).Kind.Code);
        Assert.True(builder.Build().FindResource("ValueSet", "urn:b").Exists);
    }

    [Fact]
    public void AddPackage_UnpacksToMoreThanTheLimit_Stops()
    {
        var builder = Add(Package(TarEntryFormat.Ustar, ("package/a.bin", new byte[50_000_000]), ("package/ValueSet-b.json", ValueSet("urn:b", "1", "B").ToArray())), new PackageLimits(MaxPackageBytes: 1_000_000));

        Assert.Equal("too-large", Assert.Single(builder.Problems).Kind.Code);
        Assert.False(builder.Build().FindResource("ValueSet", "urn:b").Exists);
    }

    [Fact]
    public void AddPackage_HeaderThatClaimsMuch_MakesNoRoomForIt()
    {
        // An extended header and a file of 2 GB each, of which nothing follows.
        foreach (var kind in "xL0g")
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var builder = Add(Gzip(Header("package/a.json", 0x7FFF_FFFF, kind)));

            Assert.NotEmpty(builder.Problems);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000_000);
        }
    }

    [Fact]
    public void AddPackage_BytesChanged_AlwaysAnswers()
    {
        var tar = new MemoryStream();
        using (var gzip = new GZipStream(new MemoryStream(Package(TarEntryFormat.Pax, (LongName, ValueSet("urn:a", "1", "A").ToArray()), ("package/b.json", ValueSet("urn:b", "1", "B").ToArray()))), CompressionMode.Decompress)) gzip.CopyTo(tar);
        for (var seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            var bytes = tar.ToArray();
            for (var n = random.Next(1, 30); n > 0; n--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);

            // With a checksum that fits, so that the rest of the header is believed.
            if (random.Next(2) == 0) Sign(bytes.AsSpan(512 * random.Next(bytes.Length / 512), 512));
            Assert.True(Add(Gzip(bytes[..random.Next(bytes.Length)])).Problems.Count < 10);
        }
    }

    [Fact]
    public void AddPackage_ManyFiles_StopsAtTheLimit()
    {
        var builder = Add(Package(TarEntryFormat.Ustar, [.. Enumerable.Range(0, 20).Select(i => ($"package/{i}.txt", new byte[1]))]), new PackageLimits(MaxFiles: 10));

        Assert.Equal("too-large", Assert.Single(builder.Problems).Kind.Code);
    }

    [Fact]
    public void AddPackage_Folder_ReadsResourcesAndPackagesInIt()
    {
        var folder = Directory.CreateTempSubdirectory("definitions");
        try
        {
            File.WriteAllBytes(Path.Combine(folder.FullName, "a.json"), ValueSet("urn:a", "1", "A").ToArray());
            File.WriteAllText(Path.Combine(folder.FullName, "b.xml"), """<CodeSystem xmlns="http://hl7.org/fhir"><url value="urn:b"/><status value="active"/><content value="complete"/></CodeSystem>""");
            File.WriteAllBytes(Path.Combine(folder.FullName, "c.tgz"), Package(TarEntryFormat.Ustar, ("package/c.json", ValueSet("urn:c", "1", "C").ToArray()), ("package/d.json", "x"u8.ToArray())));
            File.WriteAllText(Path.Combine(folder.FullName, "e.json"), "x");
            File.WriteAllText(Path.Combine(folder.FullName, "README.md"), "x");
            var builder = new DefinitionsBuilder(Definitions.R4).AddPackage(folder.FullName);
            var built = builder.Build();

            Assert.True(built.FindResource("ValueSet", "urn:a").Exists && built.FindResource("CodeSystem", "urn:b").Exists && built.FindResource("ValueSet", "urn:c").Exists);
            Assert.Equal(["c.tgz:package/d.json", "e.json"], builder.Problems.Select(p => p.Diagnostics.Split(": ")[0]));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void AddPackage_FileThatIsNotThere_IsAProblem() =>
        Assert.Equal("not-found", Assert.Single(new DefinitionsBuilder(Definitions.R4).AddPackage("/nowhere/x.tgz").Problems).Kind.Code);

    [Fact]
    public void AddPackage_OwnProfiles_HaveNoProblems()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "FhirBridge.sln"))) root = root.Parent;
        var builder = new DefinitionsBuilder(Definitions.R4).AddPackage(Path.Combine(root!.FullName, "profiles"));

        var built = builder.Build();

        Assert.Empty(builder.Problems);
        Assert.True(built.FindResource("CodeSystem", Problems.CodeSystem).Exists);
        var own = built.Resources("StructureDefinition").Where(e => e.Url.StartsWith("https://fhirbridge.org/", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(own);
        Assert.All(own, e => Assert.True(built.Profiles.Find(e.Url).IsOk, e.Url));
    }

    private static DefinitionsBuilder Add(byte[] package, PackageLimits? limits = null) =>
        new DefinitionsBuilder(Definitions.R4, limits).AddPackage(new MemoryStream(package));

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(bytes);
        return packed.ToArray();
    }

    private static byte[] Package(TarEntryFormat format, params (string Name, byte[] Bytes)[] files)
    {
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, format, leaveOpen: true))
        {
            foreach (var (name, bytes) in files) writer.WriteEntry(Entry(format, name, bytes));
        }

        return Gzip(tar.ToArray());
    }

    private static TarEntry Entry(TarEntryFormat format, string name, byte[] bytes)
    {
        TarEntry entry = format switch
        {
            TarEntryFormat.Ustar => new UstarTarEntry(TarEntryType.RegularFile, name),
            TarEntryFormat.Pax => new PaxTarEntry(TarEntryType.RegularFile, name),
            TarEntryFormat.Gnu => new GnuTarEntry(TarEntryType.RegularFile, name),
            _ => new V7TarEntry(TarEntryType.V7RegularFile, name),
        };
        entry.DataStream = new MemoryStream(bytes);
        return entry;
    }

    private static byte[] Header(string name, long size, char kind)
    {
        var header = new byte[512];
        System.Text.Encoding.ASCII.GetBytes(name, header);
        System.Text.Encoding.ASCII.GetBytes(Convert.ToString(size, 8).PadLeft(11, '0'), header.AsSpan(124));
        header[156] = (byte)kind;
        Sign(header);
        return header;
    }

    private static void Sign(Span<byte> header)
    {
        header.Slice(148, 8).Fill((byte)' ');
        var sum = 0;
        foreach (var b in header) sum += b;
        System.Text.Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0", header[148..]);
    }
}
