namespace FhirBridge.Consent.Tests;

public sealed class SmartScopesTests
{
    [Theory]
    [InlineData("user/Goal.rs", "Goal", 'r', true)]
    [InlineData("user/Goal.rs", "Goal", 's', true)]
    [InlineData("user/Goal.rs", "Goal", 'u', false)]
    [InlineData("user/Goal.rs", "CarePlan", 'r', false)]
    [InlineData("system/*.cruds", "CarePlan", 'd', true)]
    [InlineData("patient/*.r", "CarePlan", 'r', true)]
    [InlineData("user/Goal.read", "Goal", 's', true)]
    [InlineData("user/Goal.read", "Goal", 'c', false)]
    [InlineData("user/Goal.write", "Goal", 'd', true)]
    [InlineData("user/Goal.write", "Goal", 'r', false)]
    [InlineData("user/*.*", "Goal", 'd', true)]
    [InlineData("openid fhirUser launch/patient user/Goal.r", "Goal", 'r', true)]
    public void Scope_WellFormed_AllowsWhatItSays(string scope, string type, char interaction, bool allowed) =>
        Assert.Equal(allowed, SmartScopes.Parse(scope).Allows(type, interaction));

    [Theory]
    [InlineData("user/Goal")]
    [InlineData("user/Goal.")]
    [InlineData("user/Goal.sr")]
    [InlineData("user/Goal.rr")]
    [InlineData("user/Goal.x")]
    [InlineData("user/Goal.rs?")]
    [InlineData("user/Goal.read?code=1")]
    [InlineData("user/.rs")]
    [InlineData("user/goal.rs")]
    [InlineData("user/Go*.rs")]
    [InlineData("users/Goal.rs")]
    [InlineData("USER/Goal.rs")]
    [InlineData("/Goal.rs")]
    [InlineData("user/Goal.READ")]
    [InlineData("user\\Goal.rs")]
    [InlineData("")]
    public void Scope_Malformed_GrantsNothing(string scope)
    {
        var scopes = SmartScopes.Parse(scope);

        Assert.Empty(scopes.Items);
        Assert.False(scopes.Allows("Goal", 'r'));
        Assert.Equal(scope, scopes.ToString());
    }

    [Fact]
    public void Scope_OfPatientLevel_CountsForTheLaunchPatientAlone()
    {
        var scopes = SmartScopes.Parse("patient/Goal.rs user/CarePlan.r");

        Assert.True(scopes.Allows("Goal", "rs", patientLevel: true));
        Assert.False(scopes.Allows("Goal", "rs", patientLevel: false));
        Assert.True(scopes.Allows("CarePlan", "rs", patientLevel: false));
    }

    [Fact]
    public void Constraints_OneScopeWithout_AreNone()
    {
        var scopes = SmartScopes.Parse("patient/Observation.rs?category=laboratory patient/Observation.rs?category=vital-signs user/Goal.rs?status=active user/*.c");

        Assert.Equal(["category=laboratory", "category=vital-signs"], scopes.Constraints("Observation", "rs", true));
        Assert.Empty(scopes.Constraints("Observation", "rs", false)!);
        Assert.Null(scopes.Constraints("Observation", "c", false));
        Assert.Empty(scopes.Constraints("CarePlan", "rs", true)!);
        Assert.Null(SmartScopes.Parse("user/*.rs user/Goal.rs?status=active").Constraints("Goal", "s", false));
    }

    [Theory]
    [InlineData("user/*.cruds", "user/Goal.rs openid", true)]
    [InlineData("user/Goal.rs", "user/*.rs", false)]
    [InlineData("user/Goal.rs", "system/Goal.rs", false)]
    [InlineData("user/Goal.r", "user/Goal.rs", false)]
    [InlineData("user/Goal.rs?a=1", "user/Goal.rs?a=1", true)]
    [InlineData("user/Goal.rs?a=1", "user/Goal.rs", false)]
    [InlineData("user/Goal.rs", "user/Goal.rs?a=1", true)]
    public void Scopes_Requested_AreCoveredByOneThatIsAsWide(string held, string requested, bool covered) =>
        Assert.Equal(covered, SmartScopes.Parse(held).Covers(SmartScopes.Parse(requested)));
}
