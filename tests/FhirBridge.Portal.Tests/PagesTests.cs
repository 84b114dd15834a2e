using System.Net;
using System.Text.RegularExpressions;

namespace FhirBridge.Portal.Tests;

public sealed partial class PagesTests(PortalHost host) : IClassFixture<PortalHost>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Paths => ["/", "/sign-in", "/token", "/message"];

    [GeneratedRegex("(?:href|src|action)=\"([^\"]*)\"")]
    private static partial Regex Addresses { get; }

    [GeneratedRegex("url\\(\"?([^)\"]*)\"?\\)")]
    private static partial Regex StyleAddresses { get; }

    [Fact]
    public async Task FirstPage_AnswersAnybody()
    {
        host.Shown = PortalHost.Demo;
        using var response = await host.Client.GetAsync("/", Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        var page = await response.Content.ReadAsStringAsync(Cancel);
        Assert.StartsWith("<!DOCTYPE html>", page, StringComparison.Ordinal);
        foreach (var address in (string[])["/fhir", "/fhir/metadata", "/members/hospital/fhir", "/swagger", "/health/ready", "/auth/.well-known/openid-configuration"])
            Assert.Contains("<code>https://bridge.example" + address + "</code>", page, StringComparison.Ordinal);
        Assert.Contains("curl -s -u hospital-ehr:demo-hospital", page, StringComparison.Ordinal);
        Assert.Contains("value=\"anna\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FirstPage_WithoutTheDemo_ShowsNoSignIn()
    {
        host.Shown = null;
        var page = await host.Client.GetStringAsync("/", Cancel);
        host.Shown = PortalHost.Demo;
        Assert.DoesNotContain("<form", page, StringComparison.Ordinal);
        Assert.DoesNotContain("/auth/", page, StringComparison.Ordinal);
        Assert.DoesNotContain("demo", page, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("curl -s https://bridge.example/fhir/metadata", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FirstPage_AnswersHead()
    {
        using var response = await host.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/"), Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Page_AsksNothingOfOtherSites_AndRunsNothingInline(string path)
    {
        using var response = await host.Client.GetAsync(path, Cancel);
        var page = await response.Content.ReadAsStringAsync(Cancel);
        var addresses = Addresses.Matches(page).Select(m => WebUtility.HtmlDecode(m.Groups[1].Value)).ToList();
        Assert.NotEmpty(addresses);
        Assert.All(addresses, a => Assert.True((a.StartsWith('/') && !a.StartsWith("//", StringComparison.Ordinal)) || a.StartsWith('#'), a));
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<style", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch("<[^>]* (style|on[a-z]+)=", page);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Page_HasTheSecurityHeaders(string path)
    {
        using var response = await host.Client.GetAsync(path, Cancel);
        string Header(string name) => string.Join(",", response.Headers.GetValues(name));
        var policy = Header("Content-Security-Policy");
        Assert.StartsWith("default-src 'none'; ", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Contains(path == "/sign-in" ? "form-action 'self' http://127.0.0.1:4711;" : "form-action 'self';", policy, StringComparison.Ordinal);
        Assert.Equal(("nosniff", "no-referrer", "no-store"), (Header("X-Content-Type-Options"), Header("Referrer-Policy"), Header("Cache-Control")));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Page_HasOneTitleHeadingLanguageAndMain(string path)
    {
        using var response = await host.Client.GetAsync(path, Cancel);
        var page = await response.Content.ReadAsStringAsync(Cancel);
        Assert.Contains("<html lang=\"en\">", page, StringComparison.Ordinal);
        foreach (var element in (string[])["<title>", "<h1>", "<main "]) Assert.Single(Regex.Matches(page, element));
        Assert.Contains("href=\"#main\"", page, StringComparison.Ordinal);
        Assert.DoesNotMatch("<img(?![^>]* alt=)", page);
    }

    [Fact]
    public async Task Values_AreNeverMarkup()
    {
        Assert.Contains("&lt;App&gt;", await host.Client.GetStringAsync("/sign-in", Cancel), StringComparison.Ordinal);
        Assert.Contains("Utrecht &lt;hospital&gt;", await host.Client.GetStringAsync("/", Cancel), StringComparison.Ordinal);
        using var message = await host.Client.GetAsync("/message", Cancel);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, message.StatusCode);
        Assert.Contains("Later &lt;please&gt;.", await message.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public void StyleSheets_AskNothingOfOtherSites_AndTheirFontsAreHere()
    {
        var root = Path.Combine(AppContext.BaseDirectory, "wwwroot");
        foreach (var sheet in Directory.GetFiles(Path.Combine(root, "css"), "*.css"))
        {
            var text = File.ReadAllText(sheet);
            Assert.DoesNotContain("@import", text, StringComparison.Ordinal);
            foreach (Match address in StyleAddresses.Matches(text))
            {
                if (address.Groups[1].Value.StartsWith("data:", StringComparison.Ordinal)) continue;
                Assert.True(File.Exists(Path.Combine(root, "css", address.Groups[1].Value)), $"{Path.GetFileName(sheet)}: {address.Groups[1].Value}");
            }
        }
    }

    [Fact]
    public void EveryTextThatAPageAsksFor_Exists_AndNoneIsLeftOver()
    {
        var asked = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Pages"), "*.razor")
            .SelectMany(f => Regex.Matches(File.ReadAllText(f), "\"([a-z]+(?:\\.[a-z]+)*)\"").Select(m => m.Groups[1].Value)).ToHashSet();
        var exist = Regex.Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "i18n", "en.json")), "^ *\"([^\"]+)\":", RegexOptions.Multiline).Select(m => m.Groups[1].Value).ToHashSet();
        Assert.DoesNotContain(exist, k => !asked.Contains(k));
        Assert.DoesNotContain(asked, k => k.Contains('.') && !exist.Contains(k));
    }
}
