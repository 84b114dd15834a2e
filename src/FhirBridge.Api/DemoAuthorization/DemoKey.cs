using System.Security.Cryptography;
using FhirBridge.Api.Configuration;
using Microsoft.IdentityModel.Tokens;

namespace FhirBridge.Api.DemoAuthorization;

/// <summary>
/// The key that signs demo tokens: RSA, 2048 bits, made at the first start and kept beside the database, readable by its owner alone, so that tokens
/// survive a restart. It is nobody's secret elsewhere: every installation makes its own.
/// </summary>
internal sealed class DemoKey : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly RSA rsa;

    public DemoKey(FhirBridgeOptions options)
        : this(Path.Combine(Path.GetDirectoryName(options.Storage.SqlitePath)!, "demo-signing-key.pem"))
    {
    }

    internal DemoKey(string path)
    {
        rsa = Load(path);
        var publicKey = rsa.ExportParameters(includePrivateParameters: false);
        Key = new RsaSecurityKey(rsa);
        Key.KeyId = Base64UrlEncoder.Encode(Key.ComputeJwkThumbprint());
        Modulus = Base64UrlEncoder.Encode(publicKey.Modulus!);
        Exponent = Base64UrlEncoder.Encode(publicKey.Exponent!);
    }

    /// <summary>The key; its id is the thumbprint of RFC 7638.</summary>
    public RsaSecurityKey Key { get; }

    /// <summary>Member <c>n</c> of the public JWK.</summary>
    public string Modulus { get; }

    /// <summary>Member <c>e</c> of the public JWK.</summary>
    public string Exponent { get; }

    /// <inheritdoc/>
    public void Dispose() => rsa.Dispose();

    private static RSA Load(string path)
    {
        if (!File.Exists(path)) Create(path);
        if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(path) != OwnerOnly) File.SetUnixFileMode(path, OwnerOnly);
        var key = RSA.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(path));
            return key;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new InvalidConfigurationException([$"Demo:Enabled: the signing key of the demo, {path}, cannot be read; delete the file and a new key is made."]);
        }
    }

    private static void Create(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // Written beside and moved into place, so that a start that dies half-way, or two at once, leave no half key.
        var draft = $"{path}.{Environment.ProcessId}";
        var create = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) create.UnixCreateMode = OwnerOnly;
        using (var made = RSA.Create(2048))
        using (var file = new StreamWriter(draft, create))
            file.Write(made.ExportPkcs8PrivateKeyPem());

        try
        {
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another process was first: its key is the key.
            File.Delete(draft);
        }
    }
}
