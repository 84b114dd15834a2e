using FhirBridge.Api.DemoAuthorization;

namespace FhirBridge.Api.Tests.DemoAuthorization;

public sealed class GrantedScopesTests
{
    [Theory]
    [InlineData(null, "user/*.cruds", "user/*.cruds")]
    [InlineData("", "user/*.cruds", "user/*.cruds")]
    [InlineData("user/CarePlan.rs", "user/*.cruds", "user/CarePlan.rs")]
    [InlineData("user/*.cruds", "user/CarePlan.rs user/Goal.r", "user/CarePlan.rs user/Goal.r")]
    [InlineData("user/CarePlan.cruds", "user/*.rs", "user/CarePlan.rs")]
    [InlineData("user/CarePlan.cud", "user/*.rs", "")]
    [InlineData("system/*.rs", "user/*.cruds", "")]
    [InlineData("user/*.read", "user/*.cruds", "user/*.read")]
    [InlineData("user/*.write", "user/*.cruds", "user/*.write")]
    [InlineData("user/*.*", "user/*.rs", "user/*.rs")]
    [InlineData("user/*.read", "user/*.r", "user/*.r")]
    [InlineData("user/Observation.rs?category=vital-signs", "user/*.cruds", "user/Observation.rs?category=vital-signs")]
    [InlineData("user/Observation.rs", "user/Observation.rs?category=vital-signs", "user/Observation.rs?category=vital-signs")]
    [InlineData("user/Observation.rs?code=http://loinc.org|1.2", "user/Observation.rs?category=lab", "user/Observation.rs?code=http://loinc.org|1.2&category=lab")]
    [InlineData("user/CarePlan.sr", "user/*.cruds", "")]
    [InlineData("user/CarePlan.rr", "user/*.cruds", "")]
    [InlineData("user/Care Plan.rs", "user/*.cruds", "")]
    [InlineData("openid fhirUser offline_access launch/patient", "launch/patient user/*.rs", "openid fhirUser offline_access launch/patient")]
    [InlineData("launch launch/encounter superuser", "launch/patient user/*.rs", "")]
    [InlineData("user/*.rs user/*.rs", "user/*.cruds", "user/*.rs")]
    public void Granted_IsWhatWasRequestedAsFarAsAllowed(string? requested, string allowed, string granted) =>
        Assert.Equal(granted, GrantedScopes.Of(requested, allowed, person: true));

    [Fact]
    public void System_HasNoSignIn() => Assert.Equal("system/*.rs", GrantedScopes.Of("openid offline_access system/*.rs", "system/*.cruds", person: false));
}
